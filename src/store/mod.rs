//! Where state lives: a small dumb backend below, typed documents and journals above, and the stop file beside them.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::key::Key;
use crate::domain::month::Month;
use crate::error::Result;

pub mod atomic;
pub mod cached;
pub mod directory;
pub mod document;
pub mod export;
pub mod file;
pub mod fills;
pub mod folder;
pub mod inspect;
pub mod journal;
pub mod lines;
pub mod lock;
pub mod log;
pub mod memory;
pub mod project;
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

/// Names an append-only log, as in `audit`, or one month of a log that is kept by month, as in `slippage` of 2026-11.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Log {
    /// The log.
    pub name: &'static str,
    /// The month, where each has a file of its own.
    pub month: Option<Month>,
}

impl Log {
    /// A log in one piece, of which full segments are closed.
    pub const fn whole(name: &'static str) -> Self {
        Self { name, month: None }
    }

    /// One month of a log that is kept by month.
    pub const fn of(name: &'static str, month: Month) -> Self {
        Self { name, month: Some(month) }
    }

    /// Its file, relative to the state directory; of a log in one piece, the current segment's.
    pub fn file(self) -> String {
        match self.month {
            None => format!("{}.jsonl", self.name),
            Some(month) => format!("{}/{month}.jsonl", self.name),
        }
    }
}

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

/// Appended, and visible to every reader, but not on disk yet.
pub trait Unsynced: Send {
    /// Puts it there, whatever was appended before it included. A failure is final: the kernel has dropped the pages, and
    /// would report success to whoever asks again.
    fn sync(self: Box<Self>) -> Result<()>;
}

/// What became of an append.
pub struct Appended {
    /// Where the first of the records begins.
    pub start: u64,
    /// Where the last of them ends.
    pub end: u64,
    /// A record torn by a crash stood in the way; its bytes are kept under this name.
    pub cut: Option<String>,
    /// To be synced before anything is acknowledged. No lock is needed for that, and none should be held: others can append
    /// meanwhile, and their syncs are shared.
    pub unsynced: Box<dyn Unsynced>,
}

impl std::fmt::Debug for Appended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "appended {}..{}, cut {:?}", self.start, self.end, self.cut)
    }
}

/// A log opened for reading, at any place and from any thread.
pub trait Reader: Send + Sync {
    /// How many bytes it has by now.
    fn size(&self) -> Result<u64>;
    /// Fills `into` with what stands from byte `from` on, and says how many bytes there were; fewer only at the end.
    fn read_at(&self, from: u64, into: &mut [u8]) -> Result<usize>;
}

/// The suffix under which the bytes of a torn record are kept.
pub fn torn_suffix(now: DateTime<Utc>) -> String {
    format!("torn-{}", now.format("%Y%m%dT%H%M%SZ"))
}

/// Who is shown the documents of a collection: the part, the name, and the bytes or why they cannot be read.
pub type Shown<'a> = dyn Fn(usize, &str, Result<&[u8]>) + Sync + 'a;

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
    fn remove(&self, held: &dyn Held, key: &Key, expected: Revision, durability: Durability) -> Result<()>;
    /// Makes everything stored so far durable, relaxed changes included: for many of them at once.
    fn sync_all(&self) -> Result<()>;
    /// Moves a corrupt document aside, bytes kept, and returns the name it has now.
    fn set_aside(&self, held: &dyn Held, key: &Key, suffix: &str) -> Result<String>;
    /// As [`Self::set_aside`], but the document stays where it is until another replaces it. The copy gets `mode`.
    fn copy_aside(&self, held: &dyn Held, key: &Key, suffix: &str, mode: u32) -> Result<String>;
    /// The keys of a collection, in no particular order.
    fn list(&self, collection: &'static str) -> Result<Vec<Key>>;
    /// Shows every document of a collection to `visit`, in no particular order, until that says stop: its name, and its bytes
    /// or why they cannot be read. One that is gone by the time it is opened is left out.
    fn each(
        &self,
        collection: &'static str,
        visit: &mut dyn FnMut(&str, Result<&[u8]>) -> bool,
    ) -> Result<()>;
    /// As [`Self::each`], all of them, and from several threads at once where that is quicker. `visit` is told the number of
    /// the part that a document belongs to. One thread shows a whole part, by name; of two parts the one with the lower
    /// number has the earlier names. By name means nearly so: a name that is not its own file name may be out of place.
    fn each_shared(&self, collection: &'static str, visit: &Shown<'_>) -> Result<()> {
        self.each(collection, &mut |name, bytes| {
            visit(0, name, bytes);
            true
        })
    }
    /// Appends records (newlines included) in a single write, none of which is on disk before it is synced. What a crash
    /// left torn at the log's end is cut off first, as by [`Self::cut_torn`]; an append that fails takes back
    /// what it wrote.
    fn append(&self, held: &dyn Held, log: Log, records: &[u8], torn_suffix: &str) -> Result<Appended>;
    /// Makes everything appended so far durable, by whomever. Needs no lock.
    fn sync_log(&self, log: Log) -> Result<()>;
    /// The log's end.
    fn tail(&self, log: Log) -> Result<Tail>;
    /// Cuts a torn record off the end, keeping its bytes beside the log; returns the name they are kept under.
    fn cut_torn(&self, held: &dyn Held, log: Log, suffix: &str) -> Result<String>;
    /// Opens the current segment, or a month, for reading; `None` when there is none.
    fn reader(&self, log: Log) -> Result<Option<Box<dyn Reader>>>;
    /// Reads whole lines (newline excluded) of the current segment, or of a month, from byte `from` on, until `visit` says stop. Returns
    /// the position after the last line visited. An incomplete last line is not visited.
    fn scan(&self, log: Log, from: u64, visit: &mut dyn FnMut(&[u8]) -> bool) -> Result<u64>;
    /// Closes the current segment under `name` and starts an empty one.
    fn rotate(&self, held: &dyn Held, log: Log, name: &str) -> Result<()>;
    /// The months of a log that is kept by month, oldest first.
    fn months(&self, name: &'static str) -> Result<Vec<Month>>;
    /// Names of closed segments, oldest first.
    fn segments(&self, log: Log) -> Result<Vec<String>>;
    /// Like [`Self::scan`], over a closed segment from its start.
    fn scan_segment(&self, log: Log, name: &str, visit: &mut dyn FnMut(&[u8]) -> bool) -> Result<u64>;
    /// Where this store is, for people.
    fn location(&self) -> PathBuf;
}
