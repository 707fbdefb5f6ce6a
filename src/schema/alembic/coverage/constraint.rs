//! Steps that cover a change of a key, constraint or index.

use super::{Question, names, words};
use crate::schema::change::{Detail, Kind};
use crate::schema::model::{Check, ForeignKey, Index, Key};
use crate::schema::operation::{Operation, Step};

/// What is looked for: its name, if it has one, and its columns.
#[derive(Clone, Copy)]
struct Part<'a> {
    name: Option<&'a str>,
    columns: &'a [String],
}

impl Part<'_> {
    /// Whether a name and columns can be its own. A part without a name is known by its columns; names may differ where columns
    /// agree, since databases made them up.
    fn is(self, name: Option<&str>, columns: &[String]) -> bool {
        let same_name = match (self.name, name) {
            (Some(own), Some(other)) => names::same(own, other),
            _ => false,
        };
        same_name || names::same_columns(self.columns, columns)
    }

    /// Whether a name alone can be its own.
    fn is_called(self, name: &str) -> bool {
        match self.name {
            Some(own) if names::same(own, name) => true,
            _ => name.contains(names::HOLE) || names::speaks_of(name, self.columns),
        }
    }

    /// Whether it falls with a column.
    fn falls_with(self, column: &str) -> bool {
        let column = names::plain(column);
        self.columns.iter().any(|own| names::plain(own) == column || words(own).contains(&column))
    }
}

impl Question<'_> {
    pub(super) fn primary_key(&self, step: &Step) -> bool {
        let Detail::PrimaryKey(older, newer) = &self.change.detail else { return false };
        let differs = |column: &str| {
            let holds = |key: &Option<Key>| {
                let columns = key.iter().flat_map(|key| &key.columns);
                columns.into_iter().any(|own| names::plain(own) == names::plain(column))
            };
            holds(older) != holds(newer)
        };
        let old_name = older.as_ref().and_then(|key| key.name.as_deref());
        match &step.operation {
            Operation::AddPrimaryKey { .. } => true,
            Operation::AddColumn { column, .. } => column.primary_key || differs(&column.name),
            Operation::DropColumn { column, .. } => differs(column),
            Operation::DropConstraint { name, kind, .. } => match kind.as_deref() {
                Some(kind) => kind == "primary",
                None => old_name.is_some_and(|old| names::same(old, name)) || is_key_name(name),
            },
            Operation::Rename { from, .. } => old_name.is_some_and(|old| names::same(old, from)),
            _ => false,
        }
    }

    pub(super) fn foreign_key(&self, step: &Step) -> bool {
        let Detail::ForeignKey(key) = &self.change.detail else { return false };
        let part = Part { name: key.name.as_deref(), columns: &key.columns };
        if self.change.kind == Kind::ForeignKeyAdded {
            return match &step.operation {
                Operation::AddForeignKey { key: other, .. } => is_same_key(key, other),
                Operation::Rename { to, .. } => part.name.is_some_and(|name| names::same(name, to)),
                _ => false,
            };
        }
        match &step.operation {
            Operation::DropConstraint { name, kind, .. } => {
                self.is_dropped(part, name, kind.as_deref(), "foreignkey", "fk")
            }
            // Where the target is dropped the key is gone, or the database would have refused.
            Operation::DropTable { table } => names::bare(table) == names::bare(&key.target),
            _ => self.falls(part, step),
        }
    }

    pub(super) fn unique(&self, step: &Step) -> bool {
        let Detail::Unique(key) = &self.change.detail else { return false };
        let part = Part { name: key.name.as_deref(), columns: &key.columns };
        if self.change.kind == Kind::UniqueAdded {
            is_made_unique(part, step)
        } else {
            self.unique_falls(part, step)
        }
    }

    /// Indexes, unique ones also as constraints.
    pub(super) fn index(&self, step: &Step) -> bool {
        let Detail::Index(index) = &self.change.detail else { return false };
        let part = Part { name: index.name.as_deref(), columns: &index.columns };
        if self.change.kind == Kind::IndexAdded {
            return is_indexed(index, part, step) || index.unique && is_made_unique(part, step);
        }
        match &step.operation {
            Operation::DropIndex { table, name, .. } => self.is_dropped_index(part, table.as_deref(), name),
            _ if index.unique => self.unique_falls(part, step),
            _ => self.falls(part, step),
        }
    }

    pub(super) fn check(&self, step: &Step) -> bool {
        let Detail::Check(check) = &self.change.detail else { return false };
        let columns = words(&check.sql);
        let part = Part { name: check.name.as_deref(), columns: &columns };
        match (&step.operation, self.change.kind) {
            (Operation::AddCheck { check: other, .. }, Kind::CheckAdded)
            | (Operation::AddExclude { check: other, .. }, Kind::ExcludeAdded) => is_same_check(check, other),
            // A column of an enum or a truth value may bring its check along.
            (Operation::AddColumn { column, .. }, Kind::CheckAdded) => part.falls_with(&column.name),
            (Operation::AlterColumn { column, to, .. }, Kind::CheckAdded | Kind::CheckDropped) => {
                to.kind.is_some() && part.falls_with(column)
            }
            (Operation::Rename { to, .. }, Kind::CheckAdded | Kind::ExcludeAdded) => {
                part.name.is_some_and(|name| names::same(name, to))
            }
            (Operation::DropConstraint { name, kind, .. }, Kind::CheckDropped | Kind::ExcludeDropped) => {
                match part.name {
                    Some(own) => names::same(own, name),
                    None => kind.as_deref().is_none_or(|kind| kind == "check"),
                }
            }
            (_, Kind::CheckDropped | Kind::ExcludeDropped) => self.falls(part, step),
            _ => false,
        }
    }

    /// Whether a dropped constraint is this one: by its name; where that is made up by the database, by kind.
    fn is_dropped(&self, part: Part<'_>, name: &str, kind: Option<&str>, own: &str, short: &str) -> bool {
        match kind {
            Some(kind) if kind != own => false,
            _ if part.is_called(name) => true,
            // One that has a name in the models has this name in the database, as a rule.
            _ if part.name.is_some() => false,
            Some(_) => true,
            None => names::plain(name).contains(short),
        }
    }

    fn unique_falls(&self, part: Part<'_>, step: &Step) -> bool {
        match &step.operation {
            Operation::DropConstraint { name, kind, .. } => {
                self.is_dropped(part, name, kind.as_deref(), "unique", "key")
            }
            Operation::DropIndex { table, name, .. } => self.is_dropped_index(part, table.as_deref(), name),
            _ => self.falls(part, step),
        }
    }

    /// By its name; where its table is said, also by a name that speaks of its columns.
    fn is_dropped_index(&self, part: Part<'_>, table: Option<&str>, name: &str) -> bool {
        part.name.is_some_and(|own| names::same(own, name))
            || table.is_some() && part.is_called(name)
            || names::speaks_of(name, &[names::bare(&self.change.table)])
                && names::speaks_of(name, part.columns)
    }

    /// Whether it falls with one of its columns, or goes on under another name.
    fn falls(&self, part: Part<'_>, step: &Step) -> bool {
        match &step.operation {
            Operation::DropColumn { column, .. } => part.falls_with(column),
            Operation::Rename { from, .. } => part.name.is_some_and(|name| names::same(name, from)),
            _ => false,
        }
    }
}

