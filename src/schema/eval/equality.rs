//! Comparisons: what is equal, what comes first, what holds what.

use std::cmp::Ordering;

use super::{Interpreter, Value};

/// Most parts of two values that are compared.
const COMPARED_MAX: usize = 1_000;

impl Interpreter<'_> {
    pub(super) fn equal_operands(&mut self, op: &str, left: &Value, right: &Value) -> Option<bool> {
        let is = op.starts_with("is");
        match (left, right) {
            // A call's result is not None as far as anybody compares it; `column == None` is SQL.
            (Value::Object(_), Value::None) | (Value::None, Value::Object(_)) => is.then_some(false),
            (Value::Object(a), Value::Object(b)) if is => Some(a == b),
            (Value::Object(_), _) | (_, Value::Object(_)) => None,
            _ => self.equal(left, right),
        }
    }

    /// Whether two values are equal; `None` where it cannot be told.
    pub(super) fn equal(&self, left: &Value, right: &Value) -> Option<bool> {
        self.equal_within(left, right, &mut COMPARED_MAX.clone())
    }

    fn equal_within(&self, left: &Value, right: &Value, left_over: &mut usize) -> Option<bool> {
        *left_over = left_over.checked_sub(1)?;
        let (left, right) = (self.plain(left.clone()), self.plain(right.clone()));
        match (&left, &right) {
            (Value::Unknown(_), _) | (_, Value::Unknown(_)) => None,
            (Value::Int(a), Value::Bool(b)) | (Value::Bool(b), Value::Int(a)) => Some(*a == i64::from(*b)),
            (Value::List(a), Value::List(b)) | (Value::Dict(a), Value::Dict(b)) if a == b => Some(true),
            (Value::List(_), Value::List(_)) | (Value::Tuple(_), Value::Tuple(_)) => {
                let (a, b) = (self.elements(&left)?, self.elements(&right)?);
                self.all_equal(&a, &b, left_over)
            }
            (Value::Dict(_), Value::Dict(cell)) => {
                let (a, b) = (self.entries(&left)?, self.entries(&right)?);
                let others: Option<Vec<Value>> = a.iter().map(|(key, _)| self.dict_get(*cell, key)).collect();
                let values: Vec<Value> = a.into_iter().map(|(_, value)| value).collect();
                match others {
                    Some(others) if b.len() == values.len() => self.all_equal(&values, &others, left_over),
                    _ => Some(false),
                }
            }
            (Value::Object(a), Value::Object(b)) => (a == b).then_some(true),
            (Value::Member(..), Value::Member(..)) => {
                let both = self.enum_value(&left).is_some() && self.enum_value(&right).is_some();
                if left == right { Some(true) } else { both.then_some(false) }
            }
            (Value::External(a), Value::External(b)) => {
                let known = |dotted: &str| dotted.starts_with("builtins.");
                if a == b { Some(true) } else { (known(a) && known(b)).then_some(false) }
            }
            (Value::Item(..), Value::None) | (Value::None, Value::Item(..)) => None,
            (Value::External(_) | Value::Member(..) | Value::Object(_), _)
            | (_, Value::External(_) | Value::Member(..) | Value::Object(_)) => None,
            _ => Some(left == right),
        }
    }

    fn all_equal(&self, a: &[Value], b: &[Value], left_over: &mut usize) -> Option<bool> {
        if a.len() != b.len() {
            return Some(false);
        }
        let mut equal = Some(true);
        for (a, b) in a.iter().zip(b) {
            match self.equal_within(a, b, left_over) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => equal = None,
            }
        }
        equal
    }

    /// Whether a comparison holds; `None` where it cannot be told.
    pub(super) fn ordered(&self, op: &str, left: &Value, right: &Value) -> Option<bool> {
        let order = match (&self.plain(left.clone()), &self.plain(right.clone())) {
            // Source is written for a Python that is new enough.
            (Value::External(dotted), Value::Tuple(_)) if &**dotted == "sys.version_info" => {
                Ordering::Greater
            }
            (left, right) => super::builtin::order(left, right)?,
        };
        match op {
            "<" => Some(order.is_lt()),
            "<=" => Some(order.is_le()),
            ">" => Some(order.is_gt()),
            ">=" => Some(order.is_ge()),
            _ => None,
        }
    }

    /// Whether a collection holds a value.
    pub(super) fn contains(&mut self, collection: &Value, value: &Value) -> Option<bool> {
        match (collection, &self.plain(value.clone())) {
            (Value::Str(text), Value::Str(part)) => Some(text.contains(&**part)),
            (Value::Dict(cell), key) => match self.dict_get(*cell, key) {
                Some(_) => Some(true),
                None => (!self.is_open(collection) && !matches!(key, Value::Unknown(_))).then_some(false),
            },
            (Value::Tuple(_) | Value::List(_) | Value::Class(_), value) => {
                let elements = self.iterated(collection)?;
                if !self.spend(elements.len()) {
                    return None;
                }
                let mut known = true;
                for element in &elements {
                    match self.equal(element, value) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => known = false,
                    }
                }
                known.then_some(false)
            }
            _ => None,
        }
    }
}
