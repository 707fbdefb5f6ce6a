//! Attributes: of classes through their bases, of modules through their imports, of objects through their classes.

use std::sync::Arc;

use super::fuel::unknown;
use super::{ClassId, FunctionId, Interpreter, Object, ObjectId, Value};
use crate::schema::place::Place;

/// How a function behaves as an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Called on an instance.
    Method,
    /// Called on the class.
    ClassMethod,
    /// Called on nothing.
    Static,
    /// Run with the instance when it is asked for.
    Property,
    /// Run with the class when it is asked for.
    ClassProperty,
}

impl Interpreter<'_> {
    /// An attribute, as `value.name` evaluates: of classes through their bases, of modules through their imports.
    pub fn attribute(&mut self, value: &Value, name: &str) -> Value {
        if let Some(found) = self.find_attribute(value, name) {
            return found;
        }
        match value {
            Value::External(dotted) => self.sized_external(dotted, name),
            Value::Unknown(why) => Value::Unknown(why.clone()),
            Value::Ellipsis => unknown(format!("the attribute {name}")),
            _ => self.sized(Value::Member(Box::new(value.clone()), name.into())),
        }
    }

    fn sized_external(&mut self, dotted: &str, name: &str) -> Value {
        if dotted.len() > 1000 {
            unknown("a name that is too long")
        } else {
            Value::External(format!("{dotted}.{name}").into())
        }
    }

    /// An attribute that the tree says something of.
    pub(super) fn find_attribute(&mut self, value: &Value, name: &str) -> Option<Value> {
        match value {
            Value::Module(id) => Some(self.module_attribute(*id, name)),
            Value::Class(class) => self.class_attribute(*class, name),
            Value::Object(id) => self.object_attribute(*id, value, name),
            Value::Function(id, _) => self.function_attribute(*id, name),
            Value::Item(base, _) if matches!(**base, Value::Class(_)) => self.find_attribute(base, name),
            Value::Member(base, member) => self.assigned(value, name).or_else(|| match &**base {
                Value::Class(class) => self.member_attribute(*class, value, member, name),
                _ => None,
            }),
            Value::External(_) => self.assigned(value, name),
            _ => None,
        }
    }

    /// What was assigned to an attribute of something outside the tree, as in `db.metadata.naming_convention = …`.
    fn assigned(&self, value: &Value, name: &str) -> Option<Value> {
        if !self.assigned_names.contains(name) {
            return None;
        }
        self.assigned.get(&(self.text(value), name.into())).cloned()
    }

    fn class_attribute(&mut self, class: ClassId, name: &str) -> Option<Value> {
        if let Some(value) = self.class_dunder(class, name) {
            return Some(value);
        }
        if let Some(member) = self.enum_member(class, name) {
            return Some(member);
        }
        let found = self.class_lookup(class, name)?;
        if self.is_shared_column(class, &found) && self.own_attribute(class, name).is_none() {
            return None;
        }
        Some(self.bound_to(found, &Value::Class(class), class, name))
    }

    /// Whether a value is a column that a class has from a base: others have it as well, and which one is meant counts.
    fn is_shared_column(&self, class: ClassId, found: &Value) -> bool {
        let Value::Object(id) = found else { return false };
        let Value::External(dotted) = &self.object(*id).callee else { return false };
        !self.class(class).bases.is_empty()
            && (dotted.ends_with(".Column") || dotted.ends_with(".mapped_column"))
    }

    fn class_dunder(&mut self, class: ClassId, name: &str) -> Option<Value> {
        match name {
            "__name__" | "__qualname__" => Some(Value::Str(self.class(class).name.clone())),
            "__module__" => {
                let declared = self.class_lookup(class, name);
                declared.or_else(|| Some(Value::Str(self.module_name(self.class(class).module).into())))
            }
            "__mro__" => Some(self.tuple(self.linearised(class))),
            "__bases__" => Some(self.tuple(self.class(class).bases.clone())),
            "__dict__" => {
                let pairs = self.class(class).attributes.iter();
                let pairs =
                    pairs.filter_map(|at| Some((Value::Str(at.name.clone()), at.value.clone()?))).collect();
                Some(self.dict(pairs))
            }
            "__annotations__" => {
                let names: Vec<(Arc<str>, Arc<crate::schema::python::ast::Expr>)> = self
                    .class(class)
                    .attributes
                    .iter()
                    .filter_map(|at| Some((at.name.clone(), at.annotation.clone()?)))
                    .collect();
                let pairs = names
                    .into_iter()
                    .map(|(name, at)| (Value::Str(name), self.annotation(class, &at)))
                    .collect();
                Some(self.dict(pairs))
            }
            "__members__" => {
                let members = self.enum_members(class)?;
                let pairs = members.into_iter().map(|(name, _)| {
                    (Value::Str(name.clone()), Value::Member(Box::new(Value::Class(class)), name))
                });
                let pairs = pairs.collect();
                Some(self.dict(pairs))
            }
            "_member_names_" => {
                let members = self.enum_members(class)?;
                Some(self.list(members.into_iter().map(|(name, _)| Value::Str(name)).collect()))
            }
            _ => None,
        }
    }

    fn object_attribute(&mut self, id: ObjectId, value: &Value, name: &str) -> Option<Value> {
        let object = self.object(id);
        if let Some((_, found)) = object.attributes.iter().rev().find(|(at, _)| &**at == name) {
            return Some(found.clone());
        }
        match &object.callee {
            Value::Class(class) => {
                let class = *class;
                if name == "__class__" {
                    return Some(Value::Class(class));
                }
                let found = self.class_lookup(class, name)?;
                let found = self.bound_to(found, value, class, name);
                Some(self.default_of_field(found))
            }
            Value::External(dotted) if &**dotted == "builtins.super" => {
                let (behind, receiver) = (object.args.first().cloned(), object.args.get(1).cloned());
                self.super_attribute(&behind?, &receiver?, name)
            }
            _ => None,
        }
    }

    /// An attribute of `super()`.
    fn super_attribute(&mut self, behind: &Value, receiver: &Value, name: &str) -> Option<Value> {
        let Value::Class(behind) = *behind else { return None };
        let class = match receiver {
            Value::Class(class) => *class,
            Value::Object(id) => match self.object(*id).callee {
                Value::Class(class) => class,
                _ => behind,
            },
            _ => behind,
        };
        let found = self.lookup_behind(class, behind, name)?;
        Some(self.bound_to(found, receiver, class, name))
    }

    /// The default that a field of a data class or a settings class declares.
    fn default_of_field(&self, value: Value) -> Value {
        let Value::Object(id) = &value else { return value };
        let object = self.object(*id);
        let is_field = matches!(&object.callee, Value::External(dotted)
            if matches!(&**dotted, "pydantic.Field" | "pydantic.fields.Field" | "dataclasses.field" | "attr.ib" | "attrs.field"));
        if !is_field {
            return value;
        }
        let named = object.kwargs.iter().find(|(name, _)| &**name == "default").map(|(_, value)| value);
        named.or(object.args.first()).cloned().unwrap_or_else(|| unknown("a field without a default"))
    }

    fn function_attribute(&mut self, id: FunctionId, name: &str) -> Option<Value> {
        match name {
            "__name__" | "__qualname__" => Some(Value::Str(self.function(id).ast.name.clone())),
            "__module__" => Some(Value::Str(self.module_name(self.function(id).module).into())),
            _ => None,
        }
    }

    /// What an attribute that was found becomes on a class or an instance.
    pub(super) fn bound_to(&mut self, found: Value, receiver: &Value, class: ClassId, name: &str) -> Value {
        match &found {
            Value::Function(id, None) => self.bound_function(*id, receiver, class, name),
            Value::Object(id) => self.bound_object(*id, found.clone(), receiver, class),
            _ => found,
        }
    }

    fn bound_function(&mut self, id: FunctionId, receiver: &Value, class: ClassId, name: &str) -> Value {
        let on_class = matches!(receiver, Value::Class(_));
        match self.manner(id) {
            Manner::Static => Value::Function(id, None),
            Manner::ClassMethod => Value::Function(id, Some(Box::new(Value::Class(class)))),
            Manner::Method if matches!(name, "__init_subclass__" | "__class_getitem__") => {
                Value::Function(id, Some(Box::new(Value::Class(class))))
            }
            Manner::Method if on_class => Value::Function(id, None),
            Manner::Method => Value::Function(id, Some(Box::new(receiver.clone()))),
            Manner::Property if on_class => Value::Member(Box::new(receiver.clone()), name.into()),
            Manner::Property => self.call_function(id, Some(receiver), (vec![receiver.clone()], Vec::new())),
            Manner::ClassProperty => self.class_property(id, class),
        }
    }

    /// What a function under `@declared_attr` makes of a class, once.
    fn class_property(&mut self, id: FunctionId, class: ClassId) -> Value {
        if let Some(made) = self.made.get(&(class, id)) {
            return made.clone();
        }
        self.made.insert((class, id), unknown("an attribute that asks for itself"));
        let receiver = Value::Class(class);
        let value = self.call_function(id, Some(&receiver), (vec![receiver.clone()], Vec::new()));
        self.made.insert((class, id), value.clone());
        value
    }

    fn bound_object(&mut self, id: ObjectId, found: Value, receiver: &Value, class: ClassId) -> Value {
        let object = self.object(id);
        match (&object.callee, object.args.first()) {
            (Value::External(dotted), Some(Value::Function(function, None))) if is_class_property(dotted) => {
                let function = *function;
                self.class_property(function, class)
            }
            (Value::External(dotted), Some(Value::Function(function, None)))
                if is_property(dotted) && !matches!(receiver, Value::Class(_)) =>
            {
                let function = *function;
                self.call_function(function, Some(receiver), (vec![receiver.clone()], Vec::new()))
            }
            (Value::Class(descriptor), _) => match self.class_lookup(*descriptor, "__get__") {
                Some(Value::Function(get, None)) => {
                    let instance =
                        if matches!(receiver, Value::Class(_)) { Value::None } else { receiver.clone() };
                    let args = vec![found.clone(), instance, Value::Class(class)];
                    self.call_function(get, Some(&found), (args, Vec::new()))
                }
                _ => found,
            },
            _ => found,
        }
    }

    fn manner(&self, id: FunctionId) -> Manner {
        let mut manner = Manner::Method;
        for decorator in &self.function(id).decorators {
            let dotted = match decorator {
                Value::External(dotted) => dotted.as_ref(),
                Value::Object(id) => match &self.object(*id).callee {
                    Value::External(dotted) => dotted,
                    _ => continue,
                },
                _ => continue,
            };
            match dotted {
                _ if is_class_property(dotted) => return Manner::ClassProperty,
                _ if is_property(dotted) => return Manner::Property,
                "builtins.classmethod" => manner = Manner::ClassMethod,
                "builtins.staticmethod" => manner = Manner::Static,
                _ => {}
            }
        }
        manner
    }

    /// Sets an attribute of a value.
    pub(super) fn set_attribute(&mut self, base: &Value, name: &Arc<str>, value: Value, place: Place) {
        match base {
            Value::Class(class) => self.set_on_class(*class, name, value, place),
            Value::Object(id) => self.set_object_attribute(*id, name, value),
            Value::Module(id) => {
                let scope = self.loaded.get(id.0).scope;
                self.bind(scope, name, value, place.line);
            }
            Value::Member(..) | Value::External(_) => {
                self.assigned_names.insert(name.clone());
                self.assigned.insert((self.text(base), name.clone()), value);
            }
            _ => {}
        }
    }

    pub(super) fn set_object_attribute(&mut self, id: ObjectId, name: &str, value: Value) {
        let object: &mut Object = self.objects.get_mut(id.0);
        match object.attributes.iter_mut().find(|(at, _)| &**at == name) {
            Some((_, old)) => *old = value,
            None => object.attributes.push((name.into(), value)),
        }
    }
}

fn is_class_property(dotted: &str) -> bool {
    dotted.contains("declared_attr")
        || dotted.ends_with("classproperty")
        || dotted.ends_with("class_property")
}

fn is_property(dotted: &str) -> bool {
    matches!(dotted, "builtins.property" | "functools.cached_property")
        || dotted.ends_with(".hybrid_property")
}
