//! Lock-safety rules about what a transaction holds together.

pub mod enum_add_value;
pub mod many_locks;
