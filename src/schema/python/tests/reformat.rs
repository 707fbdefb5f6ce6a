//! Ways to write the same code differently, each a coin thrown at every place where it is possible.

use super::tokens::{Sort, Token, joined, tokens};

/// Throws coins, the same ones for the same seed.
pub struct Coins(pub u64);

impl Coins {
    /// One side in `sides`.
    pub fn one_in(&mut self, sides: u64) -> bool {
        self.below(sides) == 0
    }

    /// A number below another.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % end.max(1)
    }
}

/// The same code, written differently.
pub fn reformatted(source: &str, seed: u64) -> String {
    let mut coins = Coins(seed | 1);
    let mut all = tokens(source);
    quotes(&mut all, &mut coins);
    let all = trailing_commas(&all, &mut coins);
    let text = joined(&respaced(&all, &mut coins));
    match coins.below(4) {
        0 => text.replace('\n', "\r\n"),
        1 => format!("\u{feff}{text}"),
        _ => text,
    }
}

/// Plain strings in the other quotes.
fn quotes(all: &mut [Token], coins: &mut Coins) {
    for token in all.iter_mut().filter(|token| token.sort == Sort::String) {
        let inner = token.text.get(1..token.text.len().saturating_sub(1)).unwrap_or("");
        let plain = token.text.starts_with(['"', '\'']) && !inner.contains(['"', '\'', '\\', '\n']);
        if plain && coins.one_in(2) {
            let quote = if token.text.starts_with('"') { '\'' } else { '"' };
            token.text = format!("{quote}{inner}{quote}");
        }
    }
}

/// A comma behind the last of several arguments or elements.
fn trailing_commas(all: &[Token], coins: &mut Coins) -> Vec<Token> {
    let mut done: Vec<Token> = Vec::new();
    // Per open bracket: whether a comma, and a word after which no comma may be added, stand directly within it.
    let mut open: Vec<(bool, bool)> = Vec::new();
    for token in all {
        match token.text.as_str() {
            "(" | "[" | "{" => open.push((false, false)),
            ")" | "]" | "}" => {
                let last = done
                    .iter()
                    .rfind(|token| !matches!(token.sort, Sort::Blank | Sort::LineEnd | Sort::Comment));
                let ends_in_comma = last.is_some_and(|last| matches!(last.text.as_str(), "," | "(" | "["));
                if open.pop() == Some((true, false)) && !ends_in_comma && coins.one_in(2) {
                    // In front of a comment the comma would be part of it.
                    if done.last().is_some_and(|last| last.sort != Sort::Comment) {
                        done.push(Token { sort: Sort::Operator, text: ",".to_owned(), depth: token.depth });
                    }
                }
            }
            "," => open.iter_mut().last().into_iter().for_each(|open| open.0 = true),
            "for" | "lambda" => open.iter_mut().last().into_iter().for_each(|open| open.1 = true),
            _ => {}
        }
        done.push(token.clone());
    }
    done
}

/// Blanks, line breaks and comments wherever they mean nothing.
fn respaced(all: &[Token], coins: &mut Coins) -> Vec<Token> {
    let blank = |text: String| Token { sort: Sort::Blank, text, depth: 0 };
    let mut done: Vec<Token> = Vec::new();
    let mut decorated = false;
    for (at, token) in all.iter().enumerate() {
        let starts_line = at == 0 || all[at - 1].sort == Sort::LineEnd;
        let behind_backslash = at > 0 && all[at - 1].text == "\\\n";
        done.push(token.clone());
        // The grammar takes a comment between a decorator and what it decorates for the end of the block.
        decorated = if starts_line && token.sort != Sort::Blank {
            token.text == "@"
        } else {
            decorated || token.text == "@"
        };
        if token.sort == Sort::LineEnd && token.depth == 0 && !decorated && coins.one_in(4) {
            let indent = " ".repeat(usize::try_from(coins.below(9)).unwrap_or(0));
            let line = ["\n", "# a comment, with (\n", "\t\n", "\u{c}\n"]
                [usize::try_from(coins.below(4)).unwrap_or(0)];
            done.push(blank(if line == "\n" { line.to_owned() } else { format!("{indent}{line}") }));
        }
        let is_indent = starts_line && token.sort == Sort::Blank && token.depth == 0;
        if is_indent || matches!(token.sort, Sort::LineEnd | Sort::Comment) || token.text == "\\\n" {
            continue;
        }
        let next = all.get(at + 1);
        let inside = next.is_some_and(|next| next.depth > 0);
        let glued = next.is_none_or(|next| {
            next.sort == Sort::String && token.sort == Sort::Word
                || next.text == "."
                || token.text == "."
                || next.text == "!"
        });
        if glued || behind_backslash || !coins.one_in(4) {
            continue;
        }
        let gap = match coins.below(4) {
            // Further in than any block: the grammar takes less for the end of the block.
            0 if inside => "\n                    ",
            1 if inside => "  # why: \"this\"\n                    ",
            2 if next.is_some_and(|next| !matches!(next.sort, Sort::Comment | Sort::LineEnd)) => {
                " \\\n            "
            }
            _ => "   ",
        };
        done.push(blank(gap.to_owned()));
    }
    done
}
