//! SQL, read by a parser of the dialect: what it does to the schema.

use super::operation::Operation;
use super::settings::Dialect;

pub mod types;

/// The option of a key that takes over an index that is there.
pub const USING_INDEX: &str = "using index";

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it does; several where one ALTER TABLE says several things. Empty: nothing to a schema or its rows (SET, BEGIN).
    pub operations: Vec<Operation>,
    /// Line of the statement within the text, from 1.
    pub line: u32,
}

/// Reads SQL. What the parser does not know is an `Opaque` operation that says where it stopped.
pub fn parse(_text: &str, _dialect: Dialect) -> Vec<Statement> {
    Vec::new()
}

/// What SQL does to tables, columns, indexes, types and constraints, each with its line; rows and the rest left out.
pub fn ddl(text: &str, dialect: Dialect) -> Vec<(u32, Operation)> {
    let statements = parse(text, dialect);
    let schema = |operation: &Operation| operation.alters_schema();
    let with_line = |statement: Statement| {
        let line = statement.line;
        statement
            .operations
            .into_iter()
            .filter(schema)
            .map(move |operation| (line, operation))
            .collect::<Vec<_>>()
    };
    statements.into_iter().flat_map(with_line).collect()
}
