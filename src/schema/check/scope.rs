//! Which files are looked at: what a project says, and what never declares a schema.

use crate::schema::settings::{Environment, Settings};

/// Folders whose code declares no schema of the project.
const NEVER: [&str; 12] = [
    ".git",
    ".hg",
    ".tox",
    ".nox",
    ".venv",
    "venv",
    "node_modules",
    "site-packages",
    "__pycache__",
    "test",
    "tests",
    "testing",
];

/// The environments of a project; one that takes everything when none is named.
pub fn environments(settings: &Settings) -> Vec<Environment> {
    if settings.environments.is_empty() {
        vec![Environment::default()]
    } else {
        settings.environments.clone()
    }
}

/// Whether a file is read for models of an environment. What is called like a test, as `load_test.py`, may hold a model of that
/// name: `tests` says whether it holds tests.
pub fn declares(settings: &Settings, environment: &Environment, path: &str, tests: bool) -> bool {
    if excluded(settings, path) {
        return false;
    }
    if !environment.models.is_empty() {
        return environment.models.iter().any(|pattern| matches(pattern, path));
    }
    let others = settings.environments.iter().filter(|other| *other != environment);
    let is_test = in_tests(path) || tests && is_test(path);
    !is_test && !others.flat_map(|other| &other.models).any(|pattern| matches(pattern, path))
}

/// Whether a file that is a migration script belongs to an environment.
pub fn migrates(settings: &Settings, environment: &Environment, path: &str) -> bool {
    if excluded(settings, path) {
        return false;
    }
    if !environment.migrations.is_empty() {
        return environment.migrations.iter().any(|pattern| matches(pattern, path));
    }
    let others = settings.environments.iter().filter(|other| *other != environment);
    !is_test(path) && !others.flat_map(|other| &other.migrations).any(|pattern| matches(pattern, path))
}

/// Whether SQL in a file is part of a migration: it lies in a folder of migrations.
pub fn is_migration_sql(settings: &Settings, path: &str) -> bool {
    let named = settings.environments.iter().flat_map(|environment| &environment.migrations);
    let folder = |part: &str| ["migrations", "migration", "versions", "alembic"].contains(&part);
    named.into_iter().any(|pattern| matches(pattern, path)) || path.split('/').rev().skip(1).any(folder)
}

/// Whether a file is not looked at for anything.
pub fn excluded(settings: &Settings, path: &str) -> bool {
    let hidden = path.split('/').any(|part| NEVER.get(..9).is_some_and(|never| never.contains(&part)));
    hidden || settings.exclude.iter().any(|pattern| matches(pattern, path))
}

/// Whether a file belongs to tests: what they declare is no table of the project.
pub fn is_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    in_tests(path) || name.starts_with("test_") || name.ends_with("_test.py")
}

/// Whether a file lies in a folder of tests, or is one that never declares a table.
fn in_tests(path: &str) -> bool {
    let mut parts = path.split('/').rev();
    let name = parts.next().unwrap_or(path);
    ["conftest.py", "setup.py"].contains(&name) || parts.any(|part| NEVER.contains(&part))
}

/// Whether a pattern means a path: the path itself, a folder above it, or `*` within a folder and `**` across folders.
pub fn matches(pattern: &str, path: &str) -> bool {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    if pattern.is_empty() || pattern == "." {
        return true;
    }
    let parts: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    // A pattern of one part means that name wherever it stands, as in `.gitignore`.
    if parts.len() == 1 && pattern.contains('*') {
        return path.iter().any(|part| wild(pattern, part));
    }
    under(&parts, &path)
}

/// Whether a path is what the pattern means, or lies below it.
fn under(pattern: &[&str], path: &[&str]) -> bool {
    // Row by row of the table "does this much of the pattern mean this much of the path": no pattern takes long.
    let mut row = vec![false; path.len() + 1];
    if let Some(first) = row.first_mut() {
        *first = true;
    }
    for part in pattern {
        let mut next = vec![false; path.len() + 1];
        for at in 0..=path.len() {
            let here = |row: &[bool], at: usize| row.get(at).copied().unwrap_or(false);
            let meant = if *part == "**" {
                here(&row, at) || at > 0 && here(&next, at - 1)
            } else {
                at > 0 && here(&row, at - 1) && path.get(at - 1).is_some_and(|name| wild(part, name))
            };
            if let Some(slot) = next.get_mut(at) {
                *slot = meant;
            }
        }
        row = next;
    }
    row.into_iter().any(|meant| meant)
}

/// `*` for any run of characters.
fn wild(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = rest.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_paths_folders_and_wild_cards() {
        for (pattern, path, meant) in [
            ("app", "app/models.py", true),
            ("app", "application/models.py", false),
            ("app/models.py", "app/models.py", true),
            ("./app/", "app/a/b.py", true),
            ("**/legacy", "a/b/legacy/c.py", true),
            ("**/legacy/*.py", "legacy/c.py", true),
            ("app/*/models", "app/x/models/y.py", true),
            ("app/*/models", "app/x/y/models/z.py", false),
            ("*_pb2.py", "a/b_pb2.py", true),
            ("*_pb2.py", "a/b.py", false),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "abc", true),
            ("a*b*c", "acb", false),
            (".", "x.py", true),
        ] {
            assert_eq!(matches(pattern, path), meant, "{pattern} {path}");
        }
    }

    #[test]
    fn environments_do_not_share_what_one_of_them_names() {
        let named = Environment { name: "a".into(), models: vec!["a".into()], migrations: vec![] };
        let other = Environment { name: "b".into(), ..Environment::default() };
        let settings = Settings { environments: vec![named.clone(), other.clone()], ..Settings::default() };
        assert!(
            declares(&settings, &named, "a/m.py", false) && !declares(&settings, &other, "a/m.py", false)
        );
        assert!(
            declares(&settings, &other, "c/m.py", false) && !declares(&settings, &named, "c/m.py", false)
        );
        assert!(!declares(&settings, &other, "tests/m.py", false));
        assert!(declares(&settings, &other, "load_test.py", false));
        assert!(!declares(&settings, &other, "load_test.py", true));
    }
}
