//! What each change of the models needs in a migration.

use super::names::{TableName, Unnamed, given};
use super::parts::{actions, column, exclude, index_options, indexed_list, options};
use super::python::{boolean, list, optional, sql, text};
use super::safe;
use super::step::{Body, OnTable, Phase, Step};
use crate::schema::change::{Change, Detail, Kind};
use crate::schema::model::{Check, Column, ForeignKey, Index, Key};
use crate::schema::settings::Dialect;

/// The steps of a change, but of tables and of enums, which hang together with others; changes of a column are
/// [`super::columns`].
pub fn steps(change: &Change, dialect: Dialect) -> Vec<Step> {
    let table = TableName::of(&change.table);
    if dialect == Dialect::Postgresql
        && let Some(step) = beside(change, &table)
    {
        return vec![step];
    }
    let made = match (&change.detail, change.kind) {
        (Detail::Column(None, Some(new)), _) => vec![add_column(new, dialect)],
        (Detail::Column(Some(old), None), _) => vec![drop_column(old)],
        (Detail::PrimaryKey(old, new), _) => primary_key(old.as_ref(), new.as_ref(), &table, dialect),
        (Detail::ForeignKey(key), Kind::ForeignKeyAdded) => vec![add_foreign_key(key, &table, dialect)],
        (Detail::ForeignKey(key), _) => {
            vec![drop(key.name.as_deref(), "foreignkey", Unnamed::Foreign, &key.columns, &table, dialect)]
        }
        (Detail::Unique(key), Kind::UniqueAdded) => vec![add_unique(key, &table, dialect)],
        (Detail::Unique(key), _) => {
            vec![drop(key.name.as_deref(), "unique", Unnamed::Unique, &key.columns, &table, dialect)]
        }
        (Detail::Check(check), Kind::CheckAdded) => vec![add_check(check, &table, dialect)],
        (Detail::Check(check), Kind::ExcludeAdded) => {
            vec![(Phase::Attach, Vec::new(), Body::Lines(vec![exclude(&table.sql(), check)]))]
        }
        (Detail::Check(check), _) => {
            vec![drop(check.name.as_deref(), "check", Unnamed::Check, &[], &table, dialect)]
        }
        (Detail::Index(index), Kind::IndexAdded) => vec![add_index(index)],
        (Detail::Index(index), _) => vec![drop_index(index, &table)],
        (Detail::Comment, _) => vec![comment(change)],
        (Detail::Table(_) | Detail::Column(..), _) => Vec::new(),
    };
    let step = |(phase, comments, body)| Step { phase, table: table.clone(), comments, body };
    made.into_iter().map(step).collect()
}

/// What PostgreSQL can do without stopping anybody.
fn beside(change: &Change, table: &TableName) -> Option<Step> {
    match (&change.detail, change.kind) {
        (Detail::ForeignKey(key), Kind::ForeignKeyAdded) => Some(safe::foreign_key(key, table)),
        (Detail::Unique(key), Kind::UniqueAdded) => Some(safe::unique(key, table)),
        (Detail::Check(check), Kind::CheckAdded) => Some(safe::check(check, table)),
        (Detail::Index(index), Kind::IndexAdded) => Some(safe::index(index, table)),
        (Detail::Index(index), _) => safe::drop_index(index, table),
        _ => None,
    }
}

/// A step without its table.
type Made = (Phase, Vec<String>, Body);

fn on_table(phase: Phase, on_table: OnTable) -> Made {
    (phase, Vec::new(), Body::Table(on_table))
}

fn add_column(new: &Column, dialect: Dialect) -> Made {
    let fills = new.server_default.is_some() || new.computed.is_some() || new.identity.is_some();
    let comments = if new.nullable || fills {
        Vec::new()
    } else {
        vec![format!(
            "A table with rows refuses {} without a value: give it a server_default, or add it nullable and fill it first.",
            new.name
        )]
    };
    (Phase::Add, comments, Body::Table(OnTable::new("add_column").with(column(new, dialect))))
}

fn drop_column(old: &Column) -> Made {
    on_table(Phase::Remove, OnTable::new("drop_column").with(text(&old.name)))
}

fn primary_key(old: Option<&Key>, new: Option<&Key>, table: &TableName, dialect: Dialect) -> Vec<Made> {
    let mut made = Vec::new();
    if let Some(old) = old {
        let (_, comments, body) =
            drop(old.name.as_deref(), "primary", Unnamed::Primary, &old.columns, table, dialect);
        made.push((Phase::Key, comments, body));
    }
    if let Some(new) = new {
        let name = named(new.name.as_deref(), Unnamed::Primary, &new.columns, table, dialect);
        let create = OnTable::new("create_primary_key").first(name).with(list(&new.columns));
        made.push(on_table(Phase::Key, create));
    }
    made
}

