//! Reads the tree, and separates the code of each file from its comments, strings and test modules.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// A broken rule: where, what, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

pub(super) fn finding(path: &str, line: usize, message: impl Into<String>) -> Finding {
    Finding { path: path.to_owned(), line, message: message.into() }
}

/// One Rust file.
#[derive(Debug)]
pub(super) struct Source {
    /// Relative to the repository.
    pub(super) path: String,
    /// As it is.
    pub(super) text: String,
    /// With comments and the insides of literals blanked, byte for byte.
    pub(super) code: String,
    /// The same, with `#[cfg(test)]` modules blanked as well.
    pub(super) shipped: String,
}

impl Source {
    pub(super) fn new(path: &str, text: &str) -> Self {
        let code = blank_literals(text);
        let shipped = blank_test_modules(&code);
        Self { path: path.to_owned(), text: text.to_owned(), code, shipped }
    }

    /// Whether this file becomes part of the product, rather than of its tests.
    pub(super) fn is_product(&self) -> bool {
        self.path.starts_with("src/")
    }

    /// `domain` for `src/domain/halt.rs`, `clock` for `src/clock.rs`; empty outside `src`.
    pub(super) fn layer(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap_or("");
        inside.split(['/', '.']).next().unwrap_or("")
    }

    pub(super) fn finding(&self, at: usize, message: impl Into<String>) -> Finding {
        finding(&self.path, line_of(&self.text, at), message)
    }
}

/// The line of a byte position, from 1.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// Byte positions of `word` where no identifier runs on before it, nor after it if it ends like one.
pub(super) fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let part = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    code.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let bytes = code.as_bytes();
        let before = at.checked_sub(1).and_then(|index| bytes.get(index));
        let ends_like_one = part(word.as_bytes().last());
        !(part(before) || ends_like_one && part(bytes.get(at + word.len())))
    })
}

/// The identifier at the start of `code`.
pub(super) fn identifier(code: &str) -> &str {
    let end = code.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(code.len());
    &code[..end]
}

/// The position just behind the bracket that closes the one at `open`.
pub(super) fn closing(code: &str, open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (index, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(index + 1);
        }
    }
    None
}

fn blank(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().filter(|byte| **byte != b'\n') {
        *byte = b' ';
    }
}

fn blank_literals(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut at = 0;
    while at < text.len() {
        let (end, inside) = match literal_end(text.as_bytes(), at) {
            Some((end, quote_len)) => {
                (end, at + quote_len..end.saturating_sub(quote_len).max(at + quote_len))
            }
            None => (at + 1, at..at),
        };
        let end = end.min(text.len());
        blank(&mut bytes[inside.start.min(end)..inside.end.min(end)]);
        at = end;
    }
    String::from_utf8(bytes).expect("blanks are ASCII and cover whole literals")
}

/// The end of the comment or literal that starts at `at`, and how many bytes of its quotes to leave standing.
fn literal_end(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let rest = &bytes[at..];
    let before = at.checked_sub(1).map(|index| bytes[index]);
    let in_word = before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    match rest {
        [b'/', b'/', ..] => Some((at + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()), 0)),
        [b'/', b'*', ..] => Some((at + block_comment_len(rest), 0)),
        [b'r', b'"' | b'#', ..] if !in_word || before == Some(b'b') => {
            raw_string_len(rest).map(|len| (at + len, 0))
        }
        [b'"', ..] => Some((at + quoted_len(rest, b'"'), 1)),
        [b'\'', b'\\', ..] => Some((at + quoted_len(rest, b'\''), 1)),
        // A lifetime has no closing quote right behind its first character.
        [b'\'', ..] => {
            let width = std::str::from_utf8(&rest[1..]).ok()?.chars().next()?.len_utf8();
            (rest.get(1 + width) == Some(&b'\'')).then_some((at + width + 2, 1))
        }
        _ => None,
    }
}

fn quoted_len(rest: &[u8], quote: u8) -> usize {
    let mut escaped = false;
    for (index, byte) in rest.iter().enumerate().skip(1) {
        match (escaped, *byte) {
            (false, b'\\') => escaped = true,
            (false, byte) if byte == quote => return index + 1,
            _ => escaped = false,
        }
    }
    rest.len()
}

