//! Python source, lowered to what declarations are read from.

pub mod ast;

pub use ast::Module;

/// Lowers a source file. Never fails: where the source is no Python, `errors` says so.
pub fn parse(_source: &[u8]) -> Module {
    Module::default()
}

/// Lowers an expression that stands in a string, as an annotation may.
pub fn parse_expression(_source: &str, _line: u32) -> Option<ast::Expr> {
    None
}
