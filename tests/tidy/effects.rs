//! What code does to the outside, and who may let trading resume.

use super::source::{Finding, Source, closing, words};

/// Prints happen in `output`.
pub(super) fn prints(source: &Source) -> Vec<Finding> {
    const PRINTS: [&str; 7] = ["print!", "println!", "eprint!", "eprintln!", "dbg!", "stdout()", "stderr()"];
    if !source.is_product() || source.layer() == "output" {
        return Vec::new();
    }
    let remedy = "return it in a report and let src/output write it";
    found(source, &PRINTS, |word| format!("{word} outside src/output: {remedy}"))
}

/// State is written by `store`.
pub(super) fn writes(source: &Source) -> Vec<Finding> {
    const CALLS: [&str; 31] = [
        "fs::write(",
        "fs::copy(",
        "rename(",
        "renameat(",
        "renameat_with(",
        "remove_file(",
        "remove_dir(",
        "remove_dir_all(",
        "create_dir(",
        "create_dir_all(",
        "set_permissions(",
        "set_len(",
        "hard_link(",
        "symlink(",
        "symlinkat(",
        "link(",
        "linkat(",
        "unlink(",
        "unlinkat(",
        "mkdir(",
        "mkdirat(",
        "mknodat(",
        "chmod(",
        "fchmod(",
        "chmodat(",
        "chown(",
        "fchown(",
        "chownat(",
        "truncate(0",
        "ftruncate(",
        "set_times(",
    ];
    const TYPES: [&str; 10] = [
        "File::create",
        "File::create_new",
        "File::options",
        "OpenOptions",
        "DirBuilder",
        "NamedTempFile",
        "OFlags::CREATE",
        "OFlags::WRONLY",
        "OFlags::RDWR",
        "OFlags::TRUNC",
    ];
    // A channel that is a file: what it appends to is a product for others, and no state.
    if !source.is_product() || source.layer() == "store" || source.path == "src/notify/file.rs" {
        return Vec::new();
    }
    let message = |word: &str| {
        format!(
            "{} outside src/store: state is written by src/store/atomic.rs only",
            word.trim_end_matches('(')
        )
    };
    let mut all = found(source, &CALLS, message);
    // `#[serde(rename(…))]` renames a field, not a file.
    let attribute =
        |line: usize| source.text.lines().nth(line - 1).is_some_and(|text| text.contains("#[serde("));
    all.retain(|finding| !attribute(finding.line));
    all.extend(found(source, &TYPES, message));
    all
}

fn found(source: &Source, wanted: &[&str], message: impl Fn(&str) -> String) -> Vec<Finding> {
    let each = |word: &&str| {
        let at = words(&source.shipped, word);
        at.map(|at| source.finding(at, message(word))).collect::<Vec<_>>()
    };
    wanted.iter().flat_map(each).collect()
}

const CONFIRM: &str = "src/ops/confirm.rs";

/// Approving takes an `Authenticated`, which only a passphrase makes, so it may turn the last one into a `Confirmed`.
const APPROVAL: &str = "src/ops/killswitch/request.rs";

/// Only `ops/confirm.rs` makes a `Confirmed`.
pub(super) fn minting(source: &Source) -> Vec<Finding> {
    if source.path == CONFIRM || !source.is_product() {
        return Vec::new();
    }
    let code = &source.shipped;
    let makes = |at: &usize| {
        let (before, after) = (code[..*at].trim_end(), code[at + "Confirmed".len()..].trim_start());
        let is_type = ["->", "impl", "for", "struct", "enum"].iter().any(|word| before.ends_with(word));
        let elsewhere = before.ends_with("::") && !before.ends_with("confirm::");
        (after.starts_with('{') || after.starts_with('(')) && !is_type && !elsewhere
    };
    let message = "a Confirmed is made here: only people resume; ask for one through ops::confirm::by_*";
    words(code, "Confirmed").filter(makes).map(|at| source.finding(at, message)).collect()
}

