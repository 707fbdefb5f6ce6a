//! What lowering carries along: the source, where in the tree it is, how deep, and the names it met.

use std::collections::HashMap;
use std::sync::Arc;

use tree_sitter::{Node, TreeCursor};

use super::ast::{Expr, ExprKind};
use super::syntax::{Grammar, Kind, grammar};

mod definition;
mod expression;
mod literal;
mod nested;
mod statement;
mod tokens;

pub(super) use definition::declaring_words;
pub(super) use literal::plain;

/// How deep statements and expressions may be nested. Python itself stops at 100 blocks and 200 brackets.
pub(super) const MAX_DEPTH: u32 = 200;

/// How many chained comparisons may stand within each other's middle, which is written out twice.
pub(super) const MAX_CHAINS: u32 = 3;

/// Lowers one source text.
pub(super) struct Lower<'s> {
    pub(super) source: &'s str,
    pub(super) grammar: &'static Grammar,
    /// Lines where something was nested too deeply.
    pub(super) errors: Vec<u32>,
    /// Where words stand that can declare something; sorted.
    pub(super) words: Vec<usize>,
    pub(super) depth: u32,
    pub(super) chains: u32,
    /// Where the expression begins whose star was taken already.
    pub(super) star: Option<usize>,
    /// Added to every line: the line of the text's first line, less one.
    pub(super) line: u32,
    cursor: TreeCursor<'s>,
    names: HashMap<&'s str, Arc<str>>,
}

impl<'s> Lower<'s> {
    pub(super) fn new(source: &'s str, root: Node<'s>, words: Vec<usize>, line: u32) -> Self {
        Self {
            source,
            grammar: grammar(),
            errors: Vec::new(),
            words,
            depth: 0,
            chains: 0,
            star: None,
            line,
            cursor: root.walk(),
            names: HashMap::new(),
        }
    }

    pub(super) fn kind(&self, node: Node<'s>) -> Kind {
        self.grammar.kind(node)
    }

    /// Line of a node, from 1.
    pub(super) fn line(&self, node: Node<'s>) -> u32 {
        let row = u32::try_from(node.start_position().row).unwrap_or(u32::MAX);
        row.saturating_add(1).saturating_add(self.line)
    }

    /// A node as written.
    pub(super) fn text(&self, node: Node<'s>) -> &'s str {
        self.source.get(node.byte_range()).unwrap_or("")
    }

    /// A name; equal names are kept once.
    pub(super) fn name(&mut self, name: &'s str) -> Arc<str> {
        Arc::clone(self.names.entry(name).or_insert_with(|| Arc::from(name)))
    }

    /// Children that are nodes of the grammar: no tokens, no comments, nothing that could not be read.
    pub(super) fn children(&mut self, node: Node<'s>) -> Vec<Node<'s>> {
        self.collect(node, |kind, named| named && kind != Kind::Error)
    }

    /// Children, tokens among them.
    pub(super) fn tokens(&mut self, node: Node<'s>) -> Vec<Node<'s>> {
        self.collect(node, |kind, _| kind != Kind::Error)
    }

    /// Children and what could not be read between them, without tokens.
    pub(super) fn everything(&mut self, node: Node<'s>) -> Vec<Node<'s>> {
        self.collect(node, |_, named| named)
    }

    fn collect(&mut self, node: Node<'s>, keep: impl Fn(Kind, bool) -> bool) -> Vec<Node<'s>> {
        let mut found = Vec::new();
        self.cursor.reset(node);
        if !self.cursor.goto_first_child() {
            return found;
        }
        loop {
            let child = self.cursor.node();
            let kind = self.grammar.kind(child);
            if !matches!(kind, Kind::Comment | Kind::Continuation) && keep(kind, child.is_named()) {
                found.push(child);
            }
            if !self.cursor.goto_next_sibling() {
                return found;
            }
        }
    }

    /// The first child that is a node of the grammar.
    pub(super) fn only_child(&mut self, node: Node<'s>) -> Option<Node<'s>> {
        self.children(node).first().copied()
    }

    /// Whether a comma stands directly within a node.
    pub(super) fn has_comma(&mut self, node: Node<'s>) -> bool {
        self.tokens(node).into_iter().any(|token| self.grammar.operator(token) == ",")
    }

    /// Goes one level down; what is too deep is told and stays as written.
    pub(super) fn deeper<T>(&mut self, node: Node<'s>, run: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.deeper_by(1, node, run)
    }

    /// Goes several levels down, as one node may that is many within each other once it is lowered.
    pub(super) fn deeper_by<T>(
        &mut self,
        levels: usize,
        node: Node<'s>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        let outer = self.depth;
        let inner = u32::try_from(levels).unwrap_or(u32::MAX).saturating_add(outer);
        if inner > MAX_DEPTH {
            let line = self.line(node);
            self.errors.push(line);
            return None;
        }
        self.depth = inner;
        let value = run(self);
        self.depth = outer;
        Some(value)
    }

    /// What stands where a part is missing.
    pub(super) fn missing(&self, node: Node<'s>) -> Expr {
        Expr { line: self.line(node), kind: ExprKind::Other(Arc::from("")) }
    }
}
