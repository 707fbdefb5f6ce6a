//! `index-not-concurrent`: an index is built or dropped while writes to its table wait.
//!
//! After Squawk's `require-concurrent-index-creation` and `require-concurrent-index-deletion`, Atlas's PG101 and
//! PG102.

use crate::schema::finding::{Finding, Level};
use crate::schema::model::Index;
use crate::schema::operation::{Operation, Step};
use crate::schema::rules::context::{argument, same};
use crate::schema::rules::{Context, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "index-not-concurrent",
    group: Group::LockSafety,
    level: Level::Warning,
    about: "An index of a table that is there is built without CONCURRENTLY.",
    why: "Nothing writes to the table until the index is built. CONCURRENTLY takes longer and stops nobody; it runs outside a \
          transaction. Dropping one takes an ACCESS EXCLUSIVE lock for a moment, which is a note.",
    bad: "op.create_index(\"ix_user_email\", \"user\", [\"email\"])",
    good: "with op.get_context().autocommit_block():\n    \
                   op.create_index(\"ix_user_email\", \"user\", [\"email\"], postgresql_concurrently=True, if_not_exists=True)",
    reference: "https://squawkhq.com/docs/require-concurrent-index-creation",
    look: Some(look),
};

fn look(context: &Context<'_>) -> Vec<Finding> {
    if !context.postgresql() {
        return Vec::new();
    }
    context
        .live()
        .filter_map(|(at, step)| built(context, step).or_else(|| dropped(context, at, step)))
        .collect()
}

fn built(context: &Context<'_>, step: &Step) -> Option<Finding> {
    let Operation::CreateIndex { table, index, concurrently: false } = &step.operation else { return None };
    if context.created(table) {
        return None;
    }
    let name = index.name.clone().unwrap_or_else(|| format!("ix_{}", index.columns.join("_")));
    let message = format!("the index `{name}` is built while nothing may write to `{table}`");
    Some(RULE.at(step, Some(table), Some(&name), message, help(table, index, &name)))
}

fn help(table: &str, index: &Index, name: &str) -> String {
    let columns: Vec<String> = index.columns.iter().map(|column| spelled(column)).collect();
    let (bare, schema) = argument(table);
    let unique = if index.unique { ", unique=True" } else { "" };
    format!(
        "with op.get_context().autocommit_block():\n    \
         op.create_index(\"{name}\", \"{bare}\", [{}]{unique}{schema}, postgresql_concurrently=True, if_not_exists=True)",
        columns.join(", ")
    )
}

/// A column by its name, an expression as text.
fn spelled(column: &str) -> String {
    let plain = column.chars().all(|c| c.is_alphanumeric() || c == '_');
    let column = column.replace('"', "\\\"");
    if plain { format!("\"{column}\"") } else { format!("sa.text(\"{column}\")") }
}

fn dropped(context: &Context<'_>, at: usize, step: &Step) -> Option<Finding> {
    let Operation::DropIndex { table, name, concurrently: false } = &step.operation else { return None };
    let gone = |operation: &Operation| match (operation, table) {
        (Operation::DropTable { table: dropped }, Some(table)) => same(dropped, table),
        _ => false,
    };
    if table.as_deref().is_some_and(|table| context.created(table)) || context.after(at).any(gone) {
        return None;
    }
    let of = table.as_deref().map_or_else(String::new, |table| format!(" of `{table}`"));
    let message =
        format!("the index `{name}`{of} is dropped under a lock that stops everything for a moment");
    let argument = table.as_deref().map_or_else(String::new, table_argument);
    let help = format!(
        "with op.get_context().autocommit_block():\n    \
         op.drop_index(\"{name}\"{argument}, postgresql_concurrently=True, if_exists=True)"
    );
    let mut finding = RULE.at(step, table.as_deref(), Some(name), message, help);
    finding.level = Level::Note;
    Some(finding)
}

fn table_argument(table: &str) -> String {
    let (bare, schema) = argument(table);
    format!(", table_name=\"{bare}\"{schema}")
}
