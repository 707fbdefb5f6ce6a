//! Tables of SQL and what it does, for each dialect; and that no text is too much.

mod mysql;
mod postgresql;
mod robust;
mod show;
mod sqlite;

use super::*;

/// What each statement of a text does, one line each.
fn shown(text: &str, dialect: Dialect) -> Vec<String> {
    parse(text, dialect).iter().flat_map(|statement| &statement.operations).map(show::show).collect()
}

/// Holds a table of texts and what they do; several operations are parted by ` / `.
fn hold(dialect: Dialect, table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .map(|(text, expected)| (text, expected, shown(text, dialect).join(" / ")))
        .filter(|(_, expected, found)| found != *expected)
        .map(|(text, expected, found)| format!("{text}\n  expected {expected}\n  found    {found}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
