//! Runs declarations: an interpreter for the part of Python that models and migrations are written in.
//!
//! It runs modules, class bodies and small functions on values that may be unknown, and keeps every class and every call it
//! meets, in order. It knows Python's own strings, lists, dicts and builtins; it does not know SQLAlchemy: what is imported
//! from outside the tree is a name, and calling it makes an object that remembers its arguments.

use std::sync::Arc;

use super::facts::Facts;
use super::finding::Note;
use super::place::Place;
use super::python::ast;
use super::tree::Tree;

pub mod value;

pub use value::{Attribute, CellId, Class, ClassId, Function, FunctionId, ModuleId, Object, ObjectId, Value};

/// Names a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeId(pub u32);

/// Gives lowered modules by content, so that no blob is lowered twice.
pub trait Modules: Sync {
    /// The module that a file holds.
    fn module(&self, tree: &dyn Tree, file: &super::tree::File) -> Arc<ast::Module>;

    /// What a glance at a file tells.
    fn facts(&self, tree: &dyn Tree, file: &super::tree::File) -> Arc<Facts>;
}

/// One version of the code, being run.
pub struct Interpreter<'a> {
    tree: &'a dyn Tree,
    modules: &'a dyn Modules,
    notes: Vec<Note>,
}

impl<'a> Interpreter<'a> {
    /// Nothing has run yet.
    pub fn new(tree: &'a dyn Tree, modules: &'a dyn Modules) -> Self {
        Self { tree, modules, notes: Vec::new() }
    }

    /// Runs the module at a path, once. Names that it imports are run when they are first needed.
    pub fn run(&mut self, _path: &str) -> Option<ModuleId> {
        todo!()
    }
    /// Every class so far, in the order they were declared.
    pub fn classes(&self) -> impl Iterator<Item = (ClassId, &Class)> {
        std::iter::empty()
    }
    /// Every object so far, in the order they were made.
    pub fn objects(&self) -> impl Iterator<Item = (ObjectId, &Object)> {
        std::iter::empty()
    }
    /// A class.
    pub fn class(&self, _id: ClassId) -> &Class {
        todo!()
    }
    /// An object.
    pub fn object(&self, _id: ObjectId) -> &Object {
        todo!()
    }
    /// A function.
    pub fn function(&self, _id: FunctionId) -> &Function {
        todo!()
    }
    /// Dotted name of a module, as in `app.models.user`.
    pub fn module_name(&self, _id: ModuleId) -> &str {
        todo!()
    }
    /// Elements of a tuple, list or set; `None` for anything else.
    pub fn elements(&self, _value: &Value) -> Option<Vec<Value>> {
        todo!()
    }
    /// Entries of a dict in order; `None` for anything else.
    pub fn entries(&self, _value: &Value) -> Option<Vec<(Value, Value)>> {
        todo!()
    }
    /// Classes in the order in which attributes are looked up (C3 of the tree's classes), the class itself first, each base
    /// that is not of the tree as its value.
    pub fn linearised(&self, _class: ClassId) -> Vec<Value> {
        todo!()
    }
    /// An attribute, as `value.name` evaluates: of classes through their bases, of modules through their imports.
    pub fn attribute(&mut self, _value: &Value, _name: &str) -> Value {
        todo!()
    }
    /// Calls a value: a function of the tree runs, everything else makes an object.
    pub fn call(
        &mut self,
        _callee: &Value,
        _args: Vec<Value>,
        _kwargs: Vec<(Arc<str>, Value)>,
        _place: &Place,
    ) -> Value {
        todo!()
    }
    /// An annotation of a class's attribute, evaluated where it stands; strings are read as expressions.
    pub fn annotation(&mut self, _class: ClassId, _annotation: &ast::Expr) -> Value {
        todo!()
    }
    /// The value of a module's global name.
    pub fn global(&mut self, _module: ModuleId, _name: &str) -> Option<Value> {
        todo!()
    }
    /// How a value is written, for what is compared by its text: `geoalchemy2.Geometry('POINT', srid=4326)`.
    pub fn text(&self, _value: &Value) -> String {
        todo!()
    }
    /// What could not be told so far.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }
    /// Adds to what could not be told.
    pub fn note(&mut self, note: Note) {
        self.notes.push(note);
    }
}
