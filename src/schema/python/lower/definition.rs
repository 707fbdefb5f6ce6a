//! Lowers classes and functions, and leaves out the bodies of functions that cannot declare anything.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use memchr::memmem::Finder;
use tree_sitter::Node;

use super::super::ast::{Class, Expr, Function, Param, ParamKind, Stmt, StmtKind};
use super::super::syntax::Kind;
use super::Lower;

/// Functions up to this many statements keep their body in any case: they may make columns, types and names for others.
/// Statements and not lines, so that formatting decides nothing.
const SHORT: usize = 20;

/// What a long function must name to keep its body.
const WORDS: [&str; 13] = [
    "Column",
    "mapped_column",
    "ForeignKey",
    "Constraint",
    "Index",
    "Table",
    "Enum",
    "op.",
    "batch_",
    "execute",
    "declared_attr",
    "setattr",
    "__table",
];

/// Where such words stand in a source, in order.
pub(in super::super) fn declaring_words(source: &str) -> Vec<usize> {
    static FINDERS: OnceLock<Vec<Finder<'static>>> = OnceLock::new();
    let finders = FINDERS.get_or_init(|| WORDS.iter().map(Finder::new).collect());
    let mut places: Vec<usize> =
        finders.iter().flat_map(|finder| finder.find_iter(source.as_bytes())).collect();
    places.sort_unstable();
    places
}

impl<'s> Lower<'s> {
    pub(super) fn decorated(&mut self, node: Node<'s>) -> StmtKind {
        let mut decorators = Vec::new();
        for child in self.children(node) {
            if self.kind(child) == Kind::Decorator {
                let inner = self.only_child(child);
                decorators.push(self.part(inner, child));
            }
        }
        match self.field(node, self.grammar.fields.definition) {
            Some(definition) if self.kind(definition) == Kind::Class => self.class(definition, decorators),
            Some(definition) => self.function(definition, decorators),
            None => StmtKind::Other,
        }
    }

    pub(super) fn class(&mut self, node: Node<'s>, decorators: Vec<Expr>) -> StmtKind {
        let fields = &self.grammar.fields;
        let line = self.line(node);
        let name = self.field(node, fields.name).map_or("", |name| self.text(name));
        let name = self.name(name);
        let bases = self.field(node, fields.superclasses).map_or_else(Vec::new, |list| self.arguments(list));
        let body = self.field(node, fields.body).map_or_else(Vec::new, |body| self.block(body));
        StmtKind::Class(Arc::new(Class { name, line, bases, decorators, body }))
    }

    pub(super) fn function(&mut self, node: Node<'s>, decorators: Vec<Expr>) -> StmtKind {
        let fields = &self.grammar.fields;
        let line = self.line(node);
        let name = self.field(node, fields.name).map_or("", |name| self.text(name));
        let params = self.field(node, fields.parameters).map_or_else(Vec::new, |list| self.parameters(list));
        let returns = self.field(node, fields.return_type).map(|returns| self.expression(returns));
        let body = self.field(node, fields.body).map_or_else(Vec::new, |body| self.block(body));
        let keeps = is_migration(name) || self.has_word(node.byte_range()) || is_short(&body);
        let body = keeps.then_some(body);
        StmtKind::Function(Arc::new(Function {
            name: self.name(name),
            line,
            params,
            decorators,
            returns,
            body,
        }))
    }

    fn has_word(&self, range: Range<usize>) -> bool {
        let first = self.words.partition_point(|at| *at < range.start);
        self.words.get(first).is_some_and(|at| *at < range.end)
    }

    /// Parameters of a function or lambda.
    pub(super) fn parameters(&mut self, list: Node<'s>) -> Vec<Param> {
        let mut params = Vec::new();
        let mut plain = ParamKind::Plain;
        for child in self.children(list) {
            match self.kind(child) {
                Kind::KeywordSeparator => plain = ParamKind::KeywordOnly,
                // The `/` behind parameters by position only.
                Kind::Comment | Kind::Token => {}
                _ => {
                    let param = self.parameter(child, plain);
                    if param.kind == ParamKind::Args {
                        plain = ParamKind::KeywordOnly;
                    }
                    params.push(param);
                }
            }
        }
        params
    }

    fn parameter(&mut self, node: Node<'s>, plain: ParamKind) -> Param {
        let fields = &self.grammar.fields;
        let default = match self.kind(node) {
            Kind::DefaultParameter | Kind::TypedDefaultParameter => self.field(node, fields.value),
            _ => None,
        };
        let named = match self.kind(node) {
            Kind::DefaultParameter | Kind::TypedDefaultParameter => self.field(node, fields.name),
            Kind::TypedParameter => self.only_child(node),
            _ => None,
        };
        let named = named.unwrap_or(node);
        let kind = match self.kind(named) {
            Kind::ListSplatPattern => ParamKind::Args,
            Kind::DictionarySplatPattern => ParamKind::Kwargs,
            _ => plain,
        };
        let starred = matches!(kind, ParamKind::Args | ParamKind::Kwargs);
        let named = if starred { self.only_child(named).unwrap_or(named) } else { named };
        let name = self.text(named);
        let default = default.map(|value| self.expression(value));
        Param { name: self.name(name), kind, default }
    }
}

/// Whether a function is one that alembic calls, or one of several that it is split into (`upgrade_engine1`,
/// `schema_upgrades`).
fn is_migration(name: &str) -> bool {
    name.contains("upgrade") || name.contains("downgrade")
}

fn is_short(body: &[Stmt]) -> bool {
    let mut left = SHORT;
    count(body, &mut left);
    left > 0
}

/// Takes the statements off what is left, those within others too; functions within were judged on their own.
fn count(body: &[Stmt], left: &mut usize) {
    for stmt in body {
        *left = left.saturating_sub(1);
        if *left == 0 {
            return;
        }
        match &stmt.kind {
            StmtKind::If { body, orelse, .. } | StmtKind::For { body, orelse, .. } => {
                count(body, left);
                count(orelse, left);
            }
            StmtKind::While { body, .. } | StmtKind::With { body, .. } => count(body, left),
            StmtKind::Class(class) => count(&class.body, left),
            StmtKind::Try { body, handlers, orelse, finally } => {
                handlers.iter().chain([body, orelse, finally]).for_each(|block| count(block, left));
            }
            _ => {}
        }
    }
}
