//! What is known while a model is put together: the code that ran, the tables so far, and who owns which column.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::declarative::Standing;
use super::draft::{Draft, Field};
use super::metadata::MetaData;
use crate::schema::eval::{ClassId, Interpreter, ObjectId, Value};
use crate::schema::finding::Note;
use crate::schema::place::Place;
use crate::schema::settings::Dialect;

/// How many parts of one expression are looked at; expressions that share their parts grow without bound otherwise.
const STEPS_MAX: u32 = 5_000;

/// A column of a table: which table, which of its columns.
pub type Spot = (usize, usize);

/// A model in the making.
pub struct Builder<'i, 'a> {
    /// The code that ran.
    pub interpreter: &'i mut Interpreter<'a>,
    /// The database that it is for.
    pub dialect: Dialect,
    /// Tables so far.
    pub drafts: Vec<Draft>,
    /// Tables by metadata and full name.
    pub by_name: HashMap<(usize, String), usize>,
    /// Every `MetaData`, with what it says about names.
    pub metadata: Vec<MetaData>,
    /// Metadata by what stands for it.
    pub metadata_of: HashMap<String, usize>,
    /// How classes stand to the tables.
    pub standings: HashMap<ClassId, Standing>,
    /// The table a class is mapped to.
    pub of_class: HashMap<ClassId, usize>,
    /// The table that a call of `Table` made.
    pub of_table: HashMap<ObjectId, usize>,
    /// The columns that a call of `Column` became: several where a mixin hands it on.
    pub of_column: HashMap<ObjectId, Vec<Spot>>,
    /// The column behind an attribute of a class.
    pub of_attribute: HashMap<(ClassId, Arc<str>), Spot>,
    /// Tables by full name, of any metadata.
    pub by_any_name: HashMap<String, usize>,
    /// Constraints and indexes that a table holds.
    pub placed: HashSet<ObjectId>,
    /// Steps left for the expression at hand.
    steps: u32,
    /// `type_annotation_map` by the base it is of.
    pub type_maps: HashMap<String, Rc<Vec<(Value, Value)>>>,
}

impl<'i, 'a> Builder<'i, 'a> {
    /// Nothing is known yet.
    pub fn new(interpreter: &'i mut Interpreter<'a>, dialect: Dialect) -> Self {
        Self {
            interpreter,
            dialect,
            drafts: Vec::new(),
            by_name: HashMap::new(),
            metadata: Vec::new(),
            metadata_of: HashMap::new(),
            standings: HashMap::new(),
            of_class: HashMap::new(),
            of_table: HashMap::new(),
            of_column: HashMap::new(),
            of_attribute: HashMap::new(),
            by_any_name: HashMap::new(),
            placed: HashSet::new(),
            steps: 0,
            type_maps: HashMap::new(),
        }
    }

    /// Says what could not be told.
    pub fn note(&mut self, code: &'static str, place: &Place, message: &str) {
        // A column says once that its type is not known, whoever saw it first.
        let said = |note: &Note| note.code == code && note.place == *place;
        if self.interpreter.notes().iter().rev().take(4).any(said) {
            return;
        }
        self.interpreter.note(Note { code, place: place.clone(), message: message.to_owned() });
    }

    /// Begins with a new expression.
    pub fn refill(&mut self) {
        self.steps = STEPS_MAX;
    }

    /// Takes a step through an expression; `false` where it has been looked at for too long.
    pub fn step(&mut self) -> bool {
        let left = self.steps > 0;
        self.steps = self.steps.saturating_sub(1);
        left
    }

    /// A place for calls that stand nowhere in the source.
    pub fn nowhere(&self) -> Place {
        Place::new("", 0)
    }

    /// The value of an attribute that a class or one of its bases in the tree declares.
    pub fn own_attribute(&self, class: ClassId, name: &str) -> Option<Value> {
        self.interpreter.linearised(class).iter().find_map(|base| match base {
            Value::Class(base) => self.declared(*base, name),
            _ => None,
        })
    }

    /// The value of an attribute that the class itself declares.
    pub fn declared(&self, class: ClassId, name: &str) -> Option<Value> {
        self.interpreter.own_attribute(class, name)?.value.clone()
    }

    /// Adds a column to a table, unless it has one of this key.
    pub fn add_field(&mut self, draft: usize, field: Field) -> Option<Spot> {
        let object = field.definition.object;
        let spots = object.and_then(|object| self.of_column.get(&object));
        if let Some(spot) = spots.into_iter().flatten().find(|spot| spot.0 == draft) {
            return Some(*spot);
        }
        let at = self.drafts.get_mut(draft)?.add(field);
        if let Some(object) = object {
            self.of_column.entry(object).or_default().push((draft, at));
        }
        Some((draft, at))
    }

    /// A column.
    pub fn field(&self, spot: Spot) -> Option<&Field> {
        self.drafts.get(spot.0)?.fields.get(spot.1)
    }
}
