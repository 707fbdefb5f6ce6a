//! Who may import whom.

use super::source::{Finding, Source, closing, identifier, words};

/// Layers, and what each may use beside itself.
const ARROWS: [(&str, &[&str]); 15] = [
    ("domain", &[]),
    ("schema", &[]),
    ("clock", &[]),
    ("error", &["domain"]),
    ("config", &["domain", "error", "schema"]),
    ("store", &["domain", "error"]),
    ("notify", &["domain", "error", "clock"]),
    ("broker", &["domain", "error"]),
    ("ops", &["domain", "error", "clock", "config", "store", "notify", "broker", "schema"]),
    ("output", &["domain", "error"]),
    ("cli", &["watch", "ops", "output", "domain", "error", "config", "clock", "schema"]),
    ("http", &["ops", "output", "domain", "error", "config"]),
    ("watch", &["ops", "output", "domain", "error", "config", "clock"]),
    ("main", &["cli"]),
    ("lib", &["ops", "domain"]),
];

/// No arrow but those of the table.
pub(super) fn arrows(source: &Source) -> Vec<Finding> {
    if !source.is_product() {
        return Vec::new();
    }
    let layer = source.layer();
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == layer) else {
        return vec![source.finding(0, format!("'{layer}' has no row in tests/tidy/imports.rs; add one"))];
    };
    let wrong = |target: &&(usize, String)| target.1 != layer && !allowed.contains(&target.1.as_str());
    let may = if allowed.is_empty() { "nothing of the crate".to_owned() } else { allowed.join(", ") };
    targets(source)
        .iter()
        .filter(wrong)
        .map(|(at, target)| {
            let remedy = "move the code, or pass the fact in as an argument";
            source.finding(*at, format!("{layer} must not use '{target}' (it may use {may}): {remedy}"))
        })
        .collect()
}

/// The layers this file names, and where.
fn targets(source: &Source) -> Vec<(usize, String)> {
    let code = &source.shipped;
    let mut found = Vec::new();
    for root in ["crate::", "nija::"] {
        for at in words(code, root) {
            found.extend(heads(code, at + root.len()));
        }
    }
    for (at, up) in climbs(code) {
        if up >= depth(&source.path) {
            found.extend(heads(code, at));
        }
    }
    if source.path == "src/lib.rs" {
        found.extend(words(code, "use ").flat_map(|at| heads(code, at + "use ".len())));
    }
    found.retain(|(_, name)| !["crate", "self", "std", "core", "super", ""].contains(&name.as_str()));
    found
}

/// What a path starts with from `at` on: one name, or several in braces.
fn heads(code: &str, at: usize) -> Vec<(usize, String)> {
    let rest = &code[at..];
    let at = at + rest.len() - rest.trim_start().len();
    if !code[at..].starts_with('{') {
        return vec![(at, identifier(&code[at..]).to_owned())];
    }
    let end = closing(code, at).map_or(code.len(), |end| end - 1);
    let mut found = Vec::new();
    let (mut depth, mut start) = (0, at + 1);
    for (index, byte) in code.bytes().enumerate().take(end).skip(at + 1) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' if depth == 0 => {
                found.extend(heads(code, start));
                start = index + 1;
            }
            _ => {}
        }
    }
    if !code[start..end].trim().is_empty() {
        found.extend(heads(code, start));
    }
    found
}

/// Runs of `super::`: the position behind each, and how many levels up it leads.
fn climbs(code: &str) -> Vec<(usize, usize)> {
    const UP: &str = "super::";
    let mut found: Vec<(usize, usize)> = Vec::new();
    for at in words(code, UP) {
        match found.last_mut() {
            Some((end, up)) if *end == at => (*end, *up) = (at + UP.len(), *up + 1),
            _ => found.push((at + UP.len(), 1)),
        }
    }
    found
}

/// How deep the module of a file lies below the crate root.
fn depth(path: &str) -> usize {
    let parts = path.split('/').count() - 1;
    if path.ends_with("/mod.rs") { parts - 1 } else { parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        arrows(&Source::new(path, text)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_upward_import_is_found_in_every_spelling() {
        for text in [
            "use crate::store::Backend;",
            "use crate::{error::Error, store};",
            "fn f() { crate::store::file::read_path(p) }",
            "use super::super::store;",
            "pub use crate::{\n    domain::{halt, key},\n    store::Backend,\n};",
            "use nija::store::Backend;",
        ] {
            let found = messages("src/domain/x.rs", text);
            assert!(found.iter().any(|m| m.contains("must not use 'store'")), "{text}: {found:?}");
        }
        let found = messages("src/domain/x.rs", "\nuse crate::store;");
        assert!(found[0].starts_with("src/domain/x.rs:2: domain must not use 'store'"), "{found:?}");
    }

    #[test]
    fn every_row_of_the_table_binds() {
        for (layer, allowed) in ARROWS {
            for (target, _) in ARROWS {
                let found = messages(&format!("src/{layer}/x.rs"), &format!("use crate::{target}::X;"));
                assert_eq!(
                    found.is_empty(),
                    layer == target || allowed.contains(&target),
                    "{layer} -> {target}"
                );
            }
        }
    }

    #[test]
    fn what_is_allowed_passes() {
        assert!(
            messages("src/store/file.rs", "use super::atomic; use crate::{domain::key, error::Kind};")
                .is_empty()
        );
        assert!(messages("src/domain/halt.rs", "#[cfg(test)]\nmod tests { use crate::store; }").is_empty());
        assert!(messages("src/domain/halt.rs", "// crate::store\nlet x = \"crate::store\";").is_empty());
        assert!(messages("src/ops/killswitch/mod.rs", "use super::State; use super::super::ops;").is_empty());
        assert!(
            messages("src/lib.rs", "pub mod domain;\npub use ops::gate::Gate;\npub use crate::ops;")
                .is_empty()
        );
    }

    #[test]
    fn relative_paths_through_the_root_count() {
        assert_eq!(messages("src/domain/mod.rs", "use super::store;").len(), 1);
        assert_eq!(messages("src/clock.rs", "use super::error::Error;").len(), 1);
        assert_eq!(messages("src/lib.rs", "pub use store::Backend;").len(), 1);
        assert_eq!(messages("src/util/x.rs", "").len(), 1);
    }
}
