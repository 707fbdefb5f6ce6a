//! `enum-add-value-in-transaction`: an enum's new value cannot be used by the transaction that adds it.
//!
//! After PostgreSQL's page on ALTER TYPE: before 12 ADD VALUE is refused inside a transaction, since then the value
//! waits for its end.

use crate::schema::finding::{Finding, Level};
use crate::schema::operation::Operation;
use crate::schema::rules::context::same;
use crate::schema::rules::{Context, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "enum-add-value-in-transaction",
    group: Group::LockSafety,
    level: Level::Note,
    about: "A value is added to an enum inside the script's transaction.",
    why: "PostgreSQL before 12 refuses it; later ones refuse to use the value before the transaction ends, so a default or an \
          UPDATE in the same script fails.",
    bad: "op.execute(\"ALTER TYPE state ADD VALUE 'paid'\")",
    good: "with op.get_context().autocommit_block():\n    op.execute(\"ALTER TYPE state ADD VALUE IF NOT EXISTS 'paid'\")",
    reference: "https://www.postgresql.org/docs/current/sql-altertype.html",
    look: Some(look),
};

fn look(context: &Context<'_>) -> Vec<Finding> {
    if !context.postgresql() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (at, step) in context.live() {
        let Operation::AlterEnum { name } = &step.operation else { continue };
        let new = context.before(at).any(|operation| match operation {
            Operation::CreateEnum { name: created, .. } => same(created, name),
            Operation::RenameEnum { to, .. } => same(to, name),
            _ => false,
        });
        if new || !context.in_transaction(at, step) {
            continue;
        }
        let message = format!(
            "the enum `{name}` gets a value inside a transaction, which cannot use it before it ends"
        );
        let help = format!(
            "with op.get_context().autocommit_block():\n    op.execute(\"ALTER TYPE {name} ADD VALUE IF NOT EXISTS '…'\")"
        );
        findings.push(RULE.at(step, None, Some(name), message, help));
    }
    findings
}