/// Only the interactive and the authenticated edge ask for a `Confirmed`.
pub(super) fn asking_for_confirmation(source: &Source) -> Vec<Finding> {
    let may =
        [CONFIRM, APPROVAL].contains(&source.path.as_str()) || ["cli", "http"].contains(&source.layer());
    if !source.is_product() || may {
        return Vec::new();
    }
    let code = &source.shipped;
    let asks = |at: &usize| {
        let after = &code[at + "confirm".len()..];
        let Some(path) = after.strip_prefix("::") else { return after.starts_with(" as ") };
        let named =
            if path.starts_with('{') { &path[..closing(path, 0).unwrap_or(path.len())] } else { path };
        let mut names = named.split(|c: char| !c.is_alphanumeric() && c != '_');
        let group = path.starts_with('{') && names.any(|name| name.starts_with("by_"));
        group || path.starts_with("by_") || path.starts_with('*')
    };
    let message =
        "asks for a Confirmed: automation may stop, only src/cli and src/http may let a person resume";
    words(code, "confirm").filter(asks).map(|at| source.finding(at, message)).collect()
}

/// A `Confirmed` cannot be copied, defaulted, read from a file or put together from its fields.
pub(super) fn forgeable_confirmation(source: &Source) -> Vec<Finding> {
    if source.path != CONFIRM {
        return Vec::new();
    }
    let code = &source.shipped;
    let mut all = Vec::new();
    for at in words(code, "struct Confirmed") {
        let attributes = code[..at].rfind(['}', ';']).map_or(&code[..at], |end| &code[end + 1..at]);
        for word in ["Clone", "Copy", "Default", "Deserialize"] {
            if words(attributes, word).next().is_some() {
                all.push(
                    source.finding(
                        at,
                        format!("Confirmed derives {word}: then anybody can make one; remove it"),
                    ),
                );
            }
        }
        let open = code[at..].find(['{', '(', ';']).map_or(code.len(), |open| at + open);
        let fields = &code[open..closing(code, open).unwrap_or(open)];
        if words(fields, "pub").next().is_some() {
            all.push(
                source
                    .finding(at, "Confirmed has a public field: then anybody can make one; make it private"),
            );
        }
    }
    for word in ["Clone", "Copy", "Default", "Deserialize", "From"] {
        for at in words(code, "for Confirmed") {
            let implemented = code[..at].rsplit("impl").next().unwrap_or("");
            if words(implemented, word).next().is_some() {
                all.push(
                    source.finding(at, format!("{word} for Confirmed: then anybody can make one; remove it")),
                );
            }
        }
    }
    all
}

pub(super) fn ignored_tests(source: &Source) -> Vec<Finding> {
    let message = "an ignored test protects nothing: make it pass, or delete it";
    words(&source.code, "#[ignore").map(|at| source.finding(at, message)).collect()
}

