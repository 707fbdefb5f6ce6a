//! Operations without places: a step has one, and two that do the same are equal wherever they are written.

use crate::schema::model::{Check, Column, ForeignKey, Index, Key, Table};
use crate::schema::operation::Operation;

/// An operation whose parts have no places.
pub(super) fn without(mut operation: Operation) -> Operation {
    match &mut operation {
        Operation::CreateTable(table) => forget(table),
        Operation::AddColumn { column, .. } => column.place = None,
        Operation::CreateIndex { index, .. } => index.place = None,
        Operation::AddUnique { key, .. } | Operation::AddPrimaryKey { key, .. } => key.place = None,
        Operation::AddForeignKey { key, .. } => key.place = None,
        Operation::AddCheck { check, .. } | Operation::AddExclude { check, .. } => check.place = None,
        _ => {}
    }
    operation
}

fn forget(table: &mut Table) {
    table.place = None;
    table.columns.values_mut().for_each(|column: &mut Column| column.place = None);
    let keys = table.primary_key.iter_mut().chain(&mut table.uniques);
    keys.for_each(|key: &mut Key| key.place = None);
    table.foreign_keys.iter_mut().for_each(|key: &mut ForeignKey| key.place = None);
    table.checks.iter_mut().chain(&mut table.excludes).for_each(|check: &mut Check| check.place = None);
    table.indexes.iter_mut().for_each(|index: &mut Index| index.place = None);
}
