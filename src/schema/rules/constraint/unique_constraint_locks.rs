//! `unique-constraint-locks`: a unique or exclude constraint builds its index while nobody may use the table.
//!
//! After Squawk's `disallowed-unique-constraint`, and PostgreSQL's page on ALTER TABLE (ADD
//! table_constraint_using_index).

use super::{list, name_or};
use crate::schema::finding::{Finding, Level};
use crate::schema::operation::Operation;
use crate::schema::rules::context::{argument, quoted};
use crate::schema::rules::{Context, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "unique-constraint-locks",
    group: Group::LockSafety,
    level: Level::Warning,
    about: "A unique or exclude constraint is added to a table that is there, and builds its index under a lock.",
    why: "The index is built under an ACCESS EXCLUSIVE lock. A unique index can be built beside the running program first, and \
          the constraint then takes it over in a moment.",
    bad: "op.create_unique_constraint(\"user_email_key\", \"user\", [\"email\"])",
    good: "with op.get_context().autocommit_block():\n    \
                   op.create_index(\"user_email_key\", \"user\", [\"email\"], unique=True, postgresql_concurrently=True)\n\
                   op.execute('ALTER TABLE \"user\" ADD CONSTRAINT user_email_key UNIQUE USING INDEX user_email_key')",
    reference: "https://squawkhq.com/docs/disallowed-unique-constraint",
    look: Some(look),
};

fn look(context: &Context<'_>) -> Vec<Finding> {
    if !context.postgresql() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (_, step) in context.live() {
        let (table, name, help) = match &step.operation {
            Operation::AddUnique { table, key, using_index: false } => {
                let name = name_or(key.name.as_deref(), table, &key.columns, "key");
                let help = help(table, &key.columns, &name);
                (table, name, help)
            }
            Operation::AddExclude { table, check } => {
                let name = name_or(check.name.as_deref(), table, &[], "excl");
                let help = "# it cannot be built beside running programs: add it in a quiet hour, and give up soon\n\
                            op.execute(\"SET LOCAL lock_timeout = '2s'\")";
                (table, name, help.to_owned())
            }
            _ => continue,
        };
        if context.created(table) {
            continue;
        }
        let message = format!("the constraint `{name}` builds its index while nobody may use `{table}`");
        findings.push(RULE.at(step, Some(table), Some(&name), message, help));
    }
    findings
}

fn help(table: &str, columns: &[String], name: &str) -> String {
    let ((bare, schema), quoted, columns) = (argument(table), quoted(table), list(columns));
    format!(
        "with op.get_context().autocommit_block():\n    \
         op.create_index(\"{name}\", \"{bare}\", {columns}, unique=True{schema}, postgresql_concurrently=True)\n\
         op.execute('ALTER TABLE {quoted} ADD CONSTRAINT \"{name}\" UNIQUE USING INDEX \"{name}\"')"
    )
}
