//! One version of the code: its files by path, each with an id of its content.

use std::io;
use std::sync::Arc;

/// Identifies content: equal ids, equal bytes. A git object id where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId(pub [u8; 20]);

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Path from the root of the tree, with forward slashes.
    pub path: Arc<str>,
    /// What it holds.
    pub blob: BlobId,
}

/// One version of the code. Shared by threads.
pub trait Tree: Sync {
    /// Every file that can matter (Python, SQL, configuration), sorted by path.
    fn files(&self) -> &[File];

    /// What a file holds.
    fn read(&self, file: &File) -> io::Result<Arc<[u8]>>;

    /// The file at a path.
    fn find(&self, path: &str) -> Option<&File> {
        let files = self.files();
        let at = files.binary_search_by(|file| (*file.path).cmp(path)).ok()?;
        files.get(at)
    }
}
