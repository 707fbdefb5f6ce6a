//! What kind of value something is: `type`, `isinstance`, `issubclass`.

use crate::schema::eval::fuel::unknown;
use crate::schema::eval::{Interpreter, Value};

/// Bases from outside that add no attribute that declarations ask for.
const EMPTY_BASES: [&str; 6] =
    ["builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol", "enum.Enum", "builtins.str"];

impl Interpreter<'_> {
    /// The type of a value, if it can be told.
    pub(super) fn type_of(&self, value: &Value) -> Option<Value> {
        if let Some(name) = builtin_type(value) {
            return Some(Value::External(format!("builtins.{name}").into()));
        }
        match value {
            Value::Object(id) => match &self.object(*id).callee {
                callee @ (Value::Class(_) | Value::External(_)) => Some(callee.clone()),
                _ => None,
            },
            Value::Member(base, _) if self.enum_value(value).is_some() => Some((**base).clone()),
            Value::Class(_) => Some(Value::External("builtins.type".into())),
            _ => None,
        }
    }

    /// Whether everything that an attribute may come from is known.
    pub(super) fn tells_attributes(&self, value: &Value) -> bool {
        match value {
            // A base from outside may have it; what declarations ask for with a default is what they set themselves.
            Value::Class(_) | Value::Function(..) => true,
            Value::Object(id) => match &self.object(*id).callee {
                Value::Class(_) => true,
                Value::External(dotted) => &**dotted == "builtins.super",
                _ => false,
            },
            Value::External(_) | Value::Member(..) | Value::Item(..) | Value::Unknown(_) => false,
            _ => true,
        }
    }

    pub(super) fn is_instance(&self, value: &Value, kinds: &Value) -> Value {
        self.any_kind(kinds, |kind| self.is_instance_of(value, kind))
    }

    pub(super) fn is_subclass(&self, value: &Value, kinds: &Value) -> Value {
        self.any_kind(kinds, |kind| match value {
            Value::Class(class) => self.class_is(*class, kind),
            _ if value == kind => Some(true),
            _ => None,
        })
    }

    fn any_kind(&self, kinds: &Value, is: impl Fn(&Value) -> Option<bool>) -> Value {
        let kinds = self.elements(kinds).unwrap_or_else(|| vec![kinds.clone()]);
        let verdicts: Vec<Option<bool>> = kinds.iter().map(is).collect();
        if verdicts.contains(&Some(true)) {
            return Value::Bool(true);
        }
        if verdicts.iter().all(Option::is_some) { Value::Bool(false) } else { unknown("what kind it is") }
    }

    fn is_instance_of(&self, value: &Value, kind: &Value) -> Option<bool> {
        if let Some(name) = builtin_type(value) {
            return match kind {
                Value::External(dotted) => {
                    let wanted = dotted.rsplit('.').next().unwrap_or_default();
                    Some(wanted == name || (name == "bool" && wanted == "int") || abstract_kind(name, wanted))
                }
                Value::Class(_) => Some(false),
                _ => None,
            };
        }
        match value {
            Value::Class(class) => match kind {
                Value::External(dotted) if &**dotted == "builtins.type" => Some(true),
                Value::External(dotted)
                    if matches!(&**dotted, "builtins.str" | "builtins.dict" | "builtins.list") =>
                {
                    Some(false)
                }
                _ => self.derives(*class, |base| base == kind).then_some(true),
            },
            Value::Object(id) => match (&self.object(*id).callee, kind) {
                (Value::Class(class), _) => self.class_is(*class, kind),
                (Value::External(made), Value::External(wanted)) => {
                    let last = |dotted: &str| dotted.rsplit('.').next().unwrap_or_default().to_owned();
                    let plain = wanted.starts_with("builtins.");
                    if last(made) == last(wanted) { Some(true) } else { plain.then_some(false) }
                }
                _ => None,
            },
            Value::Member(base, _) if self.enum_value(value).is_some() => match **base {
                Value::Class(class) => self.class_is(class, kind),
                _ => None,
            },
            _ => None,
        }
    }

    fn class_is(&self, class: crate::schema::eval::ClassId, kind: &Value) -> Option<bool> {
        if *kind == Value::Class(class) || self.derives(class, |base| base == kind) {
            return Some(true);
        }
        let told = !self.derives(class, |base| match base {
            Value::Class(_) => false,
            Value::External(dotted) => !EMPTY_BASES.contains(&&**dotted),
            _ => true,
        });
        (told || matches!(kind, Value::Class(_))).then_some(false)
    }

    /// Whether a value is nothing but Python's own.
    pub(super) fn is_plain(&self, value: &Value) -> bool {
        builtin_type(value).is_some()
    }
}

/// Name of the builtin type of a plain value. Lists and sets are not told apart.
fn builtin_type(value: &Value) -> Option<&'static str> {
    match value {
        Value::None => Some("NoneType"),
        Value::Bool(_) => Some("bool"),
        Value::Int(_) => Some("int"),
        Value::Number(_) => Some("float"),
        Value::Str(_) => Some("str"),
        Value::Tuple(_) => Some("tuple"),
        Value::List(_) => Some("list"),
        Value::Dict(_) => Some("dict"),
        Value::Function(..) => Some("function"),
        Value::Module(_) => Some("module"),
        _ => None,
    }
}

fn abstract_kind(name: &str, wanted: &str) -> bool {
    match wanted {
        "Iterable" | "Collection" | "Sized" | "Container" => {
            matches!(name, "str" | "tuple" | "list" | "dict")
        }
        "Sequence" => matches!(name, "str" | "tuple" | "list"),
        "Mapping" | "MutableMapping" => name == "dict",
        "Callable" | "FunctionType" => name == "function",
        "object" => true,
        _ => false,
    }
}
