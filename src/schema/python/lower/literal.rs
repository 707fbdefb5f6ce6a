//! Lowers strings and numbers: prefixes, escapes, adjacent literals, f-strings.

use std::borrow::Cow;
use std::sync::Arc;

use tree_sitter::Node;

use super::super::ast::{Expr, ExprKind, Piece};
use super::super::syntax::Kind;
use super::Lower;

/// An integer, or the number as written where it does not fit.
pub(super) fn integer(written: &str) -> ExprKind {
    let digits = written.replace('_', "");
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, digits.get(2..)),
        [b'0', b'o' | b'O', ..] => (8, digits.get(2..)),
        [b'0', b'b' | b'B', ..] => (2, digits.get(2..)),
        // Python 2 read these as octal numbers; Python 3 refuses them.
        [b'0', b'1'..=b'9', ..] => (10, None),
        _ => (10, Some(digits.as_str())),
    };
    let value =
        digits.and_then(|digits| i64::from_str_radix(digits.trim_end_matches(['l', 'L']), radix).ok());
    value.map_or_else(|| ExprKind::Number(Arc::from(written)), ExprKind::Int)
}

/// What the letters before a quote mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Prefix {
    raw: bool,
    bytes: bool,
    format: bool,
}

impl Prefix {
    fn of(start: &str) -> Self {
        let has = |letter: char| start.contains(letter) || start.contains(letter.to_ascii_uppercase());
        Self { raw: has('r'), bytes: has('b'), format: has('f') || has('t') }
    }
}

impl<'s> Lower<'s> {
    /// A string, or several adjacent ones.
    pub(super) fn string(&mut self, node: Node<'s>) -> ExprKind {
        let mut pieces = Pieces::default();
        if self.kind(node) == Kind::Concatenated {
            for part in self.children(node) {
                self.pieces(part, &mut pieces);
            }
        } else {
            self.pieces(node, &mut pieces);
        }
        pieces.finish()
    }

    fn pieces(&mut self, node: Node<'s>, pieces: &mut Pieces) {
        let children = self.children(node);
        let Some(start) = children.first().filter(|start| self.kind(**start) == Kind::StringStart) else {
            return;
        };
        let prefix = Prefix::of(self.text(*start));
        pieces.bytes |= prefix.bytes;
        let mut from = start.end_byte();
        let grammar = self.grammar;
        for child in children.iter().filter(|child| grammar.kind(**child) == Kind::Interpolation) {
            self.literal(from, child.start_byte(), prefix, pieces);
            from = child.end_byte();
            self.interpolation(*child, pieces);
        }
        let quotes = self.text(*start).bytes().filter(|byte| matches!(byte, b'"' | b'\'')).count();
        let closed = children.last().is_some_and(|end| grammar.kind(*end) == Kind::StringEnd);
        let to = node.end_byte().saturating_sub(if closed { quotes } else { 0 });
        self.literal(from, to, prefix, pieces);
    }

    fn literal(&self, from: usize, to: usize, prefix: Prefix, pieces: &mut Pieces) {
        let written = self.source.get(from..to).unwrap_or("");
        let written = if prefix.format && written.contains(['{', '}']) {
            Cow::Owned(written.replace("{{", "{").replace("}}", "}"))
        } else {
            Cow::Borrowed(written)
        };
        if prefix.raw || prefix.bytes || !written.contains('\\') {
            pieces.text.push_str(&written);
        } else {
            unescape(&written, &mut pieces.text);
        }
    }

    fn interpolation(&mut self, node: Node<'s>, pieces: &mut Pieces) {
        let expression = self.field(node, self.grammar.fields.expression);
        let mut written = expression.map_or("", |expression| {
            self.source.get(expression.end_byte()..node.end_byte().saturating_sub(1)).unwrap_or("").trim()
        });
        // `{a = !s}` shows its own source, too.
        if let Some(format) = written.strip_prefix('=') {
            let text = self.text(node);
            let shown = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
            let behind = format.trim_start();
            pieces.text.push_str(shown.strip_suffix(behind).unwrap_or(shown));
            written = if behind.is_empty() { "!r" } else { behind };
        }
        pieces.value(Piece::Value(self.part(expression, node), Arc::from(written)));
    }
}

/// What adjacent literals add up to.
#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
    text: String,
    bytes: bool,
}

impl Pieces {
    fn value(&mut self, piece: Piece) {
        self.text();
        self.done.push(piece);
    }

    fn text(&mut self) {
        if !self.text.is_empty() {
            self.done.push(Piece::Text(Arc::from(self.text.as_str())));
            self.text.clear();
        }
    }

    fn finish(mut self) -> ExprKind {
        if self.done.is_empty() {
            let text = Arc::from(self.text);
            return if self.bytes { ExprKind::Bytes(text) } else { ExprKind::Str(text) };
        }
        self.text();
        ExprKind::Format(self.done)
    }
}

/// Resolves escapes. A character by its name stays as written: the table of names is not worth it.
fn unescape(written: &str, text: &mut String) {
    let mut rest = written;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let (found, used) = escape(after);
        match found {
            Escape::Char(character) => text.push(character),
            Escape::Nothing => {}
            Escape::Unknown => text.push('\\'),
        }
        rest = after.get(used..).unwrap_or("");
    }
    text.push_str(rest);
}

enum Escape {
    Char(char),
    Nothing,
    Unknown,
}

/// What stands behind a backslash, and how many bytes of it belong to the escape.
fn escape(after: &str) -> (Escape, usize) {
    let character = match after.bytes().next() {
        Some(b'\n') => return (Escape::Nothing, 1),
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'\\') => '\\',
        Some(b'\'') => '\'',
        Some(b'"') => '"',
        Some(b'a') => '\u{7}',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'v') => '\u{b}',
        Some(b'x') => return numbered(after, 1, 2, 16),
        Some(b'u') => return numbered(after, 1, 4, 16),
        Some(b'U') => return numbered(after, 1, 8, 16),
        Some(b'0'..=b'7') => {
            let digits = after.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            return numbered(after, 0, digits, 8);
        }
        _ => return (Escape::Unknown, 0),
    };
    (Escape::Char(character), 1)
}

fn numbered(after: &str, from: usize, digits: usize, radix: u32) -> (Escape, usize) {
    let to = from.saturating_add(digits);
    let all = after.get(from..to).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    match all.and_then(|digits| u32::from_str_radix(digits, radix).ok()) {
        // Half of a surrogate pair has no place in a text.
        Some(code) => (Escape::Char(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)), to),
        None => (Escape::Unknown, 0),
    }
}

/// The text of a literal wherever it is one, for what is looked for in strings: values in it as `{written}`.
pub(in super::super) fn plain(expr: &Expr) -> Option<Cow<'_, str>> {
    match &expr.kind {
        ExprKind::Str(text) => Some(Cow::Borrowed(text)),
        ExprKind::Format(pieces) => Some(Cow::Owned(
            pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text.as_ref(),
                    Piece::Value(..) => "{}",
                })
                .collect(),
        )),
        ExprKind::Binary("%", left, _) => plain(left),
        ExprKind::Binary("+", left, right) => {
            let left = plain(left)?;
            Some(Cow::Owned([left.as_ref(), plain(right).as_deref().unwrap_or("{}")].concat()))
        }
        ExprKind::Call(callee, _) => match &callee.kind {
            ExprKind::Attribute(object, _) => plain(object),
            _ => None,
        },
        _ => None,
    }
}
