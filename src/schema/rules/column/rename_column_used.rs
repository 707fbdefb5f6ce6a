//! `rename-column-used`: a column gets another name while programs ask for it by the old one.
//!
//! After Squawk's `renaming-column` and Atlas's BC102.

use crate::schema::finding::{Finding, Level};
use crate::schema::operation::Operation;
use crate::schema::rules::context;
use crate::schema::rules::{Context, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "rename-column-used",
    group: Group::LockSafety,
    level: Level::Error,
    about: "A column is renamed that the models still have under its old name.",
    why: "Every query of the model asks for the old name and fails. Where the models change with it, it is a note: programs of \
          the release before fail until they are replaced.",
    bad: "op.alter_column(\"user\", \"name\", new_column_name=\"full_name\")  # while class User has name",
    good: "full_name = mapped_column(\"name\", Text)  # rename the attribute, keep the column",
    reference: "https://squawkhq.com/docs/renaming-column",
    look: Some(look),
};

fn look(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, step) in context.live() {
        let Operation::AlterColumn { table, column, to } = &step.operation else { continue };
        let Some(new) = to.name.as_ref().filter(|new| *new != column) else { continue };
        if context.created(table) {
            continue;
        }
        let after = context.final_name(at, table);
        let replaced = context.after(at).any(|operation| match operation {
            Operation::AddColumn { table: of, column: added } => {
                context::same(of, table) && added.name == *column
            }
            Operation::AlterColumn { table: of, to, .. } => {
                context::same(of, table) && to.name.as_ref() == Some(column)
            }
            _ => false,
        });
        let (level, message) = if !replaced && context::column(context.newer, after, column).is_some() {
            (
                Level::Error,
                format!("`{table}.{column}` is renamed to `{new}` while the models still have `{column}`"),
            )
        } else if context::column(context.older, table, column).is_some() {
            (
                Level::Note,
                format!(
                    "`{table}.{column}` is renamed to `{new}`: programs of the release before still ask for `{column}`"
                ),
            )
        } else {
            continue;
        };
        let mut finding = RULE.at(step, Some(table), Some(column), message, help(table, column, new));
        finding.level = level;
        findings.push(finding);
    }
    findings
}

fn help(table: &str, column: &str, new: &str) -> String {
    let (bare, schema) = context::argument(table);
    format!(
        "# keep the column and rename the attribute: {new} = mapped_column(\"{column}\", …)\n\
         # or, over several releases:\n\
         op.add_column(\"{bare}\", sa.Column(\"{new}\", …, nullable=True){schema})\n\
         # write both, copy in batches, read `{new}`; then, in a later migration:\n\
         op.drop_column(\"{bare}\", \"{column}\"{schema})"
    )
}
