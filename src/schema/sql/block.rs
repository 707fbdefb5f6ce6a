//! DO blocks: the statements in them, without the conditions around them.

use super::cursor::{Cursor, unquoted};
use super::lex::{Kind, Token};
use super::{Statement, opaque};
use crate::schema::operation::Operation;
use crate::schema::settings::Dialect;

/// Words that start a statement which is looked at.
const HEADS: [&str; 10] =
    ["CREATE", "ALTER", "DROP", "COMMENT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "RENAME", "EXECUTE"];
/// Words of the procedural language behind which a statement may start.
const BEFORE: [&str; 5] = ["BEGIN", "THEN", "ELSE", "LOOP", "DECLARE"];

/// The statements of a DO block; `None` where it is none. Conditions are left out: what may be done is taken as done.
pub fn read(tokens: &[Token<'_>], dialect: Dialect) -> Option<Vec<Statement>> {
    let (first, rest) = tokens.split_first()?;
    if !first.is_word("DO") {
        return None;
    }
    let body = rest.iter().find(|token| token.kind == Kind::Text)?;
    let inner = unquoted(body.text);
    let parts = super::split::split(&inner, body.line, dialect, super::STATEMENTS);
    let mut statements: Vec<Statement> = parts.iter().filter_map(|part| inside(part, dialect)).collect();
    if statements.is_empty() {
        let operations = vec![Operation::Other { what: "DO".to_owned() }];
        statements.push(Statement { operations, line: first.line });
    }
    Some(statements)
}

/// A statement of the block, behind the words of the procedural language.
fn inside(tokens: &[Token<'_>], dialect: Dialect) -> Option<Statement> {
    let starts = |at: usize| {
        let here = tokens.get(at).is_some_and(|token| HEADS.iter().any(|word| token.is_word(word)));
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        here && before.is_none_or(|before| BEFORE.iter().any(|word| before.is_word(word)))
    };
    let at = (0..tokens.len()).find(|at| starts(*at))?;
    let tokens = tokens.get(at..)?;
    let first = tokens.first()?;
    if !first.is_word("EXECUTE") {
        return Some(Statement { operations: super::statement(tokens, dialect), line: first.line });
    }
    Some(Statement { operations: executed(tokens, dialect), line: first.line })
}

/// `EXECUTE 'sql'` and `EXECUTE format('sql', …)`: the SQL, with its holes.
fn executed(tokens: &[Token<'_>], dialect: Dialect) -> Vec<Operation> {
    let mut cursor = Cursor::new(tokens, dialect);
    cursor.next();
    if cursor.take("format") {
        cursor.symbol('(');
    }
    let text = cursor.next().filter(|token| token.kind == Kind::Text);
    let joined = cursor.peek().is_some_and(|token| token.is('|'));
    let Some(text) = text.filter(|_| !joined) else {
        return vec![opaque("SQL that is put together when it runs", tokens, dialect)];
    };
    super::read(&unquoted(text.text), text.line, dialect, false)
        .into_iter()
        .flat_map(|statement| statement.operations)
        .collect()
}
