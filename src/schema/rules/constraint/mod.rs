//! Lock-safety rules about constraints.

pub mod check_not_valid;
pub mod foreign_key_not_valid;
pub mod primary_key_locks;
pub mod unique_constraint_locks;

use super::context::bare;

/// The name of a constraint, or one made from what it is of.
fn name_or(name: Option<&str>, table: &str, columns: &[String], ending: &str) -> String {
    match name {
        Some(name) => name.to_owned(),
        None if columns.is_empty() => format!("{}_{ending}", bare(table)),
        None => format!("{}_{}_{ending}", bare(table), columns.join("_")),
    }
}

/// Columns as a Python list of strings.
fn list(columns: &[String]) -> String {
    let quoted: Vec<String> = columns.iter().map(|column| format!("\"{column}\"")).collect();
    format!("[{}]", quoted.join(", "))
}
