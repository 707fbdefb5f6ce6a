//! SQLModel: fields with annotations become columns where `table=True`.

use std::collections::HashSet;
use std::sync::Arc;

use super::scan::Scanned;
use crate::schema::eval::{Attribute, ClassId, Value};
use crate::schema::sqlalchemy::builder::Builder;
use crate::schema::sqlalchemy::column::Definition;
use crate::schema::sqlalchemy::names::Call;

/// How deep annotations lie within annotations.
const DEPTH: u32 = 12;

/// Python types by the type that SQLModel makes of them.
const TYPES: [(&[&str], &str); 11] = [
    (&["builtins.float"], "sqlalchemy.Float"),
    (&["builtins.bool"], "sqlalchemy.Boolean"),
    (&["builtins.int"], "sqlalchemy.Integer"),
    (&["datetime.datetime", "pydantic.AwareDatetime", "pydantic.NaiveDatetime"], "sqlalchemy.DateTime"),
    (&["datetime.date"], "sqlalchemy.Date"),
    (&["datetime.timedelta"], "sqlalchemy.Interval"),
    (&["datetime.time"], "sqlalchemy.Time"),
    (&["builtins.bytes"], "sqlalchemy.LargeBinary"),
    (&["decimal.Decimal", "pydantic.condecimal"], "sqlalchemy.Numeric"),
    (&["uuid.UUID", "pydantic.UUID4", "pydantic.UUID1", "pydantic.UUID7"], "sqlalchemy.Uuid"),
    (&["sqlmodel.JSON"], "sqlalchemy.JSON"),
];

impl Builder<'_, '_> {
    /// Whether a class of SQLModel's is a table: it says so, and no base of it is one.
    pub(super) fn is_sqlmodel_table(&self, class: ClassId) -> bool {
        let said = |class: &ClassId| {
            let keywords = &self.interpreter.class(*class).keywords;
            keywords.iter().any(|(name, value)| &**name == "table" && *value == Value::Bool(true))
        };
        let order = self.interpreter.linearised(class);
        let bases = order.iter().skip(1).filter_map(super::as_class);
        said(&class) && !bases.into_iter().any(|base| said(&base))
    }

    /// Columns of a class: fields of its bases first, each as the class closest to it declares it.
    pub(super) fn scan_sqlmodel(&mut self, class: ClassId, order: &[ClassId]) -> Scanned {
        let mut names: Vec<Arc<str>> = Vec::new();
        let mut known = HashSet::new();
        for base in order.iter().rev() {
            for attribute in &self.interpreter.class(*base).attributes {
                if known.insert(attribute.name.clone()) {
                    names.push(attribute.name.clone());
                }
            }
        }
        let mut scanned = Vec::new();
        for name in names {
            let declares =
                |base: &ClassId| self.interpreter.own_attribute(*base, &name).cloned().map(|at| (*base, at));
            let Some((base, attribute)) = order.iter().find_map(declares) else { continue };
            if let Some(made) = self.field_column(class, base, &attribute) {
                scanned.push((name, made));
            }
        }
        scanned
    }

    fn field_column(&mut self, class: ClassId, base: ClassId, attribute: &Attribute) -> Option<Definition> {
        if attribute.name.starts_with('_') || &*attribute.name == "model_config" {
            return None;
        }
        let value = match &attribute.value {
            Some(Value::Function(id, _)) => {
                let decorators = self.interpreter.function(*id).decorators.clone();
                decorators.iter().any(|decorator| self.is_declared_attr(decorator)).then_some(())?;
                Some(self.interpreter.attribute(&Value::Class(class), &attribute.name))
            }
            other => other.clone(),
        };
        if let Some(value) = value.as_ref().filter(|value| self.is_column(value)) {
            return self.definitions(value).into_iter().next();
        }
        let call = value.as_ref().and_then(|value| self.call(value));
        if call
            .as_ref()
            .is_some_and(|call| ["Relationship", "relationship", "PrivateAttr"].contains(&&*call.name.last))
        {
            return None;
        }
        let annotation = attribute.annotation.as_ref()?;
        let annotation = self.interpreter.annotation(base, annotation);
        if self.last(&annotation).as_deref() == Some("ClassVar") {
            return None;
        }
        let field = call.filter(|call| call.is("Field"));
        let (annotation, field) = self.unwrap_field(annotation, field);
        let mut made = match &field {
            Some(field) => self.given_column(field, &annotation),
            None => self.plain_column(&annotation, attribute),
        };
        made.place = attribute.place.clone();
        Some(made)
    }

    /// `Annotated[int, Field(…)]` apart, and `Mapped[…]` off.
    fn unwrap_field(&self, annotation: Value, mut field: Option<Call>) -> (Value, Option<Call>) {
        let mut at = annotation;
        for _ in 0..DEPTH {
            let Value::Item(container, items) = &at else { break };
            match self.last(container).as_deref() {
                Some("Annotated") => {
                    let found = items
                        .iter()
                        .skip(1)
                        .find_map(|value| self.call(value).filter(|call| call.is("Field")));
                    field = field.or(found);
                }
                Some("Mapped") => {}
                _ => break,
            }
            let Some(first) = items.first().cloned() else { break };
            at = first;
        }
        (at, field)
    }

    fn plain_column(&mut self, annotation: &Value, attribute: &Attribute) -> Definition {
        let mut made = Definition::empty(attribute.place.clone());
        made.nullable = Some(self.takes_none(annotation, DEPTH));
        made.kind = Some(self.field_type(annotation, None));
        made
    }

