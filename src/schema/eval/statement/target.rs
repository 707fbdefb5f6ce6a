//! What is assigned to: names, attributes, entries, and several at once.

use std::sync::Arc;

use crate::schema::eval::fuel::unknown;
use crate::schema::eval::{Interpreter, ScopeId, Value};
use crate::schema::python::ast::{Expr, ExprKind};

/// The name that a target is, if it is nothing but a name.
pub(super) fn plain_name(target: &Expr) -> Option<&Arc<str>> {
    match &target.kind {
        ExprKind::Name(name) => Some(name),
        _ => None,
    }
}

impl Interpreter<'_> {
    /// Assigns a value to a target.
    pub(in crate::schema::eval) fn assign(&mut self, scope: ScopeId, target: &Expr, value: Value) {
        if !self.descend(scope, target.line) {
            return;
        }
        match &target.kind {
            ExprKind::Name(name) => self.bind(scope, name, value, target.line),
            ExprKind::Tuple(parts) | ExprKind::List(parts) => self.unpack(scope, parts, &value),
            ExprKind::Starred(inner) => self.assign(scope, inner, value),
            ExprKind::Attribute(base, name) => {
                let base = self.eval(scope, base);
                let place = self.place(scope, target.line);
                self.set_attribute(&base, name, value, place);
            }
            ExprKind::Subscript(base, index) => {
                let base = self.eval(scope, base);
                let index = self.eval(scope, index);
                self.set_entry(scope, &base, index, value, target.line);
            }
            _ => {}
        }
        self.ascend();
    }

    fn unpack(&mut self, scope: ScopeId, parts: &[Expr], value: &Value) {
        let elements = self.iterated(value).unwrap_or_default();
        let star = parts.iter().position(|part| matches!(part.kind, ExprKind::Starred(_)));
        let fits = match star {
            Some(_) => elements.len() + 1 >= parts.len(),
            None => elements.len() == parts.len(),
        };
        if !fits {
            for (at, part) in parts.iter().enumerate() {
                let part_of = self.part_of_unknown(value, at);
                self.assign(scope, part, part_of);
            }
            return;
        }
        let mut rest = elements.into_iter();
        for (at, part) in parts.iter().enumerate() {
            let value = if star == Some(at) {
                let taken = (rest.len() + at + 1).saturating_sub(parts.len());
                let several: Vec<Value> = rest.by_ref().take(taken).collect();
                self.list(several)
            } else {
                rest.next().unwrap_or_else(|| unknown("too few values"))
            };
            self.assign(scope, part, value);
        }
    }

    pub(super) fn delete(&mut self, scope: ScopeId, targets: &[Expr]) {
        for target in targets {
            match &target.kind {
                ExprKind::Name(name) => self.unbind(scope, name),
                ExprKind::Attribute(base, name) => {
                    if let Value::Class(class) = self.eval(scope, base) {
                        self.remove_class_attribute(class, name);
                    }
                }
                ExprKind::Subscript(base, index) => {
                    let base = self.eval(scope, base);
                    let index = self.eval(scope, index);
                    self.remove_entry(&base, &index);
                }
                ExprKind::Tuple(parts) => self.delete(scope, parts),
                _ => {}
            }
        }
    }
}
