//! Lowers expressions.

use std::sync::Arc;

use tree_sitter::Node;

use super::super::ast::{Arg, ComprehensionKind, Expr, ExprKind};
use super::super::syntax::Kind;
use super::Lower;

impl<'s> Lower<'s> {
    /// Lowers an expression, a target or a type.
    pub(in super::super) fn expression(&mut self, node: Node<'s>) -> Expr {
        let node = self.unwrapped(node);
        let line = self.line(node);
        let kind = match self.leaf(node) {
            Some(kind) => kind,
            None if self.is_led_by_star(node) => {
                let outer = self.star.replace(node.start_byte());
                let inner = self.deeper(node, |lower| lower.nested_expression(node));
                self.star = outer;
                let kind = inner.unwrap_or_else(|| self.other(node));
                ExprKind::Starred(Box::new(Expr { line, kind }))
            }
            None => self.nested_expression(node),
        };
        Expr { line, kind }
    }

    fn nested_expression(&mut self, node: Node<'s>) -> ExprKind {
        self.deeper(node, |lower| lower.compound(node)).unwrap_or_else(|| self.other(node))
    }

    /// Lowers a part that the grammar promises, and that an error may have taken away.
    pub(super) fn part(&mut self, part: Option<Node<'s>>, of: Node<'s>) -> Expr {
        match part {
            Some(part) => self.expression(part),
            None => self.missing(of),
        }
    }

