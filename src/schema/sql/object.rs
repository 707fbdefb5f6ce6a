//! DROP, COMMENT ON, RENAME TABLE, and ALTER of indexes and types.

use super::cursor::{Cursor, unquoted};
use super::lex::Kind;
use crate::schema::operation::Operation;
use crate::schema::settings::Dialect;

/// Things that models do not hold, as they stand behind CREATE, ALTER, DROP and COMMENT ON.
const OTHER: [&str; 40] = [
    "VIEW",
    "MATERIALIZED VIEW",
    "FUNCTION",
    "PROCEDURE",
    "ROUTINE",
    "TRIGGER",
    "EVENT TRIGGER",
    "CONSTRAINT TRIGGER",
    "EVENT",
    "EXTENSION",
    "SCHEMA",
    "SEQUENCE",
    "DATABASE",
    "ROLE",
    "USER",
    "GROUP",
    "POLICY",
    "RULE",
    "DOMAIN",
    "AGGREGATE",
    "CAST",
    "OPERATOR",
    "COLLATION",
    "CONVERSION",
    "PUBLICATION",
    "SUBSCRIPTION",
    "SERVER",
    "STATISTICS",
    "TABLESPACE",
    "LANGUAGE",
    "TEXT SEARCH",
    "ACCESS METHOD",
    "FOREIGN DATA WRAPPER",
    "FOREIGN TABLE",
    "VIRTUAL TABLE",
    "TRANSFORM",
    "DEFAULT PRIVILEGES",
    "SYSTEM",
    "OWNED",
    "LARGE OBJECT",
];

/// Takes the name of a kind of thing that models do not hold; something must be said about it.
pub fn other(cursor: &mut Cursor<'_, '_>) -> Option<Operation> {
    let what = cursor.take_any(&OTHER)?;
    (!cursor.done()).then(|| Operation::Other { what: what.to_owned() })
}

/// DROP, behind its word.
pub fn drop(mut cursor: Cursor<'_, '_>) -> Option<Vec<Operation>> {
    if cursor.take("TEMPORARY TABLE") {
        return cursor.name().map(|_| vec![Operation::Other { what: "TEMPORARY TABLE".to_owned() }]);
    }
    if cursor.take("TABLE") {
        return Some(dropped(&mut cursor)?.into_iter().map(|table| Operation::DropTable { table }).collect());
    }
    if cursor.take("TYPE") {
        return Some(dropped(&mut cursor)?.into_iter().map(|name| Operation::DropEnum { name }).collect());
    }
    if cursor.take("INDEX") {
        return drop_index(cursor);
    }
    other(&mut cursor).map(|operation| vec![operation])
}

/// `IF EXISTS a, b CASCADE`, and nothing behind it: else it is a sentence that begins so.
fn dropped(cursor: &mut Cursor<'_, '_>) -> Option<Vec<String>> {
    cursor.take("IF EXISTS");
    let names = cursor.names()?;
    cursor.take_any(&["CASCADE", "RESTRICT"]);
    cursor.done().then_some(names)
}

fn drop_index(mut cursor: Cursor<'_, '_>) -> Option<Vec<Operation>> {
    let concurrently = cursor.take("CONCURRENTLY");
    cursor.take("IF EXISTS");
    let names = cursor.names()?;
    let table = if cursor.take("ON") { Some(cursor.name()?) } else { None };
    cursor.take_any(&["CASCADE", "RESTRICT"]);
    let online = cursor.at_any(&["ALGORITHM", "LOCK"]);
    let drop = |name| Operation::DropIndex { table: table.clone(), name, concurrently };
    (cursor.done() || online).then(|| names.into_iter().map(drop).collect())
}

/// RENAME TABLE of MySQL, behind its first word.
pub fn rename_table(mut cursor: Cursor<'_, '_>) -> Option<Vec<Operation>> {
    if cursor.dialect == Dialect::Postgresql || !cursor.take("TABLE") {
        return None;
    }
    let mut operations = Vec::new();
    loop {
        let from = cursor.name()?;
        let to = if cursor.take("TO") { cursor.name()? } else { return None };
        operations.push(Operation::RenameTable { from, to });
        if !cursor.symbol(',') {
            break;
        }
    }
    cursor.done().then_some(operations)
}

/// COMMENT ON, behind its first word.
pub fn comment(mut cursor: Cursor<'_, '_>) -> Option<Vec<Operation>> {
    if !cursor.take("ON") {
        return None;
    }
    let operation = if cursor.take("TABLE") {
        let table = cursor.name()?;
        Operation::Comment { table, column: None, text: said(&mut cursor)? }
    } else if cursor.take("COLUMN") {
        let name = cursor.name()?;
        let (table, column) = name.rsplit_once('.')?;
        Operation::Comment {
            table: table.to_owned(),
            column: Some(column.to_owned()),
            text: said(&mut cursor)?,
        }
    } else {
        cursor.until(&["IS"]);
        said(&mut cursor)?;
        Operation::Other { what: "COMMENT".to_owned() }
    };
    Some(vec![operation])
}

/// `IS 'text'` or `IS NULL`; a hole is a text that is not known.
fn said(cursor: &mut Cursor<'_, '_>) -> Option<Option<String>> {
    if !cursor.take("IS") {
        return None;
    }
    let value = cursor.next()?;
    match value.kind {
        Kind::Text => Some(Some(unquoted(value.text))),
        Kind::Hole => Some(Some(super::SHOWN.to_owned())),
        _ => value.is_word("NULL").then_some(None),
    }
}

/// ALTER INDEX, behind both words.
pub fn alter_index(mut cursor: Cursor<'_, '_>) -> Option<Vec<Operation>> {
    cursor.take("IF EXISTS");
    let from = cursor.name()?;
    if cursor.take("RENAME TO") {
        return Some(vec![Operation::Rename { table: None, from, to: cursor.name()? }]);
    }
    let known = cursor.at_any(&["SET", "RESET", "ATTACH", "DEPENDS", "NO", "ALTER", "ALL"]);
    known.then(|| vec![Operation::Other { what: "INDEX".to_owned() }])
}

/// ALTER TYPE, behind both words.
pub fn alter_type(mut cursor: Cursor<'_, '_>) -> Option<Vec<Operation>> {
    let name = cursor.name()?;
    if cursor.take_any(&["ADD VALUE", "RENAME VALUE"]).is_some() {
        return (!cursor.done()).then(|| vec![Operation::AlterEnum { name }]);
    }
    if cursor.take("RENAME TO") {
        return Some(vec![Operation::RenameEnum { from: name, to: cursor.name()? }]);
    }
    if cursor.take("SET SCHEMA") {
        let bare = name.rsplit('.').next().unwrap_or_default();
        let to = format!("{}.{bare}", cursor.name()?);
        return Some(vec![Operation::RenameEnum { from: name, to }]);
    }
    let known = cursor.at_any(&["OWNER", "ADD", "DROP", "ALTER", "RENAME", "SET"]);
    known.then(|| vec![Operation::Other { what: "TYPE".to_owned() }])
}