    /// The column of `Field(…)`.
    fn given_column(&mut self, field: &Call, annotation: &Value) -> Definition {
        if let Some(column) = field.kwarg("sa_column").cloned()
            && let Some(made) = self.definitions(&column).into_iter().next()
        {
            return made;
        }
        let mut made = Definition::empty(field.place.clone());
        let truth = |name: &str| match field.kwarg(name) {
            Some(Value::Bool(value)) => Some(*value),
            _ => None,
        };
        made.primary_key = truth("primary_key").unwrap_or(false);
        let optional = !made.primary_key && self.takes_none(annotation, DEPTH);
        made.nullable = Some(truth("nullable").unwrap_or(optional));
        made.unique = truth("unique");
        made.index = truth("index");
        let given = field.kwarg("sa_type").cloned();
        made.kind = Some(given.unwrap_or_else(|| self.field_type(annotation, Some(field))));
        if let Some(target) = field.kwarg("foreign_key").filter(|value| **value != Value::None).cloned() {
            let action = field.kwarg("ondelete").cloned().filter(|value| *value != Value::None);
            let kwargs = action.map(|action| ("ondelete".into(), action)).into_iter().collect();
            let callee = Value::External("sqlalchemy.ForeignKey".into());
            let key = self.interpreter.call(&callee, vec![target], kwargs, &field.place);
            made.foreign_keys.extend(self.call(&key));
        }
        self.more(field, &mut made);
        made
    }

    /// `sa_column_args` and `sa_column_kwargs`.
    fn more(&mut self, field: &Call, made: &mut Definition) {
        let args = field
            .kwarg("sa_column_args")
            .and_then(|value| self.interpreter.elements(value))
            .unwrap_or_default();
        let entries = field
            .kwarg("sa_column_kwargs")
            .and_then(|value| self.interpreter.entries(value))
            .unwrap_or_default();
        if args.is_empty() && entries.is_empty() {
            return;
        }
        let named = |(key, value): (Value, Value)| match key {
            Value::Str(name) => Some((name, value)),
            _ => None,
        };
        let kwargs = entries.into_iter().filter_map(named).collect();
        let callee = Value::External("sqlalchemy.Column".into());
        let column = self.interpreter.call(&callee, args, kwargs, &field.place);
        for mut other in self.definitions(&column) {
            // What is given here stands before what the field says.
            made.nullable = other.nullable.or(made.nullable);
            made.unique = other.unique.or(made.unique);
            made.index = other.index.or(made.index);
            made.kind = other.kind.take().or(made.kind.take());
            made.name = other.name.take().or(made.name.take());
            made.key = other.key.take().or(made.key.take());
            made.merge(&other);
        }
    }

    /// The type that SQLModel makes of an annotation.
    fn field_type(&mut self, annotation: &Value, field: Option<&Call>) -> Value {
        let inner = self.without_none(annotation, DEPTH);
        let place = self.nowhere();
        let given = |name: &str| {
            field.and_then(|field| field.kwarg(name)).filter(|value| **value != Value::None).cloned()
        };
        match &inner {
            Value::External(path) => {
                let found = TYPES.iter().find(|(names, _)| names.contains(&&**path)).map(|(_, kind)| *kind);
                match found {
                    Some("sqlalchemy.Numeric") => {
                        let kwargs = [("precision", "max_digits"), ("scale", "decimal_places")];
                        let kwargs = kwargs
                            .into_iter()
                            .filter_map(|(to, from)| Some((to.into(), given(from)?)))
                            .collect();
                        self.interpreter.call(
                            &Value::External("sqlalchemy.Numeric".into()),
                            Vec::new(),
                            kwargs,
                            &place,
                        )
                    }
                    Some(kind) => Value::External(kind.into()),
                    None if self.is_textual(path) => {
                        let kwargs =
                            given("max_length").map(|length| ("length".into(), length)).into_iter().collect();
                        let callee = Value::External("sqlmodel.AutoString".into());
                        self.interpreter.call(&callee, Vec::new(), kwargs, &place)
                    }
                    None => inner,
                }
            }
            Value::Class(class)
                if !self.interpreter.linearised(*class).iter().any(|base| self.is_enum_base(base)) =>
            {
                let bases = self.interpreter.linearised(*class);
                match bases.into_iter().find(|base| matches!(base, Value::External(_))) {
                    Some(base) => self.field_type(&base, field),
                    None => inner,
                }
            }
            Value::Class(_) => self.interpreter.call(
                &Value::External("sqlalchemy.Enum".into()),
                vec![inner],
                Vec::new(),
                &place,
            ),
            Value::Item(container, items) if self.last(container).as_deref() == Some("Literal") => {
                let text = items.iter().all(|item| matches!(item, Value::Str(_)));
                Value::External(if text { "sqlmodel.AutoString" } else { "sqlalchemy.Integer" }.into())
            }
            _ => inner,
        }
    }

    fn is_enum_base(&self, value: &Value) -> bool {
        matches!(value, Value::External(path) if path.starts_with("enum."))
            || self.last(value).is_some_and(|last| last.ends_with("Enum"))
    }

    /// Types that are kept as text.
    fn is_textual(&self, path: &str) -> bool {
        let root = path.split('.').next().unwrap_or_default();
        ["builtins.str", "pathlib.Path", "pydantic.EmailStr", "pydantic.HttpUrl", "pydantic.AnyUrl"]
            .contains(&path)
            || root == "ipaddress"
            || path.ends_with("Str")
            || path.ends_with("Url")
    }
}
