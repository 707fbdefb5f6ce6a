//! Columns and constraints, each read on its own by the parser of the dialect, so that one it does not know spoils no other.

use sqlparser::ast::{Expr, Ident, ObjectName};
use sqlparser::dialect::{self, GenericDialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token as ParserToken;

use super::cursor::{self, HOLE, SHOWN, render};
use super::lex::{Kind, Token};
use crate::schema::model::{Check, ForeignKey, Index, Key};
use crate::schema::settings::Dialect;

mod column;
mod constraint;
mod guard;

pub use column::{column, type_of};
pub use constraint::constraint;
use guard::{PARSER_DEPTH, guard};

/// A constraint, of a table or of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constraint {
    /// PRIMARY KEY.
    Primary(Key),
    /// UNIQUE; `true` where it takes over an index.
    Unique(Key, bool),
    /// FOREIGN KEY.
    Foreign(ForeignKey),
    /// CHECK.
    Check(Check),
    /// EXCLUDE.
    Exclude(Check),
    /// KEY or INDEX of MySQL.
    Index(Index),
}

/// Words that a constraint of a table starts with.
const STARTS: [&str; 6] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE"];
/// Those that MySQL has beside them.
const MYSQL_STARTS: [&str; 4] = ["KEY", "INDEX", "FULLTEXT", "SPATIAL"];

/// Whether an item of CREATE TABLE, or what stands behind ADD, is a constraint and no column.
pub fn is_constraint(item: &[Token<'_>], dialect: Dialect) -> bool {
    let Some((first, rest)) = item.split_first() else { return false };
    if STARTS.iter().any(|word| first.is_word(word)) {
        return rest.first().is_some_and(|second| second.kind != Kind::Symbol || second.is('('));
    }
    MYSQL_STARTS.iter().any(|word| first.is_word(word)) && (dialect == Dialect::Mysql || is_index(rest))
}

/// Whether what stands behind KEY or INDEX is a name and columns, where the dialect is perhaps not said: `index` may name a column,
/// but then a type stands behind it, and numbers in its brackets.
fn is_index(rest: &[Token<'_>]) -> bool {
    let columns = match rest {
        [open, columns @ ..] if open.is('(') => columns,
        [_, open, columns @ ..] if open.is('(') => columns,
        _ => return false,
    };
    columns.first().is_some_and(|first| first.kind != Kind::Number)
        && rest.last().is_some_and(|last| last.is(')'))
}

/// Parses an item as far as it goes; with it the word where the parser stopped, if it did not reach the end.
fn parse<T>(
    item: &[Token<'_>],
    dialect: Dialect,
    read: impl Fn(&mut Parser<'_>) -> Result<T, ParserError>,
) -> Result<(T, Option<String>), String> {
    parse_with(item, dialect, HOLE, read)
}

fn parse_with<T>(
    item: &[Token<'_>],
    dialect: Dialect,
    hole: &str,
    read: impl Fn(&mut Parser<'_>) -> Result<T, ParserError>,
) -> Result<(T, Option<String>), String> {
    guard(item)?;
    let text = render(item, hole);
    let (postgresql, sqlite, mysql) = (PostgreSqlDialect {}, SQLiteDialect {}, MySqlDialect {});
    let own: &dyn dialect::Dialect = match dialect {
        Dialect::Postgresql => &postgresql,
        Dialect::Sqlite => &sqlite,
        Dialect::Mysql => &mysql,
    };
    let mut stopped = None;
    for attempt in [own, &GenericDialect {}] {
        let parser = Parser::new(attempt).with_recursion_limit(PARSER_DEPTH);
        let read = parser.try_with_sql(&text).and_then(|mut parser| {
            let read = read(&mut parser)?;
            let next = parser.peek_token().token;
            Ok((read, (next != ParserToken::EOF).then(|| next.to_string())))
        });
        match read {
            Ok((read, None)) => return Ok((read, None)),
            Ok(part) => stopped = stopped.or(Some(Ok(part))),
            Err(why) => stopped = stopped.or_else(|| Some(Err(why.to_string()))),
        }
    }
    stopped.unwrap_or_else(|| Err("nothing is there".to_owned()))
}

fn expression(value: &Expr) -> String {
    shown(&value.to_string())
}

fn shown(text: &str) -> String {
    text.replace(HOLE, SHOWN)
}

fn ident(ident: &Ident, dialect: Dialect) -> String {
    let name = shown(&ident.value);
    if ident.quote_style.is_some() { name } else { cursor::fold(&name, dialect) }
}

fn object(name: &ObjectName, dialect: Dialect) -> String {
    let parts: Vec<String> = name
        .0
        .iter()
        .map(|part| part.as_ident().map_or_else(|| shown(&part.to_string()), |name| ident(name, dialect)))
        .collect();
    parts.join(".")
}
