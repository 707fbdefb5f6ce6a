//! `Mapped[…]`: nullability and type from the annotation.

use std::rc::Rc;
use std::sync::Arc;

use crate::schema::eval::{ClassId, Value};
use crate::schema::python::ast::Expr;
use crate::schema::sqlalchemy::builder::Builder;
use crate::schema::sqlalchemy::column::Definition;

/// How deep annotations lie within annotations.
const DEPTH: u32 = 12;

/// Python types that have a type of SQLAlchemy.
const DEFAULTS: [(&str, &str); 11] = [
    ("builtins.str", "sqlalchemy.String"),
    ("builtins.int", "sqlalchemy.Integer"),
    ("builtins.bool", "sqlalchemy.Boolean"),
    ("builtins.float", "sqlalchemy.Float"),
    ("builtins.bytes", "sqlalchemy.LargeBinary"),
    ("datetime.datetime", "sqlalchemy.DateTime"),
    ("datetime.date", "sqlalchemy.Date"),
    ("datetime.time", "sqlalchemy.Time"),
    ("datetime.timedelta", "sqlalchemy.Interval"),
    ("decimal.Decimal", "sqlalchemy.Numeric"),
    ("uuid.UUID", "sqlalchemy.Uuid"),
];

impl Builder<'_, '_> {
    /// The column that an annotation alone declares; `base` is where it stands, `class` what it is for.
    pub(super) fn annotated(
        &mut self,
        base: ClassId,
        class: ClassId,
        annotation: &Arc<Expr>,
    ) -> Option<Definition> {
        let inner = self.mapped(base, annotation)?;
        let place = self.interpreter.class(base).place.clone();
        let mut made = Definition::empty(place);
        if !self.settle(&mut made, class, &inner) {
            return None;
        }
        Some(made)
    }

    /// Takes from an annotation what a column does not say itself.
    pub(super) fn annotate(
        &mut self,
        made: &mut Definition,
        base: ClassId,
        class: ClassId,
        annotation: &Arc<Expr>,
    ) {
        if let Some(inner) = self.mapped(base, annotation) {
            self.settle(made, class, &inner);
        }
    }

    /// What stands within `Mapped[…]`.
    fn mapped(&mut self, base: ClassId, annotation: &Arc<Expr>) -> Option<Value> {
        match self.interpreter.annotation(base, annotation) {
            Value::Item(container, items) => {
                let last = self.last(&container)?;
                if last != "Mapped" && last != "Unmapped" {
                    return None;
                }
                items.first().cloned()
            }
            _ => None,
        }
    }

    /// Whether the annotation can mean a column at all.
    fn settle(&mut self, made: &mut Definition, class: ClassId, inner: &Value) -> bool {
        made.optional = Some(self.takes_none(inner, DEPTH));
        let inner = self.without_none(inner, DEPTH);
        let mut candidates = vec![inner.clone()];
        let mut at = inner;
        for _ in 0..DEPTH {
            let Some(next) = self.unwrapped(&at, made) else { break };
            let next = self.without_none(&next, DEPTH);
            candidates.push(next.clone());
            at = next;
        }
        if made.kind.is_some() || !made.foreign_keys.is_empty() {
            return true;
        }
        let map = self.type_map(class);
        if let Some(kind) = candidates.iter().find_map(|candidate| self.mapped_type(candidate, &map)) {
            made.kind = Some(kind);
            return true;
        }
        // A class that is no type is a relationship whose other half stands elsewhere.
        let relates = matches!(at, Value::Class(_)) || matches!(&at, Value::Item(..) if !self.is_json(&at));
        made.kind = Some(at);
        !relates || made.object.is_some()
    }

    /// `dict[str, Any]` and the like, which a type map of another module may know.
    fn is_json(&self, value: &Value) -> bool {
        self.last(value).is_some_and(|last| ["dict", "Dict", "Any"].contains(&last.as_str()))
    }

    /// What an alias, `Annotated[…]` or `NewType` stands for; a `mapped_column` within is merged.
    fn unwrapped(&mut self, value: &Value, made: &mut Definition) -> Option<Value> {
        match value {
            Value::Item(container, items) if self.last(container).as_deref() == Some("Annotated") => {
                let (first, rest) = items.split_first()?;
                let column = rest.iter().find(|value| {
                    self.call(value)
                        .is_some_and(|call| ["mapped_column", "MappedColumn"].contains(&&*call.name.last))
                });
                if let Some(other) =
                    column.cloned().and_then(|column| self.definitions(&column).into_iter().next())
                {
                    made.merge(&other);
                }
                Some(first.clone())
            }
            Value::Object(id) => {
                let object = self.interpreter.object(*id);
                let last = self.last(&object.callee)?;
                ["TypeAliasType", "NewType"].contains(&last.as_str()).then(|| object.args.get(1).cloned())?
            }
            _ => None,
        }
    }

