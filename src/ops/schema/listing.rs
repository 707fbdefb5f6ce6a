//! Lists of files as git prints them for programs: fields, and names ended by NUL, of which only those that matter are kept.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;

use super::blobs::id;
use crate::schema::tree::BlobId;

/// A file of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Path from the root.
    pub path: Arc<str>,
    /// What it holds.
    pub blob: BlobId,
}

/// Whether a file can say anything about a schema, its migrations, or where they are.
pub fn matters(path: &[u8]) -> bool {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
    let configures = [&b"pyproject.toml"[..], b"setup.cfg", b"nija.toml"].contains(&name);
    path.ends_with(b".py")
        || path.ends_with(b".sql")
        || configures
        || name.starts_with(b"alembic") && name.ends_with(b".ini")
}

/// `MODE blob ID\tPATH` of `git ls-tree -r -z`. Links and submodules are no files.
pub fn of_tree(listing: &[u8]) -> Vec<Entry> {
    let entry = |record: &[u8]| {
        let (fields, path) = split(record)?;
        let id = fields.get(2).filter(|_| is_file(&fields))?;
        Some(Entry { path: text(path), blob: super::blobs::id(id)? })
    };
    records(listing).filter_map(entry).collect()
}

/// `MODE ID STAGE\tPATH` of `git ls-files -s -z`, and the paths that a merge left in several versions: of these the version of
/// the branch that is merged into counts, or the only one there is.
pub fn of_index(listing: &[u8]) -> (Vec<Entry>, Vec<Arc<str>>) {
    let (mut entries, mut unmerged): (Vec<Entry>, Vec<Arc<str>>) = (Vec::new(), Vec::new());
    for record in records(listing) {
        let Some((fields, path)) = split(record) else { continue };
        let Some(blob) = fields.get(1).and_then(|hex| id(hex)).filter(|_| is_file(&fields)) else { continue };
        let entry = Entry { path: text(path), blob };
        let stage = fields.get(2).copied().unwrap_or(b"0");
        if stage == b"0" {
            entries.push(entry);
            continue;
        }
        if unmerged.last() != Some(&entry.path) {
            unmerged.push(Arc::clone(&entry.path));
            entries.push(entry);
        } else if let Some(last) = entries.last_mut().filter(|_| stage == b"2") {
            *last = entry;
        }
    }
    (entries, unmerged)
}

/// Paths of a list, as text and as they are.
pub fn names(listing: &[u8]) -> impl Iterator<Item = (Arc<str>, &Path)> {
    let named = |name: &'_ [u8]| !name.is_empty() && matters(name);
    let split = listing.split(|byte| *byte == 0).filter(move |name| named(name));
    split.map(|name| (text(name), Path::new(OsStr::from_bytes(name))))
}

fn records(listing: &[u8]) -> impl Iterator<Item = &[u8]> {
    listing.split(|byte| *byte == 0)
}

/// The fields before the tab, and the path behind it, if it matters.
fn split(record: &[u8]) -> Option<(Vec<&[u8]>, &[u8])> {
    let tab = record.iter().position(|byte| *byte == b'\t')?;
    let path = record.get(tab + 1..).filter(|path| matters(path))?;
    Some((record.get(..tab)?.split(|byte| *byte == b' ').collect(), path))
}

fn is_file(fields: &[&[u8]]) -> bool {
    fields.first().is_some_and(|mode| mode.starts_with(b"100"))
}

fn text(path: &[u8]) -> Arc<str> {
    String::from_utf8_lossy(path).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    fn paths(entries: &[Entry]) -> Vec<&str> {
        entries.iter().map(|entry| &*entry.path).collect()
    }

    #[test]
    fn files_that_matter_are_kept_whatever_they_are_called() {
        let listing = format!(
            "100644 blob {A}\ta b\tc\n.py\0100755 blob {A}\tx.sql\0120000 blob {A}\tlink.py\0160000 commit {A}\tsub.py\0\
             100644 blob {A}\tREADME.md\0100644 blob {A}\tx/alembic.ini\0"
        );
        assert_eq!(paths(&of_tree(listing.as_bytes())), ["a b\tc\n.py", "x.sql", "x/alembic.ini"]);
        assert!(matters(b"alembic_dev.ini") && matters(b"a/pyproject.toml") && !matters(b"setup.ini"));
    }

    #[test]
    fn of_a_merge_that_is_not_done_our_version_counts() {
        let listing = format!(
            "100644 {A} 0\ta.py\0100644 {A} 1\tb.py\0100644 {B} 2\tb.py\0100644 {A} 3\tb.py\0100644 {A} 3\tc.py\0"
        );
        let (entries, unmerged) = of_index(listing.as_bytes());
        assert_eq!(paths(&entries), ["a.py", "b.py", "c.py"]);
        assert_eq!(entries.get(1).map(|entry| entry.blob), id(B.as_bytes()));
        assert_eq!(unmerged.iter().map(|path| &**path).collect::<Vec<_>>(), ["b.py", "c.py"]);
    }

    #[test]
    fn names_are_told_as_text_and_as_they_are() {
        let found: Vec<_> = names(b"a\xff.py\0x.txt\0").collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found.first().map(|(text, _)| &**text), Some("a\u{fffd}.py"));
    }
}
