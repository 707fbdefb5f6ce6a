//! How the parts of a model are written in a change.

use crate::schema::model::{Column, EnumValues, ForeignKey, Index, Key, Table};

/// A table: its columns in the order they are created in.
pub(super) fn table(table: &Table) -> String {
    let known = |name: &&String| table.columns.contains_key(*name);
    let mut names: Vec<&str> = table.order.iter().filter(known).map(String::as_str).collect();
    let rest: Vec<&str> =
        table.columns.keys().map(String::as_str).filter(|name| !names.contains(name)).collect();
    names.extend(rest);
    format!("({})", names.join(", "))
}

/// A column as DDL spells it.
pub(super) fn column(column: &Column) -> String {
    let mut words = vec![column.kind.sql.clone(), nullable(column.nullable).to_owned()];
    words.extend(column.server_default.as_ref().map(|text| format!("DEFAULT {text}")));
    words.extend(column.computed.as_ref().map(|text| format!("GENERATED ALWAYS AS ({text})")));
    words.extend(column.identity.as_ref().map(|text| format!("GENERATED {text}")));
    words.join(" ")
}

/// Whether NULL is taken.
pub(super) fn nullable(nullable: bool) -> &'static str {
    if nullable { "NULL" } else { "NOT NULL" }
}

/// Values that one side has and the other has not; all of them where only the order differs.
pub(super) fn values(these: &EnumValues, others: &EnumValues) -> Option<String> {
    let quoted = |value: &String| format!("'{value}'");
    let missing = |value: &&String| !others.values.contains(value);
    let only: Vec<String> = these.values.iter().filter(missing).map(quoted).collect();
    let same_set = only.is_empty() && others.values.iter().all(|value| these.values.contains(value));
    let said: Vec<String> = if same_set { these.values.iter().map(quoted).collect() } else { only };
    (!said.is_empty()).then(|| said.join(", "))
}

/// A key, with its name where that is what differs.
pub(super) fn key(key: &Key, named: bool) -> String {
    let columns = brackets(&key.columns);
    let name = key.name.as_deref().filter(|_| named);
    join(name.map(str::to_owned).into_iter().chain([columns]).chain(key.options.iter().cloned()))
}

/// A foreign key as DDL spells it.
pub(super) fn foreign_key(key: &ForeignKey) -> String {
    let mut words = vec![format!(
        "{} REFERENCES {} {}",
        brackets(&key.columns),
        key.target,
        brackets(&key.target_columns)
    )];
    words.extend(key.on_delete.as_ref().map(|action| format!("ON DELETE {action}")));
    words.extend(key.on_update.as_ref().map(|action| format!("ON UPDATE {action}")));
    words.extend(key.options.iter().cloned());
    join(words)
}

/// An index: columns and what else is said.
pub(super) fn index(index: &Index) -> String {
    let unique = index.unique.then(|| "UNIQUE".to_owned());
    join([brackets(&index.columns)].into_iter().chain(unique).chain(index.options.iter().cloned()))
}

/// Names in brackets.
pub(super) fn brackets(names: &[String]) -> String {
    format!("({})", names.join(", "))
}

fn join(words: impl IntoIterator<Item = String>) -> String {
    words.into_iter().collect::<Vec<_>>().join(" ")
}
