//! What a value is called in SQLAlchemy's own words, however it was imported, wrapped or subclassed.

use std::sync::Arc;

use super::builder::Builder;
use crate::schema::eval::{ClassId, ObjectId, Value};
use crate::schema::place::Place;

/// How many wrappers (attributes of attributes, partials of partials) are looked through.
const DEPTH: u32 = 12;

/// Which namespace of SQLAlchemy a name belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// `sqlalchemy`, its `orm` and what re-exports them.
    Core,
    /// `sqlalchemy.dialects.postgresql`.
    Postgresql,
    /// `sqlalchemy.dialects.mysql`.
    Mysql,
    /// `sqlalchemy.dialects.sqlite`.
    Sqlite,
    /// Another dialect.
    Other,
}

/// A name of SQLAlchemy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Its namespace.
    pub space: Space,
    /// The last part of it, as in `Column`.
    pub last: Arc<str>,
    /// Whether it is made up by `func`, as in `func.now`.
    pub func: bool,
}

/// A call of something that SQLAlchemy, or a subclass in the tree, provides.
#[derive(Debug, Clone)]
pub struct Call {
    /// The object it made.
    pub id: ObjectId,
    /// What was called.
    pub name: Name,
    /// The subclass in the tree, if it is one.
    pub class: Option<ClassId>,
    /// Arguments by position.
    pub args: Vec<Value>,
    /// Arguments by name.
    pub kwargs: Vec<(Arc<str>, Value)>,
    /// Where.
    pub place: Place,
}

impl Call {
    /// An argument by name.
    pub fn kwarg(&self, name: &str) -> Option<&Value> {
        self.kwargs.iter().rev().find(|(key, _)| &**key == name).map(|(_, value)| value)
    }

    /// An argument by position or by name.
    pub fn arg(&self, at: usize, name: &str) -> Option<&Value> {
        self.args.get(at).or_else(|| self.kwarg(name))
    }

    /// Whether it is a call of this name.
    pub fn is(&self, name: &str) -> bool {
        &*self.name.last == name
    }
}

/// Packages that hand on SQLAlchemy's names under their own.
const ROOTS: [&str; 6] =
    ["sqlalchemy", "sqlmodel", "flask_sqlalchemy", "sqlalchemy_json", "flask_appbuilder", "alembic"];

/// Names so much SQLAlchemy's own that `db.` or `sa.` before them is enough.
const OWN: [&str; 12] = [
    "Column",
    "mapped_column",
    "Table",
    "ForeignKey",
    "ForeignKeyConstraint",
    "UniqueConstraint",
    "CheckConstraint",
    "PrimaryKeyConstraint",
    "Index",
    "relationship",
    "MetaData",
    "declarative_base",
];

impl Builder<'_, '_> {
    /// The dotted name of something external, attributes included; `db.Column` of a Flask extension is
    /// `flask_sqlalchemy.db.Column`.
    pub fn path(&self, value: &Value) -> Option<String> {
        self.path_within(value, DEPTH)
    }

