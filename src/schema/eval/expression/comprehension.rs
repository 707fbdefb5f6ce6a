//! Comprehensions.

use crate::schema::eval::fuel::unknown;
use crate::schema::eval::scope::Kind;
use crate::schema::eval::statement::ROUNDS_MAX;
use crate::schema::eval::{Interpreter, ScopeId, Value};
use crate::schema::python::ast::{Comprehension, ComprehensionKind};

/// What a comprehension has made so far.
#[derive(Default)]
struct Made {
    pairs: Vec<(Value, Value)>,
    /// Whether something about it cannot be told.
    open: bool,
}

impl Interpreter<'_> {
    pub(super) fn eval_comprehension(&mut self, scope: ScopeId, comprehension: &Comprehension) -> Value {
        let inner = self.open(scope, Kind::Block);
        let mut made = Made::default();
        self.clause(inner, comprehension, 0, &mut made);
        if made.open {
            return unknown("a comprehension over what cannot be told");
        }
        let keys = made.pairs.iter().map(|(key, _)| key.clone()).collect();
        match comprehension.kind {
            ComprehensionKind::List | ComprehensionKind::Generator => self.list(keys),
            ComprehensionKind::Set => self.set(keys),
            ComprehensionKind::Dict => self.dict(made.pairs),
        }
    }

    fn clause(&mut self, scope: ScopeId, comprehension: &Comprehension, at: usize, made: &mut Made) {
        let Some((target, iter, tests)) = comprehension.clauses.get(at) else {
            let key = self.eval(scope, &comprehension.element);
            let value = comprehension.value.as_ref().map_or(Value::None, |value| self.eval(scope, value));
            made.pairs.push((key, value));
            return;
        };
        let iter = self.eval(scope, iter);
        let Some(elements) = self.iterated(&iter) else {
            made.open = true;
            return;
        };
        self.repeating(|this| {
            for element in elements {
                if made.pairs.len() >= ROUNDS_MAX || !this.spend(1) {
                    made.open = true;
                    return;
                }
                this.assign(scope, target, element);
                // A test that cannot be told lets the element in: better one column too many than none.
                let passes = tests.iter().all(|test| {
                    let value = this.eval(scope, test);
                    this.truth(&value) != Some(false)
                });
                if passes {
                    this.clause(scope, comprehension, at + 1, made);
                }
            }
        });
    }
}
