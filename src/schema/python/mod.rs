//! Python source, lowered to what declarations are read from.

use std::ops::ControlFlow;

use tree_sitter::{ParseOptions, Parser, Tree};

pub mod ast;
pub mod codec;
mod layout;
mod lower;
mod scan;
mod source;
mod syntax;
#[cfg(test)]
mod tests;

pub use ast::Module;

use lower::Lower;
use syntax::Kind;

/// How many times the parser may report per byte of source before it is stopped; real code needs less than one report in
/// ten bytes, and garbage could take the square of its length.
const REPORTS_PER_BYTE: usize = 4;

/// Lowers a source file. Never fails: where the source is no Python, `errors` says so.
pub fn parse(source: &[u8]) -> Module {
    if source.len() > source::MAX_BYTES {
        return Module { errors: vec![1], ..Module::default() };
    }
    let (text, foreign) = source::text(source);
    let text = layout::plain(text);
    let tree = match tree(&text) {
        Ok(tree) => tree,
        Err(line) => return Module { errors: vec![line], ..Module::default() },
    };
    let root = tree.root_node();
    let mut lower = Lower::new(&text, root, lower::declaring_words(&text), 0);
    let body = lower.block(root);
    let ignores = scan::ignores(&text, root);
    let sql = scan::sql(&mut lower, root);
    let mut errors = scan::errors(root);
    errors.append(&mut lower.errors);
    errors.extend(foreign);
    errors.sort_unstable();
    errors.dedup();
    Module { body, ignores, errors, sql }
}

/// Lowers an expression that stands in a string, as an annotation may; `line` is where it begins. `None` where the text is
/// not one whole expression.
pub fn parse_expression(source: &str, line: u32) -> Option<ast::Expr> {
    if source.len() > source::MAX_BYTES {
        return None;
    }
    // In brackets, it may be indented and have several lines.
    let text = format!("({source}\n)");
    let tree = tree(&text).ok()?;
    let root = tree.root_node();
    let statement = root.named_child(0).filter(|_| !root.has_error() && root.named_child_count() == 1)?;
    let mut lower = Lower::new(&text, root, Vec::new(), line.saturating_sub(1));
    let whole = lower.only_child(statement)?;
    let is_bracketed = match lower.kind(whole) {
        Kind::Parenthesized | Kind::Generator => true,
        Kind::Tuple => whole.named_child_count() > 0,
        _ => false,
    };
    let is_whole = is_bracketed && whole.byte_range() == (0..text.len());
    let expr = is_whole.then(|| lower.expression(whole))?;
    lower.errors.is_empty().then_some(expr)
}

/// The tree of a text, or the line at which the parser was stopped.
fn tree(text: &str) -> Result<Tree, u32> {
    let mut parser = Parser::new();
    if parser.set_language(&syntax::grammar().language).is_err() {
        return Err(1);
    }
    let mut reports = text.len().saturating_mul(REPORTS_PER_BYTE).saturating_add(10_000);
    let mut stopped_at = 0;
    let mut progress = |state: &tree_sitter::ParseState| {
        reports = reports.saturating_sub(1);
        stopped_at = state.current_byte_offset();
        if reports == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let bytes = text.as_bytes();
    let tree =
        parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options));
    tree.ok_or_else(|| source::line_after(bytes.get(..stopped_at).unwrap_or_default()))
}
