//! Runs declarations: an interpreter for the part of Python that models and migrations are written in.
//!
//! It runs modules, class bodies and small functions on values that may be unknown, and keeps every class and every call it
//! meets, in order. It knows Python's own strings, lists, dicts and builtins; it does not know SQLAlchemy: what is imported
//! from outside the tree is a name, and calling it makes an object that remembers its arguments.
//!
//! What a reader of values should know:
//! - Builtins are `External("builtins.int")`, and so on.
//! - An operator on something that is not plain is an object whose callee is `External("operator.==")` and the like, with one
//!   argument (`operator.-`, `operator.not`, `operator.~`) or two; `X | None` in an annotation is such an object. An f-string
//!   with a part that is not plain is `operator.format` of its parts.
//! - A member of an enum is `Member(Class, name)`; see [`Interpreter::enum_members`] and [`Interpreter::enum_value`].
//! - What a class of the tree passes to an `__init__` outside the tree is on the object as `__super_args__`, a tuple, and
//!   `__super_kwargs__`, a dict.
//! - A function under `@declared_attr` (or a property) stays a function in [`Class::attributes`];
//!   [`Interpreter::attribute`] runs it, with the class it is asked of, once a class.
//! - Where a test cannot be told, both branches run, and the first to name something wins.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::facts::Facts;
use super::finding::Note;
use super::place::Place;
use super::python::ast;
use super::tree::Tree;
use arena::Arena;

mod arena;
mod attribute;
mod builtin;
mod call;
mod class;
mod equality;
mod expression;
mod fuel;
mod module;
mod operator;
mod scope;
mod statement;
#[cfg(test)]
mod tests;
mod text;
pub mod trace;
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
    noted: BTreeSet<Note>,
    index: Option<std::rc::Rc<module::Index>>,
    loaded: Arena<module::Module>,
    by_path: HashMap<Arc<str>, ModuleId>,
    found: module::Found,
    scopes: Arena<scope::Scope>,
    classes: Arena<Class>,
    inner: Arena<class::Inner>,
    functions: Arena<Function>,
    objects: Arena<Object>,
    /// Which run of a module each object is of.
    made_in: Vec<u32>,
    cells: Arena<builtin::Cell>,
    /// What a descriptor made of a class, so that it makes it once.
    made: HashMap<(ClassId, FunctionId), Value>,
    /// Attributes set on what is not of the tree, by its text and their name; and these names.
    assigned: HashMap<(String, Arc<str>), Value>,
    assigned_names: HashSet<Arc<str>>,
    fuel: fuel::Fuel,
    /// Imports that are being resolved: modules may name each other in a circle.
    resolving: Vec<std::rc::Rc<module::Import>>,
    /// Whether names are read as in an annotation, and strings as expressions.
    annotating: bool,
    /// What happens, where someone wants to know.
    trace: Option<trace::Trace>,
}

impl<'a> Interpreter<'a> {
    /// Nothing has run yet.
    pub fn new(tree: &'a dyn Tree, modules: &'a dyn Modules) -> Self {
        Self {
            tree,
            modules,
            notes: Vec::new(),
            noted: BTreeSet::new(),
            index: None,
            loaded: Arena::new(module::Module::nothing()),
            by_path: HashMap::new(),
            found: HashMap::new(),
            scopes: Arena::new(scope::Scope::nothing()),
            classes: Arena::new(class::nothing()),
            inner: Arena::new(class::Inner::default()),
            functions: Arena::new(call::nothing()),
            objects: Arena::new(call::no_object()),
            made_in: Vec::new(),
            cells: Arena::new(builtin::Cell::List(Vec::new())),
            made: HashMap::new(),
            assigned: HashMap::new(),
            assigned_names: HashSet::new(),
            fuel: fuel::Fuel::default(),
            resolving: Vec::new(),
            annotating: false,
            trace: None,
        }
    }

    /// Runs the module at a path, once. Names that it imports are run when they are first needed.
    pub fn run(&mut self, path: &str) -> Option<ModuleId> {
        let file = self.tree.find(path)?.clone();
        let id = self.load(&file);
        self.execute(id);
        Some(id)
    }

    /// Every class so far, in the order they were declared.
    pub fn classes(&self) -> impl Iterator<Item = (ClassId, &Class)> {
        (0..).map(ClassId).zip(self.classes.iter())
    }

    /// Every object so far, in the order they were made.
    pub fn objects(&self) -> impl Iterator<Item = (ObjectId, &Object)> {
        (0..).map(ObjectId).zip(self.objects.iter())
    }

    /// A class. An id of another interpreter may name an empty one; so for objects and functions.
    pub fn class(&self, id: ClassId) -> &Class {
        self.classes.get(id.0)
    }

    /// An object.
    pub fn object(&self, id: ObjectId) -> &Object {
        self.objects.get(id.0)
    }

    /// A function.
    pub fn function(&self, id: FunctionId) -> &Function {
        self.functions.get(id.0)
    }

    /// Dotted name of a module, as in `app.models.user`.
    pub fn module_name(&self, id: ModuleId) -> &str {
        &self.loaded.get(id.0).name
    }

    /// Path of a module's file; of a package without `__init__.py` its folder.
    pub fn module_path(&self, id: ModuleId) -> &Arc<str> {
        &self.loaded.get(id.0).path
    }

    /// Source of a module.
    pub fn module_ast(&self, id: ModuleId) -> &Arc<ast::Module> {
        &self.loaded.get(id.0).ast
    }

    /// An annotation of a class's attribute, evaluated where it stands; strings are read as expressions.
    pub fn annotation(&mut self, class: ClassId, annotation: &ast::Expr) -> Value {
        let scope = self.inner.get(class.0).scope;
        let before = std::mem::replace(&mut self.annotating, true);
        let value = self.eval(scope, annotation);
        self.annotating = before;
        value
    }

    /// The value of a module's global name.
    pub fn global(&mut self, module: ModuleId, name: &str) -> Option<Value> {
        self.execute(module);
        self.module_global(module, name)
    }

    /// What could not be told so far.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Adds to what could not be told, once.
    pub fn note(&mut self, note: Note) {
        if self.noted.insert(note.clone()) {
            self.notes.push(note);
        }
    }

    fn note_at(&mut self, code: &'static str, scope: ScopeId, line: u32, message: String) {
        let place = self.place(scope, line);
        self.note(Note { code, place, message });
    }

    /// A line of the file that a scope is of.
    fn place(&self, scope: ScopeId, line: u32) -> Place {
        Place::new(self.module_path(self.scopes.get(scope.0).module).clone(), line)
    }
}
