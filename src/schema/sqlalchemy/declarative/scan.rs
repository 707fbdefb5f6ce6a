//! The columns that a class declares: its own, and copies of those of its mixins and abstract bases.

use std::collections::HashSet;
use std::sync::Arc;

use crate::schema::eval::{Attribute, ClassId, Value};
use crate::schema::python::ast::Expr;
use crate::schema::sqlalchemy::builder::Builder;
use crate::schema::sqlalchemy::column::Definition;

/// Columns by the attribute they are declared as.
pub(super) type Scanned = Vec<(Arc<str>, Definition)>;

impl Builder<'_, '_> {
    /// Columns of a class in the order of look-up; those that a mapped parent has already are left to it.
    pub(super) fn scan(&mut self, class: ClassId, order: &[ClassId]) -> Scanned {
        let mut scanned = Vec::new();
        let mut seen: HashSet<Arc<str>> = HashSet::new();
        for base in order {
            let standing = self.standings.get(base).cloned().unwrap_or_default();
            if *base != class && standing.mapped {
                seen.extend(standing.names.iter().cloned());
                continue;
            }
            let mut attributes = self.interpreter.class(*base).attributes.clone();
            if *base != class {
                // SQLAlchemy copies the columns of a mixin before it asks for what functions of it make.
                attributes.sort_by_key(|attribute| matches!(attribute.value, Some(Value::Function(..))));
            }
            for attribute in attributes {
                let fresh = !seen.contains(&attribute.name);
                if attribute.name.starts_with("__") || !fresh && !self.cascades(&attribute) {
                    continue;
                }
                self.scan_attribute(class, *base, &attribute, &mut scanned);
                if attribute.value.is_some()
                    || scanned.last().is_some_and(|(name, _)| *name == attribute.name)
                {
                    seen.insert(attribute.name);
                }
            }
        }
        scanned
    }

    fn scan_attribute(
        &mut self,
        class: ClassId,
        base: ClassId,
        attribute: &Attribute,
        scanned: &mut Scanned,
    ) {
        let name = &attribute.name;
        let Some(value) = &attribute.value else {
            let made =
                attribute.annotation.as_ref().and_then(|annotation| self.annotated(base, class, annotation));
            if let Some(mut made) = made {
                made.place = attribute.place.clone();
                scanned.push((name.clone(), made));
            }
            return;
        };
        let (value, annotation) = self.declared_value(class, name, value, attribute.annotation.clone());
        let introspects = self
            .call(&value)
            .is_some_and(|call| ["mapped_column", "MappedColumn"].contains(&&*call.name.last));
        let made = self.definitions(&value);
        if made.is_empty() && self.is_foreign_column(&value) {
            let message = format!("{name} is made outside the tree: what column it is cannot be told");
            self.note("unresolved-column", &attribute.place, &message);
        }
        let several = made.len() > 1;
        for (at, mut made) in made.into_iter().enumerate() {
            if let Some(annotation) = annotation.as_ref().filter(|_| introspects && !several) {
                self.annotate(&mut made, base, class, annotation);
            }
            let key =
                if several && made.name.is_none() { format!("{name}_{at}").into() } else { name.clone() };
            scanned.push((key, made));
        }
    }

    /// Whether something that is not of the tree, and not SQLAlchemy's, seems to have made a column.
    fn is_foreign_column(&self, value: &Value) -> bool {
        let Value::Object(id) = value else { return false };
        let callee = &self.interpreter.object(*id).callee;
        let made_by = match callee {
            Value::External(dotted) => dotted.rsplit('.').next().unwrap_or_default(),
            Value::Member(_, method) => method,
            _ => return false,
        };
        self.name(callee).is_none() && made_by.to_lowercase().contains("column")
    }

    /// What a `declared_attr` makes for the class, and what it says it returns; any other value as it is.
    fn declared_value(
        &mut self,
        class: ClassId,
        name: &Arc<str>,
        value: &Value,
        annotation: Option<Arc<Expr>>,
    ) -> (Value, Option<Arc<Expr>>) {
        if let Value::Function(id, _) = value {
            let function = self.interpreter.function(*id);
            let returns = function.ast.returns.clone().map(Arc::new);
            if !function.decorators.iter().any(|decorator| self.is_declared_attr(decorator)) {
                return (Value::None, None);
            }
            return (self.interpreter.attribute(&Value::Class(class), name), returns);
        }
        let Value::Object(id) = value else { return (value.clone(), annotation) };
        let object = self.interpreter.object(*id);
        if self.is_declared_attr(&object.callee) {
            let function = object.args.first().cloned().unwrap_or(Value::None);
            let place = object.place.clone();
            return (
                self.interpreter.call(&function, vec![Value::Class(class)], Vec::new(), &place),
                annotation,
            );
        }
        if self.path(&object.callee).is_some_and(|path| path == "dataclasses.field") {
            let metadata =
                object.kwargs.iter().find(|(name, _)| &**name == "metadata").map(|(_, value)| value.clone());
            let entries = metadata.and_then(|value| self.interpreter.entries(&value)).unwrap_or_default();
            let column = entries
                .into_iter()
                .map(|(_, value)| value)
                .find(|value| self.is_column(value) || matches!(value, Value::Function(..)));
            return match column {
                Some(function @ Value::Function(..)) => {
                    let place = self.nowhere();
                    (self.interpreter.call(&function, Vec::new(), Vec::new(), &place), None)
                }
                other => (other.unwrap_or(Value::None), None),
            };
        }
        (value.clone(), annotation)
    }

    /// `declared_attr`, `declared_attr.cascading`, `declared_attr.directive`, also called.
    pub(super) fn is_declared_attr(&self, value: &Value) -> bool {
        let value = match value {
            Value::Object(id) => &self.interpreter.object(*id).callee,
            other => other,
        };
        self.path(value).is_some_and(|path| {
            path.split('.').any(|part| ["declared_attr", "cascaded_attr"].contains(&part))
        })
    }

    /// Whether an attribute is made for every subclass, also of a mapped class.
    fn cascades(&self, attribute: &Attribute) -> bool {
        let Some(Value::Function(id, _)) = &attribute.value else { return false };
        let decorators = &self.interpreter.function(*id).decorators;
        decorators.iter().any(|decorator| {
            self.path(decorator).is_some_and(|path| path.ends_with("declared_attr.cascading"))
        })
    }
}
