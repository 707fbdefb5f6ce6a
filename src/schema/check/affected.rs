//! Which files a change can reach: those it touches, those that import them, and those whose tables these point to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::schema::facts::Facts;

/// Files that have to be read to tell what a change does to the schema; the others declare the same on both sides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Affected {
    paths: BTreeSet<Arc<str>>,
}

impl Affected {
    /// Whether a file is among them.
    pub fn holds(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    /// The files that hang on the changed ones, in a version whose files and facts are given.
    pub fn of(changed: &BTreeSet<Arc<str>>, files: &[(Arc<str>, Arc<Facts>)]) -> Self {
        let importers = importers(files);
        let mut paths: BTreeSet<Arc<str>> = changed.clone();
        let mut left: Vec<Arc<str>> = changed.iter().cloned().collect();
        while let Some(path) = left.pop() {
            for at in dotted_names(&path).iter().filter_map(|name| importers.get(name)).flatten() {
                if let Some((importer, _)) = files.get(*at)
                    && paths.insert(Arc::clone(importer))
                {
                    left.push(Arc::clone(importer));
                }
            }
        }
        Self { paths }
    }

    /// Takes in the files that may declare one of these tables.
    pub fn with_tables(&mut self, tables: &BTreeSet<String>, files: &[(Arc<str>, Arc<Facts>)]) {
        let declares = |facts: &Facts| facts.tables.iter().any(|table| tables.contains(&**table));
        let more = files.iter().filter(|(_, facts)| declares(facts)).map(|(path, _)| Arc::clone(path));
        self.paths.extend(more);
    }

    /// Takes in what another version adds.
    pub fn merge(&mut self, other: Self) {
        self.paths.extend(other.paths);
    }
}

/// Files by each name they import, in every form that a path is looked up by.
fn importers(files: &[(Arc<str>, Arc<Facts>)]) -> BTreeMap<String, Vec<usize>> {
    let mut found: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, (path, facts)) in files.iter().enumerate() {
        for name in &facts.imports {
            let entry = found.entry(absolute(path, name)).or_default();
            if entry.last() != Some(&at) {
                entry.push(at);
            }
        }
    }
    found
}

/// A name as it is imported by the file at a path: relative ones become the path they mean, behind a slash.
fn absolute(path: &str, name: &str) -> String {
    let dots = name.bytes().take_while(|byte| *byte == b'.').count();
    if dots == 0 {
        return name.to_owned();
    }
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.truncate(folders.len().saturating_sub(dots));
    let rest = name.get(dots..).unwrap_or_default();
    folders.extend(rest.split('.').filter(|part| !part.is_empty()));
    format!("/{}", folders.join("/"))
}

/// Every name that an import of the file at a path can have: `/app/models/user`, `app.models.user`, `models.user`, `user`.
fn dotted_names(path: &str) -> Vec<String> {
    let stem = path.strip_suffix(".py").unwrap_or(path);
    let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
    let parts: Vec<&str> = stem.split('/').collect();
    let mut names: Vec<String> = (0..parts.len()).filter_map(|at| Some(parts.get(at..)?.join("."))).collect();
    names.push(format!("/{stem}"));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn affected(changed: &str, files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<(Arc<str>, Arc<Facts>)> = files
            .iter()
            .map(|(path, source)| (Arc::from(*path), Arc::new(Facts::of(source.as_bytes()))))
            .collect();
        let changed = BTreeSet::from([Arc::from(changed)]);
        Affected::of(&changed, &files).paths.iter().map(|path| path.to_string()).collect()
    }

    #[test]
    fn what_imports_a_changed_file_is_affected_whatever_it_calls_it() {
        let files = [
            ("src/app/base.py", ""),
            ("src/app/a.py", "from app.base import Base"),
            ("src/app/b.py", "from .base import Base"),
            ("src/app/c.py", "from . import base"),
            ("src/app/d.py", "import src.app.base as base"),
            ("src/app/e.py", "from ..app import base"),
            ("src/app/f.py", "from other.base import Base"),
            ("src/app/__init__.py", "from app.a import A"),
            ("src/user.py", "import app"),
        ];
        let found = affected("src/app/base.py", &files);
        let expected = ["a", "b", "base", "c", "d", "e"].map(|name| format!("src/app/{name}.py"));
        assert!(expected.iter().all(|path| found.contains(path)), "{found:?}");
        assert!(!found.contains(&"src/app/f.py".to_owned()), "{found:?}");
        assert!(found.contains(&"src/user.py".to_owned()), "through the package: {found:?}");
    }
}
