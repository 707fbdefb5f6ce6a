//! Scripts and what is read from them.

use super::{Script, is_script, read};
use crate::schema::eval::{Interpreter, Modules};
use crate::schema::memory::Memory;
use crate::schema::operation::{Operation, Step};
use crate::schema::settings::Dialect;
use crate::schema::tree::Tree;

mod steps;

/// Reads `migrations/versions/a.py` of a tree.
fn script(tree: &str) -> Script {
    let memory = Memory::of(tree);
    let path = "migrations/versions/a.py";
    let module = memory.module(&memory, memory.find(path).unwrap());
    assert!(module.errors.is_empty(), "{:?}\n{tree}", module.errors);
    assert!(is_script(&module), "{tree}");
    read(&mut Interpreter::new(&memory, &memory), path, Dialect::Postgresql).unwrap()
}

/// Reads a script whose `upgrade` is made of the lines given.
pub(super) fn upgrade(lines: &str) -> Vec<Step> {
    let body: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    let head =
        "from alembic import op\nimport sqlalchemy as sa\nfrom sqlalchemy.dialects import postgresql\n";
    let ids = "revision = 'b'\ndown_revision = 'a'\n";
    script(&format!("=== migrations/versions/a.py\n{head}{ids}def upgrade():\n{body}    pass\ndef downgrade():\n    pass\n")).upgrade
}

/// A step in few words.
pub(super) fn word(step: &Step) -> String {
    let mut text = operation(&step.operation);
    for (is, mark) in [(step.batch, " batch"), (step.autocommit, " autocommit"), (step.conditional, " maybe")]
    {
        if is {
            text.push_str(mark);
        }
    }
    text
}

fn operation(operation: &Operation) -> String {
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "-".to_owned());
    let list = |names: &[String]| names.join(",");
    match operation {
        Operation::CreateTable(table) => {
            let columns = table.order.iter().filter_map(|name| table.columns.get(name));
            let column = |column: &crate::schema::model::Column| {
                format!(
                    "{} {}{}",
                    column.name,
                    column.kind.sql,
                    if column.nullable { "" } else { " NOT NULL" }
                )
            };
            let columns: Vec<String> = columns.map(column).collect();
            format!(
                "create table {} ({}) pk {} fk {} uq {} ix {}",
                table.full_name(),
                columns.join(", "),
                table.primary_key.as_ref().map(|key| list(&key.columns)).unwrap_or_default(),
                table.foreign_keys.len(),
                table.uniques.len(),
                table.indexes.len(),
            )
        }
        Operation::DropTable { table } => format!("drop table {table}"),
        Operation::RenameTable { from, to } => format!("rename table {from} {to}"),
        Operation::AddColumn { table, column } => format!(
            "add column {table}.{} {}{}{}",
            column.name,
            column.kind.sql,
            if column.nullable { "" } else { " NOT NULL" },
            column.server_default.as_ref().map(|default| format!(" DEFAULT {default}")).unwrap_or_default()
        ),
        Operation::DropColumn { table, column } => format!("drop column {table}.{column}"),
        Operation::AlterColumn { table, column, to } => {
            let mut words = vec![format!("alter {table}.{column}")];
            words.extend(to.name.as_ref().map(|name| format!("name {name}")));
            words.extend(to.kind.as_ref().map(|kind| format!("type {}", kind.sql)));
            words.extend(to.existing.as_ref().map(|kind| format!("was {}", kind.sql)));
            words.extend(to.nullable.map(|nullable| format!("nullable {nullable}")));
            words.extend(to.server_default.as_ref().map(|default| format!("default {}", name(default))));
            words.extend(to.comment.as_ref().map(|comment| format!("comment {}", name(comment))));
            words.extend(to.generated.then(|| "generated".to_owned()));
            words.extend(to.using.then(|| "using".to_owned()));
            words.join(" ")
        }
        Operation::CreateIndex { table, index, concurrently } => format!(
            "create {}index {} {table}({}){}{}",
            if index.unique { "unique " } else { "" },
            name(&index.name),
            list(&index.columns),
            index.options.iter().map(|option| format!(" {option}")).collect::<String>(),
            if *concurrently { " concurrently" } else { "" }
        ),
        Operation::DropIndex { table, name: index, concurrently } => {
            format!("drop index {index} {}{}", name(table), if *concurrently { " concurrently" } else { "" })
        }
        Operation::AddUnique { table, key, .. } => {
            format!("unique {} {table}({})", name(&key.name), list(&key.columns))
        }
        Operation::AddPrimaryKey { table, key } => {
            format!("pk {} {table}({})", name(&key.name), list(&key.columns))
        }
        Operation::AddForeignKey { table, key, checked } => format!(
            "fk {} {table}({}) -> {}({}){}{}",
            name(&key.name),
            list(&key.columns),
            key.target,
            list(&key.target_columns),
            key.on_delete.as_ref().map(|action| format!(" {action}")).unwrap_or_default(),
            if *checked { "" } else { " not valid" }
        ),
        Operation::AddCheck { table, check, checked } => {
            format!(
                "check {} {table} {}{}",
                name(&check.name),
                check.sql,
                if *checked { "" } else { " not valid" }
            )
        }
        Operation::AddExclude { table, check } => format!("exclude {} {table}", name(&check.name)),
        Operation::ValidateConstraint { table, name } => format!("validate {name} {table}"),
        Operation::DropConstraint { table, name: constraint, kind } => {
            format!("drop constraint {constraint} {table} {}", name(kind))
        }
        Operation::Rename { from, to, .. } => format!("rename {from} {to}"),
        Operation::CreateEnum { name, values } => format!("create enum {name} ({})", list(values)),
        Operation::AlterEnum { name } => format!("alter enum {name}"),
        Operation::DropEnum { name } => format!("drop enum {name}"),
        Operation::RenameEnum { from, to } => format!("rename enum {from} {to}"),
        Operation::Comment { table, column, text } => {
            format!("comment {table}.{} {}", name(column), name(text))
        }
        Operation::Data { table } => format!("data {}", name(table)),
        Operation::Other { what } => format!("other {what}"),
        Operation::Opaque { about, .. } => format!("opaque [{}]", list(about)),
    }
}

