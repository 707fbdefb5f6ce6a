//! Tables that are created, dropped, renamed and commented, also without `op`: `table.create(bind)`, `enum.create(bind)`.

use super::name::last;
use super::{Call, Reader};
use crate::schema::alembic::coverage::names::HOLE;
use crate::schema::eval::Value;
use crate::schema::model::Table;
use crate::schema::operation::Operation;
use crate::schema::place::Place;

impl Reader<'_, '_> {
    pub(super) fn create_table(&mut self, call: &Call) -> Vec<Operation> {
        let name = call.arg(0, "table_name").cloned().and_then(|value| self.name(&value));
        let schema = self.schema(call, "schema");
        let parts: Vec<Value> = call.args.iter().skip(1).cloned().collect();
        let name = name.unwrap_or_else(|| HOLE.to_owned());
        let mut table = self.table(&name, schema, parts, &call.place);
        table.comment = call.kwarg("comment").cloned().and_then(|value| self.name(&value));
        vec![Operation::CreateTable(Box::new(table))]
    }

    pub(super) fn rename_table(&mut self, call: &Call) -> Vec<Operation> {
        let from = self.table_name(call, 0, "old_table_name");
        let to = self.table_name(call, 1, "new_table_name");
        vec![Operation::RenameTable { from, to }]
    }

    pub(super) fn table_comment(&mut self, call: &Call, table: Option<&str>) -> Vec<Operation> {
        let (table, next) = self.table_or_first(call, table, "table_name");
        let text = call.arg(next, "comment").cloned().and_then(|value| self.name(&value));
        vec![Operation::Comment { table, column: None, text }]
    }

    /// The table of a batch, or the first argument; where the others begin.
    pub(super) fn table_or_first(&mut self, call: &Call, table: Option<&str>, name: &str) -> (String, usize) {
        match table {
            Some(table) => (table.to_owned(), 0),
            None => (self.table_name(call, 0, name), 1),
        }
    }

    /// `create`, `drop` and `create_all` of types, tables, indexes and metadata.
    pub(super) fn created_directly(&mut self, call: &Call, base: &Value, method: &str) -> Vec<Operation> {
        match method {
            "create_all" | "drop_all" => {
                let mut about = Vec::new();
                call.kwarg("tables").into_iter().for_each(|tables| self.strings(tables, &mut about, 4));
                vec![Operation::Opaque { why: format!("metadata.{method} does what the models say"), about }]
            }
            "create" | "drop" => self.created(base, method == "create", &call.place),
            _ => Vec::new(),
        }
    }

    fn created(&mut self, base: &Value, creates: bool, place: &Place) -> Vec<Operation> {
        if let Some(operation) = self.created_table(base, creates, place) {
            return vec![operation];
        }
        if let Some(operation) = self.created_index(base, creates) {
            return vec![operation];
        }
        let Value::Object(_) = base else { return Vec::new() };
        let Some(values) = self.kind(base).values else { return Vec::new() };
        let name = values.name.unwrap_or_else(|| HOLE.to_owned());
        if creates {
            vec![Operation::CreateEnum { name, values: values.values }]
        } else {
            vec![Operation::DropEnum { name }]
        }
    }

    fn created_table(&mut self, base: &Value, creates: bool, place: &Place) -> Option<Operation> {
        let is_table = match base {
            Value::Member(_, name) => &**name == "__table__",
            Value::Object(id) => last(&self.interpreter.object(*id).callee) == "Table",
            _ => false,
        };
        let name = self.name(base).filter(|_| is_table)?;
        if !creates {
            return Some(Operation::DropTable { table: name });
        }
        let table = match base {
            Value::Object(id) => {
                let parts = self.interpreter.object(*id).args.iter().skip(1).cloned().collect();
                self.table(&name, None, parts, place)
            }
            _ => Table { name, place: Some(place.clone()), ..Table::default() },
        };
        Some(Operation::CreateTable(Box::new(table)))
    }

    /// `Index("ix", table.c.x).create(bind)`.
    fn created_index(&mut self, base: &Value, creates: bool) -> Option<Operation> {
        let Value::Object(id) = base else { return None };
        let object = self.interpreter.object(*id).clone();
        if last(&object.callee) != "Index" {
            return None;
        }
        let name = self.name(object.args.first()?);
        let table = object.args.get(1).cloned().and_then(|column| match column {
            Value::Member(columns, _) => match *columns {
                Value::Member(table, _) => self.name(&table),
                class @ Value::Class(_) => self.name(&class),
                _ => None,
            },
            _ => None,
        });
        if !creates {
            return Some(Operation::DropIndex { table, name: name?, concurrently: false });
        }
        let columns: Vec<Value> = object.args.iter().skip(1).cloned().collect();
        let columns = columns.iter().flat_map(|column| self.columns(Some(column))).collect();
        let unique =
            object.kwargs.iter().any(|(key, value)| &**key == "unique" && *value == Value::Bool(true));
        let index = crate::schema::model::Index { name, columns, unique, ..Default::default() };
        let table = table.unwrap_or_else(|| HOLE.to_owned());
        Some(Operation::CreateIndex { table, index, concurrently: false })
    }
}
