//! Walks over the tokens of a statement, and renders parts of it as text.

use super::lex::{Kind, Token};
use crate::schema::settings::Dialect;

/// Stands for a hole where the parser needs a name.
pub const HOLE: &str = "nija_hole";
/// A hole as findings show it.
pub const SHOWN: &str = "{?}";

/// A place within the tokens of a statement.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'t, 'a> {
    tokens: &'t [Token<'a>],
    /// The dialect, which says how names are folded.
    pub dialect: Dialect,
}

impl<'t, 'a> Cursor<'t, 'a> {
    /// At the first of the tokens.
    pub fn new(tokens: &'t [Token<'a>], dialect: Dialect) -> Self {
        Self { tokens, dialect }
    }

    /// What is left.
    pub fn rest(&self) -> &'t [Token<'a>] {
        self.tokens
    }

    /// Whether nothing is left.
    pub fn done(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The next token, which stays.
    pub fn peek(&self) -> Option<&'t Token<'a>> {
        self.tokens.first()
    }

    /// The next token.
    pub fn next(&mut self) -> Option<&'t Token<'a>> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    /// Whether the next token is that keyword.
    pub fn at(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.is_word(word))
    }

    /// Whether the next token is one of those keywords.
    pub fn at_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.at(word))
    }

    /// Takes a symbol, if it is next.
    pub fn symbol(&mut self, symbol: char) -> bool {
        let here = self.peek().is_some_and(|token| token.is(symbol));
        if here {
            self.next();
        }
        here
    }

    /// Takes keywords, if all of them are next, parted by spaces in `words`.
    pub fn take(&mut self, words: &str) -> bool {
        let mut ahead = *self;
        for word in words.split(' ') {
            if !ahead.next().is_some_and(|token| token.is_word(word)) {
                return false;
            }
        }
        *self = ahead;
        true
    }

    /// Takes one of those keywords; which.
    pub fn take_any<'w>(&mut self, words: &[&'w str]) -> Option<&'w str> {
        words.iter().copied().find(|word| self.take(word))
    }

    /// Takes a name, without quotes and with its schema.
    pub fn name(&mut self) -> Option<String> {
        let mut name = part(self.next()?, self.dialect)?;
        let mut ahead = *self;
        while ahead.symbol('.') {
            let Some(next) = ahead.next().and_then(|token| part(token, self.dialect)) else { break };
            name = format!("{name}.{next}");
            *self = ahead;
        }
        Some(name)
    }

    /// Takes names parted by commas.
    pub fn names(&mut self) -> Option<Vec<String>> {
        let mut names = vec![self.name()?];
        while self.symbol(',') {
            names.push(self.name()?);
        }
        Some(names)
    }

    /// Takes what stands in brackets, if an opening one is next; without a closing one, all that is left.
    pub fn brackets(&mut self) -> Option<&'t [Token<'a>]> {
        if !self.symbol('(') {
            return None;
        }
        let inside = self.tokens;
        let mut depth = 1_u32;
        let mut length = 0;
        for token in inside {
            if token.is('(') {
                depth += 1;
            } else if token.is(')') {
                depth -= 1;
            }
            if depth == 0 {
                break;
            }
            length += 1;
        }
        let (inside, rest) = inside.split_at_checked(length)?;
        self.tokens = rest.split_first().map_or(rest, |(_, behind)| behind);
        Some(inside)
    }

    /// Takes everything before one of those keywords that stands in no brackets.
    pub fn until(&mut self, words: &[&str]) -> &'t [Token<'a>] {
        let mut depth = 0_u32;
        let length = self.tokens.iter().position(|token| {
            depth = deeper(depth, token);
            depth == 0 && words.iter().any(|word| token.is_word(word))
        });
        let (taken, rest) =
            self.tokens.split_at_checked(length.unwrap_or(self.tokens.len())).unwrap_or((self.tokens, &[]));
        self.tokens = rest;
        taken
    }
}

/// Parts that are parted by commas which stand in no brackets.
pub fn items<'t, 'a>(tokens: &'t [Token<'a>]) -> Vec<&'t [Token<'a>]> {
    let mut depth = 0_u32;
    let mut items: Vec<&[Token<'_>]> = tokens
        .split(|token| {
            depth = deeper(depth, token);
            depth == 0 && token.is(',')
        })
        .collect();
    items.retain(|item| !item.is_empty());
    items
}

fn deeper(depth: u32, token: &Token<'_>) -> u32 {
    if token.is('(') || token.is('[') {
        depth.saturating_add(1)
    } else if token.is(')') || token.is(']') {
        depth.saturating_sub(1)
    } else {
        depth
    }
}

/// A name as the database keeps it: without quotes; PostgreSQL folds what has none.
pub fn part(token: &Token<'_>, dialect: Dialect) -> Option<String> {
    match token.kind {
        Kind::Word => Some(fold(&filled(token.text, SHOWN), dialect)),
        Kind::Hole => Some(SHOWN.to_owned()),
        Kind::Quoted => {
            let inner = token.text.get(1..token.text.len().saturating_sub(1)).unwrap_or_default();
            Some(filled(inner, SHOWN))
        }
        _ => None,
    }
}

/// A name without quotes as the dialect keeps it.
pub fn fold(name: &str, dialect: Dialect) -> String {
    if dialect == Dialect::Postgresql { name.to_lowercase() } else { name.to_owned() }
}

/// A text with something else for each `{…}` in it.
fn filled(text: &str, with: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut depth = 0_u32;
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    out.push_str(with);
                }
            }
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

/// Tokens as text without comments, with that for each hole.
pub fn render(tokens: &[Token<'_>], hole: &str) -> String {
    let mut out = String::new();
    for token in tokens {
        if token.spaced && !out.is_empty() {
            out.push(' ');
        }
        match token.kind {
            Kind::Hole => out.push_str(hole),
            Kind::Word => out.push_str(&filled(token.text, hole)),
            _ => out.push_str(token.text),
        }
    }
    out
}

/// What a string says: without quotes, doubled ones single.
pub fn unquoted(text: &str) -> String {
    if let Some(tagged) = text.strip_prefix('$') {
        let tag = tagged.find('$').unwrap_or_default() + 2;
        let body = text.get(tag..).unwrap_or_default();
        return body.get(..body.len().saturating_sub(tag)).unwrap_or(body).to_owned();
    }
    let text = text.trim_start_matches(['E', 'e']);
    let inner = text.strip_prefix('\'').map_or(text, |inner| inner.strip_suffix('\'').unwrap_or(inner));
    inner.replace("''", "'")
}
