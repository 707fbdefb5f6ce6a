//! Lowers statements.

use std::sync::Arc;

use tree_sitter::Node;

use super::super::ast::{Expr, ExprKind, Stmt, StmtKind};
use super::super::syntax::Kind;
use super::Lower;

impl<'s> Lower<'s> {
    /// Statements of a module, a block, or of what could not be read: every one that stands whole.
    pub(in super::super) fn block(&mut self, node: Node<'s>) -> Vec<Stmt> {
        let mut statements = Vec::new();
        self.add_block(node, &mut statements);
        statements
    }

    fn add_block(&mut self, node: Node<'s>, statements: &mut Vec<Stmt>) {
        for child in self.everything(node) {
            let kind = self.kind(child);
            if kind.is_statement() {
                statements.push(self.statement(child, kind));
            } else if matches!(kind, Kind::Error | Kind::Block) {
                self.deeper(child, |lower| lower.add_block(child, statements));
            }
        }
    }

    fn optional_block(&mut self, node: Option<Node<'s>>) -> Vec<Stmt> {
        node.map_or_else(Vec::new, |node| self.block(node))
    }

    fn statement(&mut self, node: Node<'s>, kind: Kind) -> Stmt {
        let line = self.line(node);
        let kind = match kind {
            Kind::Pass => StmtKind::Pass,
            Kind::Break | Kind::Continue => StmtKind::Jump,
            _ => self.deeper(node, |lower| lower.nested(node, kind)).unwrap_or(StmtKind::Other),
        };
        Stmt { line, kind }
    }

    fn nested(&mut self, node: Node<'s>, kind: Kind) -> StmtKind {
        match kind {
            Kind::ExpressionStatement => self.expression_statement(node),
            Kind::Import => StmtKind::Import(self.imported(node)),
            Kind::From | Kind::FutureImport => self.from(node),
            Kind::Class => self.class(node, Vec::new()),
            Kind::Function => self.function(node, Vec::new()),
            Kind::Decorated => self.decorated(node),
            Kind::If => self.conditions(node),
            Kind::For => self.loop_over(node),
            Kind::While => self.loop_while(node),
            Kind::With => self.with(node),
            Kind::Try => self.attempt(node),
            Kind::Return => StmtKind::Return(self.value(node)),
            Kind::Raise => StmtKind::Raise(self.value(node)),
            Kind::Delete => self.delete(node),
            _ => StmtKind::Other,
        }
    }

    /// What is returned or raised.
    fn value(&mut self, node: Node<'s>) -> Option<Expr> {
        let value = self.only_child(node)?;
        Some(self.expression(value))
    }

    fn delete(&mut self, node: Node<'s>) -> StmtKind {
        match self.value(node).map(|value| value.kind) {
            Some(ExprKind::Tuple(targets)) => StmtKind::Delete(targets),
            Some(kind) => StmtKind::Delete(vec![Expr { line: self.line(node), kind }]),
            None => StmtKind::Delete(Vec::new()),
        }
    }

    fn expression_statement(&mut self, node: Node<'s>) -> StmtKind {
        let children = self.children(node);
        match children.as_slice() {
            [] => StmtKind::Other,
            [only] => match self.kind(*only) {
                Kind::Assignment => self.assignment(*only),
                Kind::Augmented => self.augmented(*only),
                Kind::String | Kind::Ellipsis if node.child_count() == 1 => StmtKind::Pass,
                Kind::Concatenated if node.child_count() == 1 => StmtKind::Pass,
                _ => StmtKind::Expr(self.joined(node, &children)),
            },
            _ => StmtKind::Expr(self.joined(node, &children)),
        }
    }

    fn assignment(&mut self, node: Node<'s>) -> StmtKind {
        let fields = &self.grammar.fields;
        let left = self.field(node, fields.left);
        let right = self.field(node, fields.right);
        let target = self.part(left, node);
        if let Some(annotation) = self.field(node, fields.r#type) {
            let annotation = self.expression(annotation);
            let value = right.map(|value| self.expression(value));
            return StmtKind::Annotated { target, annotation, value };
        }
        let mut targets = vec![target];
        let mut value = right;
        while let Some(next) = value.filter(|value| self.kind(*value) == Kind::Assignment) {
            let target = self.field(next, fields.left);
            targets.push(self.part(target, next));
            value = self.field(next, fields.right);
        }
        StmtKind::Assign { targets, value: self.part(value, node) }
    }

    fn augmented(&mut self, node: Node<'s>) -> StmtKind {
        let fields = &self.grammar.fields;
        let op = self.field(node, fields.operator).map_or("", |token| self.grammar.operator(token));
        let target = self.part(self.field(node, fields.left), node);
        StmtKind::Augmented { target, op, value: self.part(self.field(node, fields.right), node) }
    }

    fn imported(&mut self, node: Node<'s>) -> Vec<(Arc<str>, Option<Arc<str>>)> {
        let fields = &self.grammar.fields;
        let mut names = Vec::new();
        for child in self.children(node) {
            match self.kind(child) {
                Kind::DottedName => names.push((self.dotted(child), None)),
                Kind::Wildcard => names.push((self.name("*"), None)),
                Kind::AliasedImport => {
                    let name = self
                        .field(child, fields.name)
                        .map_or_else(|| Arc::from(""), |name| self.dotted(name));
                    let alias = self.field(child, fields.alias).map(|alias| self.text(alias));
                    names.push((name, alias.map(|alias| self.name(alias))));
                }
                _ => {}
            }
        }
        names
    }