    fn path_within(&self, value: &Value, depth: u32) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        match value {
            Value::External(name) => Some(name.to_string()),
            Value::Member(inner, name) => Some(format!("{}.{name}", self.path_within(inner, depth)?)),
            Value::Item(inner, _) => self.path_within(inner, depth),
            Value::Object(id) if self.is_extension(*id) => Some("flask_sqlalchemy.db".to_owned()),
            // `db = None` until a function makes it: what is asked of it tells what it will be.
            Value::None if depth + 1 < DEPTH => Some("flask_sqlalchemy.db".to_owned()),
            Value::Object(id) if self.is_alias(*id) => {
                self.path_within(self.interpreter.object(*id).args.first()?, depth)
            }
            _ => None,
        }
    }

    /// `db = SQLAlchemy()`, of the class itself or one derived from it.
    pub fn is_extension(&self, id: ObjectId) -> bool {
        let extension = |name: &str| name == "SQLAlchemy" || name.ends_with(".SQLAlchemy");
        match &self.interpreter.object(id).callee {
            Value::External(name) => extension(name),
            Value::Class(class) => {
                let external = |base: &Value| matches!(base, Value::External(name) if extension(name));
                self.interpreter.linearised(*class).iter().any(external)
            }
            _ => false,
        }
    }

    /// `functools.partial(f)` and the like without arguments of their own stand for what they wrap.
    fn is_alias(&self, id: ObjectId) -> bool {
        let object = self.interpreter.object(id);
        let wraps = matches!(&object.callee, Value::External(name) if &**name == "functools.partial");
        wraps && object.args.len() == 1 && object.kwargs.is_empty()
    }

    /// What a value is called, if SQLAlchemy or something that hands its names on provides it.
    pub fn name(&self, value: &Value) -> Option<Name> {
        name_of(&self.path(value)?)
    }

    /// The last part of an external name of any package.
    pub fn last(&self, value: &Value) -> Option<String> {
        let path = self.path(value)?;
        Some(path.rsplit('.').next().unwrap_or(&path).to_owned())
    }

    /// Whether an object may be a call of one of these names, at a glance.
    pub fn may_call(&self, id: ObjectId, names: &[&str]) -> bool {
        match &self.interpreter.object(id).callee {
            Value::External(path) => names.contains(&path.rsplit('.').next().unwrap_or(path)),
            Value::Member(_, name) => names.contains(&&**name),
            Value::Class(_) | Value::Object(_) => true,
            _ => false,
        }
    }

    /// The call that made a value, if what was called is known.
    pub fn call(&self, value: &Value) -> Option<Call> {
        let Value::Object(id) = value else { return None };
        self.call_of(*id)
    }

    /// The call that made an object, if what was called is known.
    pub fn call_of(&self, id: ObjectId) -> Option<Call> {
        let object = self.interpreter.object(id);
        let mut args = object.args.clone();
        let mut kwargs = object.kwargs.clone();
        let mut callee = object.callee.clone();
        for _ in 0..DEPTH {
            let Value::Object(inner) = &callee else { break };
            let partial = self.interpreter.object(*inner);
            if !matches!(&partial.callee, Value::External(name) if &**name == "functools.partial") {
                break;
            }
            let (first, rest) = partial.args.split_first()?;
            args.splice(0..0, rest.iter().cloned());
            kwargs.splice(0..0, partial.kwargs.iter().cloned());
            callee = first.clone();
        }
        let (name, class) = self.called(&callee)?;
        let object = self.interpreter.object(id);
        // What a class of the tree hands on to the `__init__` outside is what counts.
        let handed =
            |name: &str| object.attributes.iter().find(|(key, _)| &**key == name).map(|(_, value)| value);
        if let (Some(_), Some(value)) = (class, handed("__super_args__")) {
            args = self.interpreter.elements(value).unwrap_or_default();
        }
        if let (Some(_), Some(value)) = (class, handed("__super_kwargs__")) {
            let entries = self.interpreter.entries(value).unwrap_or_default();
            let named = |(key, value): (Value, Value)| match key {
                Value::Str(name) => Some((name, value)),
                _ => None,
            };
            kwargs = entries.into_iter().filter_map(named).collect();
        }
        let place = object.place.clone();
        Some(Call { id, name, class, args, kwargs, place })
    }

    /// What is called: the name itself, or of a class of the tree that of its first base outside.
    fn called(&self, callee: &Value) -> Option<(Name, Option<ClassId>)> {
        match callee {
            Value::Class(class) => {
                let linearised = self.interpreter.linearised(*class);
                let name = linearised.iter().find_map(|base| self.name(base))?;
                Some((name, Some(*class)))
            }
            other => Some((self.name(other)?, None)),
        }
    }
}

/// A dotted path as a name of SQLAlchemy.
pub fn name_of(path: &str) -> Option<Name> {
    let mut parts = path.split('.');
    let root = parts.next()?;
    let mut parts: Vec<&str> = parts.collect();
    let last = parts.pop().unwrap_or(root);
    let handed_on = || parts.last().or(Some(&root)).is_some_and(|parent| ["db", "sa"].contains(parent));
    let own = ROOTS.contains(&root) || parts.contains(&"sqlalchemy") || OWN.contains(&last) && handed_on();
    if !own {
        return None;
    }
    let dialect = parts.iter().position(|part| *part == "dialects").and_then(|at| parts.get(at + 1));
    let space = match dialect.copied() {
        Some("postgresql") => Space::Postgresql,
        Some("mysql" | "mariadb") => Space::Mysql,
        Some("sqlite") => Space::Sqlite,
        Some(_) => Space::Other,
        None => Space::Core,
    };
    let func = parts.last().is_some_and(|parent| *parent == "func");
    Some(Name { space, last: last.into(), func })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_by_where_they_come_from() {
        for (path, expected) in [
            ("sqlalchemy.Column", Some((Space::Core, "Column", false))),
            ("sqlalchemy.orm.mapped_column", Some((Space::Core, "mapped_column", false))),
            ("sqlalchemy.dialects.postgresql.JSONB", Some((Space::Postgresql, "JSONB", false))),
            ("sqlalchemy.dialects.mysql.types.LONGTEXT", Some((Space::Mysql, "LONGTEXT", false))),
            ("sqlalchemy.func.now", Some((Space::Core, "now", true))),
            ("flask_sqlalchemy.db.Column", Some((Space::Core, "Column", false))),
            ("superset.extensions.db.Column", Some((Space::Core, "Column", false))),
            ("rich.table.Column", None),
            ("django.db.models.Index", None),
            ("geoalchemy2.Geometry", None),
        ] {
            let found = name_of(path);
            let found = found.as_ref().map(|name| (name.space, &*name.last, name.func));
            assert_eq!(found, expected, "{path}");
        }
    }
}
