//! `drop-column-used`: a column goes that a model still names in every query.
//!
//! After Squawk's `ban-drop-column` and Atlas's DS103.

use crate::schema::finding::{Finding, Level};
use crate::schema::operation::Operation;
use crate::schema::rules::context::{self, argument, same};
use crate::schema::rules::{Context, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "drop-column-used",
    group: Group::LockSafety,
    level: Level::Error,
    about: "A column is dropped that the models still have.",
    why: "Every query of the model names every column: from the drop on, each of them fails. Where the models give the column \
          up in the same change it is a note: programs that still run fail until they are replaced.",
    bad: "op.drop_column(\"user\", \"phone\")  # while class User has phone",
    good: "# first release: take the attribute out of the model\n# next release:\nop.drop_column(\"user\", \"phone\")",
    reference: "https://squawkhq.com/docs/ban-drop-column",
    look: Some(look),
};

fn look(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, step) in context.live() {
        let Operation::DropColumn { table, column } = &step.operation else { continue };
        let added = context.before(at).any(|operation| adds(operation, table, column));
        if context.created(table) || added {
            continue;
        }
        let Some((level, message)) = judged(context, at, table, column) else { continue };
        let (bare, schema) = argument(table);
        let help = format!(
            "# first release: take `{column}` out of the model, and deploy that\n# next release, in a migration of its own:\n\
             op.drop_column(\"{bare}\", \"{column}\"{schema})"
        );
        let mut finding = RULE.at(step, Some(table), Some(column), message, help);
        finding.level = level;
        findings.push(finding);
    }
    findings
}

fn judged(context: &Context<'_>, at: usize, table: &str, column: &str) -> Option<(Level, String)> {
    if context.after(at).any(|operation| adds(operation, table, column)) {
        return Some((
            Level::Warning,
            format!("`{table}.{column}` is dropped and put in again: the values in it are lost"),
        ));
    }
    let after = context.final_name(at, table);
    if context::column(context.newer, after, column).is_some() {
        return Some((Level::Error, format!("`{table}.{column}` is dropped while the models still have it")));
    }
    context::column(context.older, table, column)?;
    Some((
        Level::Note,
        format!("`{table}.{column}` is dropped: programs of the release before still ask for it"),
    ))
}

/// Whether an operation puts a column of that name into the table.
fn adds(operation: &Operation, table: &str, column: &str) -> bool {
    match operation {
        Operation::AddColumn { table: of, column: added } => same(of, table) && added.name == column,
        Operation::AlterColumn { table: of, to, .. } => same(of, table) && to.name.as_deref() == Some(column),
        _ => false,
    }
}
