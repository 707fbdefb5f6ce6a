//! `primary-key-locks`: a primary key builds its index, and makes its columns NOT NULL, while nobody may use the
//! table.
//!
//! After Squawk's `adding-serial-primary-key-field`, and PostgreSQL's page on ALTER TABLE (ADD
//! table_constraint_using_index).

use super::{list, name_or};
use crate::schema::finding::{Finding, Level};
use crate::schema::operation::Operation;
use crate::schema::rules::context::{argument, quoted};
use crate::schema::rules::{Context, Group, Rule};
use crate::schema::settings::Dialect;
use crate::schema::sql::USING_INDEX;

/// The rule.
pub const RULE: Rule = Rule {
    id: "primary-key-locks",
    group: Group::LockSafety,
    level: Level::Warning,
    about: "A primary key is added to a table that is there.",
    why: "The index is built, and every row read for NULL, under an ACCESS EXCLUSIVE lock; MySQL writes the table anew. On \
          PostgreSQL the key can take over a unique index that was built beside the running program.",
    bad: "op.create_primary_key(\"user_pkey\", \"user\", [\"id\"])",
    good: "with op.get_context().autocommit_block():\n    \
                   op.create_index(\"user_pkey\", \"user\", [\"id\"], unique=True, postgresql_concurrently=True)\n\
                   op.execute('ALTER TABLE \"user\" ADD CONSTRAINT user_pkey PRIMARY KEY USING INDEX user_pkey')",
    reference: "https://www.postgresql.org/docs/current/sql-altertable.html",
    look: Some(look),
};

fn look(context: &Context<'_>) -> Vec<Finding> {
    if context.dialect == Dialect::Sqlite {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (_, step) in context.live() {
        let Operation::AddPrimaryKey { table, key } = &step.operation else { continue };
        if context.created(table) || key.options.iter().any(|option| option == USING_INDEX) {
            continue;
        }
        let name = name_or(key.name.as_deref(), table, &[], "pkey");
        let cost =
            if context.postgresql() { "builds its index" } else { "is put in, and the table written anew," };
        let message = format!("the primary key `{name}` {cost} while nobody may use `{table}`");
        let ((bare, schema), quoted, columns) = (argument(table), quoted(table), list(&key.columns));
        let help = if context.postgresql() {
            format!(
                "with op.get_context().autocommit_block():\n    \
                 op.create_index(\"{name}\", \"{bare}\", {columns}, unique=True{schema}, postgresql_concurrently=True)\n\
                 op.execute('ALTER TABLE {quoted} ADD CONSTRAINT \"{name}\" PRIMARY KEY USING INDEX \"{name}\"')"
            )
        } else {
            format!(
                "# in a quiet hour, or with a tool that copies the table beside the running program\nop.create_primary_key(\"{name}\", \"{bare}\", {columns}{schema})"
            )
        };
        findings.push(RULE.at(step, Some(table), Some(&name), message, help));
    }
    findings
}
