//! Changes of a column that stays, joined into one `alter_column`.

use super::names::{TableName, sql_name};
use super::parts::{column, computed, execute, identity, kind, native_enum};
use super::python::{boolean, optional, sql, text};
use super::safe;
use super::step::{Body, OnTable, Phase, Step};
use crate::schema::change::Kind;
use crate::schema::model::Column;
use crate::schema::settings::Dialect;

/// The steps for a column of which these things changed.
pub fn alter(table: &TableName, kinds: &[Kind], old: &Column, new: &Column, dialect: Dialect) -> Vec<Step> {
    let step = |phase, comments, body| Step { phase, table: table.clone(), comments, body };
    if kinds.contains(&Kind::ComputedChanged) {
        // A generated column is never altered: its values come from nowhere else.
        let gone = OnTable::new("drop_column").with(text(&old.name));
        let made = OnTable::new("add_column").with(column(new, dialect));
        let (gone, made) = (Body::Table(gone), Body::Table(made));
        return vec![step(Phase::Detach, Vec::new(), gone), step(Phase::Add, Vec::new(), made)];
    }
    let has = |wanted: Kind| kinds.contains(&wanted);
    let native = native_enum(&new.kind, dialect).is_some();
    let retyped = has(Kind::TypeChanged) || has(Kind::EnumChanged) && !native;
    if kinds.iter().all(|kind| *kind == Kind::EnumChanged) && !retyped {
        return Vec::new();
    }
    let mut comments = Vec::new();
    let mut call = OnTable::new("alter_column").with(text(&new.name));
    call = call.named("existing_type", kind(&old.kind, dialect));
    if retyped {
        call = call.named("type_", kind(&new.kind, dialect));
        if dialect == Dialect::Postgresql && head(&old.kind.sql) != head(&new.kind.sql) {
            let look = "Rows are read as the new type by USING; look at what becomes of their values.";
            comments.push(look.to_owned());
            call = call.named("postgresql_using", text(&format!("{}::{}", sql_name(&new.name), target(new))));
        }
    }
    if has(Kind::NullabilityChanged) {
        if !new.nullable {
            let name = &new.name;
            comments.push(format!(
                "Rows without a value have to get one first: {name} refuses NULL from here on."
            ));
        }
        call = call.named("nullable", boolean(new.nullable));
    }
    call = call.named("existing_nullable", boolean(old.nullable)).and(rest(kinds, old, new));
    let mut steps = vec![step(Phase::Alter, comments, Body::Table(call))];
    if has(Kind::NullabilityChanged) && !new.nullable && dialect == Dialect::Postgresql {
        let (before, after) = safe::not_null(table, &new.name);
        let comments = steps.first_mut().map(|step| std::mem::take(&mut step.comments)).unwrap_or_default();
        steps.insert(0, step(Phase::Alter, comments, Body::Lines(before)));
        steps.push(step(Phase::Alter, Vec::new(), Body::Lines(after)));
    }
    steps
}

/// Arguments for what is said beside type and NULL.
fn rest(kinds: &[Kind], old: &Column, new: &Column) -> Vec<(String, String)> {
    let has = |wanted: Kind| kinds.contains(&wanted);
    let none = || "None".to_owned();
    let mut named = Vec::new();
    let mut say = |name: &str, value: String| named.push((name.to_owned(), value));
    if has(Kind::ServerDefaultChanged) {
        say("server_default", new.server_default.as_deref().map_or_else(none, sql));
    } else if has(Kind::IdentityChanged) {
        say("server_default", new.identity.as_deref().map_or_else(none, identity));
    }
    let existing = match (&old.identity, &old.computed, &old.server_default) {
        (Some(said), _, _) => Some(identity(said)),
        (_, Some(said), _) => Some(computed(said)),
        (_, _, Some(said)) => Some(sql(said)),
        _ => None,
    };
    if let Some(existing) = existing {
        say("existing_server_default", existing);
    }
    if has(Kind::AutoincrementChanged) {
        say("autoincrement", new.autoincrement.map_or_else(|| text("auto"), boolean));
    }
    if has(Kind::CommentChanged) {
        say("comment", optional(new.comment.as_deref()));
    }
    if old.comment.is_some() {
        say("existing_comment", optional(old.comment.as_deref()));
    }
    named
}

/// A type without its length.
fn head(sql: &str) -> &str {
    sql.split('(').next().unwrap_or(sql).trim()
}

fn target(column: &Column) -> String {
    match column.kind.values.as_ref().and_then(|values| values.name.as_ref()) {
        Some(name) if native_enum(&column.kind, Dialect::Postgresql).is_some() => sql_name(name),
        _ => column.kind.sql.clone(),
    }
}

/// The type of an enum gets other values: they are added where none goes; else the type is made anew.
pub fn enum_values(
    name: &str,
    old: &[String],
    new: &[String],
    columns: &[(TableName, Column)],
) -> Vec<String> {
    let older = sql_name(&format!("{name}_old"));
    let name = &sql_name(name);
    let mut left = new.iter();
    if old.iter().all(|value| left.any(|other| other == value)) {
        return additions(name, old, new);
    }
    let quoted = |values: &[String]| {
        values.iter().map(|value| format!("'{}'", value.replace('\'', "''"))).collect::<Vec<_>>().join(", ")
    };
    let mut lines = vec![
        "# Rows with a value that goes have to get another one first.".to_owned(),
        execute(&format!("ALTER TYPE {name} RENAME TO {older}")),
        execute(&format!("CREATE TYPE {name} AS ENUM ({})", quoted(new))),
    ];
    for (table, column) in columns {
        let alter = format!("ALTER TABLE {} ALTER COLUMN {}", table.sql(), sql_name(&column.name));
        let default = column.server_default.as_ref();
        if default.is_some() {
            lines.push(execute(&format!("{alter} DROP DEFAULT")));
        }
        lines.push(execute(&format!("{alter} TYPE {name} USING {}::text::{name}", sql_name(&column.name))));
        let set = default.map(|value| execute(&format!("{alter} SET DEFAULT {}", bare(value))));
        lines.extend(set);
    }
    lines.push(execute(&format!("DROP TYPE {older}")));
    lines
}

/// A default without the cast to the type that goes.
fn bare(default: &str) -> &str {
    default.split("::").next().unwrap_or(default)
}

fn additions(name: &str, old: &[String], new: &[String]) -> Vec<String> {
    let quoted = |value: &str| format!("'{}'", value.replace('\'', "''"));
    let mut lines = vec!["with op.get_context().autocommit_block():".to_owned()];
    for (at, value) in new.iter().enumerate().filter(|(_, value)| !old.contains(value)) {
        let place = match at.checked_sub(1).and_then(|at| new.get(at)) {
            Some(before) => format!(" AFTER {}", quoted(before)),
            None => old.first().map(|first| format!(" BEFORE {}", quoted(first))).unwrap_or_default(),
        };
        let add = format!("ALTER TYPE {name} ADD VALUE IF NOT EXISTS {}{place}", quoted(value));
        lines.push(format!("    {}", execute(&add)));
    }
    lines
}
