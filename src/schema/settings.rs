//! What a project says about its schema: where models and migrations are, the dialect, and the levels of rules.

use std::collections::BTreeMap;

use serde::Serialize;

use super::finding::Level;

/// The database that models are created in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// PostgreSQL.
    #[default]
    Postgresql,
    /// SQLite.
    Sqlite,
    /// MySQL and MariaDB.
    Mysql,
}

impl Dialect {
    /// Its name in SQLAlchemy, and in the settings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Postgresql => "postgresql",
            Self::Sqlite => "sqlite",
            Self::Mysql => "mysql",
        }
    }
}

/// Models and migrations that belong together, as one `alembic.ini` says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Environment {
    /// Its name, for messages; the section of `alembic.ini`, or the folder.
    pub name: String,
    /// Folders or files of models, from the root; empty: everywhere.
    pub models: Vec<String>,
    /// Folders of migration scripts, from the root; empty: wherever scripts with `revision` and `down_revision` are.
    pub migrations: Vec<String>,
}

/// Everything that can be said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// The dialect.
    pub dialect: Dialect,
    /// Environments; empty: one, found by looking.
    pub environments: Vec<Environment>,
    /// Patterns of paths that are not read, beside the built-in ones (`*` within a folder, `**` across).
    pub exclude: Vec<String>,
    /// Levels that differ from a rule's own, by rule id.
    pub levels: BTreeMap<String, Level>,
}
