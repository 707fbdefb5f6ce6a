//! Columns, constraints and indexes as a migration writes them.

use super::names::sql_name;
use super::python::{Call, boolean, list, sql, statement, text};
use crate::schema::model::{Check, Column, EnumValues, ForeignKey, Index, Key, Table, Type};
use crate::schema::settings::Dialect;

/// An enum that the database has a type of its own for.
pub fn native_enum(kind: &Type, dialect: Dialect) -> Option<(&str, &EnumValues)> {
    let values = kind.values.as_ref().filter(|values| values.native && dialect == Dialect::Postgresql)?;
    Some((values.name.as_deref()?, values))
}

/// A type. Enums are created beforehand, so that one which is there already is no failure.
pub fn kind(kind: &Type, dialect: Dialect) -> String {
    if let Some((name, values)) = native_enum(kind, dialect).filter(|_| !kind.python.contains("ARRAY")) {
        let call = Call::new("postgresql.ENUM").and(values.values.iter().map(|value| text(value)));
        return call.named("name", text(name)).named("create_type", "False").line();
    }
    if kind.python.is_empty() { "sa.types.NullType()".to_owned() } else { kind.python.clone() }
}

/// `sa.Column(…)`.
pub fn column(column: &Column, dialect: Dialect) -> String {
    let generated = column.computed.as_deref().map(computed);
    let identity = column.identity.as_deref().map(identity);
    Call::new("sa.Column")
        .with(text(&column.name))
        .with(kind(&column.kind, dialect))
        .and(generated.into_iter().chain(identity))
        .maybe("autoincrement", column.autoincrement.map(boolean))
        .maybe("server_default", column.server_default.as_deref().map(sql))
        .named("nullable", boolean(column.nullable))
        .maybe("comment", column.comment.as_deref().map(text))
        .line()
}

/// `sa.Computed(…)`.
pub fn computed(said: &str) -> String {
    let (expression, persisted) = match said.rsplit_once(' ') {
        Some((expression, "STORED")) => (expression, Some(true)),
        Some((expression, "VIRTUAL")) => (expression, Some(false)),
        _ => (said, None),
    };
    Call::new("sa.Computed").with(statement(expression)).maybe("persisted", persisted.map(boolean)).line()
}

/// `sa.Identity(…)`.
pub fn identity(said: &str) -> String {
    let words: Vec<&str> = said.split_whitespace().collect();
    let number = |name: &[&str]| {
        let at = words.windows(name.len()).position(|window| window == name)?;
        words.get(at + name.len()).filter(|word| word.trim_start_matches('-').parse::<u64>().is_ok())
    };
    let says = |word: &str| words.contains(&word);
    let flag = |said: bool| said.then(|| boolean(true));
    Call::new("sa.Identity")
        .named("always", boolean(says("ALWAYS")))
        .maybe("start", number(&["START", "WITH"]).map(ToString::to_string))
        .maybe("increment", number(&["INCREMENT", "BY"]).map(ToString::to_string))
        .maybe("minvalue", number(&["MINVALUE"]).map(ToString::to_string))
        .maybe("maxvalue", number(&["MAXVALUE"]).map(ToString::to_string))
        .maybe("cache", number(&["CACHE"]).map(ToString::to_string))
        .maybe("cycle", flag(says("CYCLE") && !said.contains("NO CYCLE")))
        .line()
}

/// Arguments by name for what else is said of a key or foreign key.
pub fn options(options: &[String]) -> Vec<(String, String)> {
    let option = |option: &String| {
        let lower = option.to_lowercase();
        let (name, value) = match lower.as_str() {
            "deferrable" => ("deferrable", boolean(true)),
            "not deferrable" => ("deferrable", boolean(false)),
            "initially deferred" => ("initially", text("DEFERRED")),
            "initially immediate" => ("initially", text("IMMEDIATE")),
            "nulls not distinct" => ("postgresql_nulls_not_distinct", boolean(true)),
            "use_alter" => ("use_alter", boolean(true)),
            _ => match lower.split_once([' ', '=']) {
                Some(("match", value)) => ("match", text(&value.to_uppercase())),
                Some(("initially", value)) => ("initially", text(&value.to_uppercase())),
                Some(("deferrable", value)) => ("deferrable", boolean(value == "true")),
                _ => {
                    return option.split_once('=').map(|(name, value)| (name.to_owned(), plain(name, value)));
                }
            },
        };
        Some((name.to_owned(), value))
    };
    options.iter().filter_map(option).collect()
}