#[test]
fn ids_are_read_however_they_are_written() {
    let read = |head: &str| {
        script(&format!(
            "=== migrations/versions/a.py\n{head}\ndef upgrade():\n    pass\ndef downgrade():\n    pass\n"
        ))
    };
    let plain = read("revision = 'b'\ndown_revision = None");
    assert_eq!((plain.revision.as_str(), plain.down_revisions.len()), ("b", 0));
    let typed = read(
        "from typing import Union, Sequence\nrevision: str = 'b'\ndown_revision: Union[str, None] = 'a'\nbranch_labels: Union[str, Sequence[str], None] = ('x', 'y')\ndepends_on = 'z'",
    );
    assert_eq!(typed.down_revisions, ["a"]);
    assert_eq!(typed.branch_labels, ["x", "y"]);
    assert_eq!(typed.depends_on, ["z"]);
    let merge = read("A = 'a'\nrevision = 'm'\ndown_revision = (A, 'b')");
    assert_eq!(merge.down_revisions, ["a", "b"]);
    assert_eq!(merge.downgrade_line, Some(6));
}

#[test]
fn what_is_no_script() {
    for source in ["x = 1\n", "revision = 'a'\n", "def f():\n    revision = 'a'\n    down_revision = 'b'\n"] {
        let memory = Memory::new(&[("a.py", source)]);
        assert!(!is_script(&memory.module(&memory, memory.find("a.py").unwrap())), "{source}");
    }
    let memory = Memory::new(&[("a.py", "revision = 'a'\ndown_revision = None\n")]);
    assert_eq!(read(&mut Interpreter::new(&memory, &memory), "a.py", Dialect::Postgresql), None);
}

#[test]
fn a_script_can_say_that_there_is_no_way_back() {
    for (body, expected) in [
        ("    pass\n", false),
        ("    raise NotImplementedError()\n", true),
        ("    raise Exception('no')\n", true),
        ("    if x:\n        raise Exception('no')\n", false),
        ("    # irreversible: the rows are gone\n    pass\n", true),
        ("    \"\"\"Cannot be undone.\"\"\"\n", true),
        ("    pass\n\ndef other():\n    # irreversible\n    pass\n", false),
    ] {
        let text = format!(
            "=== migrations/versions/a.py\nfrom x import x\nrevision = 'b'\ndown_revision = None\ndef upgrade():\n    pass\ndef downgrade():\n{body}"
        );
        assert_eq!(script(&text).irreversible, expected, "{body}");
    }
}
