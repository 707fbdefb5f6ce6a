//! `not-null-without-default`: a column that takes no NULL cannot be added to rows that have no value for it.
//!
//! After Squawk's `adding-required-field`, Atlas's MF103, and PostgreSQL's and SQLite's pages on ALTER TABLE.

use crate::schema::finding::{Finding, Level};
use crate::schema::model::Column;
use crate::schema::operation::Operation;
use crate::schema::rules::context::argument;
use crate::schema::rules::{Context, Group, Rule};
use crate::schema::settings::Dialect;

/// The rule.
pub const RULE: Rule = Rule {
    id: "not-null-without-default",
    group: Group::LockSafety,
    level: Level::Error,
    about: "A column is added that takes no NULL and has no server default.",
    why: "The statement fails as soon as the table holds a row; and programs that still run insert rows without the column.",
    bad: "op.add_column(\"user\", sa.Column(\"plan\", sa.Text(), nullable=False))",
    good: "op.add_column(\"user\", sa.Column(\"plan\", sa.Text(), nullable=False, server_default=\"free\"))",
    reference: "https://squawkhq.com/docs/adding-required-field",
    look: Some(look),
};

fn look(context: &Context<'_>) -> Vec<Finding> {
    // MySQL fills the rows with the type's own zero.
    if context.dialect == Dialect::Mysql {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (_, step) in context.live() {
        let Operation::AddColumn { table, column } = &step.operation else { continue };
        if column.nullable || fills_itself(column) || context.created(table) {
            continue;
        }
        let name = &column.name;
        let message = format!(
            "`{table}.{name}` is added as NOT NULL without a server default: it fails where `{table}` has rows"
        );
        findings.push(RULE.at(step, Some(table), Some(name), message, help(table, column)));
    }
    findings
}

/// Whether the database has a value for rows that are there.
fn fills_itself(column: &Column) -> bool {
    column.server_default.is_some()
        || column.computed.is_some()
        || column.identity.is_some()
        || column.autoincrement == Some(true)
        || column.kind.sql.to_ascii_uppercase().contains("SERIAL")
}

fn help(table: &str, column: &Column) -> String {
    let (name, kind) = (&column.name, super::spelled(&column.kind));
    let (bare, schema) = argument(table);
    let proof = super::proof(table, name);
    format!(
        "op.add_column(\"{bare}\", sa.Column(\"{name}\", {kind}, nullable=False, server_default=…){schema})\n\
         # or, where no constant fits: add it with nullable=True, fill it in batches, then\n{proof}"
    )
}
