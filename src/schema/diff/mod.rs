//! The difference of two models.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, Detail, Kind};
use super::model::{Model, Table};
use super::place::Place;

mod column;
mod part;
#[cfg(test)]
mod tests;
mod text;

/// Every difference, ordered by table, then kind, then item. `diff(a, b)` is `diff(b, a)` with each change turned round.
///
/// What alembic takes for the same is the same here: the order of columns in a primary key, a unique constraint or a pair of
/// a foreign key, `NO ACTION`, and a constraint that has a name on one side only.
pub fn diff(from: &Model, to: &Model) -> Vec<Change> {
    let mut changes = Vec::new();
    let moved = moved_twins(from, to);
    for (name, table) in &from.tables {
        let newer = to.tables.get(name).or_else(|| moved.get(name).and_then(|other| to.tables.get(other)));
        match newer {
            Some(newer) => Between { name, from: table, to: newer, changes: &mut changes }.look(),
            None => changes.push(whole(name, Kind::TableDropped, table)),
        }
    }
    let taken: BTreeSet<&String> = moved.values().collect();
    let new = to.tables.iter().filter(|(name, _)| !from.tables.contains_key(*name) && !taken.contains(name));
    changes.extend(new.map(|(name, table)| whole(name, Kind::TableAdded, table)));
    let order = |change: &Change| {
        (change.table.clone(), change.kind, change.item.clone(), change.from.clone(), change.to.clone())
    };
    changes.sort_by_cached_key(order);
    changes
}

/// Tables that are told apart by their module, `name [module]`, and stand in another module on the newer side: the older name,
/// the newer one.
fn moved_twins(from: &Model, to: &Model) -> BTreeMap<String, String> {
    let only = |model: &Model, other: &Model| -> BTreeMap<String, Vec<String>> {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for name in model.tables.keys().filter(|name| !other.tables.contains_key(*name)) {
            if let Some((plain, _)) = name.split_once(" [") {
                found.entry(plain.to_owned()).or_default().push(name.clone());
            }
        }
        found
    };
    let newer = only(to, from);
    let pairs =
        only(from, to).into_iter().filter_map(|(plain, older)| Some((older, newer.get(&plain)?.clone())));
    pairs.flat_map(|(older, newer)| older.into_iter().zip(newer)).collect()
}

/// A table that is new or gone: one change, whatever is in it.
fn whole(name: &str, kind: Kind, table: &Table) -> Change {
    let words = Some(text::table(table));
    let (from, to) = if kind == Kind::TableAdded { (None, words) } else { (words, None) };
    Change {
        kind,
        table: name.to_owned(),
        item: None,
        from,
        to,
        place: table.place.clone(),
        detail: Detail::Table(Box::new(table.clone())),
    }
}

/// Two versions of a table, and where their differences go.
struct Between<'a> {
    name: &'a str,
    from: &'a Table,
    to: &'a Table,
    changes: &'a mut Vec<Change>,
}

impl Between<'_> {
    fn look(&mut self) {
        self.columns();
        self.primary_key();
        self.parts();
        if self.from.comment != self.to.comment {
            let (from, to) = (self.from.comment.clone(), self.to.comment.clone());
            self.push(Kind::CommentChanged, None, from, to, None, Detail::Comment);
        }
    }

    fn primary_key(&mut self) {
        let (from, to) = (&self.from.primary_key, &self.to.primary_key);
        let same = match (from, to) {
            (Some(from), Some(to)) => {
                let same_name = from.name == to.name || from.name.is_none() || to.name.is_none();
                same_name && part::sorted(&from.columns) == part::sorted(&to.columns)
            }
            // A key without columns is none.
            (Some(key), None) | (None, Some(key)) => key.columns.is_empty(),
            (None, None) => true,
        };
        if same {
            return;
        }
        let words =
            |key: &Option<super::model::Key>, named: bool| key.as_ref().map(|key| text::key(key, named));
        let named = matches!((from, to), (Some(from), Some(to)) if from.name != to.name);
        let (was, is) = (words(from, named), words(to, named));
        let place = to.as_ref().and_then(|key| key.place.clone());
        self.push(
            Kind::PrimaryKeyChanged,
            None,
            was,
            is,
            place,
            Detail::PrimaryKey(from.clone(), to.clone()),
        );
    }

    /// A change of this table; where no place is known, the newer table's.
    fn push(
        &mut self,
        kind: Kind,
        item: Option<String>,
        from: Option<String>,
        to: Option<String>,
        place: Option<Place>,
        detail: Detail,
    ) {
        let place = place.or_else(|| self.to.place.clone()).or_else(|| self.from.place.clone());
        self.changes.push(Change { kind, table: self.name.to_owned(), item, from, to, place, detail });
    }
}
