//! Branches: which of them runs where the test can be told, and both where it cannot.

use super::Flow;
use crate::schema::eval::module::bound_names;
use crate::schema::eval::{Attribute, Class, ClassId, Interpreter, ScopeId, Value};
use crate::schema::python::ast::{Expr, ExprKind, Stmt};
use crate::schema::sqlalchemy::WORDS;

impl Interpreter<'_> {
    pub(super) fn branch(&mut self, scope: ScopeId, test: &Expr, body: &[Stmt], orelse: &[Stmt]) -> Flow {
        if names_type_checking(test) {
            // Annotations need what is imported there; what really runs goes first.
            let flow = self.block(scope, orelse);
            let bound = self.bound(scope);
            self.keeping(scope, bound, |this| this.block(scope, body));
            return flow;
        }
        let value = self.eval(scope, test);
        match self.truth(&value) {
            Some(true) => self.block(scope, body),
            Some(false) => self.block(scope, orelse),
            None => self.both(scope, test, body, orelse),
        }
    }

    /// Both branches; the first to name or return something wins.
    fn both(&mut self, scope: ScopeId, test: &Expr, body: &[Stmt], orelse: &[Stmt]) -> Flow {
        let before = self.counts();
        let first = self.perhaps(|this| this.block(scope, body));
        if let Flow::Return(value) = &first
            && !self.is_traced()
            && !matches!(value, Value::None | Value::Unknown(_))
        {
            self.note_conditional(scope, test.line, before, "a test that cannot be told");
            return first;
        }
        let second =
            self.perhaps(|this| this.keeping(scope, bound_names(body), |this| this.block(scope, orelse)));
        self.note_conditional(scope, test.line, before, "a test that cannot be told");
        if self.is_traced() {
            return self.ended(first, second);
        }
        match (first, second) {
            (Flow::Return(first), Flow::Return(Value::Unknown(_)) | Flow::Raise) => Flow::Return(first),
            (Flow::Return(_) | Flow::Raise, second @ Flow::Return(_)) => second,
            (Flow::Raise, Flow::Raise) => Flow::Raise,
            (Flow::Jump, Flow::Jump) => Flow::Jump,
            (_, Flow::Return(value)) if !matches!(value, Value::None | Value::Unknown(_)) => {
                Flow::Return(value)
            }
            _ => Flow::Next,
        }
    }

    /// How many classes and objects there are.
    pub(in crate::schema::eval) fn counts(&self) -> (usize, usize) {
        (self.classes.len(), self.objects.len())
    }

    /// Notes that something was declared under a condition, if something was since the counts were taken.
    pub(in crate::schema::eval) fn note_conditional(
        &mut self,
        scope: ScopeId,
        line: u32,
        before: (usize, usize),
        why: &str,
    ) {
        // Whoever traces knows.
        if self.is_traced() {
            return;
        }
        if self.declared_since(before) {
            let message = format!("declared under {why}: taken as declared");
            self.note_at("conditional-declaration", scope, line, message);
        }
    }

    /// Whether something was declared since the counts were taken, by the code itself and not by modules that happened to be
    /// needed for the first time meanwhile.
    fn declared_since(&self, before: (usize, usize)) -> bool {
        let run = self.fuel.run();
        let declares = |callee: &Value| {
            let last = match callee {
                Value::External(dotted) => dotted.rsplit('.').next().unwrap_or_default(),
                Value::Member(_, name) => name,
                _ => return false,
            };
            WORDS.contains(&last) || last.ends_with("Constraint")
        };
        let mut objects = self.objects.iter().zip(&self.made_in).skip(before.1);
        let mut classes = self.classes().zip(self.inner.iter()).skip(before.0);
        objects.any(|(object, made_in)| *made_in == run && declares(&object.callee))
            || classes.any(|((id, class), inner)| inner.made_in == run && self.declares_schema(id, class))
    }

    /// Whether a class can be one that the schema depends on.
    fn declares_schema(&self, id: ClassId, class: &Class) -> bool {
        let words = ["__tablename__", "__table__", "__table_args__"];
        let declares =
            |attribute: &Attribute| attribute.annotation.is_some() || words.contains(&&*attribute.name);
        class.attributes.iter().any(declares) || self.enum_members(id).is_some()
    }
}

fn names_type_checking(test: &Expr) -> bool {
    match &test.kind {
        ExprKind::Name(name) | ExprKind::Attribute(_, name) => &**name == "TYPE_CHECKING",
        _ => false,
    }
}
