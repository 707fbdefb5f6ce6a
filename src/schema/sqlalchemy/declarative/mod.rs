//! Mapped classes: each becomes a table, or part of that of its parent.

mod annotation;
pub mod arguments;
mod family;
mod scan;
mod sqlmodel;
mod tablename;

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

pub use family::{Family, Flavour};

use super::builder::Builder;
use super::draft::{Draft, Field};
use crate::schema::eval::{ClassId, ObjectId, Value};

/// How a class stands to the tables.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// What makes it declarative, if anything does.
    pub family: Option<Family>,
    /// Whether it is mapped itself, rather than a base, a mixin or no part of it.
    pub mapped: bool,
    /// Names of attributes that it and its bases declare, once it is mapped.
    pub names: Rc<HashSet<Arc<str>>>,
}

impl Builder<'_, '_> {
    /// Makes tables of every mapped class so far. Parents are declared before their children.
    pub fn declare_all(&mut self) {
        let classes: Vec<ClassId> = self.interpreter.classes().map(|(id, _)| id).collect();
        for class in &classes {
            let family = self.family(*class);
            let mapped = family.as_ref().is_some_and(|family| self.is_mapped(*class, family));
            self.standings.insert(*class, Standing { family, mapped, names: Rc::default() });
        }
        for class in classes {
            if self.standings.get(&class).is_some_and(|standing| standing.mapped) {
                self.declare(class);
            }
        }
    }

    /// What makes a class declarative.
    pub fn family(&self, class: ClassId) -> Option<Family> {
        match self.standings.get(&class) {
            Some(standing) => standing.family.clone(),
            None => self.find_family(class),
        }
    }

    fn is_mapped(&self, class: ClassId, family: &Family) -> bool {
        if family.root == Value::Class(class) && !family.decorated {
            return false;
        }
        if self.declared(class, "__abstract__") == Some(Value::Bool(true)) {
            return false;
        }
        let bases = &self.interpreter.class(class).bases;
        let deferred = |base: &Value| self.last(base).is_some_and(|last| last == "AbstractConcreteBase");
        if bases.iter().any(deferred) {
            return false;
        }
        family.flavour != Flavour::SqlModel || self.is_sqlmodel_table(class)
    }

    /// Makes a class's table, or adds to that of its parent.
    fn declare(&mut self, class: ClassId) {
        let order: Vec<ClassId> = self.interpreter.linearised(class).iter().filter_map(as_class).collect();
        let parent = order.iter().skip(1).copied().find(|base| self.of_class.contains_key(base));
        let Some(family) = self.family(class) else { return };
        let scanned = match family.flavour {
            Flavour::SqlModel => self.scan_sqlmodel(class, &order),
            _ => self.scan(class, &order),
        };
        self.remember_names(class, &order);
        if let Some(table) = self.given_table(class, &order) {
            return self.map_to(class, table, &scanned);
        }
        let keyed = scanned.iter().any(|(_, made)| made.primary_key);
        let name = self.table_name(class, &order, &family, parent, keyed);
        let place = self.interpreter.class(class).place.clone();
        let at = match (name, parent.and_then(|parent| self.of_class.get(&parent).copied())) {
            (Some(name), _) => {
                let metadata = self.metadata_of_class(class);
                let arguments = self.table_arguments(class, &order);
                let mut draft = Draft::new(name, None, metadata, place);
                self.apply(&arguments, &mut draft);
                self.add_draft(draft)
            }
            (None, Some(table)) => table,
            (None, None) if scanned.is_empty() => return,
            (None, None) => {
                let name = self.interpreter.class(class).name.clone();
                self.note("unresolved-tablename", &place, &format!("the table of {name} cannot be told"));
                let metadata = self.metadata_of_class(class);
                self.add_draft(Draft::new(format!("<{name}>"), None, metadata, place))
            }
        };
        self.note_family(class, &family);
        self.of_class.insert(class, at);
        self.expose(class, at);
        for (attribute, made) in scanned {
            let key = made.key.clone().or_else(|| made.name.clone()).unwrap_or_else(|| attribute.to_string());
            let name = made.name.clone().unwrap_or_else(|| attribute.to_string());
            let field = Field { key, name, definition: made };
            if let Some(spot) = self.add_field(at, field) {
                self.of_attribute.insert((class, attribute), spot);
            }
        }
        self.columns_among_parts(at);
    }

