//! Indexes: columns and expressions in order, and what a dialect says about them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::check::folded;
use super::subject;
use crate::schema::eval::{ObjectId, Value};
use crate::schema::model::Index;
use crate::schema::sqlalchemy::builder::Builder;
use crate::schema::sqlalchemy::names::Call;

/// How deep columns are looked for in an expression.
const DEPTH: u32 = 24;

/// Options that say how an index is built, not what it is.
const NO_SCHEMA: [&str; 2] = ["concurrently", "online"];

impl Builder<'_, '_> {
    /// `Index("name", columns…, unique=…)`.
    pub(super) fn index(&mut self, call: &Call, at: usize) -> Index {
        let mut columns = Vec::new();
        let mut keys = Vec::new();
        for value in call.args.iter().skip(1) {
            match value {
                Value::Str(_) => {
                    let column = self.column_of(value, at);
                    columns.push(column.1.clone());
                    keys.push(column);
                }
                Value::None => {}
                other => {
                    self.refill();
                    keys.extend(self.columns_within(other, at, DEPTH));
                    let text = match self.column_name(other, Some(at)) {
                        Some(name) => name,
                        None => folded(&self.sql(other, Some(at))),
                    };
                    columns.push(text);
                }
            }
        }
        let name = self.constraint_name(call.arg(0, "name"), &subject("ix", at, &keys));
        let unique = matches!(call.kwarg("unique"), Some(Value::Bool(true) | Value::Int(1)));
        let mut options: Vec<String> = Vec::new();
        for (key, value) in &call.kwargs {
            options.extend(self.option(key, value, at));
        }
        options.sort();
        Index { name, columns, unique, options, place: Some(call.place.clone()) }
    }

    /// `postgresql_where=…` and the like; `None` where nothing is said by it.
    fn option(&mut self, key: &Arc<str>, value: &Value, at: usize) -> Option<String> {
        let (dialect, option) = key.split_once('_')?;
        if !["postgresql", "sqlite", "mysql", "mariadb", "mssql", "oracle"].contains(&dialect)
            || NO_SCHEMA.contains(&option)
            || matches!(value, Value::None | Value::Bool(false))
        {
            return None;
        }
        let text = match (option, value) {
            (_, Value::Str(text)) => text.to_string(),
            ("where", other) => self.sql(other, Some(at)),
            (_, Value::Dict(_)) => {
                let mut entries = self.interpreter.entries(value).unwrap_or_default();
                entries.sort_by_key(|(key, _)| self.words(key));
                let pairs = entries.iter().map(|(key, value)| {
                    let name = self.column_of(key, at).1;
                    format!("{name}={}", self.words(value).unwrap_or_default())
                });
                pairs.collect::<Vec<_>>().join(", ")
            }
            (_, Value::List(_) | Value::Tuple(_)) => {
                let elements = self.interpreter.elements(value).unwrap_or_default();
                let names: Vec<String> = elements.iter().map(|value| self.column_of(value, at).1).collect();
                names.join(", ")
            }
            (_, Value::Bool(true)) => "true".to_owned(),
            (_, other) => self.interpreter.text(other),
        };
        Some(format!("{key}={}", folded(&text)))
    }

    /// The table of an index or constraint that stands on its own: that of the columns it names.
    pub fn table_of_part(&mut self, id: ObjectId) -> Option<usize> {
        let object = self.interpreter.object(id);
        let args = object.args.clone();
        let mut tables: Option<BTreeSet<usize>> = None;
        for value in &args {
            self.refill();
            let found: BTreeSet<usize> = self.tables_within(value, DEPTH).into_iter().collect();
            if !found.is_empty() {
                // A column that many tables share tells nothing, unless another argument does.
                tables = Some(tables.map_or(found.clone(), |known| &known & &found));
            }
        }
        let tables = tables?;
        tables.first().copied().filter(|_| tables.len() == 1)
    }

    fn tables_within(&mut self, value: &Value, depth: u32) -> Vec<usize> {
        let Some(depth) = depth.checked_sub(1).filter(|_| self.step()) else { return Vec::new() };
        match value {
            Value::Object(id) => {
                if let Some(spots) = self.of_column.get(id) {
                    return spots.iter().map(|spot| spot.0).collect();
                }
                let object = self.interpreter.object(*id);
                let callee = match &object.callee {
                    Value::Member(inner, _) => Some((**inner).clone()),
                    Value::Object(_) => Some(object.callee.clone()),
                    _ => None,
                };
                let inner: Vec<Value> = callee.into_iter().chain(object.args.iter().cloned()).collect();
                inner.iter().flat_map(|value| self.tables_within(value, depth)).collect()
            }
            Value::Member(inner, _) | Value::Item(inner, _) => match self.spot(value, None) {
                Some(spot) => vec![spot.0],
                None => self.tables_within(&inner.clone(), depth),
            },
            Value::List(_) | Value::Tuple(_) => {
                let inner = self.interpreter.elements(value).unwrap_or_default();
                inner.iter().flat_map(|value| self.tables_within(value, depth)).collect()
            }
            _ => Vec::new(),
        }
    }
}
