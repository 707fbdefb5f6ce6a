//! Which files of the tree a dotted name can mean, seen from a file that imports it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::schema::tree::Tree;

/// Most candidates that are kept of one name.
const CANDIDATES_MAX: usize = 4;

/// Modules of the standard library that projects like to name files after; as a whole name they are never the tree's.
const STANDARD: &[&str] = &[
    "abc",
    "array",
    "ast",
    "asyncio",
    "base64",
    "bisect",
    "builtins",
    "codecs",
    "collections",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "functools",
    "glob",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "locale",
    "logging",
    "math",
    "numbers",
    "operator",
    "os",
    "pathlib",
    "pickle",
    "pprint",
    "random",
    "re",
    "shutil",
    "signal",
    "socket",
    "sqlite3",
    "ssl",
    "string",
    "struct",
    "subprocess",
    "sys",
    "tempfile",
    "textwrap",
    "threading",
    "time",
    "traceback",
    "types",
    "typing",
    "typing_extensions",
    "unittest",
    "urllib",
    "uuid",
    "warnings",
    "weakref",
    "xml",
    "zipfile",
    "zlib",
    "zoneinfo",
];

/// Packages that mean what they mean, whatever folders of the tree are called.
const FOREIGN: &[&str] =
    &["sqlalchemy", "sqlalchemy_utils", "flask_sqlalchemy", "sqlmodel", "geoalchemy2", "pgvector", "typing"];

/// Modules of alembic that migrations import: a project's own folder is often called `alembic` as well.
const ALEMBIC: &[&str] = &[
    "alembic",
    "alembic.op",
    "alembic.context",
    "alembic.operations",
    "alembic.operations.base",
    "alembic.operations.ops",
    "alembic.migration",
    "alembic.runtime",
    "alembic.runtime.migration",
    "alembic.config",
    "alembic.script",
    "alembic.autogenerate",
];

/// What a dotted name can mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::schema::eval) struct Candidate {
    /// Path of the file, or of a folder without `__init__.py`.
    pub(in crate::schema::eval) path: Arc<str>,
    /// Whether it is a folder.
    pub(in crate::schema::eval) folder: bool,
    /// Whether it would be strange if something else was meant.
    pub(in crate::schema::eval) sure: bool,
}

/// Python files and folders by the last part of their dotted name.
#[derive(Debug, Default)]
pub(in crate::schema::eval) struct Index {
    files: HashMap<Box<str>, Vec<Arc<str>>>,
    folders: HashMap<Box<str>, Vec<Arc<str>>>,
    packages: HashSet<Arc<str>>,
}

impl Index {
    /// Looks through the paths of a tree.
    pub(in crate::schema::eval) fn new(tree: &dyn Tree) -> Self {
        let mut index = Self::default();
        let mut seen: HashSet<&str> = HashSet::new();
        for file in tree.files() {
            let Some(dotted) = file.path.strip_suffix(".py") else { continue };
            let (folder, stem) = split(dotted);
            let mut key = stem;
            if stem == "__init__" {
                index.packages.insert(folder.into());
                key = split(folder).1;
            }
            index.files.entry(key.into()).or_default().push(file.path.clone());
            let mut up = folder;
            while !up.is_empty() && seen.insert(up) {
                index.folders.entry(split(up).1.into()).or_default().push(up.into());
                up = split(up).0;
            }
        }
        index
    }

    /// Whether a folder has an `__init__.py`.
    pub(in crate::schema::eval) fn is_package(&self, folder: &str) -> bool {
        self.packages.contains(folder)
    }

