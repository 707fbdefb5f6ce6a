//! `MetaData`: which tables belong together, in which schema, and how constraints without a name are named.

use super::builder::Builder;
use super::column::text;
use crate::schema::eval::{ClassId, Value};

/// How deep references to metadata are followed.
const DEPTH: u32 = 8;

/// One `MetaData`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MetaData {
    /// The schema of tables that name none.
    pub schema: Option<String>,
    /// `naming_convention`, if there is one: templates by `ix`, `uq`, `ck`, `fk`, `pk`, and functions by token.
    pub convention: Option<Vec<(String, Value)>>,
}

impl Builder<'_, '_> {
    /// Which metadata a value stands for.
    pub fn metadata_of(&mut self, value: &Value) -> usize {
        self.metadata_within(value, DEPTH)
    }

    fn metadata_within(&mut self, value: &Value, depth: u32) -> usize {
        let Some(depth) = depth.checked_sub(1) else { return self.metadata_named("", MetaData::default) };
        match value {
            Value::Object(_) if self.handed_on(value).is_some() => {
                let inner = self.handed_on(value).unwrap_or(Value::None);
                self.metadata_within(&inner, depth)
            }
            Value::Object(id) => {
                let made = self.made_metadata(value);
                self.metadata_named(&format!("object {}", id.0), || made)
            }
            Value::Member(inner, name) if &**name == "metadata" => match &**inner {
                Value::Class(class) => self.metadata_of_class(*class),
                other => self.metadata_within(&other.clone(), depth),
            },
            Value::Class(class) => self.metadata_of_class(*class),
            other => {
                let text = self.interpreter.text(other);
                let text = text.strip_suffix(".metadata").unwrap_or(&text).to_owned();
                let made = self.made_metadata(&Value::External(text.as_str().into()));
                self.metadata_named(&text, || made)
            }
        }
    }

    /// What `declarative_base(metadata=…)`, `registry(metadata=…)`, `SQLAlchemy(metadata=…)` were given, or a registry
    /// that makes a base.
    fn handed_on(&self, value: &Value) -> Option<Value> {
        let Value::Object(id) = value else { return None };
        let object = self.interpreter.object(*id);
        let kwarg =
            |name: &str| object.kwargs.iter().find(|(key, _)| &**key == name).map(|(_, value)| value.clone());
        let given = ["metadata", "metadata_obj", "registry", "model_class", "cls"].iter().find_map(|name| {
            kwarg(name).filter(|value| match value {
                Value::Class(class) => ["cls", "model_class"].contains(name) && self.has_metadata(*class),
                Value::None => false,
                _ => true,
            })
        });
        given.or_else(|| match &object.callee {
            // `registry.generate_base()` and decorators of a registry.
            Value::Member(inner, name) if matches!(**inner, Value::Object(_)) && &**name != "MetaData" => {
                Some((**inner).clone())
            }
            _ => object
                .args
                .first()
                .filter(|first| self.call(first).is_some_and(|call| call.is("MetaData")))
                .cloned(),
        })
    }

    /// What `MetaData(…)`, or what was set on something's metadata later, says.
    fn made_metadata(&mut self, value: &Value) -> MetaData {
        let call = self.call(value).filter(|call| call.is("MetaData"));
        let holder = match &call {
            Some(_) => value.clone(),
            None => Value::Member(Box::new(value.clone()), "metadata".into()),
        };
        let given = |at: usize, name: &str| call.as_ref().and_then(|call| call.arg(at, name)).cloned();
        let schema = self.set_later(&holder, "schema").or_else(|| given(0, "schema"));
        let convention =
            self.set_later(&holder, "naming_convention").or_else(|| given(2, "naming_convention"));
        MetaData {
            schema: schema.as_ref().and_then(text),
            convention: convention.and_then(|value| self.convention(&value)),
        }
    }

    /// What was assigned to an attribute.
    fn set_later(&mut self, holder: &Value, name: &str) -> Option<Value> {
        let found = self.interpreter.attribute(holder, name);
        matches!(found, Value::Str(_) | Value::Dict(_)).then_some(found)
    }

    fn has_metadata(&self, class: ClassId) -> bool {
        self.own_attribute(class, "metadata").is_some() || self.own_attribute(class, "registry").is_some()
    }

    /// The metadata that tables of a class go to.
    pub fn metadata_of_class(&mut self, class: ClassId) -> usize {
        let declared = self.own_attribute(class, "metadata").filter(|value| *value != Value::None);
        let declared = declared.or_else(|| self.own_attribute(class, "registry"));
        if let Some(value) = declared.filter(|value| !matches!(value, Value::Class(_))) {
            return self.metadata_within(&value, DEPTH);
        }
        let Some(family) = self.family(class) else {
            return self.metadata_named(&format!("class {}", class.0), MetaData::default);
        };
        let bind = self.own_attribute(class, "__bind_key__").as_ref().and_then(text);
        match (bind, &family.root) {
            (Some(bind), root) => {
                // A bind of Flask-SQLAlchemy has metadata of its own, with the names of the default one.
                let owner = match root {
                    Value::Member(inner, _) => (**inner).clone(),
                    other => other.clone(),
                };
                let at = self.metadata_within(&owner, DEPTH);
                let convention = self.metadata.get(at).and_then(|metadata| metadata.convention.clone());
                self.metadata_named(&format!("{root:?} {bind}"), || MetaData { schema: None, convention })
            }
            (None, Value::Class(root)) => {
                let made = self.made_metadata(&Value::Class(*root));
                self.metadata_named(&format!("class {}", root.0), || made)
            }
            (None, Value::Member(inner, _)) => self.metadata_within(&(**inner).clone(), DEPTH),
            (None, other) => self.metadata_within(&other.clone(), DEPTH),
        }
    }

    fn metadata_named(&mut self, key: &str, make: impl FnOnce() -> MetaData) -> usize {
        if let Some(at) = self.metadata_of.get(key) {
            return *at;
        }
        let at = self.metadata.len();
        self.metadata.push(make());
        self.metadata_of.insert(key.to_owned(), at);
        at
    }

    /// A naming convention, its keys as the short words.
    fn convention(&self, value: &Value) -> Option<Vec<(String, Value)>> {
        let entries = self.interpreter.entries(value)?;
        let short = |key: &Value| match key {
            Value::Str(text) => text.to_string(),
            other => match self.last(other).as_deref() {
                Some("Index") => "ix",
                Some("UniqueConstraint") => "uq",
                Some("CheckConstraint") => "ck",
                Some("ForeignKeyConstraint") => "fk",
                Some("PrimaryKeyConstraint") => "pk",
                _ => "",
            }
            .to_owned(),
        };
        Some(entries.iter().map(|(key, value)| (short(key), value.clone())).collect())
    }
}
