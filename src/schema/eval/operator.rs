//! Operators: on plain values as Python has them, on anything else an object that remembers its operands.

use super::fuel::unknown;
use super::{Interpreter, Object, Value};
use crate::schema::place::Place;

/// Most parts of one value that are not named by an id, and how deep they are nested.
const PARTS_MAX: usize = 20_000;
const NESTED_MAX: usize = 48;
/// Longest text that is made, in bytes.
pub(super) const TEXT_MAX: usize = 1 << 16;

impl Interpreter<'_> {
    /// Whether a value counts as true; `None` where it cannot be told.
    pub(super) fn truth(&self, value: &Value) -> Option<bool> {
        match value {
            Value::None => Some(false),
            Value::Bool(bool) => Some(*bool),
            Value::Int(int) => Some(*int != 0),
            Value::Number(text) => Some(text.chars().any(|c| ('1'..='9').contains(&c))),
            Value::Str(text) => Some(!text.is_empty()),
            Value::Tuple(parts) => Some(!parts.is_empty()),
            Value::List(cell) | Value::Dict(cell) => Some(self.cell_len(*cell) > 0),
            Value::Ellipsis | Value::Module(_) | Value::Class(_) | Value::Function(..) => Some(true),
            Value::Object(id) => {
                let told = match &self.object(*id).callee {
                    Value::Class(_) => true,
                    Value::External(dotted) => &**dotted == "re.Match",
                    _ => false,
                };
                told.then_some(true)
            }
            Value::Member(base, _) => match &**base {
                Value::Class(class) if self.enum_value(value).is_some() => self
                    .mixes_plain(*class)
                    .then(|| self.enum_value(value))
                    .flatten()
                    .map_or(Some(true), |v| self.truth(&v)),
                _ => None,
            },
            Value::External(dotted) => match &**dotted {
                "typing.TYPE_CHECKING" | "typing_extensions.TYPE_CHECKING" => Some(false),
                "builtins.__debug__" => Some(true),
                _ => None,
            },
            Value::Item(..) | Value::Unknown(_) => None,
        }
    }

    pub(super) fn unary(&mut self, op: &'static str, operand: Value, place: &Place) -> Value {
        match (op, &operand) {
            (_, Value::Unknown(_)) => operand,
            ("not", _) => match self.truth(&operand) {
                Some(truth) => Value::Bool(!truth),
                None => self.operation(op, vec![operand], place),
            },
            ("-", Value::Int(int)) => int.checked_neg().map_or_else(|| unknown("a large number"), Value::Int),
            ("-", Value::Number(text)) => Value::Number(match text.strip_prefix('-') {
                Some(positive) => positive.into(),
                None => format!("-{text}").into(),
            }),
            ("+", Value::Int(_) | Value::Number(_)) => operand,
            ("~", Value::Int(int)) => Value::Int(!int),
            _ => self.operation(op, vec![operand], place),
        }
    }

    pub(super) fn binary(&mut self, op: &'static str, left: Value, right: Value, place: &Place) -> Value {
        if matches!(op, "and" | "or") {
            return self.logical(op, left, right, place);
        }
        let (left, right) = (self.plain(left), self.plain(right));
        if let Some(value) = self.plain_binary(op, &left, &right) {
            return value;
        }
        match (&left, &right) {
            (Value::Unknown(_), _) if !self.remembers(&right) => left,
            (_, Value::Unknown(_)) if !self.remembers(&left) => right,
            _ => self.operation(op, vec![left, right], place),
        }
    }

    /// Whether an operand is worth an object, beside one that cannot be told.
    fn remembers(&self, value: &Value) -> bool {
        matches!(
            value,
            Value::Object(_) | Value::External(_) | Value::Member(..) | Value::Item(..) | Value::Class(_)
        )
    }

    fn logical(&mut self, op: &'static str, left: Value, right: Value, place: &Place) -> Value {
        match (op, self.truth(&left)) {
            ("and", Some(false)) | ("or", Some(true)) => left,
            (_, Some(_)) => right,
            // What `os.getenv("X") or "default"` is when nothing is set.
            ("or", None) if matches!(left, Value::Unknown(_)) => right,
            ("and", None) if self.truth(&right) == Some(false) => right,
            (_, None) if matches!(left, Value::Unknown(_)) => left,
            _ => self.operation(op, vec![left, right], place),
        }
    }

    fn plain_binary(&mut self, op: &str, left: &Value, right: &Value) -> Option<Value> {
        match (op, left, right) {
            (_, Value::Int(a), Value::Int(b)) => Some(integers(op, *a, *b)),
            (_, Value::Bool(a), Value::Int(b)) => Some(integers(op, i64::from(*a), *b)),
            ("|", Value::Bool(a), Value::Bool(b)) => Some(Value::Bool(a | b)),
            ("&", Value::Bool(a), Value::Bool(b)) => Some(Value::Bool(a & b)),
            ("+", Value::Str(a), Value::Str(b)) => Some(self.joined(&[a, b])),
            ("*", Value::Str(text), Value::Int(times)) | ("*", Value::Int(times), Value::Str(text)) => {
                let times = usize::try_from(*times).unwrap_or(0);
                if text.len().saturating_mul(times) > TEXT_MAX || !self.spend(text.len() * times / 16) {
                    return Some(unknown("a long string"));
                }
                Some(Value::Str(text.repeat(times).into()))
            }
            ("%", Value::Str(text), _) => Some(self.percent_format(text, right)),
            ("*", Value::Tuple(_) | Value::List(_), Value::Int(times)) => Some(self.repeated(left, *times)),
            ("|", Value::Dict(_), Value::Dict(_)) => {
                let mut entries = self.entries(left)?;
                entries.extend(self.entries(right)?);
                Some(if self.spend(entries.len()) { self.dict(entries) } else { unknown("too much to run") })
            }
            ("+" | "|" | "-" | "&", Value::Tuple(_) | Value::List(_), Value::Tuple(_) | Value::List(_)) => {
                self.sequences(op, left, right)
            }
            ("+", Value::Tuple(_) | Value::List(_), Value::Unknown(_)) => {
                let mut elements = self.elements(left)?;
                elements.push(right.clone());
                Some(self.like(left, elements))
            }
            ("+", Value::Unknown(_), Value::Tuple(_) | Value::List(_)) => {
                let mut elements = vec![left.clone()];
                elements.extend(self.elements(right)?);
                Some(self.like(right, elements))
            }
            _ => None,
        }
    }

    fn sequences(&mut self, op: &str, left: &Value, right: &Value) -> Option<Value> {
        let (mut a, b) = (self.elements(left)?, self.elements(right)?);
        if !self.spend(a.len() + b.len()) {
            return Some(unknown("too much to run"));
        }
        match op {
            "+" | "|" => a.extend(b),
            _ => {
                if !self.spend(a.len().saturating_mul(b.len())) {
                    return Some(unknown("too much to run"));
                }
                a.retain(|x| b.iter().any(|y| self.equal(x, y) == Some(true)) == (op == "&"));
            }
        }
        Some(if op == "+" { self.like(left, a) } else { self.set(a) })
    }

    /// A sequence of the kind that another is.
    fn like(&mut self, like: &Value, elements: Vec<Value>) -> Value {
        if matches!(like, Value::Tuple(_)) { self.tuple(elements) } else { self.list(elements) }
    }

    fn repeated(&mut self, value: &Value, times: i64) -> Value {
        let elements = self.elements(value).unwrap_or_default();
        let times = usize::try_from(times).unwrap_or(0);
        let len = elements.len().saturating_mul(times);
        if len > super::statement::ROUNDS_MAX || !self.spend(len) {
            return unknown("a long list");
        }
        let all: Vec<Value> = elements.iter().cycle().take(len).cloned().collect();
        self.like(value, all)
    }

    /// Strings, joined; unknown where they are too long.
    pub(super) fn joined(&mut self, parts: &[&str]) -> Value {
        let len: usize = parts.iter().map(|part| part.len()).sum();
        if len > TEXT_MAX || !self.spend(len / 16) {
            return unknown("a long string");
        }
        Value::Str(parts.concat().into())
    }

    pub(super) fn compare(&mut self, op: &'static str, left: Value, right: Value, place: &Place) -> Value {
        let decided = match op {
            "is" | "==" => self.equal_operands(op, &left, &right),
            "is not" | "!=" => self.equal_operands(op, &left, &right).map(|equal| !equal),
            "in" => self.contains(&right, &left),
            "not in" => self.contains(&right, &left).map(|holds| !holds),
            _ => self.ordered(op, &left, &right),
        };
        match decided {
            Some(truth) => Value::Bool(truth),
            None if matches!(left, Value::Unknown(_)) && !self.remembers(&right) => left,
            None if matches!(right, Value::Unknown(_)) && !self.remembers(&left) => right,
            None => self.operation(op, vec![left, right], place),
        }
    }

    /// An object that remembers an operator and its operands.
    pub(super) fn operation(&mut self, op: &str, args: Vec<Value>, place: &Place) -> Value {
        let callee = Value::External(format!("operator.{op}").into());
        self.make(Object { callee, args, kwargs: Vec::new(), attributes: Vec::new(), place: place.clone() })
    }

    /// A member of an enum that is a string or a number as well, as that; anything else as it is.
    pub(super) fn plain(&self, value: Value) -> Value {
        match &value {
            Value::Member(base, _) => match &**base {
                Value::Class(class) if self.mixes_plain(*class) => self.enum_value(&value).unwrap_or(value),
                _ => value,
            },
            _ => value,
        }
    }

    /// The value, unless it has too many parts or is nested too deep.
    pub(super) fn sized(&mut self, value: Value) -> Value {
        let mut parts = 0;
        if !weigh(&value, 0, &mut parts) || !self.spend(parts / 8) {
            return unknown("a value nested too deep");
        }
        value
    }
}

