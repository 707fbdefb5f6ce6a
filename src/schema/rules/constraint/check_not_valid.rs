//! `check-not-valid`: a check constraint is held against every row while nobody may use the table.
//!
//! After Squawk's `constraint-missing-not-valid`, and PostgreSQL's page on ALTER TABLE.

use super::name_or;
use crate::schema::finding::{Finding, Level};
use crate::schema::operation::Operation;
use crate::schema::rules::context::{argument, quoted};
use crate::schema::rules::{Context, Group, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    id: "check-not-valid",
    group: Group::LockSafety,
    level: Level::Warning,
    about: "A check constraint is added to a table that is there, and checked at once.",
    why: "Every row is read under an ACCESS EXCLUSIVE lock. NOT VALID holds new rows at once; VALIDATE CONSTRAINT reads the old \
          ones later and stops nobody.",
    bad: "op.create_check_constraint(\"price_positive\", \"product\", \"price > 0\")",
    good: "op.create_check_constraint(\"price_positive\", \"product\", \"price > 0\", postgresql_not_valid=True)\n\
                   # in the next migration:\nop.execute(\"ALTER TABLE product VALIDATE CONSTRAINT price_positive\")",
    reference: "https://squawkhq.com/docs/constraint-missing-not-valid",
    look: Some(look),
};

fn look(context: &Context<'_>) -> Vec<Finding> {
    if !context.postgresql() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (_, step) in context.live() {
        let Operation::AddCheck { table, check, checked: true } = &step.operation else { continue };
        if context.created(table) {
            continue;
        }
        let name = name_or(check.name.as_deref(), table, &[], "check");
        let sql = check.sql.replace('"', "\\\"");
        let message = format!("the check `{name}` reads every row of `{table}` while nobody may use it");
        let ((bare, schema), quoted) = (argument(table), quoted(table));
        let help = format!(
            "op.create_check_constraint(\"{name}\", \"{bare}\", \"{sql}\"{schema}, postgresql_not_valid=True)\n\
             # in the next migration:\nop.execute('ALTER TABLE {quoted} VALIDATE CONSTRAINT \"{name}\"')"
        );
        findings.push(RULE.at(step, Some(table), Some(&name), message, help));
    }
    findings
}