    /// Files that an absolute name can mean in the file at `from`, the likeliest first.
    pub(in crate::schema::eval) fn find(&self, dotted: &str, from: &str) -> Vec<Candidate> {
        let (top, last) =
            (dotted.split('.').next().unwrap_or(dotted), dotted.rsplit('.').next().unwrap_or(dotted));
        if FOREIGN.contains(&top) || STANDARD.contains(&dotted) || ALEMBIC.contains(&dotted) {
            return Vec::new();
        }
        let suffix = dotted.replace('.', "/");
        let alone = !dotted.contains('.');
        let mut ranked: Vec<(Rank, Candidate)> = Vec::new();
        for path in self.files.get(last).into_iter().flatten().filter(|path| path.as_ref() != from) {
            let stem = path.strip_suffix("/__init__.py").or_else(|| path.strip_suffix(".py")).unwrap_or(path);
            let Some(root) = root_of(stem, &suffix) else { continue };
            let Some(rank) = self.rank(root, from, path, alone) else { continue };
            let sure = !alone;
            ranked.push((rank, Candidate { path: path.clone(), folder: false, sure }));
        }
        if ranked.is_empty() {
            for path in self.folders.get(last).into_iter().flatten().filter(|path| !self.is_package(path)) {
                let Some(root) = root_of(path, &suffix) else { continue };
                let Some(rank) = self.rank(root, from, path, alone).filter(|rank| !alone || rank.class == 3)
                else {
                    continue;
                };
                ranked.push((rank, Candidate { path: path.clone(), folder: true, sure: false }));
            }
        }
        ranked.sort_by(|(a, _), (b, _)| b.cmp(a));
        ranked.truncate(CANDIDATES_MAX);
        ranked.into_iter().map(|(_, candidate)| candidate).collect()
    }

    /// How likely a folder is one that Python looks for modules in, seen from a file; `None`: not at all.
    fn rank(&self, root: &str, from: &str, path: &str, alone: bool) -> Option<Rank> {
        let around = root.is_empty() || from.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'));
        let class = match (self.is_package(root), around) {
            (false, true) => 3,
            (true, true) => 2,
            (false, false) => 1,
            (true, false) if !alone => 0,
            (true, false) => return None,
        };
        let common = root.split('/').zip(from.split('/')).take_while(|(a, b)| a == b).count();
        let source = root == "src" || root.ends_with("/src");
        Some(Rank { class, common, source, short: usize::MAX - path.len() })
    }
}

/// Likeliness; greater is likelier.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    class: u8,
    common: usize,
    source: bool,
    short: usize,
}

/// The folder that a path is in by its dotted name: what stands before the suffix.
fn root_of<'p>(path: &'p str, suffix: &str) -> Option<&'p str> {
    let root = path.strip_suffix(suffix)?;
    if root.is_empty() { Some(root) } else { root.strip_suffix('/') }
}

/// Folder and last part of a path.
pub(in crate::schema::eval) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::memory::Memory;

    fn find(paths: &[&str], dotted: &str, from: &str) -> Vec<String> {
        let files: Vec<(&str, &str)> = paths.iter().map(|path| (*path, "")).collect();
        Index::new(&Memory::new(&files))
            .find(dotted, from)
            .iter()
            .map(|found| found.path.to_string())
            .collect()
    }

    #[test]
    fn the_likeliest_file_comes_first() {
        let cases: &[(&[&str], &str, &str, &[&str])] = &[
            (&["app/models.py"], "app.models", "run.py", &["app/models.py"]),
            (&["app/models/__init__.py"], "app.models", "run.py", &["app/models/__init__.py"]),
            (&["b/app/m.py", "a/app/m.py"], "app.m", "b/run.py", &["b/app/m.py", "a/app/m.py"]),
            (
                &["old/deep/app/m.py", "src/app/m.py"],
                "app.m",
                "tests/t.py",
                &["src/app/m.py", "old/deep/app/m.py"],
            ),
            (&["myapp/m.py"], "app.m", "run.py", &[]),
            (&["app/enum.py", "app/__init__.py"], "enum", "app/x.py", &[]),
            (&["sqlalchemy/orm.py"], "sqlalchemy.orm", "x.py", &[]),
            (&["app/__init__.py", "app/database.py"], "database", "app/models.py", &["app/database.py"]),
            (&["lib/__init__.py", "lib/redis.py"], "redis", "app/x.py", &[]),
            (&["app/redis.py"], "redis", "app/redis.py", &[]),
            (&["app/db/x.py"], "app.db", "run.py", &["app/db"]),
            (&["deploy/redis/x.py"], "redis", "app/x.py", &[]),
        ];
        for (paths, dotted, from, expected) in cases {
            assert_eq!(find(paths, dotted, from), *expected, "{dotted} of {paths:?}");
        }
    }
}
