//! `__table_args__`: constraints, indexes and options, as a tuple, a dict or both.

use std::sync::Arc;

use crate::schema::eval::{ClassId, Interpreter, ObjectId, Value};
use crate::schema::sqlalchemy::builder::Builder;
use crate::schema::sqlalchemy::constraint::PARTS;
use crate::schema::sqlalchemy::draft::{Draft, Field};
use crate::schema::sqlalchemy::names::Call;

/// What a table is declared with beside its columns.
#[derive(Debug, Clone, Default)]
pub struct Arguments {
    /// Constraints, indexes and the like.
    pub parts: Vec<Value>,
    /// Options by name.
    pub options: Vec<(Arc<str>, Value)>,
}

impl Builder<'_, '_> {
    /// What `__table_args__` is for a class, if it or a base that is not mapped says so.
    pub(super) fn table_arguments(&mut self, class: ClassId, order: &[ClassId]) -> Arguments {
        for base in order {
            let Some(value) = self.declared(*base, "__table_args__") else { continue };
            let made = matches!(value, Value::Function(..));
            if *base != class && self.of_class.contains_key(base) && !made {
                continue;
            }
            let value =
                if made { self.interpreter.attribute(&Value::Class(class), "__table_args__") } else { value };
            let arguments = self.arguments(&value);
            if arguments.is_none() && value != Value::None {
                let place = self.interpreter.class(class).place.clone();
                let name = self.interpreter.class(class).name.clone();
                self.note(
                    "unresolved-constraint",
                    &place,
                    &format!("the __table_args__ of {name} cannot be told"),
                );
            }
            return arguments.unwrap_or_default();
        }
        Arguments::default()
    }

    /// Takes a tuple, dict or both apart.
    fn arguments(&self, value: &Value) -> Option<Arguments> {
        let mut arguments = Arguments::default();
        if matches!(value, Value::Dict(_)) {
            arguments.options = self.options_of(value);
            return Some(arguments);
        }
        for element in self.interpreter.elements(value)? {
            if matches!(element, Value::Dict(_)) {
                arguments.options.extend(self.options_of(&element));
            } else {
                arguments.parts.push(element);
            }
        }
        Some(arguments)
    }

    fn options_of(&self, value: &Value) -> Vec<(Arc<str>, Value)> {
        let entries = self.interpreter.entries(value).unwrap_or_default();
        let named = |(key, value): (Value, Value)| match key {
            Value::Str(name) => Some((name, value)),
            _ => None,
        };
        entries.into_iter().filter_map(named).collect()
    }

    /// Puts options and parts into a table in the making.
    pub fn apply(&mut self, arguments: &Arguments, draft: &mut Draft) {
        let mut schema = None;
        for (name, value) in &arguments.options {
            match (&**name, value) {
                ("schema", Value::Str(text)) => schema = Some(Some(text.to_string())),
                ("schema", Value::None) => {}
                ("schema", other) if self.last(other).is_some_and(|last| last == "BLANK_SCHEMA") => {
                    schema = Some(None)
                }
                ("schema", other) => schema = Some(Some(format!("<{}>", self.interpreter.text(other)))),
                ("comment", value) => draft.comment = self.words(value),
                _ => {}
            }
        }
        let of_metadata = || self.metadata.get(draft.metadata).and_then(|metadata| metadata.schema.clone());
        draft.schema = schema.unwrap_or_else(of_metadata);
        for part in &arguments.parts {
            self.part(part, draft);
        }
    }

    /// The part that `.ddl_if(dialect=…)` is asked of, where it is meant for the dialect; any other value as it is.
    fn meant_part(&self, part: &Value) -> Option<Value> {
        let Value::Object(id) = part else { return Some(part.clone()) };
        let object = self.interpreter.object(*id);
        let Value::Member(inner, method) = &object.callee else { return Some(part.clone()) };
        if &**method != "ddl_if" {
            return Some(part.clone());
        }
        let dialect = object.kwargs.iter().find(|(name, _)| &**name == "dialect").map(|(_, value)| value);
        let meant = match dialect.or(object.args.first()) {
            Some(Value::Str(name)) => self.is_dialect(name),
            Some(value @ (Value::Tuple(_) | Value::List(_))) => {
                let names = self.interpreter.elements(value).unwrap_or_default();
                names.iter().any(|name| matches!(name, Value::Str(name) if self.is_dialect(name)))
            }
            _ => true,
        };
        meant.then(|| (**inner).clone())
    }

    fn part(&mut self, part: &Value, draft: &mut Draft) {
        let Some(part) = self.meant_part(part) else {
            return self.placed.extend(inner_object(self.interpreter, part));
        };
        let part = &part;
        if *part == Value::None || self.is_column(part) {
            draft.parts.push(part.clone());
        } else if self.call(part).is_some_and(|call| self.is_part(&call)) {
            self.placed.extend(super::object_of(part));
            draft.parts.push(part.clone());
        } else if let Some(inner) = self.interpreter.elements(part).filter(|_| !matches!(part, Value::Str(_)))
        {
            for value in inner {
                if self.call(&value).is_some_and(|call| self.is_part(&call)) {
                    self.placed.extend(super::object_of(&value));
                    draft.parts.push(value);
                }
            }
        } else {
            let text = self.interpreter.text(part);
            let message = format!("a part of table {} cannot be told: {text}", draft.name);
            self.note("unresolved-constraint", &draft.place.clone(), &message);
        }
    }

    fn is_part(&self, call: &Call) -> bool {
        PARTS.contains(&&*call.name.last)
    }

    /// Adds a table, and finds it by its name from now on.
    pub fn add_draft(&mut self, draft: Draft) -> usize {
        let at = self.drafts.len();
        let name = draft.full_name();
        self.by_name.entry((draft.metadata, name.clone())).or_insert(at);
        self.by_any_name.entry(name).or_insert(at);
        self.drafts.push(draft);
        at
    }

    /// Columns that stand among the constraints.
    pub(super) fn columns_among_parts(&mut self, at: usize) {
        let parts = self.drafts.get(at).map(|draft| draft.parts.clone()).unwrap_or_default();
        for part in &parts {
            for made in self.definitions(part) {
                self.add_definition(at, made);
            }
        }
    }

    /// Adds a column that carries its own name.
    pub fn add_definition(&mut self, at: usize, made: crate::schema::sqlalchemy::column::Definition) {
        let Some(name) = made.name.clone() else {
            let place = made.place;
            return self.note("unresolved-column", &place, "a column whose name cannot be told");
        };
        let key = made.key.clone().unwrap_or_else(|| name.clone());
        self.add_field(at, Field { key, name, definition: made });
    }
}

/// The object that a method was called on.
fn inner_object(interpreter: &Interpreter<'_>, part: &Value) -> Option<ObjectId> {
    let id = super::object_of(part)?;
    match &interpreter.object(id).callee {
        Value::Member(inner, _) => super::object_of(inner),
        _ => None,
    }
}