    pub(in super::super) fn field(
        &self,
        node: Node<'s>,
        field: Option<std::num::NonZeroU16>,
    ) -> Option<Node<'s>> {
        node.child_by_field_id(field?.get())
    }

    /// Without the brackets and the wrappers of the grammar around it.
    fn unwrapped(&mut self, mut node: Node<'s>) -> Node<'s> {
        while matches!(self.kind(node), Kind::Parenthesized | Kind::Type | Kind::ParenthesizedSplat) {
            match self.only_child(node) {
                Some(inner) => node = inner,
                None => break,
            }
        }
        node
    }

    fn leaf(&mut self, node: Node<'s>) -> Option<ExprKind> {
        Some(match self.kind(node) {
            Kind::Identifier => match self.text(node) {
                "" => ExprKind::Other(Arc::from("")),
                name => ExprKind::Name(self.name(name)),
            },
            Kind::Integer => super::literal::integer(self.text(node)),
            Kind::Float => ExprKind::Number(Arc::from(self.text(node))),
            Kind::True => ExprKind::Bool(true),
            Kind::False => ExprKind::Bool(false),
            Kind::None => ExprKind::None,
            Kind::Ellipsis => ExprKind::Ellipsis,
            _ => return None,
        })
    }

    fn compound(&mut self, node: Node<'s>) -> ExprKind {
        match self.kind(node) {
            Kind::Attribute => self.attribute(node),
            Kind::Call => self.call(node),
            Kind::String | Kind::Concatenated => self.string(node),
            Kind::Tuple | Kind::ExpressionList | Kind::PatternList => ExprKind::Tuple(self.elements(node)),
            Kind::TuplePattern => self.tuple_pattern(node),
            Kind::List | Kind::ListPattern => ExprKind::List(self.elements(node)),
            Kind::Set => ExprKind::Set(self.elements(node)),
            Kind::Dictionary => self.dictionary(node),
            Kind::ListSplat | Kind::ListSplatPattern | Kind::SplatType => self.starred(node),
            Kind::UnaryOperator | Kind::Not => self.unary(node),
            Kind::BinaryOperator | Kind::BooleanOperator => self.binary(node),
            Kind::Comparison => self.comparison(node),
            Kind::Subscript => self.subscript(node),
            Kind::Slice => self.slice(node),
            Kind::GenericType | Kind::MemberType => self.type_node(node),
            Kind::UnionType => self.union(node),
            Kind::Lambda => self.lambda(node),
            Kind::Conditional => self.conditional(node),
            Kind::ListComprehension => self.comprehension(node, ComprehensionKind::List),
            Kind::SetComprehension => self.comprehension(node, ComprehensionKind::Set),
            Kind::DictComprehension => self.comprehension(node, ComprehensionKind::Dict),
            Kind::Generator => self.comprehension(node, ComprehensionKind::Generator),
            Kind::Await => match self.only_child(node) {
                Some(inner) => ExprKind::Await(Box::new(self.expression(inner))),
                None => self.other(node),
            },
            Kind::NamedExpression => self.walrus(node),
            _ => self.other(node),
        }
    }

    fn attribute(&mut self, node: Node<'s>) -> ExprKind {
        let fields = &self.grammar.fields;
        let Some(name) = self.field(node, fields.attribute) else { return self.other(node) };
        let object = self.part(self.field(node, fields.object), node);
        let name = self.text(name);
        ExprKind::Attribute(Box::new(object), self.name(name))
    }

    fn call(&mut self, node: Node<'s>) -> ExprKind {
        let fields = &self.grammar.fields;
        let callee = self.part(self.field(node, fields.function), node);
        let args = match self.field(node, fields.arguments) {
            Some(list) if self.kind(list) == Kind::ArgumentList => self.arguments(list),
            Some(generator) => vec![Arg::Plain(self.expression(generator))],
            None => Vec::new(),
        };
        ExprKind::Call(Box::new(callee), args)
    }

    /// Arguments of a call, or bases of a class.
    pub(super) fn arguments(&mut self, list: Node<'s>) -> Vec<Arg> {
        self.children(list).into_iter().map(|node| self.argument(node)).collect()
    }

    fn argument(&mut self, node: Node<'s>) -> Arg {
        let fields = &self.grammar.fields;
        match self.kind(node) {
            Kind::KeywordArgument => {
                let name = self.field(node, fields.name).map_or("", |name| self.text(name));
                let value = self.part(self.field(node, fields.value), node);
                Arg::Keyword(self.name(name), value)
            }
            Kind::ListSplat | Kind::ListSplatPattern => {
                let inner = self.only_child(node);
                Arg::Star(self.part(inner, node))
            }
            Kind::DictionarySplat => {
                let inner = self.only_child(node);
                Arg::StarStar(self.part(inner, node))
            }
            _ => match self.expression(node) {
                Expr { kind: ExprKind::Starred(inner), .. } => Arg::Star(*inner),
                plain => Arg::Plain(plain),
            },
        }
    }

    fn elements(&mut self, node: Node<'s>) -> Vec<Expr> {
        self.children(node).into_iter().map(|element| self.expression(element)).collect()
    }

    /// `(a)` on the left of `=` is `a`.
    fn tuple_pattern(&mut self, node: Node<'s>) -> ExprKind {
        let mut elements = self.elements(node);
        if elements.len() == 1 && !self.has_comma(node) {
            return elements.pop().map_or(ExprKind::None, |element| element.kind);
        }
        ExprKind::Tuple(elements)
    }

    fn dictionary(&mut self, node: Node<'s>) -> ExprKind {
        let fields = &self.grammar.fields;
        let mut entries = Vec::new();
        for entry in self.children(node) {
            if self.kind(entry) == Kind::Pair {
                let key = self.part(self.field(entry, fields.key), entry);
                let value = self.part(self.field(entry, fields.value), entry);
                entries.push((Some(key), value));
            } else if let Some(inner) = self.only_child(entry) {
                entries.push((None, self.expression(inner)));
            }
        }
        ExprKind::Dict(entries)
    }

    fn unary(&mut self, node: Node<'s>) -> ExprKind {
        let operator = match self.field(node, self.grammar.fields.operator) {
            Some(token) => self.grammar.operator(token),
            None => "not",
        };
        let argument = self.field(node, self.grammar.fields.argument);
        ExprKind::Unary(operator, Box::new(self.part(argument, node)))
    }

    fn binary(&mut self, node: Node<'s>) -> ExprKind {
        let fields = &self.grammar.fields;
        let operator = self.field(node, fields.operator).map_or("", |token| self.grammar.operator(token));
        let left = self.part(self.field(node, fields.left), node);
        let right = self.part(self.field(node, fields.right), node);
        ExprKind::Binary(operator, Box::new(left), Box::new(right))
    }

    fn subscript(&mut self, node: Node<'s>) -> ExprKind {
        let fields = &self.grammar.fields;
        let value = self.part(self.field(node, fields.value), node);
        let mut children = self.children(node);
        let indices = children.split_off(children.len().min(1));
        let index = self.index(node, &indices);
        ExprKind::Subscript(Box::new(value), Box::new(index))
    }

    /// What stands between the brackets: several of it are a tuple.
    pub(super) fn index(&mut self, brackets: Node<'s>, indices: &[Node<'s>]) -> Expr {
        match indices {
            [] => self.missing(brackets),
            [index] if !self.has_comma(brackets) => {
                let index = self.expression(*index);
                match index.kind {
                    ExprKind::Starred(_) => Expr { line: index.line, kind: ExprKind::Tuple(vec![index]) },
                    _ => index,
                }
            }
            [first, ..] => {
                let line = self.line(*first);
                let elements = self
                    .deeper(*first, |lower| indices.iter().map(|index| lower.expression(*index)).collect());
                Expr { line, kind: ExprKind::Tuple(elements.unwrap_or_default()) }
            }
        }
    }

    fn slice(&mut self, node: Node<'s>) -> ExprKind {
        let mut parts = [None, None, None];
        let mut part = parts.iter_mut();
        let mut at = part.next();
        for token in self.tokens(node) {
            if token.is_named() {
                if let Some(slot) = at.as_mut() {
                    **slot = Some(Box::new(self.expression(token)));
                }
            } else {
                at = part.next();
            }
        }
        let [from, to, step] = parts;
        ExprKind::Slice(from, to, step)
    }

    /// Several expressions without brackets are a tuple.
    pub(super) fn joined(&mut self, node: Node<'s>, parts: &[Node<'s>]) -> Expr {
        self.index(node, parts)
    }

    /// As written, in a form that does not depend on line breaks, comments and blanks.
    pub(super) fn other(&mut self, node: Node<'s>) -> ExprKind {
        ExprKind::Other(Arc::from(super::tokens::written(self, node)))
    }
}
