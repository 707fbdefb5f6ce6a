//! Enums: their values, whether the dialect has a type for them, and how long a text for them is.

use super::quoted;
use crate::schema::eval::{ClassId, Value};
use crate::schema::model::{EnumValues, Type};
use crate::schema::python::ast::{Expr, ExprKind, StmtKind};
use crate::schema::settings::Dialect;
use crate::schema::sqlalchemy::builder::Builder;
use crate::schema::sqlalchemy::names::Call;

/// What an enum is made of.
struct Parts {
    values: Vec<String>,
    /// Name of the class, if it is one.
    class: Option<String>,
    unresolved: bool,
}

impl Builder<'_, '_> {
    /// `Enum(Status)`, `Enum("a", "b", name="x")`, `postgresql.ENUM(…)`.
    pub fn enum_type(&mut self, call: &Call) -> Type {
        let parts = self.enum_parts(call);
        let name = match call.kwarg("name") {
            Some(Value::Str(name)) => Some(name.to_string()),
            Some(Value::None) | None => parts.class.as_ref().map(|name| name.to_lowercase()),
            Some(other) => Some(self.interpreter.text(other)),
        };
        let said = !matches!(call.kwarg("native_enum"), Some(Value::Bool(false)));
        let native = said && self.dialect != Dialect::Sqlite;
        let sql = self.enum_sql(call, &parts.values, name.as_deref(), native);
        let python = self.enum_python(call, &parts.values, name.as_deref());
        if parts.unresolved {
            let text = self.interpreter.text(&Value::Object(call.id));
            self.note("unresolved-type", &call.place, &format!("the values of {text} cannot be told"));
        }
        let values = Some(EnumValues { name, values: parts.values, native });
        Type { sql, python, values, unresolved: parts.unresolved }
    }

    fn enum_sql(&self, call: &Call, values: &[String], name: Option<&str>, native: bool) -> String {
        match (native, self.dialect) {
            (true, Dialect::Mysql) => {
                let list: Vec<String> = values.iter().map(|value| literal(value)).collect();
                let word = if call.is("SET") { "SET" } else { "ENUM" };
                let mut text = format!("{word}({})", list.join(","));
                for (option, words) in [("charset", "CHARACTER SET"), ("collation", "COLLATE")] {
                    if let Some(Value::Str(name)) = call.kwarg(option) {
                        text.push_str(&format!(" {words} {name}"));
                    }
                }
                text
            }
            (true, _) => match (call.kwarg("schema"), name) {
                (Some(Value::Str(schema)), Some(name)) => format!("{schema}.{name}"),
                (_, Some(name)) => name.to_owned(),
                (_, None) => "ENUM".to_owned(),
            },
            (false, _) => {
                let longest = values.iter().map(|value| value.chars().count()).max().unwrap_or(0);
                match call.kwarg("length") {
                    Some(Value::Int(length)) => format!("VARCHAR({length})"),
                    Some(Value::None) => "VARCHAR".to_owned(),
                    _ => format!("VARCHAR({longest})"),
                }
            }
        }
    }

    fn enum_python(&self, call: &Call, values: &[String], name: Option<&str>) -> String {
        let mut parts: Vec<String> = values.iter().map(|value| quoted(value)).collect();
        parts.extend(name.map(|name| format!("name={}", quoted(name))));
        for key in ["schema", "native_enum", "create_constraint", "length", "create_type"] {
            let default = ["native_enum", "create_type"].contains(&key);
            match call.kwarg(key) {
                None | Some(Value::None) => {}
                Some(Value::Bool(value)) if *value == default => {}
                Some(value) => parts.push(format!("{key}={}", self.spelled(value))),
            }
        }
        let module = match (&*call.name.last, call.name.space) {
            ("Enum", _) => "sa",
            (_, crate::schema::sqlalchemy::names::Space::Mysql) => "mysql",
            _ => "postgresql",
        };
        format!("{module}.{}({})", call.name.last, parts.join(", "))
    }

    /// The values, in order.
    fn enum_parts(&mut self, call: &Call) -> Parts {
        let mut given = call.args.clone();
        if given.is_empty() {
            given.extend(
                call.kwarg("enums").and_then(|value| self.interpreter.elements(value)).unwrap_or_default(),
            );
        }
        if let [only] = given.as_slice() {
            if let Some(parts) = self.enum_class(&only.clone(), call.kwarg("values_callable").cloned()) {
                return parts;
            }
            if let Some(elements) = self.interpreter.elements(only) {
                given = elements;
            }
        }
        let mut parts = Parts { values: Vec::new(), class: None, unresolved: given.is_empty() };
        for value in &given {
            match value {
                Value::Str(text) => parts.values.push(text.to_string()),
                other => {
                    parts.unresolved = true;
                    parts.values.push(self.interpreter.text(other));
                }
            }
        }
        parts
    }

