//! The size and look of a file.

use super::source::{Finding, Source, closing, finding, identifier, line_of, words};

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;
const MAIN_LINES_MAX: usize = 30;

pub(super) fn file_length(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().count();
    let message = format!("{lines} lines, more than {FILE_LINES_MAX}: split it by what its parts are for");
    if lines > FILE_LINES_MAX { vec![finding(&source.path, lines, message)] } else { Vec::new() }
}

pub(super) fn main_is_thin(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().count();
    let message = format!("{lines} lines, more than {MAIN_LINES_MAX}: parse, run, return the code");
    let too_long = source.path == "src/main.rs" && lines > MAIN_LINES_MAX;
    if too_long { vec![finding(&source.path, lines, message)] } else { Vec::new() }
}

/// From the signature to the closing brace.
pub(super) fn function_length(source: &Source) -> Vec<Finding> {
    let code = &source.code;
    let mut found = Vec::new();
    for at in words(code, "fn ") {
        let name = identifier(&code[at + "fn ".len()..]);
        let Some(body) = body(code, at) else { continue };
        let lines = line_of(code, body.end) - line_of(code, at) + 1;
        if lines > FUNCTION_LINES_MAX {
            let message =
                format!("'{name}' has {lines} lines, more than {FUNCTION_LINES_MAX}: name its parts");
            found.push(source.finding(at, message));
        }
    }
    found
}

/// The braces of the function that starts at `at`; `None` for a declaration.
fn body(code: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let mut index = at;
    while index < code.len() {
        match code.as_bytes()[index] {
            b'(' | b'[' => index = closing(code, index)?,
            b';' => return None,
            b'{' => return Some(index..closing(code, index)?),
            _ => index += 1,
        }
    }
    None
}

/// The file says in one sentence what it is for.
pub(super) fn opening_sentence(source: &Source) -> Vec<Finding> {
    let opening: Vec<&str> =
        source.text.lines().map_while(|line| line.strip_prefix("//! ")).map(str::trim).collect();
    let sentence = opening.join(" ");
    let message = match (sentence.is_empty(), sentence.ends_with('.'), sentence.contains(". ")) {
        (true, _, _) => "does not open with a '//!' sentence: say what the file is for",
        (_, false, _) => "its '//!' opening does not end with a full stop: make it a sentence",
        (_, _, true) => {
            "its '//!' opening is more than one sentence: keep one, and a blank '//!' before the rest"
        }
        _ => return Vec::new(),
    };
    vec![finding(&source.path, 1, message)]
}

/// No bins: a name has to say what is inside.
pub(super) fn bins(source: &Source) -> Vec<Finding> {
    let bin = |name: &str| ["util", "utils", "helper", "helpers", "misc"].contains(&name);
    let remedy = "name it after what it does";
    let in_path = source.path.trim_end_matches(".rs").split('/').find(|part| bin(part));
    let mut found: Vec<Finding> = in_path
        .map(|name| finding(&source.path, 1, format!("'{name}' says nothing: {remedy}")))
        .into_iter()
        .collect();
    for at in words(&source.code, "mod ") {
        let name = identifier(&source.code[at + "mod ".len()..]);
        if bin(name) {
            found.push(source.finding(at, format!("module '{name}' says nothing: {remedy}")));
        }
    }
    found
}

/// No banner comments, no emoji.
pub(super) fn ornaments(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, line) in source.text.lines().enumerate() {
        let comment = line.trim_start().strip_prefix("//").unwrap_or("");
        let rule = ['-', '=', '*', '#', '/', '~'].iter().any(|c| comment.contains(&c.to_string().repeat(5)));
        if rule {
            found.push(finding(&source.path, index + 1, "a banner comment: make it a module, or nothing"));
        }
        if line.chars().any(|c| ('\u{1f300}'..='\u{1faff}').contains(&c)) {
            found.push(finding(&source.path, index + 1, "an emoji: say it in words"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source::new(path, text)
    }

    #[test]
    fn long_files_are_found() {
        assert!(file_length(&source("src/x.rs", &"\n".repeat(400))).is_empty());
        let found = file_length(&source("src/x.rs", &"\n".repeat(401)));
        assert!(found[0].to_string().starts_with("src/x.rs:401: 401 lines"), "{found:?}");
        assert_eq!(main_is_thin(&source("src/main.rs", &"\n".repeat(31))).len(), 1);
        assert!(main_is_thin(&source("src/cli/mod.rs", &"\n".repeat(31))).is_empty());
    }

    #[test]
    fn long_functions_are_found_from_signature_to_brace() {
        let function =
            |body: usize| format!("\nfn long(\n  x: [u8; 4],\n) {{\n{}}}\n", "x();\n".repeat(body));
        assert!(function_length(&source("src/x.rs", &function(66))).is_empty());
        let found = function_length(&source("src/x.rs", &function(67)));
        assert!(found[0].to_string().starts_with("src/x.rs:2: 'long' has 71 lines"), "{found:?}");
        let declared =
            format!("trait T {{ fn a(&self) -> u8;\n{}fn b(); }}", "const X: u8 = 1;\n".repeat(80));
        assert!(function_length(&source("src/x.rs", &declared)).is_empty());
    }

    #[test]
    fn files_without_an_opening_sentence_are_found() {
        for text in ["use x;", "/// Item doc.\nfn f() {}", "//! No full stop\nuse x;", "//! One. Two.\n"] {
            assert_eq!(opening_sentence(&source("src/x.rs", text)).len(), 1, "{text}");
        }
        assert!(
            opening_sentence(&source("src/x.rs", "//! What it is,\n//! in two lines.\n//!\n//! More."))
                .is_empty()
        );
    }

    #[test]
    fn bins_are_found() {
        assert_eq!(bins(&source("src/store/util.rs", "")).len(), 1);
        assert_eq!(bins(&source("tests/helpers/mod.rs", "")).len(), 1);
        assert_eq!(bins(&source("src/x.rs", "\nmod misc {}"))[0].line, 2);
        assert!(bins(&source("src/utility.rs", "mod utilisation;")).is_empty());
    }

    #[test]
    fn banners_and_emoji_are_found() {
        assert_eq!(ornaments(&source("src/x.rs", "x\n// ------- helpers")).len(), 1);
        assert_eq!(ornaments(&source("src/x.rs", "let x = \"\u{1f6d1}\";")).len(), 1);
        assert!(ornaments(&source("src/x.rs", "// a - b, and -- that is it")).is_empty());
    }
}
