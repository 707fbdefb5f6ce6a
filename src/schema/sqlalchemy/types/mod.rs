//! Types: from what a column is given to what the dialect creates.

pub mod decorator;
pub mod enums;
mod render;
mod signature;
pub mod spec;
#[cfg(test)]
mod table;

use super::builder::Builder;
use super::names::{Call, Name, Space};
use crate::schema::eval::Value;
use crate::schema::model::Type;
use crate::schema::settings::Dialect;
use spec::Spec;

/// How deep types lie within types.
const DEPTH: u32 = 8;

impl Builder<'_, '_> {
    /// What a type becomes in the dialect.
    pub fn type_of(&mut self, value: &Value) -> Type {
        self.type_within(value, DEPTH)
    }

    pub(super) fn type_within(&mut self, value: &Value, depth: u32) -> Type {
        let Some(depth) = depth.checked_sub(1) else { return self.unresolved_type(value) };
        match value {
            Value::None => null(),
            Value::Class(class) => self.tree_type(*class, value, None, depth),
            Value::Function(..) => {
                let place = self.nowhere();
                let made = self.interpreter.call(value, Vec::new(), Vec::new(), &place);
                self.type_within(&made, depth)
            }
            Value::Object(_) => self.object_type(value, depth),
            Value::Item(inner, _) => self.type_within(inner, depth),
            Value::External(_) | Value::Member(..) => self.named_type(value),
            _ => self.unresolved_type(value),
        }
    }

    /// `Integer`, `JSONB`, `geoalchemy2.Geometry`: a type without brackets.
    fn named_type(&mut self, value: &Value) -> Type {
        let name = self.name(value);
        if let Some(name) = name.filter(|name| signature::parameters(name.space, &name.last).is_some()) {
            return self.spec_type(&Spec::new(name.space, name.last, Vec::new(), Vec::new()));
        }
        if !matches!(value, Value::External(_)) && self.path(value).is_none() {
            return self.unresolved_type(value);
        }
        foreign(&format!("{}()", self.interpreter.text(value)))
    }

    /// `String(50)`, `Integer().with_variant(…)`, `MyType()`.
    fn object_type(&mut self, value: &Value, depth: u32) -> Type {
        let Value::Object(id) = value else { return self.unresolved_type(value) };
        if let Value::Member(inner, method) = self.interpreter.object(*id).callee.clone()
            && let Some(kind) = self.method_type(value, &inner, &method, depth)
        {
            return kind;
        }
        let Some(call) = self.call_of(*id) else {
            let callee = self.interpreter.object(*id).callee.clone();
            return match callee {
                Value::Class(class) => self.tree_type(class, value, None, depth),
                Value::External(_) | Value::Member(..) if self.path(&callee).is_some() => {
                    self.wrapped_type(value, depth).unwrap_or_else(|| foreign(&self.interpreter.text(value)))
                }
                _ => self.unresolved_type(value),
            };
        };
        if &*call.name.last == "as_mutable" {
            return call.args.first().map_or_else(null, |inner| self.type_within(inner, depth));
        }
        if let Some(class) = call.class {
            return self.tree_type(class, value, Some(&call), depth);
        }
        self.called_type(&call, depth)
    }

    /// What a method of a type makes of it.
    fn method_type(&mut self, value: &Value, inner: &Value, method: &str, depth: u32) -> Option<Type> {
        let Value::Object(id) = value else { return None };
        let args = self.interpreter.object(*id).args.clone();
        match method {
            "with_variant" => {
                let other = args.get(1..).unwrap_or_default();
                let meant = |name: &Value| matches!(name, Value::Str(name) if self.is_dialect(name));
                let applies = other.iter().any(meant);
                let names: Vec<String> = other.iter().map(|name| self.spelled(name)).collect();
                let first = args.first()?.clone();
                let (plain, variant) = (self.type_within(inner, depth), self.type_within(&first, depth));
                let wrap = |python: &String, name: &String| {
                    format!("{python}.with_variant({}, {name})", variant.python)
                };
                let python = names.iter().fold(plain.python.clone(), |python, name| wrap(&python, name));
                let chosen = if applies { variant } else { plain };
                Some(Type { python, ..chosen })
            }
            "as_mutable" => Some(self.type_within(args.first()?, depth)),
            "evaluates_none" | "copy" | "as_generic" => Some(self.type_within(inner, depth)),
            _ => None,
        }
    }

    /// Whether a name is that of the dialect.
    pub fn is_dialect(&self, name: &str) -> bool {
        match self.dialect {
            Dialect::Postgresql => name == "postgresql",
            Dialect::Sqlite => name == "sqlite",
            Dialect::Mysql => ["mysql", "mariadb"].contains(&name),
        }
    }

    /// `MutableDict.as_mutable(JSONB)` of another package, and other calls that only wrap a type.
    fn wrapped_type(&mut self, value: &Value, depth: u32) -> Option<Type> {
        let Value::Object(id) = value else { return None };
        let object = self.interpreter.object(*id);
        let wraps = self.path(&object.callee)?.ends_with(".as_mutable");
        let inner = object.args.first().filter(|_| wraps)?.clone();
        Some(self.type_within(&inner, depth))
    }

