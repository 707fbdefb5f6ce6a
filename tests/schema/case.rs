//! A case: what it shows, the files of two versions, and what is expected.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use nija::schema::memory::Memory;
use nija::schema::settings::Settings;

use super::settings;

/// One file of `cases/`.
pub struct Case {
    /// Its path below `cases/`, without ending.
    pub name: String,
    /// Its first line.
    pub sentence: String,
    /// Files of the older version by path.
    pub before: BTreeMap<String, String>,
    /// Files of the newer version by path.
    pub after: BTreeMap<String, String>,
    /// Files of the version that was merged, where it is not the older one.
    pub merged: Option<BTreeMap<String, String>>,
    /// What the project says.
    pub settings: Settings,
    /// Whether everything is looked at.
    pub whole: bool,
    /// Lines expected, sorted.
    pub expected: Vec<String>,
}

impl Case {
    /// Reads the text of a case.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let mut sections: Vec<(&str, String)> = Vec::new();
        let mut sentence = String::new();
        for line in text.split_inclusive('\n') {
            let title = line.trim_end().strip_prefix("-- ").and_then(|title| title.strip_suffix(" --"));
            match (title, sections.last_mut()) {
                (Some(title), _) => sections.push((title, String::new())),
                (None, Some((_, body))) => body.push_str(line),
                (None, None) => sentence.push_str(line),
            }
        }
        let mut case = Self {
            name: name.to_owned(),
            sentence: sentence.trim().to_owned(),
            before: BTreeMap::new(),
            after: BTreeMap::new(),
            merged: None,
            settings: Settings::default(),
            whole: false,
            expected: Vec::new(),
        };
        let is_expected = sections.iter().any(|(title, _)| *title == "expected");
        for (title, body) in sections {
            case.take(title, body)?;
        }
        if !is_expected {
            return Err("no section 'expected'".to_owned());
        }
        if case.sentence.contains('\n') || !case.sentence.ends_with('.') {
            return Err("its first line must be a sentence".to_owned());
        }
        Ok(case)
    }

    fn take(&mut self, title: &str, body: String) -> Result<(), String> {
        match title.split_once('/') {
            Some(("before", path)) => drop(self.before.insert(path.to_owned(), body)),
            Some(("after", path)) => drop(self.after.insert(path.to_owned(), body)),
            Some(("merged", path)) => drop(self.merged.get_or_insert_default().insert(path.to_owned(), body)),
            Some(("both", path)) => {
                self.before.insert(path.to_owned(), body.clone());
                self.after.insert(path.to_owned(), body);
            }
            None if title == "settings" => self.settings = settings::read(&body)?,
            None if title == "whole" => self.whole = true,
            None if title == "expected" => {
                self.expected = body.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
                self.expected.sort();
            }
            _ => return Err(format!("no section is called '{title}'")),
        }
        Ok(())
    }

    /// Every case, by name.
    pub fn all() -> Vec<Self> {
        let root = folder().join("cases");
        let mut cases: Vec<Self> = files(&root, "case")
            .into_iter()
            .map(|path| {
                let name = path.strip_prefix(&root).unwrap().with_extension("");
                let name = name.to_str().unwrap();
                let text = std::fs::read_to_string(&path).unwrap();
                Self::parse(name, &text).unwrap_or_else(|why| panic!("{name}: {why}"))
            })
            .collect();
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        cases
    }
}

/// `tests/schema`.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema")
}

/// Files with an ending below a folder.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found
}

/// A tree of files.
pub fn tree(files: &BTreeMap<String, String>) -> Memory {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Memory::new(&files)
}