fn raw_string_len(rest: &[u8]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
    (rest.get(1 + hashes) == Some(&b'"')).then_some(())?;
    let end = [&b"\""[..], &vec![b'#'; hashes]].concat();
    let body = &rest[hashes + 2..];
    let len = body.windows(end.len()).position(|window| window == end);
    Some(len.map_or(rest.len(), |len| hashes + 2 + len + end.len()))
}

fn block_comment_len(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while at + 1 < rest.len() {
        match &rest[at..at + 2] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn blank_test_modules(code: &str) -> String {
    let mut bytes = code.as_bytes().to_vec();
    for (at, attribute) in code.match_indices("#[cfg(test)]") {
        let item = &code[at + attribute.len()..];
        let Some(open) = item.find(['{', ';']) else { continue };
        let open = at + attribute.len() + open;
        let end = if code.as_bytes()[open] == b'{' { closing(code, open) } else { Some(open + 1) };
        blank(&mut bytes[at..end.unwrap_or(code.len())]);
    }
    String::from_utf8(bytes).expect("blanks are ASCII and cover whole items")
}

/// Everything the rules look at.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) sources: Vec<Source>,
    /// Markdown files.
    pub(super) pages: BTreeMap<String, String>,
    /// Cargo.toml files.
    pub(super) manifests: BTreeMap<String, String>,
    /// Every path there is, folders included.
    pub(super) paths: Vec<String>,
}

impl Tree {
    pub(super) fn of_this_repository() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut tree = Self::default();
        tree.walk(root, root);
        tree
    }

    /// A tree of these files, for tests of the rules.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.add(path, (*text).to_owned());
        }
        tree
    }

    pub(super) fn source(&self, path: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.path == path)
    }

    pub(super) fn exists(&self, path: &str) -> bool {
        self.paths.iter().any(|known| known == path)
    }

    fn add(&mut self, path: &str, text: String) {
        let folders = path.match_indices('/').map(|(at, _)| path[..at].to_owned());
        self.paths.extend(folders.chain([path.to_owned()]));
        if path.ends_with(".rs") {
            self.sources.push(Source::new(path, &text));
        } else if path.ends_with(".md") {
            self.pages.insert(path.to_owned(), text);
        } else if path.ends_with("Cargo.toml") {
            self.manifests.insert(path.to_owned(), text);
        }
    }

    fn walk(&mut self, root: &Path, dir: &Path) {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(dir).expect("list").map(|entry| entry.expect("entry").path()).collect();
        entries.sort();
        for entry in entries {
            let path = entry.strip_prefix(root).expect("inside").to_string_lossy().into_owned();
            let skipped = ["target", ".git", "fuzz/target", "fuzz/corpus", "fuzz/artifacts"];
            if skipped.contains(&path.as_str()) || entry.is_symlink() {
                continue;
            }
            if entry.is_dir() {
                self.paths.push(path);
                self.walk(root, &entry);
            } else {
                let text = [".rs", ".md", ".toml"].iter().any(|end| path.ends_with(end));
                let text = if text { std::fs::read_to_string(&entry).expect("UTF-8") } else { String::new() };
                self.add(&path, text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_comments_and_test_modules_are_not_code() {
        let text = "let a = \"{ // no\"; // {\nlet b = '{'; let c = r#\"{\"#; /* { /* { */ */ fn f<'a>(x: &'a str) {}\n\
                    #[cfg(test)]\nmod tests { use crate::store; }\nfn g() {}\n";
        let source = Source::new("src/x.rs", text);
        assert_eq!(source.code.len(), text.len());
        assert_eq!(source.code.matches('{').count(), 3, "{}", source.code);
        assert!(source.code.contains("crate::store") && !source.shipped.contains("crate::store"));
        assert!(source.shipped.contains("fn g()"));
    }

    #[test]
    fn escapes_do_not_end_a_literal() {
        let source = Source::new("src/x.rs", r#"let a = "\"{"; let b = '\''; let c = b"\\"; let d = '{';"#);
        assert_eq!(source.code.matches('{').count(), 0, "{}", source.code);
        assert_eq!(source.code.matches("let").count(), 4);
    }

    #[test]
    fn words_are_whole() {
        assert_eq!(words("rename_all rename( x.rename", "rename").count(), 2);
        assert_eq!(words("eprintln!(1); println!(2)", "println!").count(), 1);
    }
}