/// A name for what is created. SQLite drops nothing that has none, so there everything gets one.
fn named(
    name: Option<&str>,
    what: Unnamed,
    columns: &[String],
    table: &TableName,
    dialect: Dialect,
) -> String {
    match (name, dialect) {
        (None, Dialect::Sqlite) => text(&given(dialect, what, &table.name, columns)),
        _ => optional(name),
    }
}

fn drop(
    name: Option<&str>,
    word: &str,
    what: Unnamed,
    columns: &[String],
    table: &TableName,
    dialect: Dialect,
) -> Made {
    let given = given(dialect, what, &table.name, columns);
    let comments = match name {
        Some(_) => Vec::new(),
        None => vec![
            "It has no name in the models; this is the one that the database gives by itself.".to_owned(),
        ],
    };
    let unnamed = name.is_none();
    let call = OnTable::new("drop_constraint").first(text(name.unwrap_or(&given))).named("type_", text(word));
    (Phase::Detach, comments, Body::Table(OnTable { unnamed, ..call }))
}

fn add_foreign_key(key: &ForeignKey, table: &TableName, dialect: Dialect) -> Made {
    let target = TableName::of(&key.target);
    let name = named(key.name.as_deref(), Unnamed::Foreign, &key.columns, table, dialect);
    let uses = |(name, _): &(String, String)| name != "use_alter";
    let create = OnTable::new("create_foreign_key")
        .first(name)
        .with(text(&target.name))
        .with(list(&key.columns))
        .with(list(&key.target_columns))
        .and(actions(key).into_iter().filter(uses))
        .and(target.schema.map(|schema| ("referent_schema".to_owned(), text(&schema))));
    on_table(Phase::Attach, create)
}

/// The foreign key that could not be part of its table, because the other one did not exist yet.
pub fn foreign_key_later(key: &ForeignKey, table: &TableName, dialect: Dialect) -> Step {
    let (phase, comments, body) = add_foreign_key(key, table, dialect);
    Step { phase, table: table.clone(), comments, body }
}

fn add_unique(key: &Key, table: &TableName, dialect: Dialect) -> Made {
    let name = named(key.name.as_deref(), Unnamed::Unique, &key.columns, table, dialect);
    let create = OnTable::new("create_unique_constraint").first(name).with(list(&key.columns));
    on_table(Phase::Attach, create.and(options(&key.options)))
}

fn add_check(check: &Check, table: &TableName, dialect: Dialect) -> Made {
    let name = named(check.name.as_deref(), Unnamed::Check, &[], table, dialect);
    on_table(Phase::Attach, OnTable::new("create_check_constraint").first(name).with(sql(&check.sql)))
}

fn add_index(index: &Index) -> Made {
    let create = OnTable::new("create_index")
        .first(optional(index.name.as_deref()))
        .with(indexed_list(index))
        .named("unique", boolean(index.unique))
        .and(index_options(index));
    on_table(Phase::Attach, create)
}

/// The indexes of a table that is new.
pub fn indexes(indexes: &[Index], table: &TableName) -> Vec<Step> {
    let step = |index: &Index| {
        let (_, comments, body) = add_index(index);
        // Right behind their table, never in a batch: the table is new.
        let lines = super::step::lines(
            vec![Step { phase: Phase::Create, table: table.clone(), comments, body }],
            Dialect::Postgresql,
        );
        Step { phase: Phase::Create, table: table.clone(), comments: Vec::new(), body: Body::Lines(lines) }
    };
    indexes.iter().map(step).collect()
}

fn drop_index(index: &Index, table: &TableName) -> Made {
    let guessed = format!("ix_{}_{}", table.name, index.columns.join("_"));
    let name = text(index.name.as_deref().unwrap_or(&guessed));
    on_table(Phase::Detach, OnTable::new("drop_index").first(name))
}

fn comment(change: &Change) -> Made {
    let existing = ("existing_comment".to_owned(), optional(change.from.as_deref()));
    let call = match &change.to {
        Some(to) => OnTable::new("create_table_comment").with(text(to)),
        None => OnTable::new("drop_table_comment"),
    };
    on_table(Phase::Comment, call.and([existing]))
}
