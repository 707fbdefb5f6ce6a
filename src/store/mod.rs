//! Where state lives: a small dumb backend below, typed documents and journals above, and the stop file beside them.

use std::path::PathBuf;
use std::time::Duration;

use crate::domain::key::Key;
use crate::error::Result;

pub mod atomic;
pub mod cached;
pub mod directory;
pub mod document;
pub mod export;
pub mod file;
pub mod inspect;
pub mod journal;
pub mod lock;
pub mod log;
pub mod memory;
pub mod sentinel;

/// How much a change has to survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// On disk before it is acknowledged: content, name and all.
    Strict,
    /// Whole for every reader, but a power cut may bring the older version back, or on XFS and btrfs an empty one, which
    /// reads as corrupt: for heartbeats, and for what the synced stop file already says.
    Relaxed,
}

/// Identifies one stored version of a document; opaque, compared for equality only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revision {
    /// There is no document.
    Absent,
    /// This version of it.
    Stored(u64),
}

/// A document's stored bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// What is stored.
    pub bytes: Vec<u8>,
    /// Which version this is.
    pub revision: Revision,
}

/// A held lock; dropping it releases.
pub trait Held: Send {}

/// Names an append-only log, as in `audit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Log(pub &'static str);

/// The end of a log: its last complete record, and what follows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tail {
    /// The last complete line without its newline; empty when there is none.
    pub last_line: Vec<u8>,
    /// Bytes up to and including the last newline.
    pub complete_len: u64,
    /// Bytes after the last newline: a record torn by a crash.
    pub torn_len: u64,
}

/// The dumb half of the store. Everything typed lives above it, so that a database fits below.
///
/// Changing calls take the lock of what they change as proof that it is held; compare-and-swap then guards against writers
/// that know nothing of locks.
pub trait Backend: Send + Sync {
    /// Takes the named lock within `wait`, or fails as busy, naming the holder where that can be known.
    fn lock(&self, name: &str, wait: Duration) -> Result<Box<dyn Held>>;
    /// The stored document, or `None` when there is certainly none.
    fn load(&self, key: &Key) -> Result<Option<Loaded>>;
    /// Replaces the document if it is still at `expected`, else fails with a conflict. A new document gets `mode`.
    fn replace(
        &self,
        held: &dyn Held,
        key: &Key,
        expected: Revision,
        bytes: &[u8],
        mode: u32,
        durability: Durability,
    ) -> Result<Revision>;
    /// Makes the stored version durable, if an earlier replace was relaxed.
    fn sync(&self, held: &dyn Held, key: &Key) -> Result<()>;
    /// Removes the document if it is still at `expected`.
    fn remove(&self, held: &dyn Held, key: &Key, expected: Revision) -> Result<()>;
    /// As [`Self::remove`], but a power cut may bring the document back.
    fn discard(&self, held: &dyn Held, key: &Key, expected: Revision) -> Result<()>;
    /// Moves a corrupt document aside, bytes kept, and returns the name it has now.
    fn set_aside(&self, held: &dyn Held, key: &Key, suffix: &str) -> Result<String>;
    /// The keys of a collection, in no particular order.
    fn list(&self, collection: &'static str) -> Result<Vec<Key>>;
    /// Shows every document of a collection to `visit`, in no particular order, until that says stop: its name, and its bytes
    /// or why they cannot be read. One that is gone by the time it is opened is left out.
    fn each(
        &self,
        collection: &'static str,
        visit: &mut dyn FnMut(&str, Result<&[u8]>) -> bool,
    ) -> Result<()>;
    /// Appends one record (newline included) in a single write.
    fn append(&self, held: &dyn Held, log: Log, record: &[u8], durability: Durability) -> Result<()>;
    /// Makes everything appended so far durable.
    fn sync_log(&self, held: &dyn Held, log: Log) -> Result<()>;
    /// The log's end.
    fn tail(&self, log: Log) -> Result<Tail>;
    /// Cuts a torn record off the end, keeping its bytes beside the log; returns the name they are kept under.
    fn cut_torn(&self, held: &dyn Held, log: Log, suffix: &str) -> Result<String>;
    /// Reads whole lines (newline excluded) of the current segment from byte `from` on, until `visit` says stop. Returns
    /// the position after the last line visited. An incomplete last line is not visited.
    fn scan(&self, log: Log, from: u64, visit: &mut dyn FnMut(&[u8]) -> bool) -> Result<u64>;
    /// Closes the current segment under `name` and starts an empty one.
    fn rotate(&self, held: &dyn Held, log: Log, name: &str) -> Result<()>;
    /// Names of closed segments, oldest first.
    fn segments(&self, log: Log) -> Result<Vec<String>>;
    /// Like [`Self::scan`], over a closed segment from its start.
    fn scan_segment(&self, log: Log, name: &str, visit: &mut dyn FnMut(&[u8]) -> bool) -> Result<u64>;
    /// Where this store is, for people.
    fn location(&self) -> PathBuf;
}
