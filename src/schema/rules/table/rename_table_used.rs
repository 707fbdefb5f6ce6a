//! `rename-table-used`: a table gets another name while programs ask for it by the old one.
//!
//! After Squawk's `renaming-table` and Atlas's BC101.

use crate::schema::finding::{Finding, Level};
use crate::schema::operation::Operation;
use crate::schema::rules::context;
use crate::schema::rules::{Context, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "rename-table-used",
    group: Group::LockSafety,
    level: Level::Error,
    about: "A table is renamed that the models still have under its old name.",
    why: "Every query of the model asks for the old name and fails. Where the models change with it, it is a note: programs of \
          the release before fail until they are replaced.",
    bad: "op.rename_table(\"user\", \"account\")  # while class User has __tablename__ = \"user\"",
    good: "op.rename_table(\"user\", \"account\")\nop.execute(\"CREATE VIEW user AS SELECT * FROM account\")",
    reference: "https://squawkhq.com/docs/renaming-table",
    look: Some(look),
};

fn look(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, step) in context.live() {
        let Operation::RenameTable { from, to } = &step.operation else { continue };
        if context.created(from) || context.replaced(at, from) {
            continue;
        }
        // From one schema to another, the model may name none.
        let still = from != to && context.newer.tables.contains_key(from);
        let (level, message) = if still {
            (Level::Error, format!("`{from}` is renamed to `{to}` while the models still have `{from}`"))
        } else if context::table(context.older, from).is_some() {
            (
                Level::Note,
                format!(
                    "`{from}` is renamed to `{to}`: programs of the release before still ask for `{from}`"
                ),
            )
        } else {
            continue;
        };
        let ((bare, schema), old, new) =
            (context::argument(from), context::quoted(from), context::quoted(to));
        let help = format!(
            "# keep the table's name and rename the class only; or leave a view behind until the release before is gone:\n\
             op.rename_table(\"{bare}\", \"{}\"{schema})\nop.execute('CREATE VIEW {old} AS SELECT * FROM {new}')",
            context::bare(to)
        );
        let mut finding = RULE.at(step, Some(from), None, message, help);
        finding.level = level;
        findings.push(finding);
    }
    findings
}
