//! What makes a class declarative: which base it derives from, or which decorator it has.

use crate::schema::eval::{ClassId, Value};
use crate::schema::sqlalchemy::builder::Builder;

/// Kinds of declarative bases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// `declarative_base()`, `DeclarativeBase`, a registry.
    Declarative,
    /// `db.Model` of Flask-SQLAlchemy: tables have a name by themselves.
    Flask,
    /// SQLModel: fields with annotations, mapped where `table=True`.
    SqlModel,
    /// A base outside the tree that is not known; the class declares a table nevertheless.
    Guessed,
}

/// What makes a class declarative.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// Kind of base.
    pub flavour: Flavour,
    /// The base: a class of the tree, a call, `db.Model`, a registry.
    pub root: Value,
    /// Whether a decorator maps the class itself, without a base.
    pub decorated: bool,
}

/// Bases outside the tree that say nothing about tables.
const PLAIN: [&str; 14] = [
    "builtins",
    "typing",
    "typing_extensions",
    "abc",
    "enum",
    "dataclasses",
    "collections",
    "pydantic",
    "types",
    "django",
    "marshmallow",
    "wtforms",
    "flask_wtf",
    "unittest",
];

/// Names that declarative bases go by.
const BASES: [&str; 14] = [
    "Base",
    "Model",
    "BaseModel",
    "DeclarativeBase",
    "OrmBase",
    "ORMBase",
    "SQLBase",
    "UUIDBase",
    "UUIDAuditBase",
    "BigIntBase",
    "BigIntAuditBase",
    "UUIDv7Base",
    "UUIDv7AuditBase",
    "NanoIDBase",
];

impl Builder<'_, '_> {
    pub(super) fn find_family(&self, class: ClassId) -> Option<Family> {
        if let Some(family) = self.decorated_family(class) {
            return Some(family);
        }
        let order = self.interpreter.linearised(class);
        order.iter().find_map(|value| self.family_of(value)).or_else(|| self.guessed_family(class, &order))
    }

    /// A decorator that maps the class: `@registry.mapped`, `@registry.mapped_as_dataclass(…)`.
    fn decorated_family(&self, class: ClassId) -> Option<Family> {
        self.interpreter.class(class).decorators.iter().find_map(|decorator| {
            let (target, arguments) = match decorator {
                Value::Object(id) => {
                    let object = self.interpreter.object(*id);
                    (&object.callee, object.args.first())
                }
                other => (other, None),
            };
            let root = match target {
                Value::Member(inner, name) if ["mapped", "mapped_as_dataclass"].contains(&&**name) => {
                    (**inner).clone()
                }
                other if self.name(other).is_some_and(|name| &*name.last == "mapped_as_dataclass") => {
                    arguments.cloned()?
                }
                _ => return None,
            };
            Some(Family { flavour: Flavour::Declarative, root, decorated: true })
        })
    }

