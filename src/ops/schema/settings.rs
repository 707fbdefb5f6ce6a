//! What holds for a check: what `nija.toml` says, else what the project's configuration of Alembic leads to.

use std::path::Path;

use super::alembic::{self, Configuration, join};
use super::git::Git;
use crate::config::schema::Schema;
use crate::error::{Error, Result};
use crate::schema::check::scope;
use crate::schema::settings::{Dialect, Environment, Settings};
use crate::schema::tree::Tree;

/// What holds, and where it comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// What holds.
    pub settings: Settings,
    /// The `nija.toml` that speaks of it, if one does.
    pub file: Option<String>,
    /// Configurations of Alembic, whatever `nija.toml` says.
    pub configurations: Vec<Configuration>,
}

impl Found {
    /// The configuration whose scripts an environment has; the only one where nothing tells.
    pub fn configuration(&self, index: usize, folder: &str) -> Option<&Configuration> {
        let environment = self.settings.environments.get(index);
        let named = |configuration: &&Configuration| {
            let here = |place: &String| place == folder || *place == configuration.folder;
            configuration.versions.iter().any(|versions| versions == folder)
                || environment.is_some_and(|environment| environment.migrations.iter().any(here))
        };
        let only = || self.configurations.first().filter(|_| self.configurations.len() == 1);
        self.configurations.iter().find(named).or_else(only)
    }
}

/// Looks for what holds in a version of the code. `file` is one that is named outright; else the nearest `nija.toml` counts, from
/// the directory in question upwards, as that version has it, or as it lies on the disk where that version has none.
pub fn find(git: &Git, tree: &dyn Tree, file: Option<&Path>, dialect: Option<Dialect>) -> Result<Found> {
    let configurations = alembic::configurations(tree);
    let mut found = Found { configurations, ..Found::default() };
    if let Some((base, path, schema)) = read(git, tree, file)? {
        found.settings = said(&base, &schema);
        found.file = Some(path);
        if schema.dialect.is_none() {
            found.settings.dialect = guess(tree, &found.configurations);
        }
    } else {
        found.settings.dialect = guess(tree, &found.configurations);
    }
    if found.settings.environments.is_empty() {
        found.settings.environments = environments(tree, &found.settings, &found.configurations);
    }
    found.settings.dialect = dialect.unwrap_or(found.settings.dialect);
    Ok(found)
}

/// The folder that paths are relative to, the file's path, and its table.
fn read(git: &Git, tree: &dyn Tree, file: Option<&Path>) -> Result<Option<(String, String, Schema)>> {
    if let Some(path) = file {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Error::io(format_args!("read {}", path.display()), error)
                .hint(format!("ls -l {}", path.display()))
        })?;
        let base = git.top.as_deref().and_then(|top| path.parent()?.strip_prefix(top).ok());
        let base = base.map_or_else(String::new, |base| base.to_string_lossy().into_owned());
        let schema = Schema::read(&text, path)?;
        return Ok(Some((base, path.display().to_string(), schema)));
    }
    for base in upwards(&git.prefix) {
        let path = join(base, "nija.toml");
        let text = match (tree.find(&path).map(|file| tree.read(file)), &git.top) {
            (Some(Ok(bytes)), _) => String::from_utf8_lossy(&bytes).into_owned(),
            (_, Some(top)) => match std::fs::read_to_string(top.join(&path)) {
                Ok(text) => text,
                Err(_) => continue,
            },
            _ => continue,
        };
        let schema = Schema::read(&text, Path::new(&path))?;
        if schema.is_said {
            return Ok(Some((base.to_owned(), path, schema)));
        }
    }
    Ok(None)
}

