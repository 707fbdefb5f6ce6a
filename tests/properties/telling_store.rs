//! A store in memory that can die in the middle of a change: after so many writes nothing is written any more.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use nija::domain::key::Key;
use nija::domain::month::Month;
use nija::error::{Error, Kind, Result};
use nija::store::memory::MemoryBackend;
use nija::store::{Appended, Backend, Durability, Held, Loaded, Log, Reader, Revision, Tail};

/// The store of a process that may die.
#[derive(Debug, Clone)]
pub(crate) struct Mortal {
    inner: Arc<MemoryBackend>,
    writes_left: Arc<AtomicI64>,
}

impl Mortal {
    pub(crate) fn new() -> Self {
        Self { inner: Arc::default(), writes_left: Arc::new(AtomicI64::new(i64::MAX)) }
    }

    /// Dies after so many writes.
    pub(crate) fn dies_after(&self, writes: i64) {
        self.writes_left.store(writes, Ordering::Relaxed);
    }

    /// Whether it has died. Then it is started again.
    pub(crate) fn restart(&self) -> bool {
        let dead = self.writes_left.load(Ordering::Relaxed) < 0;
        if dead {
            self.writes_left.store(i64::MAX, Ordering::Relaxed);
        }
        dead
    }

    /// The same store in the hands of a process that does not die.
    pub(crate) fn of_others(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), writes_left: Arc::new(AtomicI64::new(i64::MAX)) }
    }

    fn write(&self) -> Result<()> {
        if self.writes_left.fetch_sub(1, Ordering::Relaxed) > 0 {
            return Ok(());
        }
        // Whoever is dead stays so.
        self.writes_left.store(-1, Ordering::Relaxed);
        Err(Error::new(Kind::Io, "the process is dead").hint("start it again"))
    }
}

impl Backend for Mortal {
    fn lock(&self, name: &str, wait: Duration) -> Result<Box<dyn Held>> {
        self.inner.lock(name, wait)
    }

    fn load(&self, key: &Key) -> Result<Option<Loaded>> {
        self.inner.load(key)
    }

    fn replace(
        &self,
        held: &dyn Held,
        key: &Key,
        expected: Revision,
        bytes: &[u8],
        mode: u32,
        durability: Durability,
    ) -> Result<Revision> {
        self.write()?;
        self.inner.replace(held, key, expected, bytes, mode, durability)
    }

    fn sync(&self, held: &dyn Held, key: &Key) -> Result<()> {
        self.inner.sync(held, key)
    }

    fn remove(&self, held: &dyn Held, key: &Key, expected: Revision, durability: Durability) -> Result<()> {
        self.write()?;
        self.inner.remove(held, key, expected, durability)
    }

    fn sync_all(&self) -> Result<()> {
        self.inner.sync_all()
    }

    fn set_aside(&self, held: &dyn Held, key: &Key, suffix: &str) -> Result<String> {
        self.inner.set_aside(held, key, suffix)
    }

    fn copy_aside(&self, held: &dyn Held, key: &Key, suffix: &str, mode: u32) -> Result<String> {
        self.inner.copy_aside(held, key, suffix, mode)
    }

    fn list(&self, collection: &'static str) -> Result<Vec<Key>> {
        self.inner.list(collection)
    }

    fn each(
        &self,
        collection: &'static str,
        visit: &mut dyn FnMut(&str, Result<&[u8]>) -> bool,
    ) -> Result<()> {
        self.inner.each(collection, visit)
    }

    fn append(&self, held: &dyn Held, log: Log, records: &[u8], torn_suffix: &str) -> Result<Appended> {
        self.inner.append(held, log, records, torn_suffix)
    }

    fn sync_log(&self, log: Log) -> Result<()> {
        self.inner.sync_log(log)
    }

    fn tail(&self, log: Log) -> Result<Tail> {
        self.inner.tail(log)
    }

    fn cut_torn(&self, held: &dyn Held, log: Log, suffix: &str) -> Result<String> {
        self.inner.cut_torn(held, log, suffix)
    }

    fn reader(&self, log: Log) -> Result<Option<Box<dyn Reader>>> {
        self.inner.reader(log)
    }

    fn scan(&self, log: Log, from: u64, visit: &mut dyn FnMut(&[u8]) -> bool) -> Result<u64> {
        self.inner.scan(log, from, visit)
    }

    fn rotate(&self, held: &dyn Held, log: Log, name: &str) -> Result<()> {
        self.inner.rotate(held, log, name)
    }

    fn months(&self, name: &'static str) -> Result<Vec<Month>> {
        self.inner.months(name)
    }

    fn segments(&self, log: Log) -> Result<Vec<String>> {
        self.inner.segments(log)
    }

    fn scan_segment(&self, log: Log, name: &str, visit: &mut dyn FnMut(&[u8]) -> bool) -> Result<u64> {
        self.inner.scan_segment(log, name, visit)
    }

    fn location(&self) -> PathBuf {
        self.inner.location()
    }
}
