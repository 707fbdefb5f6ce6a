//! Sorting, and the least and greatest of several.

use std::cmp::Ordering;

use super::Named;
use crate::schema::eval::{Interpreter, Value};
use crate::schema::place::Place;

impl Interpreter<'_> {
    /// Elements in order, by keys where there are; `None` where they cannot be compared.
    pub(super) fn sorted(
        &mut self,
        value: &Value,
        keys: Option<Vec<Value>>,
        reverse: bool,
    ) -> Option<Vec<Value>> {
        let elements = self.iterated(value)?;
        let keys = keys.unwrap_or_else(|| elements.clone());
        if !self.spend(elements.len().saturating_mul(4)) {
            return None;
        }
        let mut pairs: Vec<(Value, Value)> =
            keys.into_iter().map(|key| self.plain(key)).zip(elements).collect();
        let mut comparable = true;
        pairs.sort_by(|(a, _), (b, _)| {
            let order = order(a, b);
            comparable &= order.is_some();
            let order = order.unwrap_or(Ordering::Equal);
            if reverse { order.reverse() } else { order }
        });
        comparable.then(|| pairs.into_iter().map(|(_, element)| element).collect())
    }

    /// `sorted(value, key=…, reverse=…)`, also of the method.
    pub(super) fn sort_call(&mut self, value: &Value, kwargs: &Named, place: &Place) -> Option<Vec<Value>> {
        let named =
            |wanted: &str| kwargs.iter().find(|(name, _)| &**name == wanted).map(|(_, value)| value.clone());
        let reverse = named("reverse").is_some_and(|value| self.truth(&value) == Some(true));
        let keys = match named("key") {
            None | Some(Value::None) => None,
            Some(key) => Some(self.mapped(&key, value, place)?),
        };
        self.sorted(value, keys, reverse)
    }

    /// A function's results for each element.
    pub(super) fn mapped(&mut self, function: &Value, value: &Value, place: &Place) -> Option<Vec<Value>> {
        let elements = self.iterated(value)?;
        self.repeating(|this| {
            let call =
                |element: Value| this.spend(1).then(|| this.call(function, vec![element], Vec::new(), place));
            elements.into_iter().map(call).collect::<Option<Vec<Value>>>()
        })
    }

    /// The least or greatest.
    pub(super) fn extreme(&mut self, greatest: bool, values: Vec<Value>) -> Option<Value> {
        let list = self.list(values);
        let sorted = self.sorted(&list, None, greatest)?;
        sorted.into_iter().next()
    }
}

/// How two plain values compare.
pub(in crate::schema::eval) fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Tuple(a), Value::Tuple(b)) => {
            for (a, b) in a.iter().zip(b.iter()) {
                match order(a, b)? {
                    Ordering::Equal => {}
                    order => return Some(order),
                }
            }
            Some(a.len().cmp(&b.len()))
        }
        _ => None,
    }
}