    /// Whether an annotation takes None.
    pub(super) fn takes_none(&self, value: &Value, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        match value {
            Value::None => true,
            Value::External(path) => &**path == "types.NoneType",
            Value::Item(container, items) => match self.last(container).as_deref() {
                Some("Optional") => true,
                Some("Union") => items.iter().any(|item| self.takes_none(item, depth)),
                Some("Annotated") => items.first().is_some_and(|item| self.takes_none(item, depth)),
                _ => false,
            },
            Value::Object(id) => {
                let object = self.interpreter.object(*id);
                match &object.callee {
                    Value::External(path) if &**path == "operator.|" => {
                        object.args.iter().any(|item| self.takes_none(item, depth))
                    }
                    callee => {
                        let alias = self
                            .last(callee)
                            .is_some_and(|last| ["TypeAliasType", "NewType"].contains(&last.as_str()));
                        alias && object.args.get(1).is_some_and(|item| self.takes_none(item, depth))
                    }
                }
            }
            _ => false,
        }
    }

    /// An annotation without its None.
    pub(super) fn without_none(&self, value: &Value, depth: u32) -> Value {
        let Some(depth) = depth.checked_sub(1) else { return value.clone() };
        let parts: Vec<Value> = match value {
            Value::Item(container, items) => match self.last(container).as_deref() {
                Some("Optional" | "Union") => items.to_vec(),
                _ => return value.clone(),
            },
            Value::Object(id) => match &self.interpreter.object(*id).callee {
                Value::External(path) if &**path == "operator.|" => self.interpreter.object(*id).args.clone(),
                _ => return value.clone(),
            },
            _ => return value.clone(),
        };
        let rest: Vec<Value> = parts.into_iter().filter(|part| *part != Value::None).collect();
        match rest.as_slice() {
            [only] => self.without_none(only, depth),
            _ => value.clone(),
        }
    }

    /// `type_annotation_map` of the base that a class derives from.
    fn type_map(&mut self, class: ClassId) -> Rc<Vec<(Value, Value)>> {
        let Some(family) = self.family(class) else { return Rc::default() };
        let key = self.interpreter.text(&family.root);
        if let Some(map) = self.type_maps.get(&key) {
            return Rc::clone(map);
        }
        let value = self.type_map_of(class, &family.root);
        let map = Rc::new(value.and_then(|value| self.interpreter.entries(&value)).unwrap_or_default());
        self.type_maps.insert(key, Rc::clone(&map));
        map
    }

    fn type_map_of(&self, class: ClassId, root: &Value) -> Option<Value> {
        if let Some(map) = self.own_attribute(class, "type_annotation_map") {
            return Some(map);
        }
        let registry = self.own_attribute(class, "registry");
        let mut at = registry.unwrap_or_else(|| root.clone());
        for _ in 0..DEPTH {
            let Value::Object(id) = &at else { return None };
            let object = self.interpreter.object(*id);
            let kwarg = |name: &str| {
                object.kwargs.iter().find(|(key, _)| &**key == name).map(|(_, value)| value.clone())
            };
            if let Some(map) = kwarg("type_annotation_map") {
                return Some(map);
            }
            at = match &object.callee {
                Value::Member(inner, _) => (**inner).clone(),
                _ => return None,
            };
        }
        None
    }

    /// The type that an annotation has by the map given, or by SQLAlchemy's own.
    fn mapped_type(&mut self, value: &Value, map: &[(Value, Value)]) -> Option<Value> {
        if let Some((_, kind)) = map.iter().find(|(key, _)| key == value) {
            return Some(kind.clone());
        }
        match value {
            Value::External(path) => {
                let found = DEFAULTS.iter().find(|(python, _)| *python == &**path)?;
                Some(Value::External(found.1.into()))
            }
            Value::Class(class) => self.enum_by_map(*class, map),
            Value::Item(container, _) if self.last(container).as_deref() == Some("Literal") => {
                let given = map.iter().find(|(key, _)| self.last(key).as_deref() == Some("Literal"));
                let given = given.map(|(_, kind)| kind.clone());
                Some(self.enum_of(value, given.as_ref(), true))
            }
            _ => None,
        }
    }

    fn enum_by_map(&mut self, class: ClassId, map: &[(Value, Value)]) -> Option<Value> {
        let order = self.interpreter.linearised(class);
        let generic = |value: &Value| matches!(value, Value::External(path) if path.starts_with("enum."));
        let external = order
            .iter()
            .any(|base| generic(base) || self.last(base).is_some_and(|last| last.ends_with("Enum")));
        if !external {
            return None;
        }
        let given = order.iter().find_map(|base| map.iter().find(|(key, _)| key == base && generic(key)));
        let given = given.map(|(_, kind)| kind.clone());
        Some(self.enum_of(&Value::Class(class), given.as_ref(), false))
    }

    /// `Enum(value)`, with what the type of the map says.
    fn enum_of(&mut self, value: &Value, given: Option<&Value>, literal: bool) -> Value {
        let mut kwargs = match given.and_then(|given| self.call(given)) {
            Some(call) if call.is("Enum") => call.kwargs,
            Some(_) => return given.cloned().unwrap_or(Value::None),
            None => Vec::new(),
        };
        if literal && !kwargs.iter().any(|(name, _)| &**name == "native_enum") {
            kwargs.push(("native_enum".into(), Value::Bool(false)));
        }
        let place = self.nowhere();
        self.interpreter.call(&Value::External("sqlalchemy.Enum".into()), vec![value.clone()], kwargs, &place)
    }
}
