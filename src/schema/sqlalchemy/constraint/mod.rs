//! Constraints of tables: primary keys, unique, check, exclude and foreign keys, and indexes.

mod check;
mod columns;
mod foreign;
mod index;

use super::builder::Builder;
use super::names::Call;
use super::naming::Subject;
use crate::schema::eval::Value;
use crate::schema::model::{Key, Table};

/// Constraints and indexes that tables hold.
pub const PARTS: [&str; 6] = [
    "UniqueConstraint",
    "PrimaryKeyConstraint",
    "ForeignKeyConstraint",
    "CheckConstraint",
    "ExcludeConstraint",
    "Index",
];

impl Builder<'_, '_> {
    /// Puts the constraints and indexes of a table into it.
    pub fn constrain(&mut self, at: usize, table: &mut Table) {
        self.of_columns(at, table);
        let parts = self.drafts.get(at).map(|draft| draft.parts.clone()).unwrap_or_default();
        let mut key = None;
        for part in &parts {
            let Some(call) = self.call(part) else { continue };
            match &*call.name.last {
                "UniqueConstraint" => {
                    let unique = self.key(&call, at, "uq");
                    table.uniques.push(unique);
                }
                "PrimaryKeyConstraint" => key = Some(call),
                "ForeignKeyConstraint" => table.foreign_keys.extend(self.foreign_key_constraint(&call, at)),
                "CheckConstraint" => table.checks.extend(self.check(&call, at, None)),
                "ExcludeConstraint" => table.excludes.push(self.exclude(&call, at)),
                "Index" => table.indexes.push(self.index(&call, at)),
                _ => {}
            }
        }
        self.primary_key(at, key.as_ref(), table);
    }

    /// What columns bring along: `unique=True`, `index=True`, `ForeignKey(…)`, `CheckConstraint(…)`.
    fn of_columns(&mut self, at: usize, table: &mut Table) {
        let count = self.drafts.get(at).map_or(0, |draft| draft.fields.len());
        for field in 0..count {
            let Some(field) = self.field((at, field)).cloned() else { continue };
            let made = field.definition;
            let names = [(field.key.clone(), field.name.clone())];
            let columns = vec![field.name.clone()];
            let place = Some(made.place.clone());
            let unique = made.unique == Some(true);
            if made.index == Some(true) {
                let name = self.constraint_name(None, &subject("ix", at, &names));
                let options = Vec::new();
                table.indexes.push(crate::schema::model::Index { name, columns, unique, options, place });
            } else if unique {
                let name = self.constraint_name(None, &subject("uq", at, &names));
                table.uniques.push(Key { name, columns, options: Vec::new(), place });
            }
            for call in &made.foreign_keys {
                let key = self.foreign_key(call, at, &field.key, &field.name);
                table.foreign_keys.push(key);
            }
            for call in &made.constraints {
                match &*call.name.last {
                    "CheckConstraint" => table.checks.extend(self.check(call, at, Some(&field.name))),
                    "UniqueConstraint" => {
                        let mut key = self.key(call, at, "uq");
                        if key.columns.is_empty() {
                            key.columns.push(field.name.clone());
                        }
                        table.uniques.push(key);
                    }
                    _ => {}
                }
            }
            if let Some(kind) = &made.kind {
                table.checks.extend(self.check_of_type(&kind.clone(), at, &names, &made.place));
            }
        }
    }

    /// A unique constraint.
    fn key(&mut self, call: &Call, at: usize, prefix: &'static str) -> Key {
        let columns = self.columns_of(&call.args, at);
        let name = self.constraint_name(call.kwarg("name"), &subject(prefix, at, &columns));
        let columns = columns.into_iter().map(|(_, name)| name).collect();
        Key { name, columns, options: self.options(call), place: Some(call.place.clone()) }
    }

    /// `DEFERRABLE` and what else a key may say.
    fn options(&self, call: &Call) -> Vec<String> {
        let mut options = deferral(call);
        if call.kwarg("postgresql_nulls_not_distinct") == Some(&Value::Bool(true)) {
            options.push("nulls not distinct".to_owned());
        }
        if let Some(include) =
            call.kwarg("postgresql_include").and_then(|value| self.interpreter.elements(value))
        {
            let names: Vec<String> = include.iter().filter_map(|value| self.words(value)).collect();
            options.push(format!("include {}", names.join(", ")));
        }
        options.sort();
        options
    }

    /// The primary key, of the columns that say so or of a constraint.
    fn primary_key(&mut self, at: usize, call: Option<&Call>, table: &mut Table) {
        let of_fields: Vec<(String, String)> = self.drafts.get(at).map_or_else(Vec::new, |draft| {
            let mut fields: Vec<_> =
                draft.fields.iter().filter(|field| field.definition.primary_key).collect();
            fields.sort_by_key(|field| field.definition.order);
            fields.into_iter().map(|field| (field.key.clone(), field.name.clone())).collect()
        });
        let mut columns = call.map(|call| self.columns_of(&call.args, at)).unwrap_or_default();
        if columns.is_empty() {
            columns = of_fields;
        }
        if columns.is_empty() {
            return;
        }
        let name =
            self.constraint_name(call.and_then(|call| call.kwarg("name")), &subject("pk", at, &columns));
        let place = call.map(|call| call.place.clone()).or_else(|| table.place.clone());
        let options = call.map(|call| self.options(call)).unwrap_or_default();
        for (_, column) in &columns {
            let said = self.drafts.get(at).and_then(|draft| draft.fields.get(draft.find(column)?));
            let said = said.and_then(|field| field.definition.may_be_null());
            if let Some(column) = table.columns.get_mut(column) {
                column.primary_key = true;
                column.nullable = said.unwrap_or(false);
            }
        }
        let columns = columns.into_iter().map(|(_, name)| name).collect();
        table.primary_key = Some(Key { name, columns, options, place });
    }
}

/// What a constraint without more to say is named for.
fn subject<'s>(prefix: &'static str, table: usize, columns: &'s [(String, String)]) -> Subject<'s> {
    Subject { prefix, table, columns, referred: None }
}

/// `DEFERRABLE`, `INITIALLY DEFERRED`.
fn deferral(call: &Call) -> Vec<String> {
    let mut options = Vec::new();
    match call.kwarg("deferrable") {
        Some(Value::Bool(true)) => options.push("DEFERRABLE".to_owned()),
        Some(Value::Bool(false)) => options.push("NOT DEFERRABLE".to_owned()),
        _ => {}
    }
    if let Some(Value::Str(word)) = call.kwarg("initially") {
        options.push(format!("INITIALLY {}", word.to_uppercase()));
    }
    options
}
