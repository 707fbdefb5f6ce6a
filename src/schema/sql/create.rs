//! CREATE of tables, indexes and types.

use super::cursor::{Cursor, SHOWN, items, part, render, unquoted};
use super::item::{self, Constraint};
use super::lex::{Kind, Token};
use super::{object, opaque_of, types};
use crate::schema::model::{Column, Index, Table, Type};
use crate::schema::operation::Operation;

/// What may stand behind the words that MySQL and PostgreSQL put before a view, a routine or a language.
const ROUTINES: [&str; 7] = ["VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "LANGUAGE", "AS"];

/// CREATE, behind its word; `None` where it is no statement.
pub fn read(mut cursor: Cursor<'_, '_>) -> Option<Vec<Operation>> {
    cursor.take("OR REPLACE");
    // NONCLUSTERED and CLUSTERED are of SQL Server, which migrations for several databases speak as well.
    if cursor.take_any(&["UNIQUE INDEX", "UNIQUE NONCLUSTERED INDEX", "UNIQUE CLUSTERED INDEX"]).is_some() {
        return index(cursor, true, None);
    }
    if cursor.take_any(&["INDEX", "NONCLUSTERED INDEX", "CLUSTERED INDEX"]).is_some() {
        return index(cursor, false, None);
    }
    for prefix in ["FULLTEXT", "SPATIAL"] {
        if cursor.take(&format!("{prefix} INDEX")) {
            return index(cursor, false, Some(prefix));
        }
    }
    if cursor.take("TYPE") {
        return kind(cursor);
    }
    if cursor.take_any(&["GLOBAL", "LOCAL"]).is_some() | cursor.take_any(&["TEMPORARY", "TEMP"]).is_some() {
        return (!cursor.done()).then(|| vec![Operation::Other { what: "TEMPORARY".to_owned() }]);
    }
    cursor.take("UNLOGGED");
    if cursor.take("TABLE") {
        return table(cursor);
    }
    if let Some(operation) = object::other(&mut cursor) {
        return Some(vec![operation]);
    }
    // MySQL: CREATE DEFINER = … SQL SECURITY … VIEW, CREATE ALGORITHM = … VIEW; elsewhere RECURSIVE and TRUSTED.
    let said = cursor.at_any(&["DEFINER", "ALGORITHM", "SQL", "RECURSIVE", "TRUSTED", "PROCEDURAL"]);
    let ahead = cursor.rest().iter().take(16).any(|token| ROUTINES.iter().any(|word| token.is_word(word)));
    (said && ahead).then(|| vec![Operation::Other { what: "routine".to_owned() }])
}

/// CREATE TABLE, behind both words.
fn table(mut cursor: Cursor<'_, '_>) -> Option<Vec<Operation>> {
    let dialect = cursor.dialect;
    cursor.take("IF NOT EXISTS");
    let name = cursor.name()?;
    let mut table = Table::default();
    (table.schema, table.name) = match name.rsplit_once('.') {
        Some((schema, bare)) => (Some(schema.to_owned()), bare.to_owned()),
        None => (None, name),
    };
    if cursor.take("PARTITION OF") {
        return (!cursor.done()).then(|| vec![Operation::Other { what: "PARTITION".to_owned() }]);
    }
    if cursor.at_any(&["AS", "LIKE", "OF", "SELECT"]) && cursor.rest().len() > 1 {
        let why = "the columns of a new table come from elsewhere";
        let unknown = opaque_of(&table.full_name(), cursor.rest(), dialect, why);
        return Some(vec![Operation::CreateTable(Box::new(table)), unknown]);
    }
    let body = cursor.brackets()?;
    let mut more = Vec::new();
    for item in items(body) {
        more.extend(part_of_table(&mut table, item, cursor));
    }
    if cursor.at("AS") || cursor.at("INHERITS") {
        let why = "some columns of a new table come from elsewhere";
        more.push(opaque_of(&table.full_name(), cursor.rest(), dialect, why));
    }
    table.comment = comment(cursor.rest());
    let mut operations = vec![Operation::CreateTable(Box::new(table))];
    operations.append(&mut more);
    Some(operations)
}

/// Puts an item into a table; what cannot be read is opaque.
fn part_of_table(table: &mut Table, item: &[Token<'_>], whole: Cursor<'_, '_>) -> Option<Operation> {
    let dialect = whole.dialect;
    if item::is_constraint(item, dialect) {
        return match item::constraint(item, dialect) {
            Ok(constraint) => {
                put(table, constraint);
                None
            }
            Err(why) => {
                let why = format!("a constraint cannot be read: {why}");
                Some(opaque_of(&table.full_name(), item, dialect, &why))
            }
        };
    }
    let (column, constraints) = match item::column(item, dialect) {
        Ok(read) => read,
        Err(_) => (unread(item, whole)?, Vec::new()),
    };
    if item.first().is_some_and(|first| first.is_word("LIKE")) || column.name.contains(SHOWN) {
        return Some(opaque_of(
            &table.full_name(),
            item,
            dialect,
            "some columns of a new table come from elsewhere",
        ));
    }
    table.order.push(column.name.clone());
    table.columns.insert(column.name.clone(), column);
    constraints.into_iter().for_each(|constraint| put(table, constraint));
    None
}

/// A column that the parser does not know: its name, and what is plain to see.
pub fn unread(item: &[Token<'_>], whole: Cursor<'_, '_>) -> Option<Column> {
    let (name, rest) = item.split_first()?;
    let name = part(name, whole.dialect)?;
    let says = |words: [&str; 2]| {
        rest.windows(2).any(|pair| pair.iter().zip(words).all(|(token, word)| token.is_word(word)))
    };
    let primary_key = says(["PRIMARY", "KEY"]);
    let sql = rest.first().map(|token| types::canonical(token.text, whole.dialect)).unwrap_or_default();
    let kind = Type { sql, unresolved: true, ..Type::default() };
    Some(Column {
        name,
        kind,
        primary_key,
        nullable: !primary_key && !says(["NOT", "NULL"]),
        ..Column::default()
    })
}

fn put(table: &mut Table, constraint: Constraint) {
    match constraint {
        Constraint::Primary(key) => {
            for name in &key.columns {
                if let Some(column) = table.columns.get_mut(name) {
                    column.primary_key = true;
                    column.nullable = false;
                }
            }
            table.primary_key = Some(key);
        }
        Constraint::Unique(key, _) => table.uniques.push(key),
        Constraint::Foreign(key) => table.foreign_keys.push(key),
        Constraint::Check(check) => table.checks.push(check),
        Constraint::Exclude(check) => table.excludes.push(check),
        Constraint::Index(index) => table.indexes.push(index),
    }
}

/// `COMMENT = 'text'` among the options of a table of MySQL.
fn comment(options: &[Token<'_>]) -> Option<String> {
    let at = options.iter().position(|token| token.is_word("COMMENT"))?;
    let text = options.iter().skip(at).take(3).find(|token| token.kind == Kind::Text)?;
    Some(unquoted(text.text))
}

/// CREATE INDEX, behind its words.
fn index(mut cursor: Cursor<'_, '_>, unique: bool, prefix: Option<&str>) -> Option<Vec<Operation>> {
    let concurrently = cursor.take("CONCURRENTLY");
    cursor.take("IF NOT EXISTS");
    let name = if cursor.at("ON") { None } else { Some(cursor.name()?) };
    let mut options: Vec<String> =
        prefix.map(|prefix| format!("mysql_prefix={prefix}")).into_iter().collect();
    using(&mut cursor, &mut options);
    if !cursor.take("ON") {
        return None;
    }
    cursor.take("ONLY");
    let table = cursor.name()?;
    using(&mut cursor, &mut options);
    let dialect = cursor.dialect;
    let columns = items(cursor.brackets()?)
        .into_iter()
        .map(|item| indexed(Cursor::new(item, dialect), &mut options))
        .collect();
    using(&mut cursor, &mut options);
    if cursor.take("INCLUDE") {
        options.push(format!("postgresql_include={}", render(cursor.brackets()?, SHOWN)));
    }
    if cursor.take("NULLS NOT DISTINCT") {
        options.push("postgresql_nulls_not_distinct=True".to_owned());
    }
    cursor.until(&["WHERE"]);
    if cursor.take("WHERE") {
        let dialect =
            if dialect == crate::schema::settings::Dialect::Sqlite { "sqlite" } else { "postgresql" };
        options.push(format!("{dialect}_where={}", render(cursor.rest(), SHOWN)));
    }
    options.sort();
    // A hole in the name says nothing about what the index is of.
    let name = name.filter(|name| !name.contains(SHOWN));
    let index = Index { name, columns, unique, options, place: None };
    Some(vec![Operation::CreateIndex { table, index, concurrently }])
}

fn using(cursor: &mut Cursor<'_, '_>, options: &mut Vec<String>) {
    if !cursor.take("USING") {
        return;
    }
    let method = cursor.name().unwrap_or_default().to_lowercase();
    if method != "btree" {
        options.push(format!("postgresql_using={method}"));
    }
}

/// A column or expression of an index; its operator class becomes an option.
fn indexed(mut cursor: Cursor<'_, '_>, options: &mut Vec<String>) -> String {
    let all = cursor.rest();
    let Some(name) = cursor.name() else { return render(all, SHOWN) };
    if cursor.done() || cursor.at_any(&["ASC"]) {
        return name;
    }
    // MySQL's `name(32)`: the first characters only.
    let mut ahead = cursor;
    if let Some([length]) = ahead.brackets()
        && length.kind == Kind::Number
        && (ahead.done() || ahead.at_any(&["ASC", "DESC"]))
    {
        options.push(format!("mysql_length={name} {}", length.text));
        cursor = ahead;
        if cursor.done() || cursor.at("ASC") {
            return name;
        }
    }
    if cursor.at("COLLATE") {
        return format!("{name} {}", render(cursor.rest(), SHOWN));
    }
    if cursor.at_any(&["DESC", "NULLS"]) {
        return format!("{name} {}", render(cursor.rest(), SHOWN).to_uppercase());
    }
    let class = cursor.name().filter(|_| cursor.done());
    match class {
        Some(class) => {
            options.push(format!("postgresql_ops={name} {class}"));
            name
        }
        None => render(all, SHOWN),
    }
}

/// CREATE TYPE, behind both words.
fn kind(mut cursor: Cursor<'_, '_>) -> Option<Vec<Operation>> {
    let name = cursor.name()?;
    if cursor.take("AS ENUM") {
        let values = cursor
            .brackets()?
            .iter()
            .filter(|token| token.kind == Kind::Text)
            .map(|token| unquoted(token.text));
        return Some(vec![Operation::CreateEnum { name, values: values.collect() }]);
    }
    let known = cursor.done() || cursor.at("AS") || cursor.symbol('(');
    known.then(|| vec![Operation::Other { what: "TYPE".to_owned() }])
}
