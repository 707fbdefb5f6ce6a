//! Subscripts: elements, entries, slices, and the parameters of types.

use std::rc::Rc;
use std::sync::Arc;

use crate::schema::eval::fuel::unknown;
use crate::schema::eval::{Interpreter, ScopeId, Value};
use crate::schema::python::ast::{Expr, ExprKind};

/// Start, end and step of a slice; `None`: not given.
type Bounds = (Option<i64>, Option<i64>, Option<i64>);

impl Interpreter<'_> {
    pub(super) fn eval_subscript(&mut self, scope: ScopeId, base: &Expr, index: &Expr) -> Value {
        let base = self.eval(scope, base);
        if let ExprKind::Slice(start, end, step) = &index.kind {
            let bounds = [start, end, step].map(|bound| match bound {
                None => Some(None),
                Some(bound) => match self.eval(scope, bound) {
                    Value::Int(int) => Some(Some(int)),
                    Value::None => Some(None),
                    _ => None,
                },
            });
            let [Some(start), Some(end), Some(step)] = bounds else {
                return unknown("a slice that cannot be told");
            };
            return self.slice(&base, (start, end, step));
        }
        let index = self.eval_index(scope, &base, index);
        if let Some(value) = self.scope_entry(scope, &base, &index) {
            return value;
        }
        self.subscript(&base, index)
    }

    /// What stands in the brackets. In an annotation, strings are expressions, but not those of `Literal`, nor what stands
    /// behind the type in `Annotated`.
    fn eval_index(&mut self, scope: ScopeId, base: &Value, index: &Expr) -> Value {
        let last = match base {
            Value::External(dotted) => dotted.rsplit('.').next().unwrap_or_default(),
            _ => "",
        };
        match (last, &index.kind) {
            ("Literal", _) => self.plainly(|this| this.eval(scope, index)),
            ("Annotated", ExprKind::Tuple(parts)) => {
                let mut values = Vec::with_capacity(parts.len());
                for part in parts {
                    let first = values.is_empty();
                    values.push(if first {
                        self.eval(scope, part)
                    } else {
                        self.plainly(|this| this.eval(scope, part))
                    });
                }
                self.tuple(values)
            }
            _ => self.eval(scope, index),
        }
    }

    /// `base[index]`.
    pub(in crate::schema::eval) fn subscript(&mut self, base: &Value, index: Value) -> Value {
        match base {
            Value::Tuple(_) | Value::List(_) | Value::Str(_) => match index {
                Value::Int(at) => self.element_at(base, at),
                _ => unknown("an index that cannot be told"),
            },
            Value::Dict(cell) => match self.dict_get(*cell, &index) {
                Some(value) => value,
                None => unknown(format!("the entry {}", self.text(&index))),
            },
            Value::Class(class) => {
                if let (Value::Str(name), Some(_)) = (&index, self.enum_members(*class)) {
                    return self.attribute(base, name);
                }
                self.item(base, index)
            }
            Value::External(dotted) if &**dotted == "os.environ" => unknown("os.environ"),
            Value::External(_) | Value::Member(..) | Value::Item(..) | Value::Object(_) => {
                self.item(base, index)
            }
            Value::Unknown(why) => Value::Unknown(why.clone()),
            _ => unknown("a subscript"),
        }
    }

    fn item(&mut self, base: &Value, index: Value) -> Value {
        let args: Rc<[Value]> = match index {
            Value::Tuple(parts) => parts,
            other => [other].into(),
        };
        self.sized(Value::Item(Box::new(base.clone()), args))
    }

    fn element_at(&mut self, base: &Value, at: i64) -> Value {
        if let Value::Str(text) = base {
            let len = text.chars().count();
            let found = position(at, len).and_then(|at| text.chars().nth(at));
            return found
                .map_or_else(|| unknown("an index out of range"), |c| Value::Str(c.to_string().into()));
        }
        let elements = self.elements(base).unwrap_or_default();
        if !self.spend(elements.len() / 16) {
            return unknown("too much to run");
        }
        let found = position(at, elements.len()).and_then(|at| elements.get(at).cloned());
        found.unwrap_or_else(|| unknown("an index out of range"))
    }

    fn slice(&mut self, base: &Value, bounds: Bounds) -> Value {
        match base {
            Value::Str(text) => {
                let chars: Vec<char> = text.chars().collect();
                let text: String = sliced(&chars, bounds).into_iter().collect();
                Value::Str(text.into())
            }
            Value::Tuple(parts) => {
                let parts = sliced(parts, bounds);
                self.tuple(parts)
            }
            Value::List(_) => {
                let elements = self.elements(base).unwrap_or_default();
                if !self.spend(elements.len()) {
                    return unknown("too much to run");
                }
                self.list(sliced(&elements, bounds))
            }
            Value::Unknown(why) => Value::Unknown(Arc::clone(why)),
            _ => unknown("a slice"),
        }
    }
}

/// Where an index, which may count from the end, points to.
fn position(at: i64, len: usize) -> Option<usize> {
    let len = i64::try_from(len).ok()?;
    let at = if at < 0 { at.checked_add(len)? } else { at };
    usize::try_from(at).ok().filter(|_| at < len)
}

/// What Python's slices take of a sequence.
fn sliced<T: Clone>(items: &[T], (start, end, step): Bounds) -> Vec<T> {
    let len = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let step = step.unwrap_or(1);
    if step == 0 {
        return Vec::new();
    }
    let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let bound = |at: Option<i64>, default: i64| match at {
        None => default,
        Some(at) if at < 0 => at.saturating_add(len).clamp(low, high),
        Some(at) => at.clamp(low, high),
    };
    let (first, last) = if step > 0 { (0, len) } else { (len - 1, -1) };
    let (mut at, end) = (bound(start, first), bound(end, last));
    let mut taken = Vec::new();
    while (step > 0 && at < end) || (step < 0 && at > end) {
        taken.extend(usize::try_from(at).ok().and_then(|at| items.get(at)).cloned());
        at = at.saturating_add(step);
    }
    taken
}