/// A folder and those above it, up to the root, which is empty.
fn upwards(prefix: &str) -> Vec<&str> {
    let mut folders = Vec::new();
    let mut folder = prefix.trim_end_matches('/');
    while !folder.is_empty() {
        folders.push(folder);
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
    folders.push("");
    folders
}

/// What a table says, with paths from the root.
fn said(base: &str, schema: &Schema) -> Settings {
    let at_root = |paths: &[String]| -> Vec<String> {
        let path = |path: &String| {
            if path.contains('/') || base.is_empty() || !path.contains('*') {
                join(base, path)
            } else {
                path.clone()
            }
        };
        paths.iter().map(path).collect()
    };
    let mut environments: Vec<Environment> = schema
        .environments
        .iter()
        .map(|environment| Environment {
            name: environment.name.clone(),
            models: at_root(&environment.models),
            migrations: at_root(&environment.migrations),
        })
        .collect();
    if environments.is_empty() && !(schema.models.is_empty() && schema.migrations.is_empty()) {
        environments.push(Environment {
            name: String::new(),
            models: at_root(&schema.models),
            migrations: at_root(&schema.migrations),
        });
    }
    Settings {
        dialect: schema.dialect.unwrap_or_default(),
        environments,
        exclude: at_root(&schema.exclude),
        levels: schema.rules.clone(),
    }
}

/// Several chains, each with a folder of its own around both models and scripts, are environments. Otherwise models that several
/// share would be asked of each: then there is one environment, and it takes everything.
fn environments(tree: &dyn Tree, settings: &Settings, configurations: &[Configuration]) -> Vec<Environment> {
    let homes: Vec<&str> = configurations.iter().map(home).collect();
    let apart = homes.len() > 1
        && homes.iter().enumerate().all(|(at, home)| {
            !home.is_empty()
                && homes.iter().enumerate().all(|(other, name)| at == other || !is_in(name, home))
        });
    if !apart || models_outside(tree, settings, &homes) {
        return invisible(settings, configurations);
    }
    let environment = |(configuration, home): (&Configuration, &&str)| Environment {
        name: (*home).to_owned(),
        models: vec![(*home).to_owned()],
        migrations: configuration.versions.clone(),
    };
    configurations.iter().zip(&homes).map(environment).collect()
}

/// Scripts where they are not looked for by default, as below a folder `testing`, have to be named.
fn invisible(settings: &Settings, configurations: &[Configuration]) -> Vec<Environment> {
    let everywhere = Environment::default();
    let script = |folder: &String| format!("{folder}/x.py");
    let hidden = |folder: &&String| !scope::migrates(settings, &everywhere, &script(folder));
    let named = || configurations.iter().flat_map(|configuration| &configuration.versions);
    if named().any(|folder| hidden(&folder)) {
        vec![Environment { migrations: named().cloned().collect(), ..everywhere }]
    } else {
        Vec::new()
    }
}

/// The folder of the project that a configuration is part of.
fn home(configuration: &Configuration) -> &str {
    let file = configuration.file.rsplit_once('/').map_or("", |(folder, _)| folder);
    if configuration.flask { file.rsplit_once('/').map_or("", |(folder, _)| folder) } else { file }
}

fn is_in(path: &str, folder: &str) -> bool {
    path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether tables are declared outside of these folders.
fn models_outside(tree: &dyn Tree, settings: &Settings, homes: &[&str]) -> bool {
    let outside = |path: &str| {
        path.ends_with(".py")
            && !scope::excluded(settings, path)
            && !scope::is_test(path)
            && !homes.iter().any(|home| is_in(path, home))
    };
    let declares = |bytes: &[u8]| {
        [&b"__tablename__"[..], b"mapped_column(", b"declarative_base(", b"(DeclarativeBase", b"table=True"]
            .iter()
            .any(|word| memchr::memmem::find(bytes, word).is_some())
    };
    let mut files = tree.files().iter().filter(|file| outside(&file.path));
    files.any(|file| tree.read(file).is_ok_and(|bytes| declares(&bytes)))
}

/// The dialect that configurations agree on. SQLite counts only where nothing speaks of another database: it is often what
/// developers run on, and not what is in use.
fn guess(tree: &dyn Tree, configurations: &[Configuration]) -> Dialect {
    let all = |names: &[&str]| {
        !configurations.is_empty() && configurations.iter().all(|each| names.contains(&each.scheme.as_str()))
    };
    if all(&["mysql", "mariadb"]) {
        return Dialect::Mysql;
    }
    let speaks = |word: &[u8]| {
        let says = |file: &&crate::schema::tree::File| {
            tree.read(file).is_ok_and(|bytes| memchr::memmem::find(&bytes, word).is_some())
        };
        let names =
            |path: &str| ["pyproject.toml", "setup.cfg", "setup.py"].iter().any(|name| path.ends_with(name));
        tree.files().iter().filter(|file| names(&file.path)).any(|file| says(&file))
    };
    if all(&["sqlite"]) && ![&b"psycopg"[..], b"asyncpg", b"pg8000", b"mysql"].iter().any(|word| speaks(word))
    {
        return Dialect::Sqlite;
    }
    Dialect::Postgresql
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::memory::Memory;

    const INI: &str = "[alembic]\nscript_location = %(here)s/m\n";
    const MODEL: &str = "class A(Base):\n    __tablename__ = 'a'\n";

    fn names(files: &[(&str, &str)]) -> Vec<String> {
        let tree = Memory::new(files);
        let configurations = alembic::configurations(&tree);
        let found = environments(&tree, &Settings::default(), &configurations);
        found.into_iter().map(|environment| environment.name).collect()
    }

    #[test]
    fn chains_apart_are_environments_and_models_that_they_share_are_not_asked_twice() {
        let one = [("a/alembic.ini", INI), ("a/m/env.py", ""), ("a/models.py", MODEL)];
        let two = [("b/alembic.ini", INI), ("b/m/env.py", ""), ("b/models.py", MODEL)];
        assert_eq!(names(&one), Vec::<String>::new(), "one takes everything");
        assert_eq!(names(&[one, two].concat()), ["a", "b"]);
        let shared = [&one[..], &two, &[("lib/models.py", MODEL)]].concat();
        assert_eq!(names(&shared), Vec::<String>::new());
        let tested = [&one[..], &two, &[("tests/models.py", MODEL)]].concat();
        assert_eq!(names(&tested), ["a", "b"]);
        let nested = [&one[..], &[("alembic.ini", INI), ("m/env.py", "")]].concat();
        assert_eq!(names(&nested), Vec::<String>::new());
    }

    #[test]
    fn sqlite_counts_only_where_nothing_speaks_of_another_database() {
        let dialect = |url: &str, project: &str| {
            let ini = format!("{INI}sqlalchemy.url = {url}\n");
            let tree = Memory::new(&[("alembic.ini", &ini), ("m/env.py", ""), ("pyproject.toml", project)]);
            guess(&tree, &alembic::configurations(&tree))
        };
        assert_eq!(dialect("sqlite:///x.db", ""), Dialect::Sqlite);
        assert_eq!(dialect("sqlite:///x.db", "dependencies = ['psycopg2']"), Dialect::Postgresql);
        assert_eq!(dialect("mysql+pymysql://x", ""), Dialect::Mysql);
        assert_eq!(dialect("driver://x", ""), Dialect::Postgresql);
    }

    #[test]
    fn paths_of_a_file_are_relative_to_its_folder() {
        let schema = Schema {
            models: vec!["app".to_owned(), "**/db/*.py".to_owned()],
            exclude: vec!["*_pb2.py".to_owned()],
            ..Schema::default()
        };
        let settings = said("svc", &schema);
        let models = settings.environments.first().map(|environment| environment.models.clone());
        assert_eq!(models, Some(vec!["svc/app".to_owned(), "svc/**/db/*.py".to_owned()]));
        assert_eq!(settings.exclude, ["*_pb2.py"]);
    }
}
