//! Lock-safety rules about indexes.

pub mod concurrently_in_transaction;
pub mod index_not_concurrent;
