//! Keys, constraints and indexes that are created and dropped.

use super::name::full;
use super::{Call, Reader};
use crate::schema::alembic::coverage::names::HOLE;
use crate::schema::eval::Value;
use crate::schema::model::{Check, ForeignKey, Index, Key};
use crate::schema::operation::Operation;
use crate::schema::place::Place;

impl Reader<'_, '_> {
    /// The name, the table and where the other arguments begin: `(name, table, …)`, in a batch `(name, …)`.
    fn head(
        &mut self,
        call: &Call,
        table: Option<&str>,
        names: (&str, &str),
    ) -> (Option<String>, String, usize) {
        let name = call.arg(0, names.0).cloned().and_then(|value| self.name(&value));
        match table {
            Some(table) => (name, table.to_owned(), 1),
            None => (name, self.table_name(call, 1, names.1), 2),
        }
    }

    pub(super) fn create_index(&mut self, call: &Call, table: Option<&str>) -> Vec<Operation> {
        let (name, table, next) = self.head(call, table, ("index_name", "table_name"));
        let columns = self.columns(call.arg(next, "columns"));
        let concurrently = call.says("postgresql_concurrently");
        let unique = call.says("unique") || call.args.get(next + 2) == Some(&Value::Bool(true));
        let mut options = Vec::new();
        for (key, value) in &call.kwargs {
            let of_dialect =
                key.starts_with("postgresql_") || key.starts_with("mysql_") || key.starts_with("sqlite_");
            if of_dialect
                && !key.ends_with("_concurrently")
                && !matches!(value, Value::None | Value::Bool(false))
            {
                let text = self.text_of(value).unwrap_or_else(|| self.interpreter.text(value));
                options.push(format!("{key}={text}"));
            }
        }
        options.sort_unstable();
        let index = Index { name, columns, unique, options, place: here(call) };
        vec![Operation::CreateIndex { table, index, concurrently }]
    }

    pub(super) fn drop_index(&mut self, call: &Call, table: Option<&str>) -> Vec<Operation> {
        let name = call.arg(0, "index_name").cloned().and_then(|value| self.name(&value));
        let given = call.arg(1, "table_name").is_some_and(|value| *value != Value::None);
        let table = match table {
            Some(table) => Some(table.to_owned()),
            None => given.then(|| self.table_name(call, 1, "table_name")),
        };
        let concurrently = call.says("postgresql_concurrently");
        vec![Operation::DropIndex { table, name: name.unwrap_or_else(|| HOLE.to_owned()), concurrently }]
    }

    pub(super) fn create_unique(&mut self, call: &Call, table: Option<&str>) -> Vec<Operation> {
        let (name, table, next) = self.head(call, table, ("constraint_name", "table_name"));
        let columns = self.columns(call.arg(next, "columns"));
        let using_index = call.kwargs.iter().any(|(key, _)| &**key == "postgresql_using_index");
        let key = Key { name, columns, options: Vec::new(), place: here(call) };
        vec![Operation::AddUnique { table, key, using_index }]
    }

    pub(super) fn create_primary_key(&mut self, call: &Call, table: Option<&str>) -> Vec<Operation> {
        let (name, table, next) = self.head(call, table, ("constraint_name", "table_name"));
        let columns = self.columns(call.arg(next, "columns"));
        vec![Operation::AddPrimaryKey {
            table,
            key: Key { name, columns, options: Vec::new(), place: here(call) },
        }]
    }

    pub(super) fn create_foreign_key(&mut self, call: &Call, table: Option<&str>) -> Vec<Operation> {
        let (name, table, next) = self.head(call, table, ("constraint_name", "source_table"));
        let target = call.arg(next, "referent_table").cloned().and_then(|value| self.name(&value));
        let columns = self.columns(call.arg(next + 1, "local_cols"));
        let target_columns = self.columns(call.arg(next + 2, "remote_cols"));
        let target = full(self.schema(call, "referent_schema"), &target.unwrap_or_else(|| HOLE.to_owned()));
        let mut action = |name: &str| {
            let value = call.kwarg(name).cloned().and_then(|value| self.name(&value));
            value.map(|action| action.to_uppercase())
        };
        let (on_delete, on_update) = (action("ondelete"), action("onupdate"));
        let key = ForeignKey {
            name,
            columns,
            target,
            target_columns,
            on_delete,
            on_update,
            options: Vec::new(),
            place: here(call),
        };
        vec![Operation::AddForeignKey { table, key, checked: !call.says("postgresql_not_valid") }]
    }

    pub(super) fn create_check(&mut self, call: &Call, table: Option<&str>) -> Vec<Operation> {
        let (name, table, next) = self.head(call, table, ("constraint_name", "table_name"));
        let sql = call.arg(next, "condition").cloned().map(|value| self.sql(&value)).unwrap_or_default();
        let check = Check { name, sql, place: here(call) };
        vec![Operation::AddCheck { table, check, checked: !call.says("postgresql_not_valid") }]
    }

    pub(super) fn create_exclude(&mut self, call: &Call, table: Option<&str>) -> Vec<Operation> {
        let (name, table, next) = self.head(call, table, ("constraint_name", "table_name"));
        let elements: Vec<String> =
            call.args.iter().skip(next).map(|element| self.interpreter.text(element)).collect();
        let check = Check { name, sql: elements.join(", "), place: here(call) };
        vec![Operation::AddExclude { table, check }]
    }

    pub(super) fn drop_constraint(&mut self, call: &Call, table: Option<&str>) -> Vec<Operation> {
        let (name, table, next) = self.head(call, table, ("constraint_name", "table_name"));
        let kind = call.arg(next, "type_").or_else(|| call.kwarg("type")).cloned();
        let kind = kind.and_then(|value| self.name(&value)).filter(|kind| kind != HOLE);
        vec![Operation::DropConstraint { table, name: name.unwrap_or_else(|| HOLE.to_owned()), kind }]
    }
}

fn here(call: &Call) -> Option<Place> {
    Some(call.place.clone())
}
