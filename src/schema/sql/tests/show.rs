//! Operations as one short line each, for tables of tests.

use crate::schema::model::{Column, ForeignKey, Index, Key, Table};
use crate::schema::operation::{Altered, Operation};

pub fn show(operation: &Operation) -> String {
    match operation {
        Operation::CreateTable(made) => format!("table {}", table(made)),
        Operation::DropTable { table } => format!("drop table {table}"),
        Operation::RenameTable { from, to } => format!("rename table {from} {to}"),
        Operation::AddColumn { table, column: added } => format!("add {table} {}", column(added)),
        Operation::DropColumn { table, column } => format!("drop {table}.{column}"),
        Operation::AlterColumn { table, column, to } => format!("alter {table}.{column}{}", altered(to)),
        Operation::CreateIndex { table, index: made, concurrently } => {
            format!("index {table} {}{}", index(made), if *concurrently { " concurrently" } else { "" })
        }
        Operation::DropIndex { table, name, concurrently } => {
            let on = table.as_deref().map_or_else(String::new, |table| format!(" on {table}"));
            format!("drop index {name}{on}{}", if *concurrently { " concurrently" } else { "" })
        }
        Operation::AddUnique { table, key: added, using_index } => {
            format!("unique {table} {}{}", key(added), if *using_index { " using index" } else { "" })
        }
        Operation::AddPrimaryKey { table, key: added } => format!("primary {table} {}", key(added)),
        Operation::AddForeignKey { table, key, checked } => {
            format!("foreign {table} {}{}", foreign(key), not_valid(*checked))
        }
        Operation::AddCheck { table, check, checked } => {
            format!("check {table} {} [{}]{}", name(&check.name), check.sql, not_valid(*checked))
        }
        Operation::AddExclude { table, check } => {
            format!("exclude {table} {} [{}]", name(&check.name), check.sql)
        }
        Operation::ValidateConstraint { table, name } => format!("validate {table} {name}"),
        Operation::DropConstraint { table, name, kind } => {
            format!("drop constraint {table} {name} {}", name_or(kind))
        }
        Operation::Rename { table, from, to } => format!("rename {} {from} {to}", name_or(table)),
        Operation::CreateEnum { name, values } => format!("enum {name} {}", values.join("|")),
        Operation::AlterEnum { name } => format!("alter enum {name}"),
        Operation::DropEnum { name } => format!("drop enum {name}"),
        Operation::RenameEnum { from, to } => format!("rename enum {from} {to}"),
        Operation::Comment { table, column, text } => {
            format!("comment {table}.{} {}", name_or(column), name_or(text))
        }
        Operation::Data { table } => format!("data {}", name_or(table)),
        Operation::Other { what } => format!("other {what}"),
        Operation::Opaque { about, .. } => format!("opaque {}", about.join(" ")),
    }
}

fn name(name: &Option<String>) -> String {
    name_or(name)
}

fn name_or(name: &Option<String>) -> String {
    name.clone().unwrap_or_else(|| "-".to_owned())
}

fn not_valid(checked: bool) -> &'static str {
    if checked { "" } else { " not valid" }
}

fn key(key: &Key) -> String {
    let options =
        if key.options.is_empty() { String::new() } else { format!(" {{{}}}", key.options.join("; ")) };
    format!("{} ({}){options}", name(&key.name), key.columns.join(", "))
}

fn foreign(key: &ForeignKey) -> String {
    let mut text = format!(
        "{} ({}) -> {} ({})",
        name(&key.name),
        key.columns.join(", "),
        key.target,
        key.target_columns.join(", ")
    );
    for (word, action) in [("delete", &key.on_delete), ("update", &key.on_update)] {
        if let Some(action) = action {
            text.push_str(&format!(" on {word} {action}"));
        }
    }
    if !key.options.is_empty() {
        text.push_str(&format!(" {{{}}}", key.options.join("; ")));
    }
    text
}

fn index(index: &Index) -> String {
    let options =
        if index.options.is_empty() { String::new() } else { format!(" {{{}}}", index.options.join("; ")) };
    format!(
        "{} ({}){}{options}",
        name(&index.name),
        index.columns.join(", "),
        if index.unique { " unique" } else { "" }
    )
}

pub fn column(column: &Column) -> String {
    let mut text = format!("{} {}", column.name, column.kind.sql);
    let mut say = |word: &str, value: &Option<String>| {
        if let Some(value) = value {
            text.push_str(&format!(" {word} {value}"));
        }
    };
    say("default", &column.server_default);
    say("computed", &column.computed);
    say("identity", &column.identity);
    say("comment", &column.comment);
    for (said, word) in [
        (!column.nullable, " not null"),
        (column.primary_key, " pk"),
        (column.autoincrement == Some(true), " auto"),
        (column.kind.unresolved, " ?"),
    ] {
        text.push_str(if said { word } else { "" });
    }
    text
}

fn altered(to: &Altered) -> String {
    let mut text = String::new();
    if let Some(name) = &to.name {
        text.push_str(&format!(" name {name}"));
    }
    if let Some(kind) = &to.kind {
        text.push_str(&format!(" type {}", kind.sql));
    }
    match to.nullable {
        Some(true) => text.push_str(" null"),
        Some(false) => text.push_str(" not null"),
        None => {}
    }
    for (word, value) in [("default", &to.server_default), ("comment", &to.comment)] {
        if let Some(value) = value {
            text.push_str(&format!(" {word} {}", name_or(value)));
        }
    }
    text.push_str(if to.generated { " generated" } else { "" });
    text.push_str(if to.using { " using" } else { "" });
    text
}

fn table(table: &Table) -> String {
    let mut parts: Vec<String> =
        table.order.iter().filter_map(|name| table.columns.get(name)).map(column).collect();
    parts.extend(table.primary_key.iter().map(|found| format!("primary {}", key(found))));
    parts.extend(table.uniques.iter().map(|found| format!("unique {}", key(found))));
    parts.extend(table.foreign_keys.iter().map(|found| format!("foreign {}", foreign(found))));
    parts.extend(table.checks.iter().map(|check| format!("check {} [{}]", name(&check.name), check.sql)));
    parts.extend(table.excludes.iter().map(|check| format!("exclude {} [{}]", name(&check.name), check.sql)));
    parts.extend(table.indexes.iter().map(|found| format!("index {}", index(found))));
    let comment = table.comment.as_ref().map_or_else(String::new, |comment| format!(" comment {comment}"));
    format!("{}: {}{comment}", table.full_name(), parts.join("; "))
}
