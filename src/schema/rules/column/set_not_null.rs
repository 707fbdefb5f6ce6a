//! `set-not-null`: SET NOT NULL reads the whole table while nobody may use it.
//!
//! After Squawk's `adding-not-nullable-field`, and PostgreSQL's page on ALTER TABLE (SET NOT NULL skips the scan
//! where a valid CHECK proves it).

use crate::schema::finding::{Finding, Level};
use crate::schema::operation::Operation;
use crate::schema::rules::context::{self, same};
use crate::schema::rules::{Context, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "set-not-null",
    group: Group::LockSafety,
    level: Level::Warning,
    about: "A column that is there is made NOT NULL directly.",
    why: "PostgreSQL reads every row under an ACCESS EXCLUSIVE lock, and fails on the first NULL. A validated CHECK proves the \
          same under a lock that stops nobody.",
    bad: "op.alter_column(\"user\", \"email\", existing_type=sa.Text(), nullable=False)",
    good: "op.create_check_constraint(\"email_not_null\", \"user\", \"email IS NOT NULL\", postgresql_not_valid=True)\n\
                   op.execute(\"ALTER TABLE user VALIDATE CONSTRAINT email_not_null\")\n\
                   op.alter_column(\"user\", \"email\", existing_type=sa.Text(), nullable=False)\n\
                   op.drop_constraint(\"email_not_null\", \"user\", type_=\"check\")",
    reference: "https://squawkhq.com/docs/adding-not-nullable-field",
    look: Some(look),
};

fn look(context: &Context<'_>) -> Vec<Finding> {
    if !context.postgresql() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (at, step) in context.live() {
        let Operation::AlterColumn { table, column, to } = &step.operation else { continue };
        if to.nullable != Some(false) || context.created(table) || proved(context, at, table, column) {
            continue;
        }
        let was = context::column(context.older, table, column);
        // Said again by a script that alters something else.
        if was.is_some_and(|was| !was.nullable) {
            continue;
        }
        let message = format!(
            "`{table}.{column}` becomes NOT NULL: every row of `{table}` is read while nobody may use it"
        );
        findings.push(RULE.at(step, Some(table), Some(column), message, super::proof(table, column)));
    }
    findings
}

/// Whether a check on the table already says that no row holds NULL.
fn proved(context: &Context<'_>, at: usize, table: &str, column: &str) -> bool {
    let declared = context::table(context.older, table)
        .is_some_and(|t| t.checks.iter().any(|check| says(&check.sql, column)));
    declared
        || context.before(at).any(|operation| match operation {
            Operation::ValidateConstraint { table: of, .. } => same(of, table),
            Operation::AddCheck { table: of, check, .. } => same(of, table) && says(&check.sql, column),
            _ => false,
        })
}

fn says(check: &str, column: &str) -> bool {
    let check = check.to_ascii_lowercase();
    check.contains("is not null") && check.contains(&column.to_ascii_lowercase())
}
