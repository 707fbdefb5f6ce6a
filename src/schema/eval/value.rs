//! What names stand for once declarations have run.

use std::rc::Rc;
use std::sync::Arc;

use crate::schema::place::Place;
use crate::schema::python::ast;

/// Names a module of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleId(pub u32);
/// Names a class that the tree declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub u32);
/// Names a function that the tree declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(pub u32);
/// Names an object: what a call made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u32);
/// Names a list, set or dict, which can grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellId(pub u32);

/// A value. Cheap to clone.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `None`.
    None,
    /// `True`, `False`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float or decimal, as written.
    Number(Arc<str>),
    /// A string.
    Str(Arc<str>),
    /// `...`.
    Ellipsis,
    /// A tuple.
    Tuple(Rc<[Value]>),
    /// A list or set.
    List(CellId),
    /// A dict.
    Dict(CellId),
    /// A module of the tree.
    Module(ModuleId),
    /// A class of the tree.
    Class(ClassId),
    /// A function of the tree, with what it is bound to (`self` or `cls`).
    Function(FunctionId, Option<Box<Value>>),
    /// Something that the tree imports from elsewhere, by its full dotted name, as in `sqlalchemy.Column`.
    External(Arc<str>),
    /// What a call made, or an operator on something that is not a plain value.
    Object(ObjectId),
    /// An attribute of an object or class that it does not have itself, as in `db.Model`, `Base.metadata`, `column.label`.
    Member(Box<Value>, Arc<str>),
    /// `a[b]` of something external, as in `Mapped[int]`, `list[str]`.
    Item(Box<Value>, Rc<[Value]>),
    /// What cannot be told: why, as in `os.environ` or `a loop that does not end`.
    Unknown(Arc<str>),
}

/// What a call made: `Column(Integer, nullable=False)`, an instance of a class of the tree, `a > b`.
#[derive(Debug, Clone)]
pub struct Object {
    /// What was called: `External`, `Class`, `Member` (a method), or `External("operator.>")` and the like for operators.
    pub callee: Value,
    /// Arguments by position.
    pub args: Vec<Value>,
    /// Arguments by name.
    pub kwargs: Vec<(Arc<str>, Value)>,
    /// Attributes that were set on it later, or by its `__init__`.
    pub attributes: Vec<(Arc<str>, Value)>,
    /// Where it was called.
    pub place: Place,
}

/// A class of the tree.
#[derive(Debug, Clone)]
pub struct Class {
    /// Its name.
    pub name: Arc<str>,
    /// The module it is declared in.
    pub module: ModuleId,
    /// Bases in order: `Class`, `External`, `Member` (`db.Model`), `Item` (`Generic[T]`), `Unknown`.
    pub bases: Vec<Value>,
    /// Keywords of the class statement, as in `table=True`.
    pub keywords: Vec<(Arc<str>, Value)>,
    /// Decorators, from top to bottom.
    pub decorators: Vec<Value>,
    /// Attributes in the order of declaration, those set from outside later at the end. One entry a name: the last stands.
    pub attributes: Vec<Attribute>,
    /// Where it is declared.
    pub place: Place,
}

/// An attribute of a class.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its name.
    pub name: Arc<str>,
    /// Its annotation, not evaluated.
    pub annotation: Option<Arc<ast::Expr>>,
    /// Its value; `None` where it is only annotated.
    pub value: Option<Value>,
    /// Where it is declared.
    pub place: Place,
}

/// A function of the tree.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its source.
    pub ast: Arc<ast::Function>,
    /// The module it is declared in.
    pub module: ModuleId,
    /// The class it is declared in.
    pub class: Option<ClassId>,
    /// Decorators, from top to bottom.
    pub decorators: Vec<Value>,
    /// The scope it closes over.
    pub scope: super::ScopeId,
}
