//! Holds back from the parser what it would recurse into too deeply: it has the stack of a thread and no more.

use crate::schema::sql::lex::{Kind, Token};

/// How deep the parser may go. One level takes up to 60 kB of stack where it is not optimised.
pub const PARSER_DEPTH: usize = 14;
/// The longest item, in tokens.
const ITEM_TOKENS: usize = 4_000;
/// How deep brackets may be nested.
const BRACKETS: usize = 9;
/// How high the tree of an item may become: what stands between two commas makes a chain, and brackets one chain on another.
const HEIGHT: usize = 250;
/// How many angles may open; those of types nest.
const ANGLES: usize = 24;

/// One pair of brackets: tokens since the last comma in it, the most there were, and the height of what it holds.
#[derive(Default)]
struct Level {
    run: usize,
    longest: usize,
    inner: usize,
}

impl Level {
    fn height(&self) -> usize {
        self.longest + self.inner
    }
}

/// Whether an item may be given to the parser; why not.
pub fn guard(item: &[Token<'_>]) -> Result<(), String> {
    if item.len() > ITEM_TOKENS {
        return Err("it is too long to be read".to_owned());
    }
    let mut outer: Vec<Level> = Vec::new();
    let mut level = Level::default();
    let mut angles = 0;
    for token in item {
        level.run = if token.is(',') { 0 } else { level.run + 1 };
        level.longest = level.longest.max(level.run);
        angles += usize::from(token.is('<'));
        match token.text.chars().next() {
            Some('(' | '[' | '{') if token.kind == Kind::Symbol => outer.push(std::mem::take(&mut level)),
            Some(')' | ']' | '}') if token.kind == Kind::Symbol => {
                let height = level.height();
                level = outer.pop().unwrap_or_default();
                level.inner = level.inner.max(height);
            }
            _ => {}
        }
        if outer.len() > BRACKETS || angles > ANGLES || level.height() > HEIGHT {
            return Err("it is nested too deeply to be read".to_owned());
        }
    }
    Ok(())
}
