//! Lowers expressions.

use std::sync::Arc;

use tree_sitter::Node;

use super::ast::{Arg, Comprehension, ComprehensionKind, Expr, ExprKind, Function};
use super::ast::{Stmt, StmtKind};
use super::lower::{Lower, MAX_CHAINS};
use super::syntax::Kind;

impl<'s> Lower<'s> {
    /// Lowers an expression, a target or a type.
    pub(super) fn expression(&mut self, node: Node<'s>) -> Expr {
        let node = self.unwrapped(node);
        let line = self.line(node);
        let kind = match self.leaf(node) {
            Some(kind) => kind,
            None => self.deeper(node, |lower| lower.compound(node)).unwrap_or_else(|| self.other(node)),
        };
        Expr { line, kind }
    }

    /// Lowers a part that the grammar promises, and that an error may have taken away.
    pub(super) fn part(&mut self, part: Option<Node<'s>>, of: Node<'s>) -> Expr {
        match part {
            Some(part) => self.expression(part),
            None => self.missing(of),
        }
    }

    pub(super) fn field(&self, node: Node<'s>, field: Option<std::num::NonZeroU16>) -> Option<Node<'s>> {
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
            Kind::GenericType | Kind::UnionType | Kind::MemberType => self.type_node(node),
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
            _ => Arg::Plain(self.expression(node)),
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

    fn starred(&mut self, node: Node<'s>) -> ExprKind {
        // `**P` among type parameters declares nothing.
        if self.text(node).starts_with("**") {
            return self.other(node);
        }
        let inner = self.only_child(node);
        ExprKind::Starred(Box::new(self.part(inner, node)))
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

    /// `a < b < c` is `a < b and b < c`.
    fn comparison(&mut self, node: Node<'s>) -> ExprKind {
        let (operands, operators): (Vec<_>, Vec<_>) =
            self.tokens(node).into_iter().partition(|token| token.is_named());
        let chained = u32::from(operands.len() > 2);
        if operands.len() < 2 || (chained > 0 && self.chains >= MAX_CHAINS) {
            return self.other(node);
        }
        self.chains = self.chains.saturating_add(chained);
        let operands: Vec<Expr> = operands.into_iter().map(|operand| self.expression(operand)).collect();
        self.chains = self.chains.saturating_sub(chained);
        let mut links =
            operands.iter().zip(operands.iter().skip(1)).zip(operators).map(|((left, right), token)| {
                let operator = self.grammar.operator(token);
                Expr {
                    line: left.line,
                    kind: ExprKind::Compare(operator, Box::new(left.clone()), Box::new(right.clone())),
                }
            });
        let Some(first) = links.next() else { return self.other(node) };
        let line = first.line;
        let join =
            |left, right| Expr { line, kind: ExprKind::Binary("and", Box::new(left), Box::new(right)) };
        links.fold(first, join).kind
    }

    fn subscript(&mut self, node: Node<'s>) -> ExprKind {
        let fields = &self.grammar.fields;
        let value = self.part(self.field(node, fields.value), node);
        let mut children = self.children(node);
        let indices = children.split_off(children.len().min(1));
        let index = self.index(node, indices);
        ExprKind::Subscript(Box::new(value), Box::new(index))
    }

    /// What stands between the brackets: several of it are a tuple.
    fn index(&mut self, brackets: Node<'s>, indices: Vec<Node<'s>>) -> Expr {
        match indices.as_slice() {
            [] => self.missing(brackets),
            [index] if !self.has_comma(brackets) => self.expression(*index),
            [first, ..] => {
                let line = self.line(*first);
                let elements = indices.into_iter().map(|index| self.expression(index)).collect();
                Expr { line, kind: ExprKind::Tuple(elements) }
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

    /// Where a type is expected, the grammar has its own nodes for what are expressions elsewhere.
    fn type_node(&mut self, node: Node<'s>) -> ExprKind {
        let children = self.children(node);
        let (Some(first), Some(last)) = (children.first(), children.last()) else { return self.other(node) };
        let left = Box::new(self.expression(*first));
        match self.kind(node) {
            Kind::GenericType => {
                let indices = self.children(*last);
                ExprKind::Subscript(left, Box::new(self.index(*last, indices)))
            }
            Kind::UnionType => ExprKind::Binary("|", left, Box::new(self.expression(*last))),
            _ => {
                let name = self.text(*last);
                ExprKind::Attribute(left, self.name(name))
            }
        }
    }

    fn lambda(&mut self, node: Node<'s>) -> ExprKind {
        let fields = &self.grammar.fields;
        let line = self.line(node);
        let params = self.field(node, fields.parameters).map_or_else(Vec::new, |list| self.parameters(list));
        let value = self.part(self.field(node, fields.body), node);
        let body = Some(vec![Stmt { line: value.line, kind: StmtKind::Return(Some(value)) }]);
        let name = self.name("<lambda>");
        ExprKind::Lambda(Arc::new(Function {
            name,
            line,
            params,
            decorators: Vec::new(),
            returns: None,
            body,
        }))
    }

    fn conditional(&mut self, node: Node<'s>) -> ExprKind {
        match self.children(node).as_slice() {
            [body, test, orelse] => {
                let body = Box::new(self.expression(*body));
                let test = Box::new(self.expression(*test));
                ExprKind::Conditional(test, body, Box::new(self.expression(*orelse)))
            }
            _ => self.other(node),
        }
    }

    fn comprehension(&mut self, node: Node<'s>, kind: ComprehensionKind) -> ExprKind {
        let fields = &self.grammar.fields;
        let Some(body) = self.field(node, fields.body) else { return self.other(node) };
        let (element, value) = if kind == ComprehensionKind::Dict {
            let value = self.part(self.field(body, fields.value), body);
            (self.part(self.field(body, fields.key), body), Some(value))
        } else {
            (self.expression(body), None)
        };
        let mut clauses: Vec<(Expr, Expr, Vec<Expr>)> = Vec::new();
        for clause in self.children(node) {
            match self.kind(clause) {
                Kind::ForIn => clauses.push(self.clause(clause)),
                Kind::IfClause => {
                    if let (Some(test), Some(last)) = (self.only_child(clause), clauses.last_mut()) {
                        last.2.push(self.expression(test));
                    }
                }
                _ => {}
            }
        }
        ExprKind::Comprehension(Box::new(Comprehension { kind, element, value, clauses }))
    }

    fn clause(&mut self, node: Node<'s>) -> (Expr, Expr, Vec<Expr>) {
        let left = self.field(node, self.grammar.fields.left);
        let target = self.part(left, node);
        let mut iters = self.children(node);
        iters.retain(|iter| Some(*iter) != left);
        (target, self.joined(node, iters), Vec::new())
    }

    /// Several expressions without brackets are a tuple.
    pub(super) fn joined(&mut self, node: Node<'s>, parts: Vec<Node<'s>>) -> Expr {
        self.index(node, parts)
    }

    fn walrus(&mut self, node: Node<'s>) -> ExprKind {
        let fields = &self.grammar.fields;
        let name = self.field(node, fields.name).map_or("", |name| self.text(name));
        let value = self.part(self.field(node, fields.value), node);
        ExprKind::Walrus(self.name(name), Box::new(value))
    }

    /// As written, in a form that does not depend on line breaks, comments and blanks.
    pub(super) fn other(&mut self, node: Node<'s>) -> ExprKind {
        ExprKind::Other(Arc::from(super::tokens::written(self, node)))
    }
}
