//! Versions of the code as git keeps them: a revision, the index, the work tree.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::blobs::{Blobs, SIZE_MAX, id};
use super::git::Git;
use super::listing::{self, Entry};
use crate::error::{Error, Kind, Result};
use crate::schema::tree::{BlobId, File, Tree};

/// Names a version of the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// What `git log` knows.
    Revision(String),
    /// What would be committed now.
    Index,
    /// The files as they are, new ones included that git does not ignore.
    WorkTree,
}

impl std::str::FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "INDEX" => Ok(Self::Index),
            "WORKTREE" => Ok(Self::WorkTree),
            "" => Err("it is empty; a revision is named as for git log, as in origin/main".to_owned()),
            _ if text.starts_with('-') => Err(format!("'{text}' is no revision")),
            _ => Ok(Self::Revision(text.to_owned())),
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Revision(name) => f.write_str(name),
            Self::Index => f.write_str("INDEX"),
            Self::WorkTree => f.write_str("WORKTREE"),
        }
    }
}

/// A version of the code.
pub struct Snapshot {
    files: Vec<File>,
    blobs: Arc<Blobs>,
    /// What files of the work tree hold whose content git does not keep.
    own: HashMap<BlobId, Arc<[u8]>>,
    /// Paths that git holds in several versions, because a merge is not done.
    pub unmerged: Vec<Arc<str>>,
}

impl Tree for Snapshot {
    fn files(&self) -> &[File] {
        &self.files
    }

    fn read(&self, file: &File) -> io::Result<Arc<[u8]>> {
        match self.own.get(&file.blob) {
            Some(bytes) => Ok(Arc::clone(bytes)),
            None => self.blobs.read(file.blob),
        }
    }
}

impl Snapshot {
    /// Reads the list of files of a version.
    pub fn take(git: &Git, blobs: &Arc<Blobs>, version: &Version) -> Result<Self> {
        let (entries, unmerged) = match version {
            Version::Revision(name) => (revision(git, name)?, Vec::new()),
            Version::Index | Version::WorkTree => {
                git.work_tree()?;
                listing::of_index(&git.run(&["ls-files", "-s", "-z", "--full-name", ":/"])?)
            }
        };
        let mut own = HashMap::new();
        let entries = match version {
            Version::WorkTree => as_on_disk(git, blobs, entries, &mut own)?,
            _ => entries,
        };
        let mut files: Vec<File> =
            entries.into_iter().map(|entry| File { path: entry.path, blob: entry.blob }).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|a, b| a.path == b.path);
        Ok(Self { files, blobs: Arc::clone(blobs), own, unmerged })
    }
}

fn revision(git: &Git, name: &str) -> Result<Vec<Entry>> {
    match git.run(&["ls-tree", "-r", "-z", "--full-tree", name]) {
        Ok(listing) => Ok(listing::of_tree(&listing)),
        Err(error) if error.message.contains("not a git repository") => Err(error),
        // Before the first commit there is nothing.
        Err(_) if name == "HEAD" && git.line(&["rev-list", "-n", "1", "--all"]).is_none() => Ok(Vec::new()),
        Err(_) if name == "HEAD" && git.line(&["rev-parse", "-q", "--verify", "HEAD"]).is_none() => {
            Ok(Vec::new())
        }
        Err(error) => Err(missing(git, name, error)),
    }
}

fn missing(git: &Git, name: &str, below: Error) -> Error {
    let hint = match name.strip_prefix("origin/") {
        _ if git.is_shallow() => "git fetch --deepen=1000".to_owned(),
        Some(branch) => format!("git fetch origin {branch}"),
        None => "git log --oneline --all -n 20".to_owned(),
    };
    let shallow = if git.is_shallow() { ", of whose history not all was fetched" } else { "" };
    let message = format!("there is no revision '{name}' in this repository{shallow}");
    Error::new(Kind::NotFound, message).hint(hint).caused_by(below)
}

/// The index as the work tree has it: what differs is read, what is gone is left out, what is new comes in.
fn as_on_disk(
    git: &Git,
    blobs: &Blobs,
    entries: Vec<Entry>,
    own: &mut HashMap<BlobId, Arc<[u8]>>,
) -> Result<Vec<Entry>> {
    let top = git.work_tree()?;
    let differs = git.start(&["diff-files", "-z", "--name-only", "--ignore-submodules=all"])?;
    let new = git.run(&["ls-files", "-o", "-z", "--exclude-standard", "--full-name", ":/"])?;
    let differs = differs.finish()?;
    let mut known: HashMap<Arc<str>, Entry> =
        entries.into_iter().map(|entry| (Arc::clone(&entry.path), entry)).collect();
    for (path, raw) in listing::names(&differs).chain(listing::names(&new)) {
        let before = known.remove(&path);
        let blob = match on_disk(&top.join(raw))? {
            OnDisk::Nothing => continue,
            OnDisk::TooLarge => {
                let blob = named_by_content(path.as_bytes());
                own.insert(blob, Arc::default());
                blobs.note_too_large(blob);
                blob
            }
            OnDisk::Bytes(bytes) => {
                // Touched, but the same: git knows it.
                let kept = |entry: &Entry| blobs.read(entry.blob).is_ok_and(|old| old == bytes);
                before.filter(kept).map(|entry| entry.blob).unwrap_or_else(|| {
                    let blob = named_by_content(&bytes);
                    own.insert(blob, bytes);
                    blob
                })
            }
        };
        known.insert(Arc::clone(&path), Entry { path, blob });
    }
    Ok(known.into_values().collect())
}

/// What stands at a path.
enum OnDisk {
    Nothing,
    TooLarge,
    Bytes(Arc<[u8]>),
}

fn on_disk(path: &Path) -> Result<OnDisk> {
    let look = |error| Error::io(format_args!("read {}", path.display()), error).hint("git status");
    match std::fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.is_file() => Ok(OnDisk::Nothing),
        Ok(metadata) if metadata.len() > SIZE_MAX => Ok(OnDisk::TooLarge),
        Ok(_) => Ok(OnDisk::Bytes(std::fs::read(path).map_err(look)?.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(OnDisk::Nothing),
        Err(error) => Err(look(error)),
    }
}

/// An id for content that git does not keep: of another kind than git's, so that it never means anything else.
fn named_by_content(bytes: &[u8]) -> BlobId {
    use sha2::Digest as _;
    let mut digest = sha2::Sha256::new();
    digest.update(b"work tree\0");
    digest.update(bytes);
    let mut id = [0; 20];
    for (to, from) in id.iter_mut().zip(digest.finalize()) {
        *to = from;
    }
    BlobId(id)
}

/// The revision where two lines of history parted.
pub fn merge_base(git: &Git, one: &str, other: &str) -> Result<String> {
    let found = git.line(&["merge-base", one, other]).filter(|line| id(line.as_bytes()).is_some());
    found.ok_or_else(|| {
        let message = format!("{one} and {other} have no commit in common, as far as history was fetched");
        let hint = if git.is_shallow() { "git fetch --unshallow" } else { "git log --oneline --graph --all" };
        Error::new(Kind::NotFound, message).hint(hint)
    })
}
