//! `concurrently-in-transaction`: CONCURRENTLY is refused inside a transaction, and Alembic opens one.
//!
//! After Squawk's `ban-concurrent-index-creation-in-transaction`, Atlas's PG103, and Alembic's page on
//! `autocommit_block`.

use crate::schema::finding::{Finding, Level};
use crate::schema::operation::Operation;
use crate::schema::rules::{Context, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "concurrently-in-transaction",
    group: Group::LockSafety,
    level: Level::Warning,
    about: "An index is built or dropped with CONCURRENTLY inside the script's transaction.",
    why: "PostgreSQL refuses it there, and the migration stops. Alembic runs a script in a transaction unless it is told otherwise.",
    bad: "op.create_index(\"ix_user_email\", \"user\", [\"email\"], postgresql_concurrently=True)",
    good: "with op.get_context().autocommit_block():\n    \
                   op.create_index(\"ix_user_email\", \"user\", [\"email\"], postgresql_concurrently=True)",
    reference: "https://alembic.sqlalchemy.org/en/latest/api/runtime.html",
    look: Some(look),
};

fn look(context: &Context<'_>) -> Vec<Finding> {
    if !context.postgresql() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (at, step) in context.live() {
        let (table, name, call) = match &step.operation {
            Operation::CreateIndex { table, index, concurrently: true } => {
                (Some(table), index.name.as_deref(), "create_index")
            }
            Operation::DropIndex { table, name, concurrently: true } => {
                (table.as_ref(), Some(name.as_str()), "drop_index")
            }
            _ => continue,
        };
        if !context.in_transaction(at, step) {
            continue;
        }
        let shown = name.unwrap_or("…");
        let message =
            format!("`{shown}` is named with CONCURRENTLY inside a transaction, where PostgreSQL refuses it");
        let help = format!(
            "with op.get_context().autocommit_block():\n    op.{call}(\"{shown}\", …, postgresql_concurrently=True)"
        );
        findings.push(RULE.at(step, table.map(String::as_str), name, message, help));
    }
    findings
}
