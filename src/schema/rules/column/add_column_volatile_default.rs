//! `add-column-volatile-default`: a default that differs from row to row is written into every row at once.
//!
//! After Squawk's `adding-field-with-default`, and PostgreSQL's page on ALTER TABLE (a volatile default, a stored
//! generated column and an identity rewrite the table).

use crate::schema::finding::{Finding, Level};
use crate::schema::model::Column;
use crate::schema::operation::Operation;
use crate::schema::rules::context::{argument, quoted};
use crate::schema::rules::{Context, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "add-column-volatile-default",
    group: Group::LockSafety,
    level: Level::Warning,
    about: "A column is added whose values the database must compute row by row.",
    why: "PostgreSQL keeps a constant default beside the table and writes no row; a volatile one, a serial, an identity and a \
          stored generated column it writes into every row, under an ACCESS EXCLUSIVE lock.",
    bad: "op.add_column(\"user\", sa.Column(\"token\", sa.UUID(), server_default=sa.text(\"gen_random_uuid()\")))",
    good: "op.add_column(\"user\", sa.Column(\"token\", sa.UUID(), nullable=True))\n\
                   op.alter_column(\"user\", \"token\", server_default=sa.text(\"gen_random_uuid()\"))\n\
                   # then fill the rows that are there in batches",
    reference: "https://squawkhq.com/docs/adding-field-with-default",
    look: Some(look),
};

/// Functions that give another value each time; `now()` and `CURRENT_TIMESTAMP` stay the same within a statement.
const VOLATILE: [&str; 10] = [
    "gen_random_uuid(",
    "uuid_generate_v",
    "uuidv4(",
    "uuidv7(",
    "random(",
    "clock_timestamp(",
    "timeofday(",
    "nextval(",
    "gen_random_bytes(",
    "gen_salt(",
];

fn look(context: &Context<'_>) -> Vec<Finding> {
    if !context.postgresql() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (_, step) in context.live() {
        let Operation::AddColumn { table, column } = &step.operation else { continue };
        if context.created(table) {
            continue;
        }
        let Some(cause) = cause(column) else { continue };
        let name = &column.name;
        let message = format!(
            "`{table}.{name}` is added with {cause}: every row of `{table}` is written while nobody may use it"
        );
        findings.push(RULE.at(step, Some(table), Some(name), message, help(table, column)));
    }
    findings
}

fn cause(column: &Column) -> Option<String> {
    if let Some(default) = &column.server_default {
        let lower = default.to_ascii_lowercase();
        if VOLATILE.iter().any(|word| lower.contains(word)) {
            return Some(format!("the volatile default `{default}`"));
        }
    }
    let stored = column
        .computed
        .as_deref()
        .is_some_and(|computed| !computed.to_ascii_uppercase().ends_with(" VIRTUAL"));
    if stored {
        return Some("a stored generated value".to_owned());
    }
    let counts = column.identity.is_some()
        || column.autoincrement == Some(true)
        || column.kind.sql.to_ascii_uppercase().contains("SERIAL");
    counts.then(|| "a value that counts up".to_owned())
}

fn help(table: &str, column: &Column) -> String {
    let (name, kind) = (&column.name, super::spelled(&column.kind));
    let ((bare, schema), sql, sql_name) = (argument(table), quoted(table), quoted(name));
    let default = column.server_default.as_deref().unwrap_or("…").replace('"', "\\\"");
    format!(
        "op.add_column(\"{bare}\", sa.Column(\"{name}\", {kind}, nullable=True){schema})\n\
         op.alter_column(\"{bare}\", \"{name}\", server_default=sa.text(\"{default}\"){schema})\n\
         # then fill the rows that are there in batches:\n\
         op.execute('UPDATE {sql} SET {sql_name} = DEFAULT WHERE {sql_name} IS NULL AND id BETWEEN … AND …')"
    )
}
