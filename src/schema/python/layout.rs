//! Layout that Python allows and the grammar stumbles over, made plain without moving a line.
//!
//! Inside brackets a line may stand further out than its block, and a comment may stand between a decorator and what it
//! decorates; tree-sitter-python 0.25 ends the block there, and a class loses the rest of its body.

use std::borrow::Cow;

/// Words that only a statement begins with: a bracket above one was never closed.
const STATEMENTS: [&str; 5] = ["def ", "class ", "import ", "async def ", "@"];

/// The same source, line for line, with lines in brackets at least as far in as the statement they belong to.
pub(super) fn plain(text: Cow<'_, str>) -> Cow<'_, str> {
    let mut made = String::new();
    let mut taken = 0;
    let mut state = State::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some(instead) = state.instead(line) {
            made.push_str(text.get(taken..at).unwrap_or_default());
            made.push_str(&instead);
            taken = at + line.len();
        }
        state.pass(line);
        at += line.len();
    }
    if taken == 0 {
        return text;
    }
    made.push_str(text.get(taken..).unwrap_or_default());
    Cow::Owned(made)
}

/// What holds at the start of a line.
#[derive(Default)]
struct State {
    /// Brackets that are open.
    depth: usize,
    /// Quotes that are open: one or three of them.
    quotes: Option<(u8, usize)>,
    /// The line above ended in a backslash.
    joined: bool,
    /// Indentation of the statement that goes on.
    indent: usize,
    /// The statement above is a decorator.
    decorated: bool,
}

impl State {
    /// What the line has to be instead, if anything.
    fn instead(&mut self, line: &str) -> Option<String> {
        if self.quotes.is_some() || self.joined {
            return None;
        }
        let code = line.trim_start_matches([' ', '\t', '\x0c']);
        let indent = line.len() - code.len();
        if self.depth > 0 {
            if STATEMENTS.iter().any(|word| code.starts_with(word)) {
                self.depth = 0;
            } else if indent <= self.indent && !code.trim_end().is_empty() {
                return Some(format!("{}{code}", " ".repeat(self.indent + 1)));
            } else {
                return None;
            }
        }
        if code.starts_with('#') {
            return (self.decorated && !code.contains("nija:")).then(|| "\n".to_owned());
        }
        if !code.trim_end().is_empty() {
            self.indent = indent;
            self.decorated = code.starts_with('@');
        }
        None
    }

    /// Goes through a line.
    fn pass(&mut self, line: &str) {
        let bytes = line.as_bytes();
        let mut at = 0;
        self.joined = false;
        while let Some(byte) = bytes.get(at).copied() {
            let run = bytes.get(at..).unwrap_or_default().iter().take_while(|other| **other == byte).count();
            match (self.quotes, byte) {
                (_, b'\\') => {
                    self.joined = self.quotes.is_none() && bytes.get(at + 1) == Some(&b'\n');
                    at += 1;
                }
                (Some((quote, length)), _) if byte == quote && run >= length => {
                    self.quotes = None;
                    at += length - 1;
                }
                (Some((_, 1)), b'\n') => self.quotes = None,
                (Some(_), _) => {}
                (None, b'#') => return,
                (None, b'"' | b'\'') => {
                    let length = if run >= 3 { 3 } else { 1 };
                    self.quotes = Some((byte, length));
                    at += length - 1;
                }
                (None, b'(' | b'[' | b'{') => self.depth += 1,
                (None, b')' | b']' | b'}') => self.depth = self.depth.saturating_sub(1),
                (None, _) => {}
            }
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_in_brackets_stand_inside_their_block() {
        for (source, expected) in [
            (
                "class A:\n    x = (\n  1,\n)\n    y = 2\n",
                "class A:\n    x = (\n     1,\n     )\n    y = 2\n",
            ),
            ("class A:\n    x = [\n        1,\n    ]\n", "class A:\n    x = [\n        1,\n     ]\n"),
            ("x = '''(\n(\n'''\ny\n", "x = '''(\n(\n'''\ny\n"),
            ("x = '(' # (\ny\n", "x = '(' # (\ny\n"),
            ("x = '\\'('\ny\n", "x = '\\'('\ny\n"),
            ("x = ''\ny\n", "x = ''\ny\n"),
            ("x = (\nclass A:\n  y\n", "x = (\nclass A:\n  y\n"),
            ("  x = (\n\n# c\n)\n", "  x = (\n\n   # c\n   )\n"),
            ("x = a + \\\nb\ny\n", "x = a + \\\nb\ny\n"),
        ] {
            assert_eq!(plain(Cow::Borrowed(source)), expected, "{source}");
        }
    }

    #[test]
    fn a_comment_behind_a_decorator_leaves_its_line() {
        let source = "@a(\n  b)\n# why\n\ndef f(): pass\n# stays\nx = 1\n";
        assert_eq!(plain(Cow::Borrowed(source)), "@a(\n  b)\n\n\ndef f(): pass\n# stays\nx = 1\n");
        let kept = "@a\n# nija: ignore[x] y\ndef f(): pass\n";
        assert_eq!(plain(Cow::Borrowed(kept)), kept);
    }
}
