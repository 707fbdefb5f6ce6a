//! Writes a node's tokens on one line, so that equal code has equal text.

use tree_sitter::Node;

use super::super::syntax::Kind;
use super::Lower;

/// The tokens of a node with the blanks that they need, without comments.
pub(super) fn written<'s>(lower: &Lower<'s>, node: Node<'s>) -> String {
    let mut text = String::new();
    let mut cursor = node.walk();
    loop {
        let here = cursor.node();
        let kind = lower.kind(here);
        let skipped = matches!(kind, Kind::Comment | Kind::Continuation);
        if kind == Kind::String || (!skipped && here.child_count() == 0) {
            push(&mut text, lower.text(here).trim());
        } else if !skipped && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return text;
            }
        }
    }
}

fn push(text: &mut String, token: &str) {
    let opens = |last: char| matches!(last, '(' | '[' | '{' | '.');
    let glued = token.starts_with([',', ')', ']', '}', '.', ':', '(', '[']);
    if !text.is_empty() && !token.is_empty() && !glued && !text.ends_with(opens) {
        text.push(' ');
    }
    text.push_str(token);
}