/// `users_pkey`, `pk_users`, `PRIMARY`.
fn is_key_name(name: &str) -> bool {
    let name = names::bare(name);
    name.ends_with("_pkey") || name.starts_with("pk_") || name.ends_with("_pk") || name == "primary"
}

fn is_same_key(key: &ForeignKey, other: &ForeignKey) -> bool {
    let part = Part { name: key.name.as_deref(), columns: &key.columns };
    let target = names::bare(&key.target) == names::bare(&other.target) || other.target.contains(names::HOLE);
    part.is(other.name.as_deref(), &other.columns) && (target || other.columns.is_empty())
}

fn is_made_unique(part: Part<'_>, step: &Step) -> bool {
    match &step.operation {
        Operation::AddUnique { key, .. } => part.is(key.name.as_deref(), &key.columns),
        Operation::CreateIndex { index, .. } => {
            index.unique && part.is(index.name.as_deref(), &index.columns)
        }
        Operation::Rename { to, .. } => part.name.is_some_and(|name| names::same(name, to)),
        _ => false,
    }
}

fn is_indexed(index: &Index, part: Part<'_>, step: &Step) -> bool {
    match &step.operation {
        Operation::CreateIndex { index: other, .. } => {
            part.is(other.name.as_deref(), &other.columns)
                && (index.unique == other.unique || index.name == other.name)
        }
        Operation::Rename { to, .. } => part.name.is_some_and(|name| names::same(name, to)),
        _ => false,
    }
}

/// By name; one without a name by what it says, or where the other has no name either.
fn is_same_check(check: &Check, other: &Check) -> bool {
    match (&check.name, &other.name) {
        (Some(own), Some(other)) if names::same(own, other) => true,
        (None, _) | (_, None) => true,
        _ => names::expression(&check.sql) == names::expression(&other.sql),
    }
}
