//! Builtin functions.

use std::sync::Arc;

use super::Named;
use crate::schema::eval::fuel::unknown;
use crate::schema::eval::statement::ROUNDS_MAX;
use crate::schema::eval::{Interpreter, Value};
use crate::schema::place::Place;

impl Interpreter<'_> {
    /// Calls a builtin; `None` where nothing but the call itself is known.
    pub(super) fn call_builtin(
        &mut self,
        name: &str,
        args: &[Value],
        kwargs: &Named,
        place: &Place,
    ) -> Option<Value> {
        if let Some(value) = self.call_on_attribute(name, args, kwargs, place) {
            return Some(value);
        }
        match (name, args) {
            ("str", [value, ..]) => Some(self.stringified(value)),
            ("str", []) => Some(Value::Str("".into())),
            ("repr", [value]) if self.is_plain(value) => Some(Value::Str(self.text(value).into())),
            ("int", [value, ..]) => self.integer(value),
            ("bool", [value]) => self.truth(value).map(Value::Bool),
            ("float", [Value::Number(_)]) => args.first().cloned(),
            ("chr", [Value::Int(code)]) => {
                let c = u32::try_from(*code).ok().and_then(char::from_u32)?;
                Some(Value::Str(c.to_string().into()))
            }
            ("ord", [Value::Str(text)]) => text.chars().next().map(|c| Value::Int(i64::from(u32::from(c)))),
            ("abs", [Value::Int(int)]) => int.checked_abs().map(Value::Int),
            ("print" | "delattr" | "exec", _) => Some(Value::None),
            ("callable", [Value::Function(..) | Value::Class(_)]) => Some(Value::Bool(true)),
            ("object", []) => None,
            _ => self.call_collection(name, args, kwargs, place),
        }
    }

    fn call_on_attribute(
        &mut self,
        name: &str,
        args: &[Value],
        kwargs: &Named,
        place: &Place,
    ) -> Option<Value> {
        match (name, args) {
            ("getattr", [value, Value::Str(attribute), rest @ ..]) => {
                let default = rest.first();
                Some(match (self.find_attribute(value, attribute), default) {
                    (Some(Value::Unknown(_)), Some(default)) if matches!(value, Value::Module(_)) => {
                        default.clone()
                    }
                    (Some(found), _) => found,
                    (None, Some(default)) if self.tells_attributes(value) => default.clone(),
                    (None, Some(default)) if matches!(value, Value::Unknown(_)) => default.clone(),
                    (None, _) => self.attribute(value, attribute),
                })
            }
            ("getattr", _) => Some(unknown("an attribute whose name cannot be told")),
            ("hasattr", [value, Value::Str(attribute)]) => match self.find_attribute(value, attribute) {
                Some(Value::Unknown(_)) => Some(unknown(format!("whether it has {attribute}"))),
                Some(_) => Some(Value::Bool(true)),
                None if self.tells_attributes(value) => Some(Value::Bool(false)),
                None => Some(unknown(format!("whether it has {attribute}"))),
            },
            ("setattr", [value, Value::Str(attribute), set]) => {
                self.set_attribute(value, attribute, set.clone(), place.clone());
                Some(Value::None)
            }
            ("setattr", [target, ..]) => {
                if let Value::Class(class) = target {
                    let message =
                        format!("an attribute of {} whose name cannot be told", self.class(*class).name);
                    let place = place.clone();
                    self.note(crate::schema::finding::Note { code: "dynamic-attribute", place, message });
                }
                Some(Value::None)
            }
            ("type", [value]) => self.type_of(value),
            ("type", [_, _, _]) => Some(self.dynamic_class(args, kwargs.clone(), place)),
            ("isinstance", [value, kinds]) => Some(self.is_instance(value, kinds)),
            ("issubclass", [value, kinds]) => Some(self.is_subclass(value, kinds)),
            _ => None,
        }
    }

    fn call_collection(
        &mut self,
        name: &str,
        args: &[Value],
        kwargs: &Named,
        place: &Place,
    ) -> Option<Value> {
        match (name, args) {
            ("list", []) => Some(self.list(Vec::new())),
            ("tuple", []) => Some(self.tuple(Vec::new())),
            ("set" | "frozenset", []) => Some(self.list(Vec::new())),
            ("list" | "iter", [value]) => self.iterated(value).map(|elements| self.list(elements)),
            ("tuple", [value]) => self.iterated(value).map(|elements| self.tuple(elements)),
            ("set" | "frozenset", [value]) => self.iterated(value).map(|elements| self.set(elements)),
            ("dict", _) => {
                let mut pairs = args.first().map(|value| self.pairs_of(value)).unwrap_or_default();
                pairs.extend(kwargs.iter().map(|(name, value)| (Value::Str(name.clone()), value.clone())));
                Some(self.dict(pairs))
            }
            ("len", [value]) => {
                let len = self.iterated(value)?.len();
                i64::try_from(len).ok().map(Value::Int)
            }
            ("range", _) => self.range(args),
            ("zip", _) => self.zip(args),
            ("enumerate", [value, rest @ ..]) => {
                let start = match rest.first().or(kwargs.first().map(|(_, value)| value)) {
                    Some(Value::Int(start)) => *start,
                    _ => 0,
                };
                let elements = self.iterated(value)?;
                let pairs = (start..)
                    .zip(elements)
                    .map(|(at, value)| self.tuple(vec![Value::Int(at), value]))
                    .collect();
                Some(self.list(pairs))
            }
            ("reversed", [value]) => {
                let mut elements = self.iterated(value)?;
                elements.reverse();
                Some(self.list(elements))
            }
            ("sorted", [value]) => self.sort_call(value, kwargs, place).map(|elements| self.list(elements)),
            ("map", [function, value]) => {
                self.mapped(function, value, place).map(|results| self.list(results))
            }
            ("filter", [function, value]) => self.filtered(function, value, place),
            ("next", [value, ..]) => {
                let first = self.iterated(value)?.into_iter().next();
                first.or_else(|| args.get(1).cloned())
            }
            ("any" | "all", [value]) => self.any_or_all(name == "any", value),
            ("sum", [value, rest @ ..]) => self.sum(value, rest.first()),
            ("min" | "max", [value]) => {
                let elements = self.iterated(value)?;
                self.extreme(name == "max", elements)
            }
            ("min" | "max", [_, ..]) => self.extreme(name == "max", args.to_vec()),
            _ => None,
        }
    }

    fn integer(&mut self, value: &Value) -> Option<Value> {
        match self.plain(value.clone()) {
            Value::Int(int) => Some(Value::Int(int)),
            Value::Bool(bool) => Some(Value::Int(i64::from(bool))),
            Value::Str(text) => text.trim().parse().ok().map(Value::Int),
            Value::Number(text) => text.split('.').next()?.parse().ok().map(Value::Int),
            _ => None,
        }
    }

    fn range(&mut self, args: &[Value]) -> Option<Value> {
        let ints: Option<Vec<i64>> = args
            .iter()
            .map(|arg| match arg {
                Value::Int(int) => Some(*int),
                _ => None,
            })
            .collect();
        let (mut at, end, step) = match ints?.as_slice() {
            [end] => (0, *end, 1),
            [start, end] => (*start, *end, 1),
            [start, end, step] if *step != 0 => (*start, *end, *step),
            _ => return None,
        };
        let mut elements = Vec::new();
        while ((step > 0 && at < end) || (step < 0 && at > end)) && elements.len() <= ROUNDS_MAX {
            elements.push(Value::Int(at));
            at = at.saturating_add(step);
        }
        Some(if self.spend(elements.len()) { self.list(elements) } else { unknown("too much to run") })
    }

    fn zip(&mut self, args: &[Value]) -> Option<Value> {
        let columns: Vec<Vec<Value>> = args.iter().map(|arg| self.iterated(arg)).collect::<Option<_>>()?;
        let len = columns.iter().map(Vec::len).min().unwrap_or(0);
        let row =
            |at: usize| columns.iter().filter_map(|column| column.get(at).cloned()).collect::<Vec<Value>>();
        let rows: Vec<Vec<Value>> = (0..len).map(row).collect();
        let rows = rows.into_iter().map(|row| self.tuple(row)).collect();
        Some(self.list(rows))
    }

    fn filtered(&mut self, function: &Value, value: &Value, place: &Place) -> Option<Value> {
        let elements = self.iterated(value)?;
        let verdicts =
            if *function == Value::None { elements.clone() } else { self.mapped(function, value, place)? };
        let passes = |verdict: &Value| self.truth(verdict) != Some(false);
        let kept = elements
            .into_iter()
            .zip(&verdicts)
            .filter(|(_, verdict)| passes(verdict))
            .map(|(value, _)| value);
        let kept = kept.collect();
        Some(self.list(kept))
    }

    fn any_or_all(&mut self, any: bool, value: &Value) -> Option<Value> {
        let truths: Vec<Option<bool>> =
            self.iterated(value)?.iter().map(|element| self.truth(element)).collect();
        if truths.contains(&Some(any)) {
            return Some(Value::Bool(any));
        }
        truths.iter().all(Option::is_some).then_some(Value::Bool(!any))
    }

    fn sum(&mut self, value: &Value, start: Option<&Value>) -> Option<Value> {
        let elements = self.iterated(value)?;
        let mut total = start.cloned().unwrap_or(Value::Int(0));
        let place = Place::new(Arc::<str>::from(""), 0);
        for element in elements {
            total = self.binary("+", total, element, &place);
        }
        Some(total)
    }
}
