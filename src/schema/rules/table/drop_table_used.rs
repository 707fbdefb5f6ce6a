//! `drop-table-used`: a table goes that a model still maps.
//!
//! After Squawk's `ban-drop-table` and Atlas's DS102.

use crate::schema::finding::{Finding, Level};
use crate::schema::operation::Operation;
use crate::schema::rules::context;
use crate::schema::rules::{Context, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "drop-table-used",
    group: Group::LockSafety,
    level: Level::Error,
    about: "A table is dropped that the models still have.",
    why: "Every query of the model fails, and the rows are gone. Where the models give the table up in the same change it is a \
          note: programs of the release before fail until they are replaced.",
    bad: "op.drop_table(\"invoice\")  # while class Invoice is there",
    good: "# first release: take the class away\n# next release, with a backup at hand:\nop.drop_table(\"invoice\")",
    reference: "https://squawkhq.com/docs/ban-drop-table",
    look: Some(look),
};

fn look(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, step) in context.live() {
        let Operation::DropTable { table } = &step.operation else { continue };
        if context.created(table) || context.replaced(at, table) {
            continue;
        }
        let (level, message) = if context::table(context.newer, table).is_some() {
            (Level::Error, format!("`{table}` is dropped while the models still have it"))
        } else if context::table(context.older, table).is_some() {
            (Level::Note, format!("`{table}` is dropped: programs of the release before still ask for it"))
        } else {
            continue;
        };
        let (bare, schema) = context::argument(table);
        let help = format!(
            "# first release: take the model of `{table}` away, and deploy that\n\
             # next release, in a migration of its own and with a backup at hand:\nop.drop_table(\"{bare}\"{schema})"
        );
        let mut finding = RULE.at(step, Some(table), None, message, help);
        finding.level = level;
        findings.push(finding);
    }
    findings
}
