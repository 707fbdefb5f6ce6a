//! Tokens of SQL with their lines: quotes, dollar quotes and comments as the dialects have them, and holes where a program
//! puts something in that is not known.

use crate::schema::settings::Dialect;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A keyword or name; a hole may be part of it, as in `ix_{?}`.
    Word,
    /// A name in quotes.
    Quoted,
    /// A string, dollar quoted as well.
    Text,
    /// A number.
    Number,
    /// Something the program puts in: `{?}`, `%s`, `%(name)s`, `:name`.
    Hole,
    /// One character of anything else.
    Symbol,
}

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// As it is written, with its quotes.
    pub text: &'a str,
    /// Line within the text, from 1.
    pub line: u32,
    /// Whether white space or a comment is before it.
    pub spaced: bool,
}

impl Token<'_> {
    /// Whether it is that symbol.
    pub fn is(&self, symbol: char) -> bool {
        self.kind == Kind::Symbol && self.text.starts_with(symbol)
    }

    /// Whether it is that keyword, in any case.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }
}

/// Reads tokens one by one.
pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    dialect: Dialect,
}

impl<'a> Lexer<'a> {
    /// Starts at the beginning of a text, whose first line has that number.
    pub fn new(text: &'a str, line: u32, dialect: Dialect) -> Self {
        Self { text, at: 0, line, dialect }
    }

    /// The next token; `None` at the end.
    pub fn next(&mut self) -> Option<Token<'a>> {
        let from = self.at;
        self.skip();
        let spaced = self.at > from || from == 0;
        let line = self.line;
        let rest = self.rest();
        let (kind, length) = self.measure(rest)?;
        let text = rest.get(..length).unwrap_or(rest);
        self.advance(text.len());
        Some(Token { kind, text, line, spaced })
    }

    /// Goes on behind the end of this line.
    pub fn skip_line(&mut self) {
        let length = self.rest().find('\n').unwrap_or(self.rest().len());
        self.advance(length);
    }

    /// Goes on behind the line that is only this; to the end where there is none.
    pub fn skip_past_line(&mut self, only: &str) {
        let mut length = 0;
        for line in self.rest().split_inclusive('\n') {
            length += line.len();
            if line.trim().eq_ignore_ascii_case(only) {
                break;
            }
        }
        self.advance(length);
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn advance(&mut self, length: usize) {
        let passed = self.rest().get(..length).unwrap_or_default();
        let lines = passed.bytes().filter(|byte| *byte == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.at = self.text.len().min(self.at.saturating_add(length));
    }

    /// Passes white space and comments.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let length = if rest.starts_with(|c: char| c.is_whitespace() || c == '\u{feff}') {
                rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len()
            } else if rest.starts_with("--") || (rest.starts_with('#') && self.dialect == Dialect::Mysql) {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                comment(rest)
            } else {
                return;
            };
            self.advance(length);
        }
    }

    /// Kind and length in bytes of the token that a text starts with.
    fn measure(&self, rest: &str) -> Option<(Kind, usize)> {
        let first = rest.chars().next()?;
        let escapes = self.dialect == Dialect::Mysql;
        Some(match first {
            '\'' => (Kind::Text, quoted(rest, '\'', escapes)),
            '"' => (Kind::Quoted, quoted(rest, first, escapes)),
            '`' => (Kind::Quoted, quoted(rest, first, false)),
            'e' | 'E' if rest.get(1..).is_some_and(|rest| rest.starts_with('\'')) => {
                (Kind::Text, 1 + quoted(rest.get(1..).unwrap_or_default(), '\'', true))
            }
            '$' => dollar(rest),
            '{' if self.braces() => word(rest),
            '0'..='9' => (Kind::Number, number(rest)),
            ':' => named(rest),
            '%' => percent(rest),
            _ if starts_word(first) => word(rest),
            _ => (Kind::Symbol, first.len_utf8()),
        })
    }

    /// Braces are no SQL of any dialect: they are always the program's.
    fn braces(&self) -> bool {
        hole(self.rest()).is_some()
    }
}

fn starts_word(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '@'
}

/// A word with the holes in it; a hole alone is one.
fn word(text: &str) -> (Kind, usize) {
    let (mut at, mut letters) = (0, false);
    while let Some(rest) = text.get(at..) {
        let Some(c) = rest.chars().next() else { break };
        if starts_word(c) || (at > 0 && (c.is_alphanumeric() || c == '$')) {
            at += c.len_utf8();
            letters = true;
        } else if let Some(length) = hole(rest) {
            at += length;
        } else {
            break;
        }
    }
    (if letters { Kind::Word } else { Kind::Hole }, at)
}

/// How long the braces are that a text starts with: on one line, and no longer than a name or a small expression is.
fn hole(text: &str) -> Option<usize> {
    if !text.starts_with('{') {
        return None;
    }
    let mut depth = 0_u32;
    for (at, c) in text.char_indices().take(200) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            '\n' => return None,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// Length of a comment of `/* … */`, nested as PostgreSQL has it.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_u32, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Length of a quoted text; a doubled quote does not end it, nor one behind a backslash where that escapes.
fn quoted(text: &str, quote: char, escapes: bool) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\\' && escapes {
            characters.next();
        } else if c == quote {
            if characters.peek().is_some_and(|(_, next)| *next == quote) {
                characters.next();
            } else {
                return at + quote.len_utf8();
            }
        }
    }
    text.len()
}

/// `$tag$ … $tag$`, or `$1`.
fn dollar(text: &str) -> (Kind, usize) {
    let behind = text.get(1..).unwrap_or_default();
    let digits = behind.len() - behind.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits > 0 {
        return (Kind::Hole, 1 + digits);
    }
    let tag = behind.len() - behind.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len();
    let Some(mark) = text.get(..tag + 2).filter(|mark| mark.ends_with('$')) else { return (Kind::Symbol, 1) };
    let body = text.get(mark.len()..).unwrap_or_default();
    let length = body.find(mark).map_or(text.len(), |at| mark.len() * 2 + at);
    (Kind::Text, length)
}

fn number(text: &str) -> usize {
    text.len() - text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_').len()
}

/// `:name` is a hole; `::` and a lone `:` are not.
fn named(text: &str) -> (Kind, usize) {
    let behind = text.get(1..).unwrap_or_default();
    if behind.starts_with(':') {
        return (Kind::Symbol, 2);
    }
    match behind.chars().next() {
        Some(c) if starts_word(c) => (Kind::Hole, 1 + word(behind).1),
        _ => (Kind::Symbol, 1),
    }
}

/// `%s`, `%(name)s`, and `%I` and `%L` of `format()`; `%%` and a lone `%` are the operator.
fn percent(text: &str) -> (Kind, usize) {
    let behind = text.get(1..).unwrap_or_default();
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    if let Some(rest) = behind.strip_prefix('(') {
        let closes = rest.char_indices().take(60).find(|(_, c)| *c == ')');
        if let Some((name, tail)) = closes.and_then(|(at, _)| Some((rest.get(..at)?, rest.get(at + 1..)?))) {
            let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
            if plain && tail.starts_with(['s', 'd']) {
                return (Kind::Hole, 1 + name.len() + 3);
            }
        }
    }
    match behind.chars().next() {
        Some('s' | 'd' | 'r' | 'I' | 'L') if ends(behind.get(1..).unwrap_or_default()) => (Kind::Hole, 2),
        Some('%') => (Kind::Symbol, 2),
        _ => (Kind::Symbol, 1),
    }
}
