//! Statements: what they bind, and which of them run.

use std::sync::Arc;

use super::module::{Import, What, bound_names};
use super::scope::Kind;
use super::trace::Event;
use super::{Interpreter, ScopeId, Value};
use crate::schema::python::ast::{Expr, Stmt, StmtKind};

mod branch;
mod target;

/// Most rounds of a loop.
pub(super) const ROUNDS_MAX: usize = 10_000;

/// How a statement ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Flow {
    /// The next one runs.
    Next,
    /// The next round of a loop begins.
    Jump,
    /// Something is raised.
    Raise,
    /// The function is done.
    Return(Value),
}

impl Interpreter<'_> {
    /// Runs statements up to one that ends them.
    pub(super) fn block(&mut self, scope: ScopeId, body: &[Stmt]) -> Flow {
        for statement in body {
            match self.statement(scope, statement) {
                Flow::Next => {}
                flow => return flow,
            }
        }
        Flow::Next
    }

    pub(super) fn statement(&mut self, scope: ScopeId, statement: &Stmt) -> Flow {
        if !self.descend(scope, statement.line) {
            return Flow::Next;
        }
        let flow = self.statement_kind(scope, statement);
        self.ascend();
        flow
    }

    fn statement_kind(&mut self, scope: ScopeId, statement: &Stmt) -> Flow {
        match &statement.kind {
            StmtKind::If { test, body, orelse } => return self.branch(scope, test, body, orelse),
            StmtKind::For { target, iter, body, orelse } => {
                return self.each(scope, target, iter, body, orelse);
            }
            StmtKind::While { test, body } => return self.while_once(scope, test, body),
            StmtKind::With { items, body } => return self.with(scope, items, body),
            StmtKind::Try { body, handlers, orelse, finally } => {
                return self.attempt(scope, body, handlers, orelse, finally);
            }
            StmtKind::Return(value) => {
                return Flow::Return(value.as_ref().map_or(Value::None, |value| self.eval(scope, value)));
            }
            StmtKind::Raise(_) => {
                self.happened(Event::Raised(statement.line));
                return Flow::Raise;
            }
            StmtKind::Jump => return Flow::Jump,
            StmtKind::Import(modules) => self.import(scope, modules),
            StmtKind::From { module, level, names } => self.import_from(scope, module, *level, names),
            StmtKind::Assign { targets, value } => self.assign_all(scope, targets, value),
            StmtKind::Annotated { target, annotation, value } => {
                self.annotated(scope, target, annotation, value.as_ref());
            }
            StmtKind::Augmented { target, op, value } => self.augmented(scope, target, op, value),
            StmtKind::Class(class) => self.class_statement(scope, class),
            StmtKind::Function(function) => self.function_statement(scope, function),
            StmtKind::Expr(value) => drop(self.eval(scope, value)),
            StmtKind::Delete(targets) => self.delete(scope, targets),
            StmtKind::Pass | StmtKind::Other => {}
        }
        Flow::Next
    }

    fn import(&mut self, scope: ScopeId, modules: &[(Arc<str>, Option<Arc<str>>)]) {
        let from = self.scopes.get(scope.0).module;
        for (module, bound) in modules {
            let what = if bound.is_some() { What::Whole } else { What::Top };
            let top = || module.split('.').next().unwrap_or(module).into();
            let name = bound.clone().unwrap_or_else(top);
            self.bind_import(scope, &name, Import { from, module: module.clone(), level: 0, what });
        }
    }

    fn import_from(
        &mut self,
        scope: ScopeId,
        module: &Arc<str>,
        level: u32,
        names: &[(Arc<str>, Option<Arc<str>>)],
    ) {
        let from = self.scopes.get(scope.0).module;
        for (name, bound) in names {
            let whole = Import { from, module: module.clone(), level, what: What::Whole };
            if &**name == "*" {
                let globals = self.globals(scope);
                self.scopes.get_mut(globals.0).stars.push(std::rc::Rc::new(whole));
                continue;
            }
            let import = Import { what: What::Name(name.clone()), ..whole };
            self.bind_import(scope, bound.as_ref().unwrap_or(name), import);
        }
    }

    fn assign_all(&mut self, scope: ScopeId, targets: &[Expr], value: &Expr) {
        let value = self.eval(scope, value);
        for target in targets {
            self.assign(scope, target, value.clone());
        }
    }

    fn annotated(&mut self, scope: ScopeId, target: &Expr, annotation: &Expr, value: Option<&Expr>) {
        let value = value.map(|value| self.eval(scope, value));
        let kind = self.scopes.get(scope.0).kind;
        if let (Some(name), Kind::Class(class)) = (target::plain_name(target), kind) {
            if self.scopes.get(scope.0).kept.contains(name) {
                return;
            }
            let place = self.place(scope, target.line);
            self.set_class_attribute(class, name, None, Some(Arc::new(annotation.clone())), place);
        }
        if let Some(value) = value {
            self.assign(scope, target, value);
        }
    }

    fn augmented(&mut self, scope: ScopeId, target: &Expr, op: &'static str, value: &Expr) {
        let before = self.eval(scope, target);
        let value = self.eval(scope, value);
        // A list grows in place, so that other names of it see it.
        if op.trim_end_matches('=') == "+" && self.extend_in_place(&before, &value) {
            return;
        }
        let place = self.place(scope, target.line);
        let result = self.binary(op.trim_end_matches('='), before, value, &place);
        self.assign(scope, target, result);
    }

    fn each(&mut self, scope: ScopeId, target: &Expr, iter: &Expr, body: &[Stmt], orelse: &[Stmt]) -> Flow {
        let value = self.eval(scope, iter);
        let Some(elements) = self.iterated(&value) else {
            let unknown = self.element_of_unknown(&value);
            self.assign(scope, target, unknown);
            let before = self.counts();
            let flow = self.perhaps(|this| this.block(scope, body));
            self.note_conditional(scope, iter.line, before, "a loop whose rounds cannot be told");
            return if let Flow::Return(Value::None | Value::Unknown(_)) | Flow::Jump | Flow::Raise = flow {
                self.block(scope, orelse)
            } else {
                flow
            };
        };
        if elements.len() > ROUNDS_MAX {
            self.note_at("gave-up", scope, iter.line, format!("a loop of more than {ROUNDS_MAX} rounds"));
        }
        let flow = self.repeating(|this| {
            for element in elements.into_iter().take(ROUNDS_MAX) {
                if !this.spend(1) {
                    break;
                }
                this.assign(scope, target, element);
                match this.block(scope, body) {
                    Flow::Next | Flow::Jump => {}
                    flow => return flow,
                }
            }
            Flow::Next
        });
        if flow == Flow::Next { self.block(scope, orelse) } else { flow }
    }

    fn while_once(&mut self, scope: ScopeId, test: &Expr, body: &[Stmt]) -> Flow {
        let value = self.eval(scope, test);
        if self.truth(&value) == Some(false) {
            return Flow::Next;
        }
        let before = self.counts();
        let flow = self.perhaps(|this| this.block(scope, body));
        self.note_conditional(scope, test.line, before, "a loop whose rounds cannot be told");
        if flow == Flow::Jump { Flow::Next } else { flow }
    }

    fn with(&mut self, scope: ScopeId, items: &[(Expr, Option<Expr>)], body: &[Stmt]) -> Flow {
        for (value, bound) in items {
            let value = self.eval(scope, value);
            self.happened(Event::Entered(value.clone()));
            if let Some(bound) = bound {
                self.assign(scope, bound, value);
            }
        }
        let flow = self.block(scope, body);
        for _ in items {
            self.happened(Event::Left);
        }
        flow
    }

    /// `try`: handlers run as well, for the names that the body does not bind.
    fn attempt(
        &mut self,
        scope: ScopeId,
        body: &[Stmt],
        handlers: &[Vec<Stmt>],
        orelse: &[Stmt],
        finally: &[Stmt],
    ) -> Flow {
        let mut flow = self.block(scope, body);
        if flow == Flow::Next {
            flow = self.block(scope, orelse);
        }
        let raised = flow == Flow::Raise;
        if raised || flow == Flow::Next {
            let names = if raised { std::collections::HashSet::new() } else { bound_names(body) };
            for handler in handlers {
                let handled = self
                    .perhaps(|this| this.keeping(scope, names.clone(), |this| this.block(scope, handler)));
                if raised && flow == Flow::Raise {
                    flow = handled;
                }
            }
        }
        match self.block(scope, finally) {
            Flow::Next => flow,
            last => last,
        }
    }
}
