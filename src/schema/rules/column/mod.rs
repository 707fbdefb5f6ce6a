//! Lock-safety rules about columns.

pub mod add_column_volatile_default;
pub mod drop_column_used;
pub mod not_null_without_default;
pub mod rename_column_used;
pub mod set_not_null;
mod type_change;
pub mod type_rewrite;

use super::context::{argument, quoted};
use crate::schema::model::Type;

/// A type as a script spells it; where that is not known, a place to fill in.
fn spelled(kind: &Type) -> &str {
    if kind.python.is_empty() { "…" } else { &kind.python }
}

/// The recipe that makes a column NOT NULL without reading its rows under a lock: a check proves it first.
fn proof(table: &str, column: &str) -> String {
    let ((bare, schema), table, name) = (argument(table), quoted(table), quoted(column));
    format!(
        "op.create_check_constraint(\"{column}_not_null\", \"{bare}\", '{name} IS NOT NULL'{schema}, postgresql_not_valid=True)\n\
         # in a later migration, once the rows are filled:\n\
         op.execute('ALTER TABLE {table} VALIDATE CONSTRAINT \"{column}_not_null\"')\n\
         op.alter_column(\"{bare}\", \"{column}\", nullable=False{schema})\n\
         op.drop_constraint(\"{column}_not_null\", \"{bare}\", type_=\"check\"{schema})"
    )
}
