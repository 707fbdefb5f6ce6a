//! Lock-safety rules about whole tables.

pub mod drop_table_used;
pub mod rename_table_used;
