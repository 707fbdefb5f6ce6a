//! Which documents changed since the last look, for a watch that keeps the rest in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

/// Names of one folder beyond which the whole folder is read again: a storm must not grow a list without end.
const NAMES_MAX: usize = 65_536;

/// Tells what changed. Asked under the lock of the look, so that nothing another look wrote is missed.
pub trait Feed {
    /// What changed since this was asked last; everything when that cannot be told.
    fn take(&mut self) -> Changes;
}

/// Documents that may have changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    all: bool,
    folders: BTreeMap<String, Changed>,
    files: BTreeSet<String>,
}

/// What may have changed in one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// Anything.
    All,
    /// The documents of these names, those that came or went included.
    Names(BTreeSet<String>),
}

impl Changes {
    /// Anything may have changed.
    pub fn everything() -> Self {
        Self { all: true, ..Self::default() }
    }

    /// Notes a document of a folder, by its own name.
    pub fn entry(&mut self, folder: &str, name: &str) {
        let changed =
            self.folders.entry(folder.to_owned()).or_insert_with(|| Changed::Names(BTreeSet::new()));
        if let Changed::Names(names) = changed {
            names.insert(name.to_owned());
            if names.len() > NAMES_MAX {
                *changed = Changed::All;
            }
        }
    }

    /// Notes that anything in a folder may have changed.
    pub fn folder(&mut self, folder: &str) {
        self.folders.insert(folder.to_owned(), Changed::All);
    }

    /// Notes a document of which there is one, by its file name.
    pub fn file(&mut self, file: &str) {
        self.files.insert(file.to_owned());
    }

    /// Whether nothing is known to have changed.
    pub fn is_empty(&self) -> bool {
        !self.all && self.folders.is_empty() && self.files.is_empty()
    }

    /// What may have changed in a folder; `None` when nothing did.
    pub fn of_folder(&self, folder: &str) -> Option<&Changed> {
        if self.all { Some(&Changed::All) } else { self.folders.get(folder) }
    }

    /// Whether a document of which there is one may have changed.
    pub fn has_file(&self, file: &str) -> bool {
        self.all || self.files.contains(file)
    }

    /// Takes everything out, leaving nothing.
    pub fn take(&mut self) -> Self {
        mem::take(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_changed_as_a_whole_forgets_its_names() {
        let mut changes = Changes::default();
        changes.entry("orders", "1");
        assert_eq!(changes.of_folder("orders"), Some(&Changed::Names(BTreeSet::from(["1".to_owned()]))));
        changes.folder("orders");
        changes.entry("orders", "2");
        assert_eq!(changes.of_folder("orders"), Some(&Changed::All));
        assert_eq!(changes.of_folder("alerts"), None);
        assert!(!changes.take().is_empty() && changes.is_empty());
    }

    #[test]
    fn everything_is_every_folder_and_file() {
        let changes = Changes::everything();
        assert_eq!(changes.of_folder("orders"), Some(&Changed::All));
        assert!(changes.has_file("equity.json") && !changes.is_empty());
    }

    #[test]
    fn a_storm_of_names_becomes_the_whole_folder() {
        let mut changes = Changes::default();
        (0..=NAMES_MAX).for_each(|number| changes.entry("orders", &number.to_string()));
        assert_eq!(changes.of_folder("orders"), Some(&Changed::All));
    }
}
