//! A text as statements: parted at each `;` that stands in no quotes, comment or body of a routine.

use super::lex::{Lexer, Token};
use crate::schema::settings::Dialect;

/// The tokens of one statement, without the `;`.
pub type Tokens<'a> = Vec<Token<'a>>;

/// Words that open a block with an END of its own.
const OPEN: [&str; 2] = ["BEGIN", "CASE"];
/// Words behind END that close something which OPEN did not count.
const CLOSE_OTHER: [&str; 4] = ["IF", "LOOP", "WHILE", "REPEAT"];
const ROUTINES: [&str; 4] = ["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"];

/// Parts a text whose first line has that number. Data of COPY, commands of `psql` and bodies between DELIMITER are passed over.
pub fn split(text: &str, line: u32, dialect: Dialect, limit: usize) -> Vec<Tokens<'_>> {
    let mut lexer = Lexer::new(text, line, dialect);
    let mut statements = Vec::new();
    let mut current: Tokens<'_> = Vec::new();
    let mut depth = 0;
    while let Some(token) = lexer.next() {
        depth = nesting(depth, &current, &token);
        if current.is_empty() && token.is('\\') {
            lexer.skip_line();
        } else if current.is_empty() && token.is_word("DELIMITER") {
            lexer.skip_line();
            lexer.skip_past_line("DELIMITER ;");
        } else if token.is(';') && depth == 0 {
            if copies(&current) {
                lexer.skip_past_line("\\.");
            }
            push(&mut statements, &mut current);
        } else {
            current.push(token);
        }
        if statements.len() >= limit {
            return statements;
        }
    }
    push(&mut statements, &mut current);
    statements
}

fn push<'a>(statements: &mut Vec<Tokens<'a>>, current: &mut Tokens<'a>) {
    if !current.is_empty() {
        statements.push(std::mem::take(current));
    }
}

/// Whether rows follow the statement, down to a line `\.`.
fn copies(tokens: &[Token<'_>]) -> bool {
    tokens.first().is_some_and(|token| token.is_word("COPY"))
        && tokens
            .windows(2)
            .any(|pair| matches!(pair, [from, stdin] if from.is_word("FROM") && stdin.is_word("stdin")))
}

/// How many blocks of a routine's body are open once the token is read; no other statement has blocks. Only the word behind
/// an END says what it closes.
fn nesting(depth: u32, before: &[Token<'_>], token: &Token<'_>) -> u32 {
    let routine = || {
        before.first().is_some_and(|first| first.is_word("CREATE"))
            && before.iter().take(8).any(|token| ROUTINES.iter().any(|word| token.is_word(word)))
    };
    if depth == 0 {
        return u32::from(token.is_word("BEGIN") && routine());
    }
    let after_end = before.last().is_some_and(|last| last.is_word("END"));
    if after_end {
        let other = CLOSE_OTHER.iter().any(|word| token.is_word(word));
        return depth.saturating_sub(u32::from(!other));
    }
    depth.saturating_add(u32::from(OPEN.iter().any(|word| token.is_word(word))))
}