    /// What one class or base in the order of look-up makes of those below.
    fn family_of(&self, value: &Value) -> Option<Family> {
        let family = |flavour| Some(Family { flavour, root: value.clone(), decorated: false });
        match value {
            Value::Class(class) if self.is_root(*class) => family(Flavour::Declarative),
            Value::Object(id) => {
                let callee = &self.interpreter.object(*id).callee;
                let last = match callee {
                    Value::Member(_, name) => Some(name.to_string()),
                    other => self.last(other),
                };
                let makes = |name: &str| {
                    [
                        "declarative_base",
                        "generate_base",
                        "automap_base",
                        "make_declarative_base",
                        "as_declarative_base",
                    ]
                    .contains(&name)
                };
                last.filter(|name| makes(name)).and_then(|_| family(Flavour::Declarative))
            }
            Value::Item(inner, _) => self.family_of(inner),
            Value::Member(..) | Value::External(_) => {
                let path = self.path(value)?;
                match path.as_str() {
                    "sqlmodel.SQLModel" | "sqlmodel.main.SQLModel" => family(Flavour::SqlModel),
                    "flask_appbuilder.Model" | "flask_appbuilder.models.sqla.Model" => {
                        family(Flavour::Declarative)
                    }
                    path if path.ends_with("db.Model") || path == "flask_sqlalchemy.Model" => {
                        family(Flavour::Flask)
                    }
                    path if path.starts_with("flask_sqlalchemy.") && path.ends_with(".Model") => {
                        family(Flavour::Flask)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether a class of the tree is itself a declarative base.
    fn is_root(&self, class: ClassId) -> bool {
        let class = self.interpreter.class(class);
        let known =
            |value: &Value, names: &[&str]| self.name(value).is_some_and(|name| names.contains(&&*name.last));
        let base = |value: &Value| known(value, &["DeclarativeBase", "DeclarativeBaseNoMeta"]);
        let meta = |value: &Value| match value {
            Value::Class(meta) => self
                .interpreter
                .linearised(*meta)
                .iter()
                .any(|base| known(base, &["DeclarativeMeta", "DefaultMeta"])),
            other => known(other, &["DeclarativeMeta", "DefaultMeta"]),
        };
        let decorates = |value: &Value| {
            let target = match value {
                Value::Object(id) => &self.interpreter.object(*id).callee,
                other => other,
            };
            match target {
                Value::Member(_, name) => &**name == "as_declarative_base",
                other => known(other, &["as_declarative", "as_declarative_base"]),
            }
        };
        class.bases.iter().any(base)
            || class.keywords.iter().any(|(name, value)| &**name == "metaclass" && meta(value))
            || class.decorators.iter().any(decorates)
    }

    /// A base outside the tree, of a class that declares a table all the same.
    fn guessed_family(&self, class: ClassId, order: &[Value]) -> Option<Family> {
        let foreign = order.iter().find(|value| self.is_foreign(value))?;
        let classes: Vec<ClassId> = order.iter().filter_map(super::as_class).collect();
        let declares = |name: &str| classes.iter().any(|class| self.declared(*class, name).is_some());
        let named = declares("__tablename__") || declares("__table__");
        let looks = || self.last(foreign).is_some_and(|last| BASES.contains(&last.as_str()));
        // Whatever others derive from may as well be a mixin: its columns are then theirs.
        let is_base = || {
            let own = Value::Class(class);
            let given = |name: &str, value: &Value| name == "cls" && *value == own;
            self.interpreter.classes().any(|(_, other)| other.bases.contains(&own))
                || self
                    .interpreter
                    .objects()
                    .any(|(_, call)| call.kwargs.iter().any(|(name, value)| given(name, value)))
        };
        if !named && !looks() && is_base() {
            return None;
        }
        let column = |class: &ClassId| {
            let attributes = &self.interpreter.class(*class).attributes;
            attributes
                .iter()
                .any(|attribute| attribute.value.as_ref().is_some_and(|value| self.is_column(value)))
        };
        let annotated =
            || named && self.interpreter.class(class).attributes.iter().any(|at| at.annotation.is_some());
        if !classes.iter().any(column) && !annotated() && self.declared(class, "__table__").is_none() {
            return None;
        }
        Some(Family { flavour: Flavour::Guessed, root: foreign.clone(), decorated: false })
    }

    /// Whether a base is outside the tree and may be anything.
    fn is_foreign(&self, value: &Value) -> bool {
        match value {
            Value::Class(_) => false,
            Value::External(path) => {
                let root = path.split('.').next().unwrap_or_default();
                let known = self.name(value).is_some_and(|name| {
                    [
                        "MappedAsDataclass",
                        "AsyncAttrs",
                        "AbstractConcreteBase",
                        "ConcreteBase",
                        "DeferredReflection",
                    ]
                    .contains(&&*name.last)
                });
                !PLAIN.contains(&root) && !known
            }
            Value::Item(inner, _) => self.is_foreign(inner),
            _ => true,
        }
    }
}