/// What a foreign key does besides pointing.
pub fn actions(key: &ForeignKey) -> Vec<(String, String)> {
    let action = |name: &str, said: &Option<String>| said.as_ref().map(|said| (name.to_owned(), text(said)));
    let own = [action("ondelete", &key.on_delete), action("onupdate", &key.on_update)];
    own.into_iter().flatten().chain(options(&key.options)).collect()
}

/// A column or an expression of an index.
pub fn indexed(said: &str) -> String {
    let is_name = said.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
    if is_name { text(said) } else { sql(said) }
}

/// Columns and expressions of an index.
pub fn indexed_list(index: &Index) -> String {
    let parts: Vec<String> = index.columns.iter().map(|said| indexed(said)).collect();
    format!("[{}]", parts.join(", "))
}

/// Options of an index, as in `postgresql_using='gin'`.
pub fn index_options(index: &Index) -> Vec<(String, String)> {
    let option = |option: &String| {
        let (name, value) = option.split_once('=')?;
        Some((name.to_owned(), plain(name, value)))
    };
    index.options.iter().filter_map(option).collect()
}

/// A value that is a literal of Python already stays one; conditions are SQL; everything else is a string.
fn plain(name: &str, value: &str) -> String {
    let literal = value.starts_with(['{', '[', '(']) && value.ends_with(['}', ']', ')'])
        || ["True", "False", "None"].contains(&value)
        || value.parse::<i64>().is_ok();
    match name {
        _ if name.ends_with("_where") => sql(value),
        _ if literal => value.to_owned(),
        _ => text(value),
    }
}

fn with_options(call: Call, options: Vec<(String, String)>) -> Call {
    options.into_iter().fold(call, |call, (name, value)| call.named(&name, value))
}

/// `op.create_table(…)`, an argument on each line. Foreign keys that `later` takes are left out.
pub fn create_table(table: &Table, dialect: Dialect, later: &dyn Fn(&ForeignKey) -> bool) -> Vec<String> {
    let columns = table.order.iter().filter_map(|name| table.columns.get(name));
    let mut call =
        Call::new("op.create_table").with(text(&table.name)).and(columns.map(|own| column(own, dialect)));
    call = call.and(table.foreign_keys.iter().filter(|key| !later(key)).map(foreign_key));
    call = call.and(table.primary_key.as_ref().map(|key| constraint("sa.PrimaryKeyConstraint", key)));
    call = call.and(table.uniques.iter().map(|key| constraint("sa.UniqueConstraint", key)));
    call = call.and(table.checks.iter().map(check));
    call.maybe("schema", table.schema.as_deref().map(text))
        .maybe("comment", table.comment.as_deref().map(text))
        .lines()
}

fn foreign_key(key: &ForeignKey) -> String {
    let there: Vec<String> =
        key.target_columns.iter().map(|column| format!("{}.{column}", key.target)).collect();
    let call = Call::new("sa.ForeignKeyConstraint").with(list(&key.columns)).with(list(&there));
    with_options(call.maybe("name", key.name.as_deref().map(text)), actions(key)).line()
}

fn constraint(what: &str, key: &Key) -> String {
    let call = Call::new(what).and(key.columns.iter().map(|column| text(column)));
    with_options(call.maybe("name", key.name.as_deref().map(text)), options(&key.options)).line()
}

fn check(check: &Check) -> String {
    let call = Call::new("sa.CheckConstraint").with(sql(&check.sql));
    call.maybe("name", check.name.as_deref().map(text)).line()
}

/// The statement that adds an exclude constraint.
pub fn exclude(table: &str, check: &Check) -> String {
    let name = check.name.as_ref().map(|name| format!("CONSTRAINT {} ", sql_name(name))).unwrap_or_default();
    let rest = check.sql.trim_start_matches("EXCLUDE ");
    execute(&format!("ALTER TABLE {table} ADD {name}EXCLUDE {rest}"))
}

/// `op.execute(…)`.
pub fn execute(sql: &str) -> String {
    format!("op.execute({})", statement(sql))
}
