//! Small projects and the `MetaData` that SQLAlchemy 2 makes of them: every file of `cases` holds the sources and, behind
//! `=== expected`, what SQLAlchemy itself was asked for.

mod notes;

use std::fmt::Write;

use super::model;
use crate::schema::eval::Interpreter;
use crate::schema::finding::Note;
use crate::schema::memory::Memory;
use crate::schema::model::{Column, Model, Table};
use crate::schema::settings::Dialect;
use crate::schema::tree::Tree;

/// The model of sources, each opened by a line `=== path`, and what could not be told.
fn built(sources: &str) -> (Model, Vec<Note>) {
    let memory = Memory::of(sources);
    let mut interpreter = Interpreter::new(&memory, &memory);
    for file in memory.files() {
        interpreter.run(&file.path);
    }
    let model = model(&mut interpreter, Dialect::Postgresql);
    let notes = interpreter.notes().to_vec();
    (model, notes)
}

fn name(name: &Option<String>) -> &str {
    name.as_deref().unwrap_or("-")
}

fn options(options: &[String]) -> String {
    options.iter().fold(String::new(), |text, option| text + " {" + option + "}")
}

fn column(column: &Column) -> String {
    let mut line = format!("  {} {}", column.name, column.kind.sql);
    if let Some(values) = &column.kind.values {
        write!(line, " {}[{}]", name(&values.name), values.values.join(", ")).unwrap();
    }
    line.push_str(if column.nullable { " NULL" } else { " NOT NULL" });
    line.push_str(if column.primary_key { " KEY" } else { "" });
    let said = [
        ("server_default", &column.server_default),
        ("computed", &column.computed),
        ("identity", &column.identity),
        ("comment", &column.comment),
    ];
    for (what, value) in said {
        if let Some(value) = value {
            write!(line, " {what}{{{value}}}").unwrap();
        }
    }
    if let Some(value) = column.autoincrement {
        write!(line, " autoincrement{{{}}}", if value { "True" } else { "False" }).unwrap();
    }
    line
}

fn constraints(table: &Table) -> Vec<String> {
    let mut lines = Vec::new();
    for (word, keys) in [("pk", table.primary_key.as_slice()), ("uq", &table.uniques)] {
        for key in keys {
            let columns = key.columns.join(", ");
            lines.push(format!("  {word} {} ({columns}){}", name(&key.name), options(&key.options)));
        }
    }
    for key in &table.foreign_keys {
        lines.push(format!(
            "  fk {} ({}) -> {} ({}) {} {}{}",
            name(&key.name),
            key.columns.join(", "),
            key.target,
            key.target_columns.join(", "),
            name(&key.on_delete),
            name(&key.on_update),
            options(&key.options)
        ));
    }
    for (word, checks) in [("ck", &table.checks), ("ex", &table.excludes)] {
        lines.extend(checks.iter().map(|check| format!("  {word} {} {}", name(&check.name), check.sql)));
    }
    for index in &table.indexes {
        let unique = if index.unique { " UNIQUE" } else { "" };
        let columns = index.columns.join(", ");
        lines.push(format!("  ix {} ({columns}){unique}{}", name(&index.name), options(&index.options)));
    }
    lines.sort();
    lines
}

/// A model as text, as the files of `cases` have it.
fn show(model: &Model) -> String {
    let mut lines = Vec::new();
    for (name, table) in &model.tables {
        let comment = table.comment.as_ref().map_or_else(String::new, |comment| format!(" -- {comment}"));
        lines.push(format!("table {name}{comment}"));
        lines.extend(table.order.iter().map(|name| column(&table.columns[name])));
        lines.extend(constraints(table));
    }
    lines.join("\n") + "\n"
}

#[test]
fn models_are_those_that_sqlalchemy_makes() {
    let cases = [
        ("classic", include_str!("cases/classic.txt")),
        ("mixins", include_str!("cases/mixins.txt")),
        ("naming", include_str!("cases/naming.txt")),
        ("mapped", include_str!("cases/mapped.txt")),
        ("flask", include_str!("cases/flask.txt")),
        ("sqlmodel", include_str!("cases/sqlmodel.txt")),
        ("constraints", include_str!("cases/constraints.txt")),
        ("types", include_str!("cases/types.txt")),
        ("inherit", include_str!("cases/inherit.txt")),
        ("registry", include_str!("cases/registry.txt")),
        ("expr", include_str!("cases/expr.txt")),
        ("misc", include_str!("cases/misc.txt")),
    ];
    let mut wrong = String::new();
    for (case, text) in cases {
        let (sources, expected) = text.split_once("=== expected\n").unwrap();
        let found = show(&built(sources).0);
        for line in expected.lines().filter(|line| !found.lines().any(|other| other == *line)) {
            writeln!(wrong, "{case} lacks: {line}").unwrap();
        }
        for line in found.lines().filter(|line| !expected.lines().any(|other| other == *line)) {
            writeln!(wrong, "{case} has: {line}").unwrap();
        }
        if found != expected && wrong.is_empty() {
            writeln!(wrong, "{case} has another order").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
