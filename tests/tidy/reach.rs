//! Forgotten files: what no `mod` and no manifest names is neither compiled nor run.

use super::source::{Finding, Source, Tree, finding, words};

/// Every file below a folder is a `mod` of its parent.
pub(super) fn forgotten_modules(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in &tree.sources {
        let Some((name, parents)) = parents(&source.path) else { continue };
        let declared =
            parents.iter().filter_map(|path| tree.source(path)).any(|parent| declares(parent, name));
        if !declared {
            let message = format!("no 'mod {name};' in {}: add it, or delete the file", parents.join(" or "));
            found.push(finding(&source.path, 1, message));
        }
    }
    found
}

/// A file's module name, and the files that may declare it; `None` for the root of a binary or library.
fn parents(path: &str) -> Option<(&str, Vec<String>)> {
    let (top, inside) = path.split_once('/')?;
    let stem = inside.strip_suffix(".rs")?;
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    match (top, stem.rsplit_once('/')) {
        ("src", None) if ["main", "lib"].contains(&stem) => None,
        ("src", None) => Some((stem, vec!["src/lib.rs".to_owned()])),
        ("src" | "tests" | "benches", Some((folder, name))) => {
            Some((name, vec![format!("{top}/{folder}/mod.rs"), format!("{top}/{folder}.rs")]))
        }
        ("tests", None) if inside.ends_with("/mod.rs") => Some((stem, vec!["tests/it.rs".to_owned()])),
        _ => None,
    }
}

fn declares(parent: &Source, name: &str) -> bool {
    words(&parent.code, &format!("mod {name};")).next().is_some()
}

/// Every root below `tests`, `benches` and `fuzz` is named by its manifest, or is a module of another root.
pub(super) fn forgotten_targets(tree: &Tree) -> Vec<Finding> {
    let manifest = |path: &str| tree.manifests.get(path).map_or("", String::as_str);
    let mut found = Vec::new();
    for source in &tree.sources {
        let path = &source.path;
        let (file, named) = match path.split('/').collect::<Vec<_>>()[..] {
            [top @ ("tests" | "benches"), file] => {
                let name = file.trim_end_matches(".rs");
                let sibling =
                    |other: &&Source| other.path.starts_with(&format!("{top}/")) && declares(other, name);
                if tree.sources.iter().any(|other| sibling(&other)) {
                    continue;
                }
                ("Cargo.toml", format!("path = \"{path}\""))
            }
            ["fuzz", ..] => ("fuzz/Cargo.toml", format!("path = \"{}\"", &path["fuzz/".len()..])),
            _ => continue,
        };
        if !manifest(file).lines().any(|line| line.trim() == named) && !is_fuzz_module(tree, path) {
            let message =
                format!("{file} has no '{named}', so it never runs: add a target, or delete the file");
            found.push(finding(path, 1, message));
        }
    }
    found
}

/// A file that several fuzz targets share through `#[path]` or `mod`.
fn is_fuzz_module(tree: &Tree, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".rs");
    path.starts_with("fuzz/")
        && tree.sources.iter().any(|other| other.path.starts_with("fuzz/") && declares(other, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_nobody_declares_are_found() {
        let tree = Tree::of(&[
            ("src/lib.rs", "pub mod domain;"),
            ("src/domain/mod.rs", "pub mod halt; // mod lost;"),
            ("src/domain/halt.rs", ""),
            ("src/domain/lost.rs", ""),
            ("src/clock.rs", ""),
            ("tests/tidy.rs", "mod tidy { mod source; }"),
            ("tests/tidy/source.rs", ""),
            ("tests/tidy/lost.rs", ""),
        ]);
        let found: Vec<String> = forgotten_modules(&tree).iter().map(ToString::to_string).collect();
        let paths: Vec<&str> = found.iter().filter_map(|f| f.split(':').next()).collect();
        assert_eq!(paths, ["src/domain/lost.rs", "src/clock.rs", "tests/tidy/lost.rs"], "{found:?}");
        assert!(found[0].contains("no 'mod lost;' in src/domain/mod.rs or src/domain.rs"), "{found:?}");
    }

    #[test]
    fn targets_that_never_run_are_found() {
        let tree = Tree::of(&[
            ("Cargo.toml", "[[test]]\nname = \"it\"\npath = \"tests/it.rs\"\n"),
            ("fuzz/Cargo.toml", "[[bin]]\npath = \"fuzz_targets/key.rs\"\n"),
            ("tests/it.rs", "mod properties;"),
            ("tests/properties.rs", ""),
            ("tests/lost.rs", ""),
            ("benches/lost.rs", ""),
            ("fuzz/fuzz_targets/key.rs", ""),
            ("fuzz/fuzz_targets/lost.rs", ""),
        ]);
        let paths: Vec<String> = forgotten_targets(&tree).into_iter().map(|f| f.path).collect();
        assert_eq!(paths, ["tests/lost.rs", "benches/lost.rs", "fuzz/fuzz_targets/lost.rs"]);
    }
}
