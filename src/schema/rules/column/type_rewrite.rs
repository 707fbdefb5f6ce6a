//! `type-rewrite`: a change of type that writes the whole table anew, or reads all of it, while nobody may use it.
//!
//! After Squawk's `changing-column-type`, and PostgreSQL's and MySQL's pages on ALTER TABLE.

use super::type_change::{Cost, cost};
use crate::schema::finding::{Finding, Level};
use crate::schema::model::Type;
use crate::schema::operation::{Altered, Operation};
use crate::schema::rules::context::{self, argument, quoted};
use crate::schema::rules::{Context, Group, Rule};
use crate::schema::settings::Dialect;

/// The rule.
pub const RULE: Rule = Rule {
    id: "type-rewrite",
    group: Group::LockSafety,
    level: Level::Error,
    about: "The type of a column changes in a way that rewrites the table.",
    why: "The table is written anew under an ACCESS EXCLUSIVE lock: nothing reads or writes it for as long as that takes. \
          Widening VARCHAR or NUMERIC, and VARCHAR to TEXT, cost nothing.",
    bad: "op.alter_column(\"event\", \"id\", existing_type=sa.Integer(), type_=sa.BigInteger())",
    good: "op.add_column(\"event\", sa.Column(\"id_new\", sa.BigInteger(), nullable=True))\n\
                   # write both from the program, copy in batches, then read the new one; drop the old one last",
    reference: "https://squawkhq.com/docs/changing-column-type",
    look: Some(look),
};

fn look(context: &Context<'_>) -> Vec<Finding> {
    if context.dialect == Dialect::Sqlite {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (_, step) in context.live() {
        let Operation::AlterColumn { table, column, to } = &step.operation else { continue };
        let Some(kind) = &to.kind else { continue };
        if context.created(table) {
            continue;
        }
        let from = existing(context, table, column, to);
        let cost = from.map_or(Cost::Unknown, |from| cost(from, kind, context.dialect));
        let (level, what) = match cost {
            Cost::Free => continue,
            Cost::Rewrite => (Level::Error, "the whole table is written anew while nobody may use it"),
            Cost::Unknown => (Level::Note, "it cannot be told whether the table is written anew"),
        };
        let was = from.map_or("an unknown type", |from| from.sql.as_str());
        let message = format!("`{table}.{column}` changes from {was} to {}: {what}", kind.sql);
        let mut finding = RULE.at(step, Some(table), Some(column), message, help(table, column, kind));
        finding.level = level;
        findings.push(finding);
    }
    findings
}

/// The type that the column has: as the script says it, else as the older model has it.
fn existing<'a>(context: &'a Context<'_>, table: &str, column: &str, to: &'a Altered) -> Option<&'a Type> {
    to.existing.as_ref().or_else(|| context::column(context.older, table, column).map(|column| &column.kind))
}

fn help(table: &str, column: &str, kind: &Type) -> String {
    let ((bare, schema), kind) = (argument(table), super::spelled(kind));
    let (sql, old, new) = (quoted(table), quoted(column), quoted(&format!("{column}_new")));
    format!(
        "op.add_column(\"{bare}\", sa.Column(\"{column}_new\", {kind}, nullable=True){schema})\n\
         # write both columns from the program, and copy the rows in batches:\n\
         op.execute('UPDATE {sql} SET {new} = {old} WHERE id BETWEEN … AND …')\n\
         # once the program reads the new one, in a later migration:\n\
         op.drop_column(\"{bare}\", \"{column}\"{schema})"
    )
}
