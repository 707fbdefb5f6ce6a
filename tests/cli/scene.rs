//! A scene at the shell: lines typed one after the other, and what each printed.

use std::fmt::Write as _;

use crate::common::{Output, Run, TestEnv};

/// What was typed and printed so far in one environment.
pub(super) struct Scene {
    pub(super) env: TestEnv,
    text: String,
}

impl Scene {
    pub(super) fn new(env: TestEnv) -> Self {
        Self { env, text: String::new() }
    }

    /// Types a line; quotes keep words together.
    pub(super) fn nija(&mut self, line: &str) -> Output {
        self.with(line, |run| run)
    }

    /// Types a line in changed surroundings.
    pub(super) fn with(&mut self, line: &str, change: impl FnOnce(Run) -> Run) -> Output {
        let words = split(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = change(self.env.nija(&words)).run();
        writeln!(self.text, "$ nija {line}").unwrap();
        self.text.push_str(&output.stdout);
        if !output.stderr.is_empty() {
            write!(self.text, "--- stderr\n{}", output.stderr).unwrap();
        }
        if output.code != 0 {
            writeln!(self.text, "--- exit {}", output.code).unwrap();
        }
        self.text.push('\n');
        output
    }

    /// Says what happens between two lines.
    pub(super) fn note(&mut self, what: &str) {
        writeln!(self.text, "# {what}\n").unwrap();
    }

    /// Everything so far, the same on every run and machine.
    pub(super) fn text(&self) -> String {
        stable(&shown(&self.env.stable(&self.text)))
    }
}

fn split(line: &str) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match (c, words.last_mut()) {
            ('\'', _) => quoted = !quoted,
            (' ', _) if !quoted => words.push(String::new()),
            (c, Some(word)) => word.push(c),
            (_, None) => {}
        }
    }
    words
}

/// `text` without what the commands print shortened or in sentences of their own.
pub(super) fn stable(text: &str) -> String {
    let user = nija::ops::identity::user_name(rustix::process::geteuid().as_raw()).unwrap_or_default();
    let text = text.replace(&format!("({user})"), "([USER])");
    let mut before = String::new();
    let word = |piece: &str| {
        let (word, end) = piece.split_at(piece.trim_end_matches(is_end).len());
        let stable = placeholder(&before, word).unwrap_or_else(|| word.to_owned()) + end;
        word.clone_into(&mut before);
        stable
    };
    text.split_inclusive(is_end).map(word).collect()
}

fn is_end(c: char) -> bool {
    c.is_whitespace() || "\"',;()>".contains(c)
}

fn placeholder(before: &str, word: &str) -> Option<String> {
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some((kept, _)) = word.split_once(".corrupt-") {
        return Some(format!("{kept}.corrupt-[TIME]"));
    }
    if word.strip_prefix("file:").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        return Some("file:[UID]:[TIME]".to_owned());
    }
    if before == "age" && word.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return Some("[AGE]".to_owned());
    }
    if before == "-fp" {
        return Some("[PID]".to_owned());
    }
    if before == "revision" && word.len() > 9 {
        return Some("[REVISION]".to_owned());
    }
    if before == "after" && word.parse::<u64>().is_ok() {
        return Some("[MS]".to_owned());
    }
    let (seq, hash) = word.split_once(':')?;
    (seq.parse::<u64>().is_ok() && hash.len() >= 8 && is_hex(hash)).then(|| format!("{seq}:[HASH]"))
}

/// `text` with its colours visible, as `<1;31>`.
pub(super) fn shown(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |shown, part| match part.strip_prefix('[').and_then(|part| part.split_once('m')) {
        Some((code, rest)) => format!("{shown}<{code}>{rest}"),
        None => format!("{shown}<ESC>{part}"),
    })
}

/// The last word of a text that starts like this, as in `h-` for a halt.
pub(super) fn id(text: &str, prefix: &str) -> String {
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let is_id = |word: &&str| word.len() == prefix.len() + 8 && word.starts_with(prefix);
    words.rfind(is_id).unwrap_or_else(|| panic!("no {prefix} in {text}")).to_owned()
}