/// Counts the parts of a value; `false` where there are too many or they are nested too deep.
fn weigh(value: &Value, depth: usize, parts: &mut usize) -> bool {
    *parts += 1;
    if depth > NESTED_MAX || *parts > PARTS_MAX {
        return false;
    }
    match value {
        Value::Tuple(inner) => inner.iter().all(|part| weigh(part, depth + 1, parts)),
        Value::Item(base, inner) => {
            weigh(base, depth + 1, parts) && inner.iter().all(|part| weigh(part, depth + 1, parts))
        }
        Value::Member(base, _) | Value::Function(_, Some(base)) => weigh(base, depth + 1, parts),
        _ => true,
    }
}

/// Integers as Python has them: division rounds down.
fn integers(op: &str, a: i64, b: i64) -> Value {
    let result = match op {
        "+" => a.checked_add(b),
        "-" => a.checked_sub(b),
        "*" => a.checked_mul(b),
        "//" => a.checked_div(b).map(|q| if (a % b != 0) && ((a < 0) != (b < 0)) { q - 1 } else { q }),
        "%" => a.checked_rem(b).map(|r| if r != 0 && ((r < 0) != (b < 0)) { r + b } else { r }),
        "**" => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
        "|" => Some(a | b),
        "&" => Some(a & b),
        "^" => Some(a ^ b),
        "<<" => u32::try_from(b).ok().filter(|b| *b < 62).and_then(|b| a.checked_mul(1 << b)),
        ">>" => u32::try_from(b).ok().and_then(|b| a.checked_shr(b)),
        _ => None,
    };
    result.map_or_else(|| unknown("a number that cannot be told"), Value::Int)
}
