//! Scripts, written as SQL, and what the lock-safety rules find in them.

mod columns;
mod locks;
mod rewrite;
mod used;

use std::collections::BTreeSet;

use super::*;
use crate::schema::model::Model;
use crate::schema::operation::Operation;
use crate::schema::place::Place;
use crate::schema::settings::Dialect;
use crate::schema::sql;

/// Models as the tables that SQL creates.
fn model(text: &str, dialect: Dialect) -> Model {
    let operations = sql::parse(text, dialect).into_iter().flat_map(|statement| statement.operations);
    let tables = operations.map(|operation| match operation {
        Operation::CreateTable(table) => (table.full_name(), *table),
        other => panic!("{other:?}"),
    });
    Model { tables: tables.collect() }
}

/// Steps of a script written as SQL, all of it in one transaction.
fn steps(text: &str, dialect: Dialect) -> Vec<Step> {
    let step = |(line, operation)| Step {
        operation,
        place: Place::new("versions/a.py", line),
        batch: false,
        autocommit: false,
        conditional: false,
    };
    let parsed = sql::parse(text, dialect).into_iter();
    parsed
        .flat_map(|statement| {
            statement.operations.into_iter().map(move |operation| step((statement.line, operation)))
        })
        .collect()
}

fn findings(dialect: Dialect, steps: &[Step], older: &str, newer: &str) -> Vec<Finding> {
    let (older, newer) = (model(older, dialect), model(newer, dialect));
    let created: BTreeSet<String> = steps
        .iter()
        .filter_map(|step| match &step.operation {
            Operation::CreateTable(table) => Some(table.full_name()),
            _ => None,
        })
        .collect();
    lint(&Context { steps, dialect, older: &older, newer: &newer, created: &created })
}

/// Ids of what is found, with the level where it is not the rule's own.
fn ids(findings: &[Finding]) -> String {
    let id = |finding: &Finding| {
        let own = find(finding.rule).unwrap().level;
        if finding.level == own {
            finding.rule.to_owned()
        } else {
            format!("{} {:?}", finding.rule, finding.level).to_lowercase()
        }
    };
    findings.iter().map(id).collect::<Vec<_>>().join(", ")
}

/// Holds a table of scripts and what is found, with these models before and after.
fn hold(dialect: Dialect, older: &str, newer: &str, table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .map(|(script, expected)| {
            (script, expected, ids(&findings(dialect, &steps(script, dialect), older, newer)))
        })
        .filter(|(_, expected, found)| found != *expected)
        .map(|(script, expected, found)| format!("{script}\n  expected {expected}\n  found    {found}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn ids_are_there_once_and_say_something() {
    for rule in all() {
        assert_eq!(all().filter(|other| other.id == rule.id).count(), 1, "{}", rule.id);
        assert_eq!(rule.look.is_some(), rule.group == Group::LockSafety, "{}", rule.id);
        assert!(rule.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", rule.id);
        assert!(rule.about.ends_with('.') && !rule.about.contains('\n'), "{}", rule.id);
        for text in [rule.why, rule.bad, rule.good, rule.reference] {
            assert!(!text.is_empty() && !text.contains("  \n"), "{}", rule.id);
        }
        assert_eq!(find(rule.id).map(|found| found.id), Some(rule.id));
    }
    assert!(find("no-such-rule").is_none());
}

#[test]
fn findings_stand_where_the_step_is_and_help_is_a_script() {
    let script = "SELECT 1;\n\nALTER TABLE t ADD COLUMN a int NOT NULL;\nCREATE INDEX ix ON t (a)";
    let found = findings(
        Dialect::Postgresql,
        &steps(script, Dialect::Postgresql),
        "CREATE TABLE t (b int)",
        "CREATE TABLE t (b int)",
    );
    let lines: Vec<u32> = found.iter().map(|finding| finding.place.line).collect();
    assert_eq!(lines, [3, 4]);
    for finding in &found {
        assert_eq!(finding.table.as_deref(), Some("t"));
        assert!(finding.item.is_some());
        assert!(finding.help.contains("op."), "{}", finding.help);
    }
}

/// Recipes name tables as Alembic takes them and quote what SQL would misread.
#[test]
fn recipes_name_schema_and_quote() {
    let script = "ALTER TABLE app.\"user\" ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES b.c (id);\nALTER TABLE app.\"user\" ALTER \"order\" SET NOT NULL";
    let found = findings(Dialect::Postgresql, &steps(script, Dialect::Postgresql), "", "");
    let help: Vec<&str> = found.iter().map(|finding| finding.help.as_str()).collect();
    assert_eq!(
        help,
        [
            "op.create_foreign_key(\"k\", \"user\", \"c\", [\"a\"], [\"id\"], source_schema=\"app\", referent_schema=\"b\", \
             postgresql_not_valid=True)\n# in the next migration:\nop.execute('ALTER TABLE app.\"user\" VALIDATE CONSTRAINT \"k\"')",
            "op.create_check_constraint(\"order_not_null\", \"user\", '\"order\" IS NOT NULL', schema=\"app\", \
             postgresql_not_valid=True)\n# in a later migration, once the rows are filled:\n\
             op.execute('ALTER TABLE app.\"user\" VALIDATE CONSTRAINT \"order_not_null\"')\n\
             op.alter_column(\"user\", \"order\", nullable=False, schema=\"app\")\n\
             op.drop_constraint(\"order_not_null\", \"user\", type_=\"check\", schema=\"app\")",
        ]
    );
}
