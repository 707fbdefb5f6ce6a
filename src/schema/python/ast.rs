//! The small syntax tree that declarations are read from: what of Python can matter, with its lines, and nothing else.

use std::sync::Arc;

/// A module, lowered from one source file. Positions are lines; nothing in it depends on how the source is formatted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Module {
    /// Statements of the module.
    pub body: Vec<Stmt>,
    /// Comments of the form `# nija: ignore[rule, rule] reason`.
    pub ignores: Vec<Ignore>,
    /// Lines where the source is no Python.
    pub errors: Vec<u32>,
    /// Literals that may change a schema and are passed to calls which run SQL (`execute`, `text`, `DDL` …), with their
    /// lines; values within them are `{}`.
    pub sql: Vec<(u32, Arc<str>)>,
}

/// `# nija: ignore[rule, rule] reason`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// Line of the comment.
    pub line: u32,
    /// Whether nothing but the comment is on its line: it then speaks of the next line of code.
    pub alone: bool,
    /// Rule ids.
    pub rules: Vec<String>,
    /// Why; empty is a mistake.
    pub reason: String,
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stmt {
    /// First line.
    pub line: u32,
    /// What it is.
    pub kind: StmtKind,
}

/// Kinds of statements.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the sentence of each variant speaks of its fields")]
pub enum StmtKind {
    /// `import a.b as c`: dotted names and what they are bound to.
    Import(Vec<(Arc<str>, Option<Arc<str>>)>),
    /// `from ..a.b import c as d, e`; a star is the name `*`.
    From { module: Arc<str>, level: u32, names: Vec<(Arc<str>, Option<Arc<str>>)> },
    /// `a = b = value`.
    Assign { targets: Vec<Expr>, value: Expr },
    /// `a: T = value`, `a: T`.
    Annotated { target: Expr, annotation: Expr, value: Option<Expr> },
    /// `a += value`.
    Augmented { target: Expr, op: &'static str, value: Expr },
    /// `class …`.
    Class(Arc<Class>),
    /// `def …`.
    Function(Arc<Function>),
    /// `return …`.
    Return(Option<Expr>),
    /// An expression on its own.
    Expr(Expr),
    /// `if … elif … else`; `elif` is an `if` alone in `orelse`.
    If { test: Expr, body: Vec<Stmt>, orelse: Vec<Stmt> },
    /// `for target in iter`, with its `else` behind the body.
    For { target: Expr, iter: Expr, body: Vec<Stmt>, orelse: Vec<Stmt> },
    /// `while …`.
    While { test: Expr, body: Vec<Stmt> },
    /// `with a as b, c`.
    With { items: Vec<(Expr, Option<Expr>)>, body: Vec<Stmt> },
    /// `try`; `handlers` are the bodies of `except`.
    Try { body: Vec<Stmt>, handlers: Vec<Vec<Stmt>>, orelse: Vec<Stmt>, finally: Vec<Stmt> },
    /// `pass`, also `...` and a docstring on its own.
    Pass,
    /// `raise`; what is raised.
    Raise(Option<Expr>),
    /// `del a, b`.
    Delete(Vec<Expr>),
    /// `break` or `continue`.
    Jump,
    /// Anything else (`global`, `assert`, `match`, `type`): nothing that declares.
    Other,
}

/// A class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// Its name.
    pub name: Arc<str>,
    /// Line of `class`.
    pub line: u32,
    /// Bases, and keywords such as `table=True`.
    pub bases: Vec<Arg>,
    /// Decorators, from top to bottom.
    pub decorators: Vec<Expr>,
    /// Its body.
    pub body: Vec<Stmt>,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: Arc<str>,
    /// Line of `def`.
    pub line: u32,
    /// Parameters.
    pub params: Vec<Param>,
    /// Decorators, from top to bottom.
    pub decorators: Vec<Expr>,
    /// What it returns, as annotated.
    pub returns: Option<Expr>,
    /// Its body; `None` where it is long and names nothing that declares, and was left out.
    pub body: Option<Vec<Stmt>>,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: Arc<str>,
    /// `*args`, `**kwargs`, keyword only, or none of it.
    pub kind: ParamKind,
    /// Its default.
    pub default: Option<Expr>,
}

/// Kinds of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// By position or name.
    Plain,
    /// By name only.
    KeywordOnly,
    /// `*args`.
    Args,
    /// `**kwargs`.
    Kwargs,
}

/// An argument of a call or base of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// By position.
    Plain(Expr),
    /// By name.
    Keyword(Arc<str>, Expr),
    /// `*args`.
    Star(Expr),
    /// `**kwargs`.
    StarStar(Expr),
}

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    /// First line.
    pub line: u32,
    /// What it is.
    pub kind: ExprKind,
}

/// Kinds of expressions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExprKind {
    /// `a`.
    Name(Arc<str>),
    /// `a.b`.
    Attribute(Box<Expr>, Arc<str>),
    /// `a(b, c=d)`.
    Call(Box<Expr>, Vec<Arg>),
    /// A string, escapes resolved, adjacent ones joined.
    Str(Arc<str>),
    /// Bytes, as written.
    Bytes(Arc<str>),
    /// An f-string.
    Format(Vec<Piece>),
    /// An integer that fits.
    Int(i64),
    /// Another number, as written.
    Number(Arc<str>),
    /// `True`, `False`.
    Bool(bool),
    /// `None`.
    None,
    /// `...`.
    Ellipsis,
    /// `a, b`.
    Tuple(Vec<Expr>),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `{a, b}`.
    Set(Vec<Expr>),
    /// `{a: b, **c}`; an entry without a key is unpacked.
    Dict(Vec<(Option<Expr>, Expr)>),
    /// `-a`, `not a`, `~a`, `+a`.
    Unary(&'static str, Box<Expr>),
    /// `a + b`, and the other arithmetic and bit operators; `and`, `or`.
    Binary(&'static str, Box<Expr>, Box<Expr>),
    /// `a < b`, `a is not b`, `a not in b`; a chain is joined by `and`.
    Compare(&'static str, Box<Expr>, Box<Expr>),
    /// `a[b]`.
    Subscript(Box<Expr>, Box<Expr>),
    /// `a:b:c` within a subscript.
    Slice(Option<Box<Expr>>, Option<Box<Expr>>, Option<Box<Expr>>),
    /// `lambda a: b`: a function of one `return`.
    Lambda(Arc<Function>),
    /// `a if b else c`: test, body, else.
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `[a for b in c if d]`.
    Comprehension(Box<Comprehension>),
    /// `*a` in a list, tuple or set.
    Starred(Box<Expr>),
    /// `await a`.
    Await(Box<Expr>),
    /// `a := b`.
    Walrus(Arc<str>, Box<Expr>),
    /// Anything else, as written, white space folded.
    Other(Arc<str>),
}

/// A piece of an f-string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text.
    Text(Arc<str>),
    /// `{expr}`; the conversion or format behind it, as written (`!r`, `:>3`), empty where there is none.
    Value(Expr, Arc<str>),
}

/// A comprehension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comprehension {
    /// What it makes.
    pub kind: ComprehensionKind,
    /// The element; of a dict the key.
    pub element: Expr,
    /// Of a dict the value.
    pub value: Option<Expr>,
    /// `for target in iter if a if b`, outermost first.
    pub clauses: Vec<(Expr, Expr, Vec<Expr>)>,
}

/// Kinds of comprehensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComprehensionKind {
    /// `[…]`.
    List,
    /// `{…}`.
    Set,
    /// `{…: …}`.
    Dict,
    /// `(…)`.
    Generator,
}
