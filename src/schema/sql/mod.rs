//! SQL, read by a parser of the dialect: what it does to the schema.
//!
//! Statements are framed here, token by token, so that one that nobody knows spoils no other; columns, constraints
//! and types in them are read by the parser.

use super::operation::Operation;
use super::settings::Dialect;

mod alter;
mod block;
mod create;
mod cursor;
mod data;
mod item;
mod lex;
mod object;
mod split;
pub mod types;

use cursor::{Cursor, SHOWN};
use lex::{Kind, Token};

/// The option of a key that takes over an index that is there.
pub const USING_INDEX: &str = "using index";
/// How much of a text is read, in bytes, and how many of its statements: more than hand-written SQL, less than a large dump.
const TEXT_BYTES: usize = 4 << 20;
const STATEMENTS: usize = 20_000;
/// How many names an `Opaque` operation mentions.
const ABOUT: usize = 64;

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it does; several where one ALTER TABLE says several things. Empty: nothing to a schema or its rows (SET, BEGIN).
    pub operations: Vec<Operation>,
    /// Line of the statement within the text, from 1.
    pub line: u32,
}

/// Reads SQL. What is not known is an `Opaque` operation that says where it stopped. Holes that a program fills may stand in it
/// as `{…}`, `%s`, `%(name)s` or `:name`; a name that holds one is not known, and shown as `{?}`. PostgreSQL's names are folded to
/// lower case unless they are quoted. COMMIT is `Other { what: "COMMIT" }`, since it ends a script's transaction.
pub fn parse(text: &str, dialect: Dialect) -> Vec<Statement> {
    read(text, 1, dialect, true)
}

/// What SQL does to tables, columns, indexes, types and constraints, each with its line; rows and the rest left out, and prose.
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

/// Reads a text whose first line has that number; a block within a block is not looked into.
fn read(text: &str, line: u32, dialect: Dialect, blocks: bool) -> Vec<Statement> {
    let mut end = text.len().min(TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let whole = end == text.len();
    let parts = split::split(text.get(..end).unwrap_or_default(), line, dialect, STATEMENTS);
    let cut = !whole || parts.len() == STATEMENTS;
    let mut statements: Vec<Statement> = Vec::new();
    for tokens in &parts {
        let inside = if blocks { block::read(tokens, dialect) } else { None };
        let line = tokens.first().map_or(1, |token| token.line);
        statements.extend(
            inside.unwrap_or_else(|| vec![Statement { operations: statement(tokens, dialect), line }]),
        );
    }
    if cut {
        let line = parts.last().and_then(|tokens| tokens.last()).map_or(1, |token| token.line);
        let why = "the text is too long to be read to its end".to_owned();
        statements.push(Statement { operations: vec![Operation::Opaque { why, about: Vec::new() }], line });
    }
    statements
}

/// What one statement does; nothing where it is about no schema and no rows.
fn statement(tokens: &[Token<'_>], dialect: Dialect) -> Vec<Operation> {
    let mut cursor = Cursor::new(tokens, dialect);
    let Some(first) = cursor.next() else { return Vec::new() };
    let word = if first.kind == Kind::Word { first.text.to_ascii_uppercase() } else { String::new() };
    let known = match word.as_str() {
        "CREATE" => create::read(cursor),
        "ALTER" => alter::read(cursor),
        "DROP" => object::drop(cursor),
        "RENAME" => object::rename_table(cursor),
        "COMMENT" => object::comment(cursor),
        _ => data::read(&word, cursor),
    };
    match known {
        Some(operations) => {
            operations.into_iter().map(|operation| named(operation, tokens, dialect)).collect()
        }
        None => vec![opaque("no statement that is known", tokens, dialect)],
    }
}

/// An operation on something whose name holds a hole is not known: it may be on anything.
fn named(operation: Operation, tokens: &[Token<'_>], dialect: Dialect) -> Operation {
    let hole = |name: &str| name.contains(SHOWN);
    if let Operation::Data { table } = operation {
        return Operation::Data { table: table.filter(|table| !hole(table)) };
    }
    let unknown = operation.table().is_some_and(hole)
        || match &operation {
            Operation::CreateTable(table) => hole(&table.full_name()),
            Operation::AddColumn { column, .. } => hole(&column.name),
            Operation::DropColumn { column, .. } => hole(column),
            Operation::AlterColumn { column, to, .. } => hole(column) || to.name.as_deref().is_some_and(hole),
            Operation::RenameTable { to, .. } | Operation::RenameEnum { to, .. } => hole(to),
            Operation::DropIndex { name, .. } | Operation::DropConstraint { name, .. } => hole(name),
            Operation::CreateEnum { name, .. }
            | Operation::AlterEnum { name }
            | Operation::DropEnum { name } => hole(name),
            _ => false,
        };
    if unknown { opaque("a name in it is only known when it runs", tokens, dialect) } else { operation }
}

/// What cannot be told, with every name in it.
fn opaque(why: &str, tokens: &[Token<'_>], dialect: Dialect) -> Operation {
    let mut about: Vec<String> = Vec::new();
    let mut add = |name: String| {
        let plain = !name.is_empty() && !name.contains(SHOWN) && !data::is_keyword(&name);
        if plain && about.len() < ABOUT && !about.contains(&name) {
            about.push(name);
        }
    };
    let mut cursor = Cursor::new(tokens, dialect);
    while let Some(token) = cursor.peek() {
        if token.kind == Kind::Text {
            // A name may be handed over as a string, or stand in SQL that is put together.
            let inner = cursor::unquoted(token.text);
            inner
                .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .take(ABOUT)
                .for_each(|word| add(word.to_owned()));
            cursor.next();
        } else if let Some(name) = cursor.name() {
            if let Some((_, last)) = name.rsplit_once('.') {
                add(last.to_owned());
            }
            add(name);
        }
    }
    Operation::Opaque { why: why.to_owned(), about }
}

/// What cannot be told, but that it is about a table.
fn opaque_of(table: &str, tokens: &[Token<'_>], dialect: Dialect, why: &str) -> Operation {
    let mut operation = opaque(why, tokens, dialect);
    if let Operation::Opaque { about, .. } = &mut operation {
        about.retain(|name| name != table);
        about.insert(0, table.to_owned());
    }
    operation
}

#[cfg(test)]
mod tests;