    /// The values of an `enum.Enum`, a functional one or `Literal[…]` as well.
    fn enum_class(&mut self, value: &Value, callable: Option<Value>) -> Option<Parts> {
        match value {
            Value::Class(class) => {
                let name = self.interpreter.class(*class).name.to_string();
                let members = self.members(*class);
                let unresolved = members.is_empty();
                let (values, told) = match callable.filter(|callable| *callable != Value::None) {
                    Some(callable) => self.called_values(&callable, *class, &members),
                    None => (members.into_iter().map(|(name, _)| name).collect(), true),
                };
                Some(Parts { values, class: Some(name), unresolved: unresolved || !told })
            }
            Value::Item(_, items) if self.last(value).as_deref() == Some("Literal") => {
                let text = |value: &Value| match value {
                    Value::Str(text) => text.to_string(),
                    other => self.interpreter.text(other),
                };
                Some(Parts { values: items.iter().map(text).collect(), class: None, unresolved: false })
            }
            Value::Object(id) => {
                let object = self.interpreter.object(*id);
                let path = self.path(&object.callee)?;
                let functional = path.starts_with("enum.") || path.ends_with("Enum");
                let (name, values) = (object.args.first()?, object.args.get(1)?);
                let Value::Str(name) = name else { return None };
                let (name, values) = (name.to_string(), values.clone());
                functional.then(|| Parts {
                    values: self.functional(&values),
                    class: Some(name),
                    unresolved: false,
                })
            }
            Value::External(_) | Value::Member(..) | Value::Unknown(_) => {
                let text = self.interpreter.text(value);
                let class = text.rsplit('.').next().map(str::to_owned);
                Some(Parts { values: vec![text], class, unresolved: true })
            }
            _ => None,
        }
    }

    /// Names of `Enum("Status", "a b")`, `Enum("Status", ["a", "b"])`, `Enum("Status", {"a": 1})`.
    fn functional(&self, values: &Value) -> Vec<String> {
        if let Value::Str(text) = values {
            return text.replace(',', " ").split_whitespace().map(str::to_owned).collect();
        }
        let name = |value: &Value| match value {
            Value::Str(text) => Some(text.to_string()),
            Value::Tuple(pair) => match pair.first() {
                Some(Value::Str(text)) => Some(text.to_string()),
                _ => None,
            },
            _ => None,
        };
        if let Some(entries) = self.interpreter.entries(values) {
            return entries.iter().filter_map(|(key, _)| name(key)).collect();
        }
        self.interpreter.elements(values).unwrap_or_default().iter().filter_map(name).collect()
    }

    /// Members of an enum class in order, aliases left out.
    pub fn members(&self, class: ClassId) -> Vec<(String, Value)> {
        if let Some(members) = self.interpreter.enum_members(class).filter(|members| !members.is_empty()) {
            return members.into_iter().map(|(name, value)| (name.to_string(), value)).collect();
        }
        let mut seen = std::collections::HashSet::new();
        let mut members: Vec<(String, Value)> = Vec::new();
        for attribute in &self.interpreter.class(class).attributes {
            let Some(value) = &attribute.value else { continue };
            if attribute.name.starts_with('_') || matches!(value, Value::Function(..) | Value::Class(_)) {
                continue;
            }
            if self.is_descriptor(value) {
                continue;
            }
            let comparable =
                matches!(value, Value::Str(_) | Value::Int(_) | Value::Bool(_) | Value::Number(_));
            if comparable && !seen.insert(self.interpreter.text(value)) {
                continue;
            }
            members.push((attribute.name.to_string(), value.clone()));
        }
        members
    }

    /// `property(…)`, `enum.nonmember(…)`: no member.
    fn is_descriptor(&self, value: &Value) -> bool {
        let Value::Object(id) = value else { return false };
        let last = self.last(&self.interpreter.object(*id).callee);
        last.is_some_and(|last| {
            ["property", "nonmember", "classmethod", "staticmethod"].contains(&last.as_str())
        })
    }

    /// What `values_callable` makes of the members, and whether it could be told.
    fn called_values(
        &mut self,
        callable: &Value,
        class: ClassId,
        members: &[(String, Value)],
    ) -> (Vec<String>, bool) {
        let place = self.nowhere();
        let made = self.interpreter.call(callable, vec![Value::Class(class)], Vec::new(), &place);
        let elements = self.interpreter.elements(&made).unwrap_or_default();
        let texts: Vec<String> = elements.iter().filter_map(plain).collect();
        if !texts.is_empty() && texts.len() == elements.len() {
            return (texts, true);
        }
        let Value::Function(id, _) = callable else {
            return (members.iter().map(|(_, value)| self.member_value(value)).collect(), true);
        };
        let body = self.interpreter.function(*id).ast.body.clone().unwrap_or_default();
        let returned = body.iter().find_map(|statement| match &statement.kind {
            StmtKind::Return(Some(value)) => Some(value),
            _ => None,
        });
        match returned {
            Some(value) if names_attribute(value, "name", 8) => {
                (members.iter().map(|(name, _)| name.clone()).collect(), true)
            }
            _ => (members.iter().map(|(_, value)| self.member_value(value)).collect(), true),
        }
    }

    /// The value of a member as text.
    fn member_value(&self, value: &Value) -> String {
        match value {
            Value::Str(text) => text.to_string(),
            Value::Tuple(parts) => parts.first().map_or_else(String::new, |first| self.member_value(first)),
            other => self.interpreter.text(other),
        }
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Str(text) => Some(text.to_string()),
        Value::Int(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Whether an expression reads an attribute of this name.
fn names_attribute(expr: &Expr, name: &str, depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match &expr.kind {
        ExprKind::Attribute(inner, attribute) => &**attribute == name || names_attribute(inner, name, depth),
        ExprKind::Comprehension(made) => names_attribute(&made.element, name, depth),
        ExprKind::Call(callee, args) => {
            names_attribute(callee, name, depth)
                || args.iter().any(|arg| match arg {
                    crate::schema::python::ast::Arg::Plain(value) => names_attribute(value, name, depth),
                    _ => false,
                })
        }
        ExprKind::List(items) | ExprKind::Tuple(items) => {
            items.iter().any(|item| names_attribute(item, name, depth))
        }
        _ => false,
    }
}

/// A string as SQL writes it.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