    fn from(&mut self, node: Node<'s>) -> StmtKind {
        let mut names = self.imported(node);
        let Some(module) = self.field(node, self.grammar.fields.module_name) else {
            return StmtKind::From { module: self.name("__future__"), level: 0, names };
        };
        if self.kind(module) == Kind::DottedName {
            names.drain(..1.min(names.len()));
            return StmtKind::From { module: self.dotted(module), level: 0, names };
        }
        let (mut name, mut level) = (self.name(""), 0);
        for child in self.children(module) {
            match self.kind(child) {
                Kind::ImportPrefix => {
                    let dots = self.text(child).bytes().filter(|byte| *byte == b'.').count();
                    level = u32::try_from(dots).unwrap_or(u32::MAX);
                }
                Kind::DottedName => name = self.dotted(child),
                _ => {}
            }
        }
        StmtKind::From { module: name, level, names }
    }

    fn dotted(&mut self, node: Node<'s>) -> Arc<str> {
        let text = self.text(node);
        if !text.contains(|character: char| character.is_whitespace() || character == '\\') {
            return self.name(text);
        }
        let parts: Vec<&str> = self.children(node).into_iter().map(|part| self.text(part)).collect();
        Arc::from(parts.join("."))
    }

    /// `if`, with its `elif` one within the other.
    fn conditions(&mut self, node: Node<'s>) -> StmtKind {
        let fields = &self.grammar.fields;
        let mut branches = vec![node];
        let mut orelse = Vec::new();
        for child in self.children(node) {
            match self.kind(child) {
                Kind::Elif => branches.push(child),
                Kind::Else => orelse = self.optional_block(self.field(child, fields.body)),
                _ => {}
            }
        }
        let room = usize::try_from(super::MAX_DEPTH.saturating_sub(self.depth)).unwrap_or(0).max(1);
        if let Some(cut) = branches.get(room) {
            self.errors.push(self.line(*cut));
            branches.truncate(room);
        }
        // The body of the last branch is the deepest.
        let depth = self.depth;
        while let Some(branch) = branches.pop() {
            self.depth = depth.saturating_add(u32::try_from(branches.len()).unwrap_or(0));
            let test = self.part(self.field(branch, fields.condition), branch);
            let body = self.optional_block(self.field(branch, fields.consequence));
            let kind = StmtKind::If { test, body, orelse };
            orelse = vec![Stmt { line: self.line(branch), kind }];
        }
        self.depth = depth;
        orelse.pop().map_or(StmtKind::Other, |outermost| outermost.kind)
    }

    fn loop_over(&mut self, node: Node<'s>) -> StmtKind {
        let fields = &self.grammar.fields;
        let target = self.part(self.field(node, fields.left), node);
        let iter = self.part(self.field(node, fields.right), node);
        let body = self.optional_block(self.field(node, fields.body));
        let orelse = self.otherwise(node);
        StmtKind::For { target, iter, body, orelse }
    }

    fn otherwise(&mut self, node: Node<'s>) -> Vec<Stmt> {
        let fields = &self.grammar.fields;
        let clause = self.field(node, fields.alternative);
        self.optional_block(clause.and_then(|clause| self.field(clause, fields.body)))
    }

    /// The `else` of a loop runs behind it.
    fn loop_while(&mut self, node: Node<'s>) -> StmtKind {
        let fields = &self.grammar.fields;
        let test = self.part(self.field(node, fields.condition), node);
        let mut body = self.optional_block(self.field(node, fields.body));
        body.append(&mut self.otherwise(node));
        StmtKind::While { test, body }
    }

    fn with(&mut self, node: Node<'s>) -> StmtKind {
        let fields = &self.grammar.fields;
        let mut items = Vec::new();
        let clause = self.only_child(node);
        for item in clause.map_or_else(Vec::new, |clause| self.children(clause)) {
            let value = self.field(item, fields.value);
            if let Some(value) = value {
                self.with_item(value, &mut items);
            }
        }
        StmtKind::With { items, body: self.optional_block(self.field(node, fields.body)) }
    }

    fn with_item(&mut self, value: Node<'s>, items: &mut Vec<(Expr, Option<Expr>)>) {
        let children = self.children(value);
        match (self.kind(value), children.as_slice()) {
            (Kind::AsPattern, [context, target]) => {
                let context = self.expression(*context);
                let target = self.only_child(*target).unwrap_or(*target);
                items.push((context, Some(self.expression(target))));
            }
            // `with (a as b, c as d)` reads as a tuple to the grammar.
            (Kind::Tuple | Kind::Parenthesized, parts)
                if parts.iter().any(|part| self.kind(*part) == Kind::AsPattern) =>
            {
                for part in children {
                    self.deeper(part, |lower| lower.with_item(part, items));
                }
            }
            _ => items.push((self.expression(value), None)),
        }
    }

    fn attempt(&mut self, node: Node<'s>) -> StmtKind {
        let fields = &self.grammar.fields;
        let body = self.optional_block(self.field(node, fields.body));
        let (mut handlers, mut orelse, mut finally) = (Vec::new(), Vec::new(), Vec::new());
        for child in self.children(node) {
            match self.kind(child) {
                Kind::Except => {
                    let block = self.children(child).last().copied();
                    handlers
                        .push(self.optional_block(block.filter(|block| self.kind(*block) == Kind::Block)));
                }
                Kind::Else => orelse = self.optional_block(self.field(child, fields.body)),
                Kind::Finally => {
                    let block = self.only_child(child);
                    finally = self.optional_block(block);
                }
                _ => {}
            }
        }
        StmtKind::Try { body, handlers, orelse, finally }
    }
}
