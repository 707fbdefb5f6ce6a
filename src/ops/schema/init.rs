//! Writes down what a project's schema checks go by: a table in `nija.toml`, and an entry for pre-commit.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::git::Git;
use super::pre_commit::{self, Change};
use super::settings::{self, Found};
use super::snapshot::Snapshot;
use super::{Blobs, Version};
use crate::error::{Error, Kind, Result};
use crate::schema::settings::Dialect;
use crate::store::project;

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was not there.
    Written,
    /// Something was added at its end, or at the end of its list.
    Added,
    /// It says so already.
    Kept,
    /// It was left alone, because it cannot be told where this text belongs in it.
    Left(String),
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initialised {
    /// Files, and what became of each.
    pub files: Vec<(PathBuf, Outcome)>,
}

/// Writes both. What is there already stays as it is.
pub fn init(cwd: &Path, dialect: Option<Dialect>) -> Result<Initialised> {
    let git = Git::find(cwd)?;
    let top = git.work_tree()?.to_owned();
    let tree = Snapshot::take(&git, &std::sync::Arc::new(Blobs::of(git.clone())), &Version::WorkTree)?;
    let found = settings::find(&git, &tree, None, dialect)?;
    let settings = top.join("nija.toml");
    let first = match &found.file {
        Some(file) => (top.join(file), Outcome::Kept),
        None => (settings.clone(), add_table(&settings, &table(&found))?),
    };
    let list = top.join(".pre-commit-config.yaml");
    let second = (list.clone(), add_entry(&list)?);
    Ok(Initialised { files: vec![first, second] })
}

fn read(path: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io(format_args!("read {}", path.display()), error)
            .hint(format!("ls -l {}", path.display()))),
    }
}

fn add_table(path: &Path, table: &str) -> Result<Outcome> {
    let old = read(path)?;
    let invalid = |why: &str| {
        Error::new(Kind::Config, format!("configuration {}: {why}", path.display())).hint("nija config check")
    };
    let parsed: toml::Table =
        toml::from_str(old.as_deref().unwrap_or_default()).map_err(|error| invalid(error.message()))?;
    if parsed.contains_key("schema") {
        return Ok(Outcome::Kept);
    }
    let (text, outcome) = match &old {
        None => (table.to_owned(), Outcome::Written),
        Some(old) => (format!("{}\n\n{table}", old.trim_end()), Outcome::Added),
    };
    toml::from_str::<toml::Table>(&text).map_err(|error| invalid(error.message()))?;
    project::write(path, text.as_bytes(), None)?;
    Ok(outcome)
}

fn add_entry(path: &Path) -> Result<Outcome> {
    let old = read(path)?;
    match pre_commit::with_entry(old.as_deref()) {
        Change::None => Ok(Outcome::Kept),
        Change::Unsure => Ok(Outcome::Left(pre_commit::entry("  "))),
        Change::Text(text) => {
            project::write(path, text.as_bytes(), None)?;
            Ok(if old.is_some() { Outcome::Added } else { Outcome::Written })
        }
    }
}

/// The table, as it holds without being said as well: to be looked at and narrowed.
fn table(found: &Found) -> String {
    let dialect = match found.settings.dialect {
        Dialect::Postgresql => "postgresql",
        Dialect::Sqlite => "sqlite",
        Dialect::Mysql => "mysql",
    };
    let mut text = format!("[schema]\ndialect = \"{dialect}\"\n");
    let environments = &found.settings.environments;
    if environments.len() < 2 {
        let named = environments.iter().flat_map(|environment| environment.migrations.clone());
        let said = found.configurations.iter().flat_map(|configuration| configuration.versions.clone());
        let mut folders: Vec<String> = named.chain(said).collect();
        folders.dedup();
        let comment = if folders.is_empty() { "# " } else { "" };
        let _ = writeln!(text, "{comment}migrations = {}", list(&folders));
    }
    text.push_str(
        "# models = [\"app/models\"] # everywhere but in tests, unless it is said\n\
         # exclude = [\"scripts/**\"] # not read at all\n\
         # rules = { unrelated-migration = \"off\" } # off, note, warning, error; nija schema explain lists them\n",
    );
    if environments.len() > 1 {
        for environment in environments {
            let _ = write!(
                text,
                "\n[[schema.environments]]\nname = {}\nmodels = {}\nmigrations = {}\n",
                quoted(&environment.name),
                list(&environment.models),
                list(&environment.migrations)
            );
        }
    }
    text
}

fn list(paths: &[String]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| quoted(path)).collect();
    format!("[{}]", paths.join(", "))
}

/// A string, which TOML and JSON write alike.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
