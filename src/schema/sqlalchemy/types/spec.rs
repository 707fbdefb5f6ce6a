//! A type taken apart: what it is called and what it is given, as text.

use std::sync::Arc;

use super::signature::{parameter, parameters};
use crate::schema::sqlalchemy::names::Space;

/// A type of SQLAlchemy with its arguments written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// Its namespace.
    pub space: Space,
    /// Its class.
    pub name: Arc<str>,
    /// What is said, by parameter in order, as source spells it; `None` and defaults left out.
    pub given: Vec<(Arc<str>, String)>,
}

impl Spec {
    /// A type with arguments by position and by name, each as source spells it.
    pub fn new(space: Space, name: Arc<str>, args: Vec<String>, kwargs: Vec<(Arc<str>, String)>) -> Self {
        let known = parameters(space, &name).unwrap_or_default();
        let mut given: Vec<(Arc<str>, String)> = Vec::with_capacity(args.len() + kwargs.len());
        for (at, value) in args.into_iter().enumerate() {
            let name = known.get(at).map_or_else(|| format!("arg{at}"), |name| parameter(name).0.to_owned());
            given.push((name.into(), value));
        }
        given.extend(kwargs);
        let place = |name: &str| known.iter().position(|known| parameter(known).0 == name);
        given.sort_by_key(|(name, _)| place(name).unwrap_or(known.len()));
        let default = |name: &str| known.iter().map(|known| parameter(known)).find(|known| known.0 == name);
        given.retain(|(name, value)| {
            value != "None" && default(name).and_then(|known| known.1) != Some(value.as_str())
        });
        Self { space, name, given }
    }

    /// What is given for a parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.given.iter().find(|(given, _)| &**given == name).map(|(_, value)| value.as_str())
    }

    /// Whether exactly this is given for a parameter.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.text(name) == Some(value)
    }

    /// How a migration spells it, as in `sa.String(length=50)`.
    pub fn python(&self) -> String {
        let module = match self.space {
            Space::Postgresql if is_core_too(&self.name) => "sa",
            Space::Postgresql => "postgresql",
            Space::Mysql => "mysql",
            Space::Sqlite => "sqlite",
            Space::Core | Space::Other => "sa",
        };
        let module = if ["AutoString", "UTCDateTime"].contains(&&*self.name) {
            "sqlmodel.sql.sqltypes"
        } else {
            module
        };
        let name = if &*self.name == "INT" { "INTEGER" } else { &*self.name };
        let mut parts: Vec<String> =
            self.given.iter().filter(|(name, _)| printed(name)).map(spelled).collect();
        if name == "DOMAIN" {
            let first = self.text("name").map(str::to_owned);
            if let (Some(part), Some(first)) = (parts.first_mut(), first) {
                *part = first;
            }
        }
        let text_type = match (self.space, name) {
            (Space::Postgresql, "JSON" | "JSONB") => Some("astext_type"),
            (Space::Postgresql, "HSTORE") => Some("text_type"),
            _ => None,
        };
        if let Some(parameter) = text_type.filter(|parameter| self.text(parameter).is_none()) {
            parts.push(format!("{parameter}=sa.Text()"));
        }
        if self.space == Space::Postgresql && name == "BIT" && parts.is_empty() {
            parts.push("length=1".to_owned());
        }
        format!("{module}.{name}({})", parts.join(", "))
    }
}

/// What SQLAlchemy never prints of a type.
fn printed(name: &str) -> bool {
    !["native", "second_precision", "day_precision", "protocol", "pickler", "comparator"].contains(&name)
}

/// As an argument; what comes first in a domain or array is given by position.
fn spelled((name, value): &(Arc<str>, String)) -> String {
    if ["item_type", "data_type"].contains(&&**name) || name.starts_with("arg") {
        value.clone()
    } else {
        format!("{name}={value}")
    }
}

/// Types of the PostgreSQL namespace that are those of the core.
fn is_core_too(name: &str) -> bool {
    [
        "UUID", "VARCHAR", "CHAR", "TEXT", "INTEGER", "BIGINT", "SMALLINT", "NUMERIC", "REAL", "FLOAT",
        "BOOLEAN", "DATE",
    ]
    .contains(&name)
        || name == "DOUBLE_PRECISION"
}