    /// Sets `__table__`, so that functions of the tree that run later see it.
    fn expose(&mut self, class: ClassId, at: usize) {
        let Some(name) = self.drafts.get(at).map(|draft| draft.name.clone()) else { return };
        let place = self.nowhere();
        let callee = Value::External("sqlalchemy.Table".into());
        let table = self.interpreter.call(&callee, vec![Value::Str(name.into())], Vec::new(), &place);
        self.of_table.extend(object_of(&table).map(|id| (id, at)));
        self.interpreter.expose(class, "__table__", table);
    }

    /// Maps a class to a table that is there: attributes that are columns of it are found by them.
    fn map_to(&mut self, class: ClassId, table: usize, scanned: &[(Arc<str>, super::column::Definition)]) {
        self.of_class.insert(class, table);
        let fields = self.drafts.get(table).map(|draft| draft.fields.clone()).unwrap_or_default();
        for (at, field) in fields.iter().enumerate() {
            self.of_attribute.insert((class, field.key.as_str().into()), (table, at));
        }
        for (attribute, made) in scanned {
            let name = made.name.clone().unwrap_or_else(|| attribute.to_string());
            if let Some(at) = fields.iter().position(|field| field.name == name) {
                self.of_attribute.insert((class, attribute.clone()), (table, at));
            }
        }
    }

    /// Maps a class to a table from outside.
    pub fn map_class(&mut self, class: ClassId, table: usize) {
        self.map_to(class, table, &[]);
    }

    /// `__table__ = Table(…)`, of the class itself or made by a base.
    fn given_table(&mut self, class: ClassId, order: &[ClassId]) -> Option<usize> {
        let value = match self.declared(class, "__table__") {
            Some(Value::Function(..)) => self.interpreter.attribute(&Value::Class(class), "__table__"),
            Some(value) => value,
            None => {
                let made =
                    |base: &&ClassId| matches!(self.declared(**base, "__table__"), Some(Value::Function(..)));
                order.iter().skip(1).find(made)?;
                self.interpreter.attribute(&Value::Class(class), "__table__")
            }
        };
        if value == Value::None {
            return None;
        }
        let found = self.table_of(&value);
        if found.is_none() && !matches!(value, Value::Member(..) | Value::None) {
            let place = self.interpreter.class(class).place.clone();
            let name = self.interpreter.class(class).name.clone();
            self.note("unresolved-table", &place, &format!("the __table__ of {name} cannot be told"));
        }
        found
    }

    fn remember_names(&mut self, class: ClassId, order: &[ClassId]) {
        let mut names: HashSet<Arc<str>> = HashSet::new();
        for base in order {
            let known = self.standings.get(base).map(|standing| Rc::clone(&standing.names));
            names.extend(known.iter().flat_map(|known| known.iter().cloned()));
            let attributes = &self.interpreter.class(*base).attributes;
            names.extend(attributes.iter().map(|attribute| attribute.name.clone()));
        }
        if let Some(standing) = self.standings.get_mut(&class) {
            standing.names = Rc::new(names);
        }
    }

    /// Says where a base is not of the tree, so that what it brings along is not known.
    fn note_family(&mut self, class: ClassId, family: &Family) {
        if family.flavour == Flavour::Guessed {
            let place = self.interpreter.class(class).place.clone();
            let name = self.interpreter.class(class).name.clone();
            let base = self.interpreter.text(&family.root);
            let message =
                format!("the base {base} of {name} is declared elsewhere; what it brings along is not known");
            self.note("unresolved-base", &place, &message);
        }
    }
}

/// The call that made a value.
pub fn object_of(value: &Value) -> Option<ObjectId> {
    match value {
        Value::Object(id) => Some(*id),
        _ => None,
    }
}

/// A class of the tree.
pub(super) fn as_class(value: &Value) -> Option<ClassId> {
    match value {
        Value::Class(class) => Some(*class),
        _ => None,
    }
}
