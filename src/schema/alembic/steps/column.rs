//! Columns that are added and dropped.

use super::{Call, Reader};
use crate::schema::alembic::coverage::names::HOLE;
use crate::schema::operation::Operation;

impl Reader<'_, '_> {
    /// ADD COLUMN, and what the column brings along: keys, constraints, an index.
    pub(super) fn add_column(&mut self, call: &Call, table: Option<&str>) -> Vec<Operation> {
        let (table, next) = self.table_or_first(call, table, "table_name");
        let Some(column) = call.arg(next, "column").cloned() else {
            return vec![call.opaque(self, "the column cannot be told")];
        };
        let (schema, name) = match table.rsplit_once('.') {
            Some((schema, name)) => (Some(schema.to_owned()), name),
            None => (None, table.as_str()),
        };
        let made = self.table(name, schema, vec![column], &call.place);
        let Some(column) = made.columns.into_values().next().filter(|column| column.name != HOLE) else {
            let mut about = call.strings(self);
            about.push(table);
            return vec![Operation::Opaque { why: "the column cannot be told".to_owned(), about }];
        };
        let table = || table.clone();
        let mut operations = vec![Operation::AddColumn { table: table(), column: Box::new(column) }];
        operations.extend(made.foreign_keys.into_iter().map(|key| Operation::AddForeignKey {
            table: table(),
            key,
            checked: true,
        }));
        operations.extend(made.uniques.into_iter().map(|key| Operation::AddUnique {
            table: table(),
            key,
            using_index: false,
        }));
        operations.extend(made.checks.into_iter().map(|check| Operation::AddCheck {
            table: table(),
            check,
            checked: true,
        }));
        operations.extend(made.indexes.into_iter().map(|index| Operation::CreateIndex {
            table: table(),
            index,
            concurrently: false,
        }));
        operations
    }

    pub(super) fn drop_column(&mut self, call: &Call, table: Option<&str>) -> Vec<Operation> {
        let (table, next) = self.table_or_first(call, table, "table_name");
        let column = call.arg(next, "column_name").or_else(|| call.kwarg("column")).cloned();
        match column.and_then(|value| self.name(&value)) {
            Some(column) if column != HOLE => vec![Operation::DropColumn { table, column }],
            _ => vec![Operation::Opaque { why: "the column cannot be told".to_owned(), about: vec![table] }],
        }
    }
}