    /// A type of SQLAlchemy with its arguments.
    pub(super) fn called_type(&mut self, call: &Call, depth: u32) -> Type {
        let Name { space, last, .. } = call.name.clone();
        match &*last {
            "Enum" | "ENUM" | "SET" => return self.enum_type(call),
            "ARRAY" => return self.array_type(call, space, depth),
            "Variant" => return call.args.first().map_or_else(null, |inner| self.type_within(inner, depth)),
            _ => {}
        }
        if signature::parameters(space, &last).is_none() && space == Space::Core {
            return foreign(&self.interpreter.text(&Value::Object(call.id)));
        }
        let unknown = call.args.iter().chain(call.kwargs.iter().map(|(_, value)| value));
        let unknown = &*last != "PickleType" && unknown.into_iter().any(|value| self.is_untold(value));
        let args = call.args.iter().map(|value| self.spelled(value)).collect();
        let kwargs = call.kwargs.iter().map(|(name, value)| (name.clone(), self.spelled(value))).collect();
        let mut kind = self.spec_type(&Spec::new(space, last, args, kwargs));
        kind.unresolved = unknown;
        if unknown {
            self.note(
                "unresolved-type",
                &call.place,
                &format!("the type {} holds what cannot be told", kind.python),
            );
        }
        kind
    }

    fn spec_type(&mut self, spec: &Spec) -> Type {
        Type { sql: render::sql(spec, self.dialect), python: spec.python(), ..Type::default() }
    }

    fn array_type(&mut self, call: &Call, space: Space, depth: u32) -> Type {
        let inner = call.arg(0, "item_type").cloned().unwrap_or(Value::None);
        let inner = self.type_within(&inner, depth);
        let dimensions = match call.arg(2, "dimensions") {
            Some(Value::Int(count)) => usize::try_from(*count).unwrap_or(1).clamp(1, 16),
            _ => 1,
        };
        let said = |name: &str| call.kwarg(name).map(|value| format!(", {name}={}", self.spelled(value)));
        let options: Vec<String> =
            ["dimensions", "zero_indexes"].iter().filter_map(|name| said(name)).collect();
        let module = if space == Space::Postgresql { "postgresql" } else { "sa" };
        Type {
            sql: format!("{}{}", inner.sql, "[]".repeat(dimensions)),
            python: format!("{module}.ARRAY({}{})", inner.python, options.concat()),
            values: inner.values,
            unresolved: inner.unresolved,
        }
    }

    /// Whether an argument of a type is no plain value and no type.
    fn is_untold(&self, value: &Value) -> bool {
        match value {
            Value::Unknown(_) => true,
            Value::External(_) | Value::Member(..) | Value::Object(_) => {
                self.name(value).is_none()
                    && self.call(value).is_none()
                    && self.interpreter.enum_value(value).is_none()
            }
            _ => false,
        }
    }

    /// How source spells an argument of a type.
    pub(super) fn spelled(&self, value: &Value) -> String {
        match value {
            Value::Str(text) => quoted(text),
            Value::External(_) if self.name(value).is_some() => {
                let name =
                    self.name(value).map(|name| Spec::new(name.space, name.last, Vec::new(), Vec::new()));
                name.map_or_else(String::new, |spec| spec.python())
            }
            Value::Object(_) => match self.call(value) {
                Some(call)
                    if call.class.is_none()
                        && signature::parameters(call.name.space, &call.name.last).is_some() =>
                {
                    let args = call.args.iter().map(|value| self.spelled(value)).collect();
                    let kwargs =
                        call.kwargs.iter().map(|(name, value)| (name.clone(), self.spelled(value))).collect();
                    Spec::new(call.name.space, call.name.last, args, kwargs).python()
                }
                _ => self.interpreter.text(value),
            },
            other => self.interpreter.text(other),
        }
    }

    /// A type that cannot be told, as source writes it.
    pub(super) fn unresolved_type(&mut self, value: &Value) -> Type {
        let text = self.interpreter.text(value);
        Type { sql: text.clone(), python: text, values: None, unresolved: true }
    }
}

/// A type of another package: it is compared by its text.
pub(super) fn foreign(text: &str) -> Type {
    Type { sql: text.to_owned(), python: text.to_owned(), ..Type::default() }
}

/// No type at all.
pub fn null() -> Type {
    Type { sql: "NULL".to_owned(), python: "sa.NullType()".to_owned(), ..Type::default() }
}

/// A string as Python's `repr` writes it.
pub fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for letter in text.chars() {
        match letter {
            '\n' => out.push_str("\\n"),
            '\\' => out.push_str("\\\\"),
            other if other == quote => out.extend(['\\', other]),
            other => out.push(other),
        }
    }
    out.push(quote);
    out
}
