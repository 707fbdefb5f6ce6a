//! Lock-safety rules about columns.

pub mod add_column_volatile_default;
pub mod drop_column_used;
pub mod not_null_without_default;
pub mod rename_column_used;
pub mod set_not_null;
mod type_change;
pub mod type_rewrite;

use crate::schema::model::Type;

/// A type as a script spells it; where that is not known, a place to fill in.
fn spelled(kind: &Type) -> &str {
    if kind.python.is_empty() { "…" } else { &kind.python }
}
