//! Lowers what reads differently to Python than to the grammar, or opens a scope of its own.

use std::sync::Arc;

use tree_sitter::Node;

use super::super::ast::{Comprehension, ComprehensionKind, Expr, ExprKind, Function, Stmt, StmtKind};
use super::super::syntax::Kind;
use super::{Lower, MAX_CHAINS};

impl<'s> Lower<'s> {
    /// `a < b < c` is `a < b and b < c`.
    pub(super) fn comparison(&mut self, node: Node<'s>) -> ExprKind {
        let (operands, operators): (Vec<_>, Vec<_>) =
            self.tokens(node).into_iter().partition(|token| token.is_named());
        let chained = u32::from(operands.len() > 2);
        if operands.len() < 2 || (chained > 0 && self.chains >= MAX_CHAINS) {
            return self.other(node);
        }
        // Each link is one level deeper than the one before.
        let depth = operands.len();
        self.chains = self.chains.saturating_add(chained);
        let operands = self.deeper_by(depth, node, |lower| {
            operands.into_iter().map(|operand| lower.expression(operand)).collect::<Vec<Expr>>()
        });
        self.chains = self.chains.saturating_sub(chained);
        operands.and_then(|operands| self.links(&operands, &operators)).unwrap_or_else(|| self.other(node))
    }

    fn links(&self, operands: &[Expr], operators: &[Node<'s>]) -> Option<ExprKind> {
        let pairs = operands.iter().zip(operands.iter().skip(1)).zip(operators);
        let links = pairs.map(|((left, right), token)| {
            let (left, right) = (Box::new(left.clone()), Box::new(right.clone()));
            Expr { line: left.line, kind: ExprKind::Compare(self.grammar.operator(*token), left, right) }
        });
        let chain = links.reduce(|chain, link| Expr {
            line: chain.line,
            kind: ExprKind::Binary("and", Box::new(chain), Box::new(link)),
        });
        chain.map(|chain| chain.kind)
    }

    pub(super) fn lambda(&mut self, node: Node<'s>) -> ExprKind {
        let fields = &self.grammar.fields;
        let line = self.line(node);
        let params = self.field(node, fields.parameters).map_or_else(Vec::new, |list| self.parameters(list));
        let value = self.field(node, fields.body);
        let value = value.and_then(|value| self.deeper(value, |lower| lower.expression(value)));
        let value = value.unwrap_or_else(|| self.missing(node));
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

    pub(super) fn conditional(&mut self, node: Node<'s>) -> ExprKind {
        match self.children(node).as_slice() {
            [body, test, orelse] => {
                // The grammar reads `a := b if c else d` as `(a := b) if c else d`.
                let named = Some(*body).filter(|body| self.kind(*body) == Kind::NamedExpression);
                let body =
                    &named.and_then(|named| self.field(named, self.grammar.fields.value)).unwrap_or(*body);
                let body = Box::new(self.expression(*body));
                let test = Box::new(self.expression(*test));
                let orelse = Box::new(self.expression(*orelse));
                let whole = ExprKind::Conditional(test, body, orelse);
                match named.and_then(|named| self.field(named, self.grammar.fields.name)) {
                    Some(name) => {
                        let name = self.text(name);
                        ExprKind::Walrus(
                            self.name(name),
                            Box::new(Expr { line: self.line(node), kind: whole }),
                        )
                    }
                    None => whole,
                }
            }
            _ => self.other(node),
        }
    }

    pub(super) fn comprehension(&mut self, node: Node<'s>, kind: ComprehensionKind) -> ExprKind {
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
        (target, self.joined(node, &iters), Vec::new())
    }

    pub(super) fn walrus(&mut self, node: Node<'s>) -> ExprKind {
        let fields = &self.grammar.fields;
        let name = self.field(node, fields.name).map_or("", |name| self.text(name));
        let value = self.part(self.field(node, fields.value), node);
        ExprKind::Walrus(self.name(name), Box::new(value))
    }

    pub(super) fn starred(&mut self, node: Node<'s>) -> ExprKind {
        // `**P` among type parameters declares nothing.
        if self.text(node).starts_with("**") {
            return self.other(node);
        }
        let inner = self.only_child(node);
        let inner = self.part(inner, node);
        // The star stands before the whole expression that begins here, and was taken there.
        if self.star == Some(node.start_byte()) { inner.kind } else { ExprKind::Starred(Box::new(inner)) }
    }

    /// The grammar reads `*a[1]` as `(*a)[1]`.
    pub(super) fn is_led_by_star(&self, node: Node<'s>) -> bool {
        let start = node.start_byte();
        let binds_weaker = matches!(
            self.kind(node),
            Kind::Attribute
                | Kind::Call
                | Kind::Subscript
                | Kind::BinaryOperator
                | Kind::BooleanOperator
                | Kind::Comparison
                | Kind::Conditional
        );
        binds_weaker && self.source.as_bytes().get(start) == Some(&b'*') && self.star != Some(start)
    }

    /// `a | b | c` among types, which the grammar nests to the right.
    pub(super) fn union(&mut self, node: Node<'s>) -> ExprKind {
        let (mut members, mut open) = (Vec::new(), vec![node]);
        while let Some(node) = open.pop() {
            let kind = self.kind(node);
            let operator = self.field(node, self.grammar.fields.operator);
            let nests = matches!(kind, Kind::Type | Kind::UnionType)
                || kind == Kind::BinaryOperator
                    && operator.is_some_and(|operator| self.grammar.operator(operator) == "|");
            if nests {
                open.extend(self.children(node).into_iter().rev());
            } else {
                members.push(node);
            }
        }
        let members = self.deeper_by(members.len(), node, |lower| {
            members.into_iter().map(|member| lower.expression(member)).collect::<Vec<Expr>>()
        });
        let union = members.unwrap_or_default().into_iter().reduce(|union, member| Expr {
            line: union.line,
            kind: ExprKind::Binary("|", Box::new(union), Box::new(member)),
        });
        union.map_or_else(|| self.other(node), |union| union.kind)
    }

    /// Where a type is expected, the grammar has its own nodes for what are expressions elsewhere.
    pub(super) fn type_node(&mut self, node: Node<'s>) -> ExprKind {
        let children = self.children(node);
        let (Some(first), Some(last)) = (children.first(), children.last()) else { return self.other(node) };
        let left = Box::new(self.expression(*first));
        match self.kind(node) {
            Kind::GenericType => {
                let indices = self.children(*last);
                ExprKind::Subscript(left, Box::new(self.index(*last, &indices)))
            }
            _ => {
                let name = self.text(*last);
                ExprKind::Attribute(left, self.name(name))
            }
        }
    }
}
