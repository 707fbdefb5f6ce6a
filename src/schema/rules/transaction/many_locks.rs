//! `many-locks-in-one-transaction`: locks on several tables are held together until the whole script is done.
//!
//! After Squawk's `transaction-nesting` and PostgreSQL's page on explicit locking (a transaction keeps its locks to
//! its end; two that take them in another order wait for each other).

use crate::schema::finding::{Finding, Level};
use crate::schema::operation::{Operation, Step};
use crate::schema::rules::context::same;
use crate::schema::rules::{Context, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "many-locks-in-one-transaction",
    group: Group::LockSafety,
    level: Level::Warning,
    about: "One transaction takes ACCESS EXCLUSIVE locks on several tables that are there.",
    why: "Each lock is held until the last step is done, and programs that use the tables in another order end in a deadlock. \
          Where every step takes a moment only, it is a note.",
    bad: "op.create_unique_constraint(\"user_email_key\", \"user\", [\"email\"])\nop.drop_column(\"order\", \"note\")",
    good: "two migrations, one for each table; or `with op.get_context().autocommit_block():` around each step",
    reference: "https://www.postgresql.org/docs/current/explicit-locking.html",
    look: Some(look),
};

fn look(context: &Context<'_>) -> Vec<Finding> {
    if !context.postgresql() {
        return Vec::new();
    }
    let mut tables: Vec<&str> = Vec::new();
    let (mut second, mut slow): (Option<&Step>, bool) = (None, false);
    for (at, step) in context.live() {
        let Some((table, takes_time)) = lock(&step.operation) else { continue };
        if context.created(table) || !context.in_transaction(at, step) {
            continue;
        }
        slow |= takes_time;
        if !tables.iter().any(|known| same(known, table)) {
            tables.push(table);
            if tables.len() == 2 {
                second = Some(step);
            }
        }
    }
    let Some(step) = second else { return Vec::new() };
    let shown: Vec<String> = tables.iter().map(|table| format!("`{table}`")).collect();
    let message =
        format!("one transaction holds ACCESS EXCLUSIVE locks on {} until its end", shown.join(", "));
    let help = "# one migration for each table; and give up soon where a lock is not to be had:\n\
                op.execute(\"SET LOCAL lock_timeout = '2s'\")";
    let mut finding = RULE.at(step, tables.get(1).copied(), None, message, help.to_owned());
    if !slow {
        finding.level = Level::Note;
    }
    vec![finding]
}

/// The table that an operation locks against everything, and whether it holds the lock while it looks at rows.
fn lock(operation: &Operation) -> Option<(&str, bool)> {
    match operation {
        Operation::AddColumn { table, .. }
        | Operation::DropColumn { table, .. }
        | Operation::DropConstraint { table, .. }
        | Operation::DropTable { table }
        | Operation::RenameTable { from: table, .. } => Some((table, false)),
        Operation::AlterColumn { table, to, .. } => {
            Some((table, to.kind.is_some() || to.nullable == Some(false)))
        }
        Operation::AddUnique { table, using_index, .. } => Some((table, !using_index)),
        Operation::AddPrimaryKey { table, .. } | Operation::AddExclude { table, .. } => Some((table, true)),
        Operation::AddCheck { table, checked, .. } | Operation::AddForeignKey { table, checked, .. } => {
            Some((table, *checked))
        }
        _ => None,
    }
}
