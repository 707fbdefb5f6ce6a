//! `foreign-key-not-valid`: a foreign key is checked against every row while both tables wait.
//!
//! After Squawk's `adding-foreign-key-constraint`, and PostgreSQL's and MySQL's pages on ALTER TABLE.

use super::{list, name_or};
use crate::schema::finding::{Finding, Level};
use crate::schema::model::ForeignKey;
use crate::schema::operation::Operation;
use crate::schema::rules::context::{argument, quoted, same};
use crate::schema::rules::{Context, Group, Rule};
use crate::schema::settings::Dialect;

/// The rule.
pub const RULE: Rule = Rule {
    id: "foreign-key-not-valid",
    group: Group::LockSafety,
    level: Level::Warning,
    about: "A foreign key is added to a table that is there, and checked at once.",
    why: "Every row is looked up under a lock that stops writes to both tables. NOT VALID holds new rows at once; VALIDATE \
          CONSTRAINT looks at the old ones later and stops nobody.",
    bad: "op.create_foreign_key(\"car_owner_id_fkey\", \"car\", \"user\", [\"owner_id\"], [\"id\"])",
    good: "op.create_foreign_key(\"car_owner_id_fkey\", \"car\", \"user\", [\"owner_id\"], [\"id\"], postgresql_not_valid=True)\n\
                   # in the next migration:\nop.execute(\"ALTER TABLE car VALIDATE CONSTRAINT car_owner_id_fkey\")",
    reference: "https://squawkhq.com/docs/adding-foreign-key-constraint",
    look: Some(look),
};

fn look(context: &Context<'_>) -> Vec<Finding> {
    if context.dialect == Dialect::Sqlite {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (at, step) in context.live() {
        let Operation::AddForeignKey { table, key, checked: true } = &step.operation else { continue };
        if context.created(table) {
            continue;
        }
        let target = &key.target;
        let name = name_or(key.name.as_deref(), table, &key.columns, "fkey");
        let postgresql = context.postgresql();
        let cost = if postgresql {
            "is checked under a lock that stops writes to both"
        } else {
            "copies the table while writes wait"
        };
        let message = format!("the foreign key `{name}` from `{table}` to `{target}` {cost}");
        let help = if postgresql { help(table, key, &name) } else { mysql_help(table, key, &name) };
        let mut finding = RULE.at(step, Some(table), Some(&name), message, help);
        // Rows of a column that is new hold NULL: there is little to look up.
        if key.columns.iter().all(|column| new_and_empty(context, at, table, column)) {
            finding.level = Level::Note;
        }
        findings.push(finding);
    }
    findings
}

fn new_and_empty(context: &Context<'_>, at: usize, table: &str, name: &str) -> bool {
    context.before(at).any(|operation| match operation {
        Operation::AddColumn { table: of, column } => {
            same(of, table) && column.name == name && column.server_default.is_none()
        }
        _ => false,
    })
}

fn help(table: &str, key: &ForeignKey, name: &str) -> String {
    let (call, quoted) = (call(table, key, name), quoted(table));
    format!(
        "{call}, postgresql_not_valid=True)\n\
         # in the next migration:\nop.execute('ALTER TABLE {quoted} VALIDATE CONSTRAINT \"{name}\"')"
    )
}

fn mysql_help(table: &str, key: &ForeignKey, name: &str) -> String {
    let call = call(table, key, name);
    format!(
        "# rows are not looked at with the checks off; see first that each of them points to something\nop.execute('SET foreign_key_checks = 0')\n{call})\nop.execute('SET foreign_key_checks = 1')"
    )
}

fn call(table: &str, key: &ForeignKey, name: &str) -> String {
    let ((source, schema), (target, target_schema)) = (argument(table), argument(&key.target));
    let (columns, target_columns) = (list(&key.columns), list(&key.target_columns));
    let mut call =
        format!("op.create_foreign_key(\"{name}\", \"{source}\", \"{target}\", {columns}, {target_columns}");
    for (word, action) in [("ondelete", &key.on_delete), ("onupdate", &key.on_update)] {
        if let Some(action) = action {
            call.push_str(&format!(", {word}=\"{action}\""));
        }
    }
    call.push_str(&schema.replace(" schema", " source_schema"));
    call.push_str(&target_schema.replace(" schema", " referent_schema"));
    call
}
