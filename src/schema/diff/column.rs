//! Columns that are new, gone or different.

use super::{Between, text};
use crate::schema::change::{Detail, Kind};
use crate::schema::model::Column;

impl Between<'_> {
    /// Looks at columns by their names.
    pub(super) fn columns(&mut self) {
        let (from, to) = (&self.from.columns, &self.to.columns);
        for (name, older) in from {
            match to.get(name) {
                Some(newer) => self.column(older, newer),
                None => self.only(Kind::ColumnDropped, Some(older), None),
            }
        }
        for newer in to.iter().filter(|(name, _)| !from.contains_key(*name)).map(|(_, newer)| newer) {
            self.only(Kind::ColumnAdded, None, Some(newer));
        }
    }

    fn only(&mut self, kind: Kind, from: Option<&Column>, to: Option<&Column>) {
        let words = |column: Option<&Column>| column.map(text::column);
        self.about(kind, from, to, words(from), words(to));
    }

    fn column(&mut self, older: &Column, newer: &Column) {
        let mut told = |kind, from: Option<String>, to: Option<String>| {
            if from != to {
                self.about(kind, Some(older), Some(newer), from, to);
            }
        };
        if !is_same_unknown(&older.kind.sql, &newer.kind.sql) {
            told(Kind::TypeChanged, Some(older.kind.sql.clone()), Some(newer.kind.sql.clone()));
        }
        if let (Some(was), Some(is)) = (&older.kind.values, &newer.kind.values)
            && was.values != is.values
        {
            told(Kind::EnumChanged, text::values(was, is), text::values(is, was));
        }
        let nullable = |column: &Column| Some(text::nullable(column.nullable).to_owned());
        told(Kind::NullabilityChanged, nullable(older), nullable(newer));
        told(Kind::ServerDefaultChanged, older.server_default.clone(), newer.server_default.clone());
        let autoincrement = |column: &Column| column.autoincrement.map(|yes| yes.to_string());
        told(Kind::AutoincrementChanged, autoincrement(older), autoincrement(newer));
        told(Kind::ComputedChanged, older.computed.clone(), newer.computed.clone());
        told(Kind::IdentityChanged, older.identity.clone(), newer.identity.clone());
        told(Kind::CommentChanged, older.comment.clone(), newer.comment.clone());
    }

    fn about(
        &mut self,
        kind: Kind,
        from: Option<&Column>,
        to: Option<&Column>,
        was: Option<String>,
        is: Option<String>,
    ) {
        let Some(here) = to.or(from) else { return };
        let (item, place) = (Some(here.name.clone()), here.place.clone());
        let boxed = |column: Option<&Column>| column.cloned().map(Box::new);
        self.push(kind, item, was, is, place, Detail::Column(boxed(from), boxed(to)));
    }
}

/// Whether two types differ only in what could not be told of either, which stands in `<…>`: why it could not is no type.
fn is_same_unknown(from: &str, to: &str) -> bool {
    match (from.split_once('<'), to.split_once('<')) {
        (Some((from, _)), Some((to, _))) => from == to,
        _ => false,
    }
}
