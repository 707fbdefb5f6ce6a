//! Types that the tree declares: type decorators, user-defined types, subclasses of SQLAlchemy's types.

use std::sync::Arc;

use super::spec::Spec;
use super::{foreign, signature};
use crate::schema::eval::{ClassId, Value};
use crate::schema::model::Type;
use crate::schema::sqlalchemy::builder::Builder;
use crate::schema::sqlalchemy::names::{Call, Name, Space};

/// The dialect that a decorator is asked for.
const DIALECT: &str = "sqlalchemy.engine.Dialect";

impl Builder<'_, '_> {
    /// A class of the tree as a type, called or not.
    pub(super) fn tree_type(
        &mut self,
        class: ClassId,
        value: &Value,
        call: Option<&Call>,
        depth: u32,
    ) -> Type {
        if call.is_none()
            && matches!(value, Value::Class(_))
            && self.own_attribute(class, "__init__").is_some()
        {
            let place = self.nowhere();
            let made = self.interpreter.call(value, Vec::new(), Vec::new(), &place);
            if matches!(made, Value::Object(_)) {
                return self.type_within(&made, depth);
            }
        }
        let bases = self.interpreter.linearised(class);
        let name = bases.iter().find_map(|base| self.name(base));
        let python = self.tree_python(class, value, call.is_some() || matches!(value, Value::Object(_)));
        let mut kind = match name.as_ref().map(|name| &*name.last) {
            Some("TypeDecorator") => self.decorated(class, value, call, depth),
            Some("UserDefinedType" | "TypeEngine") => self.user_defined(class, value, &python),
            Some(last)
                if signature::parameters(Space::Core, last).is_some()
                    || name.as_ref().is_some_and(has_parameters) =>
            {
                match call {
                    Some(call) => self.called_type(&Call { class: None, ..call.clone() }, depth),
                    None => {
                        let spec = name.map(|name| Spec::new(name.space, name.last, Vec::new(), Vec::new()));
                        spec.map_or_else(|| foreign(&python), |spec| self.spec_type(&spec))
                    }
                }
            }
            _ => self.outside(&bases, class, value, call, depth, &python),
        };
        kind.python = python;
        kind
    }

    /// A class whose base is a type of another package, or no type that is known.
    fn outside(
        &mut self,
        bases: &[Value],
        class: ClassId,
        value: &Value,
        call: Option<&Call>,
        depth: u32,
        python: &str,
    ) -> Type {
        if self.own_attribute(class, "impl").is_some() {
            return self.decorated(class, value, call, depth);
        }
        if self.own_attribute(class, "get_col_spec").is_some() {
            return self.user_defined(class, value, python);
        }
        let known = bases.iter().any(|base| matches!(base, Value::External(_)));
        Type { unresolved: !known, ..foreign(python) }
    }

    fn tree_python(&self, class: ClassId, value: &Value, called: bool) -> String {
        let text = self.interpreter.text(value);
        let name = &self.interpreter.class(class).name;
        let module = self.interpreter.module_name(self.interpreter.class(class).module).to_owned();
        if called && text.contains('(') { text } else { format!("{module}.{name}()") }
    }

    /// What stands behind a type decorator: `impl`, of its instance before that of its class.
    fn decorated(&mut self, class: ClassId, value: &Value, call: Option<&Call>, depth: u32) -> Type {
        let own = match value {
            Value::Object(id) => {
                let object = self.interpreter.object(*id);
                object
                    .attributes
                    .iter()
                    .rev()
                    .find(|(name, _)| &**name == "impl")
                    .map(|(_, value)| value.clone())
            }
            _ => None,
        };
        if let Some(inner) = own.or_else(|| self.of_dialect(class, value)) {
            return self.type_within(&inner, depth);
        }
        let Some(inner) = self.own_attribute(class, "impl") else {
            let mut kind = self.unresolved_type(value);
            kind.python.clear();
            return kind;
        };
        let (args, kwargs) = call.map(|call| (call.args.clone(), call.kwargs.clone())).unwrap_or_default();
        self.instance(&inner, args, kwargs, depth)
    }

    /// What a decorator's `load_dialect_impl` chooses for the dialect, where it is not `impl` itself.
    fn of_dialect(&mut self, class: ClassId, value: &Value) -> Option<Value> {
        let Value::Function(id, _) = self.own_attribute(class, "load_dialect_impl")? else { return None };
        self.interpreter.assume(DIALECT, "name", Value::Str(self.dialect.word().into()));
        let bound = Value::Function(id, Some(Box::new(value.clone())));
        let place = self.nowhere();
        let chosen = self.interpreter.call(&bound, vec![Value::External(DIALECT.into())], Vec::new(), &place);
        let Value::Object(id) = chosen else { return None };
        let object = self.interpreter.object(id);
        let describes = match &object.callee {
            Value::External(dotted) => dotted.ends_with(".type_descriptor"),
            Value::Member(_, name) => &**name == "type_descriptor",
            _ => false,
        };
        if describes { object.args.first().cloned() } else { Some(Value::Object(id)) }
            .filter(|kind| self.name(kind).is_some() || self.call(kind).is_some())
    }

    /// A type with arguments that a decorator hands on to it.
    fn instance(
        &mut self,
        inner: &Value,
        args: Vec<Value>,
        kwargs: Vec<(Arc<str>, Value)>,
        depth: u32,
    ) -> Type {
        if args.is_empty() && kwargs.is_empty() || matches!(inner, Value::Object(_)) {
            return self.type_within(inner, depth);
        }
        let Some(name) = self.name(inner) else { return self.type_within(inner, depth) };
        let place = self.nowhere();
        let made = self.interpreter.call(inner, args, kwargs, &place);
        match self.call(&made) {
            Some(call) if call.name == name => self.called_type(&call, depth),
            _ => self.type_within(inner, depth),
        }
    }

    /// A type that spells its own DDL.
    fn user_defined(&mut self, class: ClassId, value: &Value, python: &str) -> Type {
        let Some(function) = self.own_attribute(class, "get_col_spec") else { return foreign(python) };
        let place = self.nowhere();
        let bound = match function {
            Value::Function(id, _) => Value::Function(id, Some(Box::new(value.clone()))),
            other => other,
        };
        match self.interpreter.call(&bound, Vec::new(), Vec::new(), &place) {
            Value::Str(text) => Type { sql: text.to_string(), python: python.to_owned(), ..Type::default() },
            _ => foreign(python),
        }
    }
}

fn has_parameters(name: &Name) -> bool {
    signature::parameters(name.space, &name.last).is_some()
}
