//! Names of tables, columns and constraints as arguments give them.

use super::{Call, Reader};
use crate::schema::alembic::coverage::names::HOLE;
use crate::schema::eval::Value;
use crate::schema::operation::Operation;

/// How deep names are wrapped.
const DEPTH: u32 = 8;

/// Calls that only hand a name on.
const WRAPPERS: [&str; 5] = ["f", "conv", "quoted_name", "_NONE_NAME", "str"];

impl Reader<'_, '_> {
    /// A name; `None` where none is given. What cannot be told of it is a hole.
    pub(super) fn name(&mut self, value: &Value) -> Option<String> {
        self.name_within(value, DEPTH)
    }

    fn name_within(&mut self, value: &Value, depth: u32) -> Option<String> {
        let hole = || Some(HOLE.to_owned());
        let Some(depth) = depth.checked_sub(1) else { return hole() };
        match value {
            Value::None => None,
            Value::Str(text) => Some(text.to_string()),
            Value::Class(_) => {
                let name = self.interpreter.attribute(value, "__tablename__");
                if matches!(name, Value::Class(_)) { hole() } else { self.name_within(&name, depth) }
            }
            // `table.c.x` is x, `User.__table__` and `table.name` are the table's name.
            Value::Member(base, name) => match (&**name, &**base) {
                ("__table__" | "name" | "fullname", base) => self.name_within(base, depth),
                ("__tablename__", _) => hole(),
                (name, Value::Member(_, columns)) if matches!(&**columns, "c" | "columns") => {
                    Some(name.to_owned())
                }
                (name, Value::Class(_)) => Some(name.to_owned()),
                _ => hole(),
            },
            Value::Object(id) => {
                let object = self.interpreter.object(*id).clone();
                let last = last(&object.callee);
                match (last.as_str(), object.args.first()) {
                    (last, Some(inner)) if WRAPPERS.contains(&last) => self.name_within(inner, depth),
                    // A table, a column, or what `op.create_table` gave.
                    ("table" | "Table" | "create_table" | "Column" | "column" | "text", Some(inner)) => {
                        self.name_within(inner, depth)
                    }
                    _ => self.text_of(value).or_else(hole),
                }
            }
            other => self
                .interpreter
                .enum_value(other)
                .and_then(|value| self.name_within(&value, depth))
                .or_else(hole),
        }
    }

    /// A table with its schema.
    pub(super) fn table_name(&mut self, call: &Call, at: usize, name: &str) -> String {
        let Some(value) = call.arg(at, name).cloned() else { return HOLE.to_owned() };
        let table = self.name(&value).unwrap_or_else(|| HOLE.to_owned());
        let schema = ["schema", "source_schema"].iter().find_map(|name| self.schema(call, name));
        full(schema, &table)
    }

    /// A schema that is told.
    pub(super) fn schema(&mut self, call: &Call, name: &str) -> Option<String> {
        let value = call.kwarg(name).cloned()?;
        self.name(&value).filter(|schema| !schema.contains(HOLE))
    }

    /// Names of columns, expressions among them as SQL.
    pub(super) fn columns(&mut self, value: Option<&Value>) -> Vec<String> {
        let Some(value) = value else { return Vec::new() };
        let elements = match self.interpreter.elements(value) {
            Some(elements) => elements,
            None if matches!(value, Value::Unknown(_) | Value::None) => return Vec::new(),
            None => vec![value.clone()],
        };
        elements.iter().filter_map(|value| self.column_name(value)).collect()
    }

    fn column_name(&mut self, value: &Value) -> Option<String> {
        match self.name(value) {
            Some(name) if name != HOLE => Some(name),
            Some(_) => Some(self.sql(value)),
            None => None,
        }
    }

    /// An operation on a table whose name cannot be told is opaque: it is about the columns it names.
    pub(super) fn known_table(&self, operation: Operation) -> Operation {
        let unknown = operation.table().is_some_and(|table| {
            let bare = table.rsplit_once('.').map_or(table, |(_, name)| name);
            bare.contains(HOLE)
        });
        if !unknown || matches!(operation, Operation::Data { .. }) {
            return operation;
        }
        let about = match operation {
            Operation::AddColumn { column, .. } => vec![column.name.clone()],
            Operation::DropColumn { column, .. } => vec![column],
            Operation::AlterColumn { column, to, .. } => std::iter::once(column).chain(to.name).collect(),
            Operation::CreateIndex { index, .. } => index.name.into_iter().chain(index.columns).collect(),
            Operation::DropIndex { name, .. } | Operation::DropConstraint { name, .. } => vec![name],
            Operation::AddUnique { key, .. } | Operation::AddPrimaryKey { key, .. } => {
                key.name.into_iter().chain(key.columns).collect()
            }
            Operation::AddForeignKey { key, .. } => key.name.into_iter().chain(key.columns).collect(),
            Operation::AddCheck { check, .. } | Operation::AddExclude { check, .. } => {
                check.name.into_iter().collect()
            }
            Operation::CreateTable(table) => table.columns.into_keys().collect(),
            Operation::RenameTable { to, .. } => vec![to],
            _ => Vec::new(),
        };
        let about = about.into_iter().filter(|word| word != HOLE).collect();
        Operation::Opaque { why: "the table cannot be told".to_owned(), about }
    }
}

/// A name behind its schema, unless it has one.
pub(super) fn full(schema: Option<String>, name: &str) -> String {
    match schema {
        Some(schema) if !name.contains('.') => format!("{schema}.{name}"),
        _ => name.to_owned(),
    }
}

/// The last part of what is called.
pub(super) fn last(callee: &Value) -> String {
    match callee {
        Value::External(dotted) => dotted.rsplit('.').next().unwrap_or(dotted).to_owned(),
        Value::Member(_, name) => name.to_string(),
        _ => String::new(),
    }
}