/// Waiting goes through the clock.
pub(super) fn sleeping(source: &Source) -> Vec<Finding> {
    if !source.is_product() || source.layer() == "clock" {
        return Vec::new();
    }
    let message = "sleeps: wait through clock::Clock, so that tests never do";
    let code = &source.code;
    let imported = words(code, "thread::{").filter(|at| {
        let open = at + "thread::".len();
        words(&code[open..closing(code, open).unwrap_or(open)], "sleep").next().is_some()
    });
    words(code, "thread::sleep")
        .chain(words(code, "nanosleep("))
        .chain(imported)
        .map(|at| source.finding(at, message))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(rule: fn(&Source) -> Vec<Finding>, path: &str, text: &str) -> usize {
        rule(&Source::new(path, text)).len()
    }

    #[test]
    fn prints_outside_output_are_found() {
        for text in ["print!(\"x\")", "eprintln!()", "dbg!(x)", "io::stdout().lock()", "std::io::stderr()"] {
            assert_eq!(count(prints, "src/ops/gate.rs", text), 1, "{text}");
            assert_eq!(count(prints, "src/output/mod.rs", text), 0, "{text}");
            assert_eq!(count(prints, "tests/it.rs", text), 0, "{text}");
            let tested = format!("#[cfg(test)]\nmod tests {{ fn f() {{ {text} }} }}");
            assert_eq!(count(prints, "src/ops/gate.rs", &tested), 0, "{text}");
        }
        assert_eq!(count(prints, "src/ops/gate.rs", "// println!\nlet x = \"println!()\"; sprint!()"), 0);
    }

    #[test]
    fn writes_outside_the_store_are_found() {
        for text in [
            "std::fs::write(p, b)",
            "File::create(p)",
            "OpenOptions::new()",
            "fs::rename(a, b)",
            "rustix::fs::unlinkat(d, n, f)",
            "remove_file(p)",
            "fs::set_permissions(p, m)",
            "fs::create_dir_all(p)",
            "open(p, OFlags::WRONLY, m)",
        ] {
            assert_eq!(count(writes, "src/ops/init.rs", text), 1, "{text}");
            assert_eq!(count(writes, "src/store/atomic.rs", text), 0, "{text}");
            assert_eq!(count(writes, "tests/store.rs", text), 0, "{text}");
        }
        let serde =
            "#[serde(rename_all = \"lowercase\")]\n#[serde(rename(serialize = \"x\"))]\nwriter.write(b)";
        assert_eq!(count(writes, "src/domain/halt.rs", serde), 0);
    }

    #[test]
    fn a_confirmed_made_elsewhere_is_found() {
        for text in ["let c = Confirmed { by };", "Ok(Confirmed(by))", "ops::confirm::Confirmed { by }"] {
            assert_eq!(count(minting, "src/ops/watch.rs", text), 1, "{text}");
            assert_eq!(count(minting, CONFIRM, text), 0, "{text}");
        }
        let harmless = "fn f(c: &Confirmed) -> Confirmed { c } match x { Confirmation::Confirmed => {} }";
        assert_eq!(count(minting, "src/ops/release.rs", harmless), 0);
    }

    #[test]
    fn asking_for_a_confirmed_below_the_edges_is_found() {
        for text in [
            "ops::confirm::by_prompt(x)",
            "use super::confirm::{Confirmed, by_token};",
            "use crate::ops::confirm::*;",
            "use crate::ops::confirm as c;",
            "pub use confirm::by_prompt;",
        ] {
            for path in ["src/watch/mod.rs", "src/ops/watch.rs", "src/ops/mod.rs"] {
                assert_eq!(count(asking_for_confirmation, path, text), 1, "{path}: {text}");
            }
            assert_eq!(count(asking_for_confirmation, "src/cli/killswitch.rs", text), 0, "{text}");
            assert_eq!(count(asking_for_confirmation, "src/http/routes.rs", text), 0, "{text}");
        }
        assert_eq!(count(asking_for_confirmation, "src/ops/release.rs", "use super::confirm::Confirmed;"), 0);
    }

    #[test]
    fn a_confirmed_that_can_be_forged_is_found() {
        for text in [
            "#[derive(Debug, Clone)]\npub struct Confirmed { by: String }",
            "#[derive(Debug, Deserialize)]\npub struct Confirmed { by: String }",
            "pub struct Confirmed { pub by: String }",
            "pub struct Confirmed(pub String);",
            "pub struct Confirmed { by: String }\nimpl Default for Confirmed { }",
        ] {
            assert_eq!(count(forgeable_confirmation, CONFIRM, text), 1, "{text}");
        }
        let sound = "#[derive(Clone)]\nstruct Other { pub x: u8 }\n#[derive(Debug)]\npub struct Confirmed { by: String }";
        assert_eq!(count(forgeable_confirmation, CONFIRM, sound), 0);
    }

    #[test]
    fn ignored_tests_and_sleeps_are_found() {
        assert_eq!(count(ignored_tests, "tests/it.rs", "#[test]\n#[ignore = \"slow\"]\nfn f() {}"), 1);
        assert_eq!(count(sleeping, "src/store/lock.rs", "std::thread::sleep(d)"), 1);
        assert_eq!(count(sleeping, "src/store/lock.rs", "use std::thread::{self, sleep};"), 1);
        assert_eq!(count(sleeping, "src/clock.rs", "std::thread::sleep(d)"), 0);
    }
}
