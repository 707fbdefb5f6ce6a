//! The `[schema]` table: where models and migrations are, and how strict the rules are.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Config, Environment, file};
use crate::error::Result;
use crate::schema::finding::Level;
use crate::schema::settings::{self, Dialect};

/// What the table says; paths are as they are written, relative to the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// Whether there is one at all.
    pub is_said: bool,
    /// Folders, files or patterns of models.
    pub models: Vec<String>,
    /// Folders of migration scripts.
    pub migrations: Vec<String>,
    /// Patterns of paths that are not read.
    pub exclude: Vec<String>,
    /// The dialect.
    pub dialect: Option<Dialect>,
    /// Levels by rule.
    pub rules: BTreeMap<String, Level>,
    /// Models and migrations that belong together, where there are several of them.
    pub environments: Vec<settings::Environment>,
}

impl Schema {
    /// Reads the table in the text of the file at `path`, and nothing else of it: what is wrong elsewhere is none of its concern.
    pub fn read(text: &str, path: &Path) -> Result<Self> {
        let mut config = Config::defaults(&Environment::default());
        file::take_over_part(&mut config, text, path, "schema.")?;
        Ok(Self { is_said: !config.origins.is_empty(), ..config.schema })
    }
}
