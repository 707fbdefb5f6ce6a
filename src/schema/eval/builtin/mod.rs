//! What Python brings along: builtins, methods of strings and collections, and the few library functions that declarations
//! lean on.

use std::sync::Arc;

use super::fuel::unknown;
use super::scope::Kind;
use super::{Interpreter, ScopeId, Value};
use crate::schema::place::Place;

mod container;
mod dict;
mod enumeration;
mod format;
mod function;
mod kind;
mod library;
mod order;
mod pattern;
mod regex;
mod string;

pub(super) use order::order;

/// A list, set or dict.
#[derive(Debug)]
pub(super) enum Cell {
    /// A list or set.
    List(Vec<Value>),
    /// A dict.
    Dict(container::Entries),
}

/// Names of arguments and their values.
type Named = Vec<(Arc<str>, Value)>;

const NAMES: &[&str] = &[
    "abs",
    "all",
    "any",
    "bool",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "complex",
    "delattr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exec",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "id",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "max",
    "memoryview",
    "min",
    "next",
    "object",
    "open",
    "ord",
    "pow",
    "print",
    "property",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
    "__import__",
    "__debug__",
    "bytearray",
    "Exception",
    "ValueError",
    "TypeError",
    "KeyError",
    "AttributeError",
    "ImportError",
    "RuntimeError",
    "NotImplementedError",
    "NotImplemented",
    "NameError",
    "IndexError",
    "BaseException",
    "StopIteration",
    "OSError",
    "LookupError",
    "Warning",
    "DeprecationWarning",
    "AssertionError",
    "ModuleNotFoundError",
    "UserWarning",
    "KeyboardInterrupt",
    "SystemExit",
];

/// The builtin that a name stands for.
pub(super) fn named(name: &str) -> Option<Value> {
    NAMES.contains(&name).then(|| Value::External(format!("builtins.{name}").into()))
}

impl Interpreter<'_> {
    /// A call of a builtin that looks at the scope it is called in.
    pub(super) fn call_in_scope(
        &mut self,
        scope: ScopeId,
        name: &str,
        args: &[Value],
        place: &Place,
    ) -> Option<Value> {
        match (name, args) {
            ("super", []) => {
                let (class, receiver) = self.method_around(scope)?;
                let args = vec![Value::Class(class), receiver];
                Some(self.make_call(&Value::External("builtins.super".into()), args, Vec::new(), place))
            }
            ("super", [Value::Item(base, _), receiver]) => {
                let args = vec![(**base).clone(), receiver.clone()];
                Some(self.make_call(&Value::External("builtins.super".into()), args, Vec::new(), place))
            }
            ("vars" | "globals" | "locals" | "super", _) => {
                let callee = Value::External(format!("builtins.{name}").into());
                match (name, args) {
                    ("vars", [value]) => Some(self.attribute(value, "__dict__")),
                    _ => Some(self.make_call(&callee, args.to_vec(), Vec::new(), place)),
                }
            }
            _ => None,
        }
    }

    /// The class of the method that a scope is within, and what the method was called on.
    fn method_around(&self, scope: ScopeId) -> Option<(super::ClassId, Value)> {
        let mut at = Some(scope);
        while let Some(id) = at {
            let scope = self.scopes.get(id.0);
            if let Kind::Function(function) = scope.kind
                && let Some(class) = self.function(function).class
            {
                return Some((class, scope.receiver.clone()?));
            }
            at = scope.parent;
        }
        None
    }

    /// Calls something from outside the tree: what is known of Python happens, everything else is remembered.
    pub(super) fn call_external(
        &mut self,
        dotted: &Arc<str>,
        args: Vec<Value>,
        kwargs: Named,
        place: &Place,
    ) -> Value {
        let callee = Value::External(dotted.clone());
        let known = match dotted.strip_prefix("builtins.") {
            Some(name) if !name.contains('.') => self.call_builtin(name, &args, &kwargs, place),
            _ => self.call_library(dotted, &args, &kwargs, place),
        };
        if let Some(value) = known {
            return value;
        }
        match (dotted.strip_suffix(".__init__"), args.split_first()) {
            (Some(_), Some((Value::Object(id), rest))) => self.call_base_init(*id, rest.to_vec(), kwargs),
            _ => self.make_call(&callee, args, kwargs, place),
        }
    }

    /// Calls a method of a plain value; `None` where it is none that is known.
    pub(super) fn call_method(
        &mut self,
        base: &Value,
        name: &str,
        args: &[Value],
        kwargs: &Named,
        place: &Place,
    ) -> Option<Value> {
        match base {
            Value::Str(text) => Some(
                self.string_method(text, name, args, kwargs)
                    .unwrap_or_else(|| unknown(format!("{}.{name}()", super::text::quoted(text)))),
            ),
            Value::List(cell) if name == "sort" => {
                let sorted = self.sort_call(base, kwargs, place)?;
                *self.cells.get_mut(cell.0) = Cell::List(sorted);
                Some(Value::None)
            }
            Value::List(cell) => self.list_method(*cell, base, name, args),
            Value::Tuple(_) => self.sequence_method(base, name, args),
            Value::Dict(cell) => self.dict_method(*cell, base, name, args, kwargs),
            Value::Member(enum_class, _) if matches!(**enum_class, Value::Class(_)) => {
                match self.plain(base.clone()) {
                    Value::Str(text) => self.string_method(&text, name, args, kwargs),
                    _ => None,
                }
            }
            Value::Class(class) => self.call_class_method(*class, name, args),
            Value::Object(id) => {
                let object = self.object(*id);
                let pattern = match (&object.callee, object.args.first()) {
                    (Value::External(dotted), Some(Value::Str(pattern))) if &**dotted == "re.compile" => {
                        pattern.clone()
                    }
                    (Value::External(dotted), _) if &**dotted == "re.Match" => {
                        return match_method(&object.args, name, args);
                    }
                    (Value::External(dotted), _) if name == "update" && dotted.starts_with("builtins.") => {
                        let pairs = self.entries(args.first()?)?;
                        let scope = self.by_path.get(&place.path).map(|id| self.loaded.get(id.0).scope)?;
                        return self.update_scope(base, pairs, (scope, place.line)).then_some(Value::None);
                    }
                    _ => return None,
                };
                let mut all = vec![Value::Str(pattern)];
                all.extend(args.iter().cloned());
                self.call_library(&format!("re.{name}"), &all, kwargs, place)
            }
            _ => None,
        }
    }

    /// Methods that every class has from `type` and `object`.
    fn call_class_method(&mut self, class: super::ClassId, name: &str, args: &[Value]) -> Option<Value> {
        match name {
            "mro" => Some(self.tuple(self.linearised(class))),
            "__subclasses__" => {
                let is =
                    |(_, other): &(super::ClassId, &super::Class)| other.bases.contains(&Value::Class(class));
                let classes: Vec<Value> = self.classes().filter(is).map(|(id, _)| Value::Class(id)).collect();
                Some(self.list(classes))
            }
            "__init__" => match args.split_first() {
                Some((Value::Object(id), rest)) => Some(self.call_base_init(*id, rest.to_vec(), Vec::new())),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Methods of a match, whose groups are given.
fn match_method(groups: &[Value], name: &str, args: &[Value]) -> Option<Value> {
    match (name, args) {
        ("group", []) => groups.first().cloned(),
        ("group", [Value::Int(at)]) => groups.get(usize::try_from(*at).ok()?).cloned(),
        ("groups", []) => Some(Value::Tuple(groups.get(1..)?.into())),
        _ => None,
    }
}
