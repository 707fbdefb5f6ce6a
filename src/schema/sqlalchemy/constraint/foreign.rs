//! Foreign keys, and the columns that they point to.

use super::{PARTS, deferral};
use crate::schema::eval::Value;
use crate::schema::model::ForeignKey;
use crate::schema::sqlalchemy::builder::{Builder, Spot};
use crate::schema::sqlalchemy::draft::full_name;
use crate::schema::sqlalchemy::names::Call;
use crate::schema::sqlalchemy::naming::Subject;

/// What a foreign key points to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// The table, with schema.
    pub table: String,
    /// The column.
    pub column: String,
    /// Where that is, if the tree declares it.
    pub spot: Option<Spot>,
}

impl Target {
    /// As in `users.id`.
    pub fn text(&self) -> String {
        format!("{}.{}", self.table, self.column)
    }
}

impl Builder<'_, '_> {
    /// What a foreign key of a table points to. `own` is the column it starts from, which one that names no column means.
    pub fn target(&mut self, at: usize, value: &Value, own: &str) -> Target {
        if let Value::Str(text) = value {
            return self.named_target(at, text, own);
        }
        if let Some(spot) = self.spot(value, None) {
            let table =
                self.drafts.get(spot.0).map(super::super::draft::Draft::full_name).unwrap_or_default();
            let column = self.field(spot).map(|field| field.name.clone()).unwrap_or_default();
            return Target { table, column, spot: Some(spot) };
        }
        if let Value::Member(inner, name) = value
            && let Some(table) = self.table_of(inner).and_then(|table| self.drafts.get(table))
        {
            return Target { table: table.full_name(), column: name.to_string(), spot: None };
        }
        let text = self.interpreter.text(value);
        match text.rsplit_once('.') {
            Some((table, column)) => {
                Target { table: table.to_owned(), column: column.to_owned(), spot: None }
            }
            None => Target { table: text, column: own.to_owned(), spot: None },
        }
    }

    fn named_target(&mut self, at: usize, text: &str, own: &str) -> Target {
        let (table, column) = text.rsplit_once('.').unwrap_or((text, own));
        let metadata = self.drafts.get(at).map_or(0, |draft| draft.metadata);
        let schema = self.metadata.get(metadata).and_then(|metadata| metadata.schema.clone());
        let table = if table.contains('.') { table.to_owned() } else { full_name(schema.as_deref(), table) };
        let found = self.by_name.get(&(metadata, table.clone())).copied();
        let found = found.or_else(|| self.by_any_name.get(&table).copied());
        let spot = found.and_then(|found| Some((found, self.drafts.get(found)?.find(column)?)));
        let column = spot
            .and_then(|spot| self.field(spot))
            .map_or_else(|| column.to_owned(), |field| field.name.clone());
        Target { table, column, spot }
    }

    /// `ForeignKey(…)` of a column.
    pub(super) fn foreign_key(&mut self, call: &Call, at: usize, key: &str, column: &str) -> ForeignKey {
        let target = self.target(at, call.arg(0, "column").unwrap_or(&Value::None), column);
        self.foreign(call, at, &[(key.to_owned(), column.to_owned())], target.table, vec![target.column])
    }

    /// `ForeignKeyConstraint([…], […])`.
    pub(super) fn foreign_key_constraint(&mut self, call: &Call, at: usize) -> Option<ForeignKey> {
        let columns = self.interpreter.elements(call.arg(0, "columns")?)?;
        let columns = self.columns_of(&columns, at);
        let referred = self.interpreter.elements(call.arg(1, "refcolumns")?)?;
        let targets: Vec<Target> = referred.iter().map(|value| self.target(at, value, "")).collect();
        let table = targets.first()?.table.clone();
        let names = targets.into_iter().map(|target| target.column).collect();
        Some(self.foreign(call, at, &columns, table, names))
    }

    fn foreign(
        &mut self,
        call: &Call,
        at: usize,
        columns: &[(String, String)],
        target: String,
        target_columns: Vec<String>,
    ) -> ForeignKey {
        let referred = Some((target.as_str(), target_columns.as_slice()));
        let subject = Subject { prefix: "fk", table: at, columns, referred };
        let name = self.constraint_name(call.kwarg("name"), &subject);
        let action = |name: &str| match call.kwarg(name) {
            None | Some(Value::None) => None,
            Some(value) => self.words(value).map(|text| text.to_uppercase()),
        };
        let mut options = deferral(call);
        options.extend(call.kwarg("match").and_then(|value| match value {
            Value::Str(word) => Some(format!("MATCH {}", word.to_uppercase())),
            _ => None,
        }));
        options.sort();
        ForeignKey {
            name,
            columns: columns.iter().map(|(_, name)| name.clone()).collect(),
            on_delete: action("ondelete"),
            on_update: action("onupdate"),
            target,
            target_columns,
            options,
            place: Some(call.place.clone()),
        }
    }

    /// What a constraint of the table makes a column point to.
    pub fn constrained_target(&mut self, spot: Spot) -> Option<Target> {
        let parts = self.drafts.get(spot.0)?.parts.clone();
        for part in &parts {
            let Some(call) = self.call(part).filter(|call| PARTS.contains(&&*call.name.last)) else {
                continue;
            };
            if !call.is("ForeignKeyConstraint") {
                continue;
            }
            let columns = self.interpreter.elements(call.arg(0, "columns")?)?;
            let columns = self.columns_of(&columns, spot.0);
            let own = self.field(spot)?.name.clone();
            if let Some(place) = columns.iter().position(|(_, name)| *name == own) {
                let referred = self.interpreter.elements(call.arg(1, "refcolumns")?)?;
                let value = referred.get(place)?.clone();
                return Some(self.target(spot.0, &value, &own));
            }
        }
        None
    }
}
