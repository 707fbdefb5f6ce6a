//! A backend in memory: for tests of everything above, and as the second opinion of the conformance suite.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Appended, Backend, Durability, Held, Loaded, Log, Reader, Revision, Tail, Unsynced};
use crate::domain::key::Key;
use crate::domain::month::Month;
use crate::error::{Error, Kind, Result};

/// State in this process's memory.
#[derive(Debug, Default)]
pub struct MemoryBackend {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    unlocked: Condvar,
}

#[derive(Debug, Default)]
struct State {
    locked: Vec<String>,
    documents: BTreeMap<Key, (Vec<u8>, u64)>,
    aside: Vec<String>,
    writes: u64,
    logs: BTreeMap<Log, Vec<u8>>,
    segments: BTreeMap<&'static str, BTreeMap<String, Vec<u8>>>,
}

struct MemoryLock {
    shared: Arc<Shared>,
    name: String,
}

impl Held for MemoryLock {}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.locked.retain(|name| *name != self.name);
        self.shared.unlocked.notify_all();
    }
}

/// What is in memory has nowhere to go.
struct Nothing;

impl Unsynced for Nothing {
    fn sync(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

impl Reader for Vec<u8> {
    fn size(&self) -> Result<u64> {
        Ok(self.as_slice().len() as u64)
    }

    fn read_at(&self, from: u64, into: &mut [u8]) -> Result<usize> {
        let rest = usize::try_from(from).ok().and_then(|from| self.get(from..)).unwrap_or_default();
        let count = rest.len().min(into.len());
        let (to, from) = (into.get_mut(..count).unwrap_or_default(), rest.get(..count).unwrap_or_default());
        to.copy_from_slice(from);
        Ok(count)
    }
}

impl MemoryBackend {
    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes a name for something set aside, numbered if something has it already. The bytes are not kept.
    fn keep_aside(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        for number in 1.. {
            if !self.aside.contains(&name) {
                break;
            }
            name = format!("{wanted}.{number}");
        }
        self.aside.push(name.clone());
        name
    }

    fn expect(&self, key: &Key, expected: Revision) -> Result<()> {
        let current =
            self.documents.get(key).map_or(Revision::Absent, |(_, revision)| Revision::Stored(*revision));
        if current == expected {
            return Ok(());
        }
        let message = format!("{} was changed by somebody who does not take the lock", key.file());
        Err(Error::new(Kind::Conflict, message).hint("nija status"))
    }
}

impl Backend for MemoryBackend {
    fn lock(&self, name: &str, wait: Duration) -> Result<Box<dyn Held>> {
        let taken = |state: &mut State| state.locked.iter().any(|held| held == name);
        let (mut state, timeout) = self
            .shared
            .unlocked
            .wait_timeout_while(self.state(), wait, taken)
            .unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() && taken(&mut state) {
            return Err(
                Error::new(Kind::Busy, format!("lock {name} is held by another thread")).hint("nija status")
            );
        }
        state.locked.push(name.to_owned());
        Ok(Box::new(MemoryLock { shared: Arc::clone(&self.shared), name: name.to_owned() }))
    }

    fn load(&self, key: &Key) -> Result<Option<Loaded>> {
        let state = self.state();
        let found = state.documents.get(key);
        Ok(found
            .map(|(bytes, revision)| Loaded { bytes: bytes.clone(), revision: Revision::Stored(*revision) }))
    }

    fn replace(
        &self,
        _held: &dyn Held,
        key: &Key,
        expected: Revision,
        bytes: &[u8],
        _mode: u32,
        _durability: Durability,
    ) -> Result<Revision> {
        let mut state = self.state();
        state.expect(key, expected)?;
        state.writes += 1;
        let revision = state.writes;
        state.documents.insert(key.clone(), (bytes.to_vec(), revision));
        Ok(Revision::Stored(revision))
    }

    fn sync(&self, _held: &dyn Held, _key: &Key) -> Result<()> {
        Ok(())
    }

    fn sync_all(&self) -> Result<()> {
        Ok(())
    }

    fn remove(&self, _held: &dyn Held, key: &Key, expected: Revision, _durability: Durability) -> Result<()> {
        let mut state = self.state();
        state.expect(key, expected)?;
        state.documents.remove(key);
        Ok(())
    }

    fn set_aside(&self, _held: &dyn Held, key: &Key, suffix: &str) -> Result<String> {
        let mut state = self.state();
        let Some(_) = state.documents.remove(key) else {
            return Err(Error::new(Kind::NotFound, format!("{} is gone", key.file())).hint("nija doctor"));
        };
        Ok(state.keep_aside(&format!("{}.{suffix}", key.file())))
    }

    fn copy_aside(&self, _held: &dyn Held, key: &Key, suffix: &str, _mode: u32) -> Result<String> {
        let mut state = self.state();
        if !state.documents.contains_key(key) {
            return Err(Error::new(Kind::NotFound, format!("{} is gone", key.file())).hint("nija doctor"));
        }
        Ok(state.keep_aside(&format!("{}.{suffix}", key.file())))
    }

    fn list(&self, collection: &'static str) -> Result<Vec<Key>> {
        let state = self.state();
        Ok(state.documents.keys().filter(|key| key.collection == Some(collection)).cloned().collect())
    }

    fn each(
        &self,
        collection: &'static str,
        visit: &mut dyn FnMut(&str, Result<&[u8]>) -> bool,
    ) -> Result<()> {
        for key in self.list(collection)? {
            if let Some(loaded) = self.load(&key)?
                && !visit(&key.name, Ok(&loaded.bytes))
            {
                break;
            }
        }
        Ok(())
    }

    fn append(&self, held: &dyn Held, log: Log, records: &[u8], torn_suffix: &str) -> Result<Appended> {
        let torn = self.tail(log)?.torn_len > 0;
        let cut = torn.then(|| self.cut_torn(held, log, torn_suffix)).transpose()?;
        let mut state = self.state();
        let bytes = state.logs.entry(log).or_default();
        let start = bytes.len() as u64;
        bytes.extend_from_slice(records);
        Ok(Appended { start, end: bytes.len() as u64, cut, unsynced: Box::new(Nothing) })
    }

    fn sync_log(&self, _log: Log) -> Result<()> {
        Ok(())
    }

    fn tail(&self, log: Log) -> Result<Tail> {
        let state = self.state();
        let bytes = state.logs.get(&log).map_or(&[][..], Vec::as_slice);
        let complete = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let (lines, torn) = bytes.split_at(complete);
        let last = lines.strip_suffix(b"\n").and_then(|body| body.rsplit(|byte| *byte == b'\n').next());
        Ok(Tail {
            last_line: last.unwrap_or_default().to_vec(),
            complete_len: lines.len() as u64,
            torn_len: torn.len() as u64,
        })
    }

    fn cut_torn(&self, _held: &dyn Held, log: Log, suffix: &str) -> Result<String> {
        let tail = self.tail(log)?;
        let mut state = self.state();
        if let Some(bytes) = state.logs.get_mut(&log) {
            bytes.truncate(usize::try_from(tail.complete_len).unwrap_or(usize::MAX));
        }
        Ok(state.keep_aside(&format!("{}.{suffix}", log.file())))
    }

    fn reader(&self, log: Log) -> Result<Option<Box<dyn Reader>>> {
        let bytes = self.state().logs.get(&log).cloned();
        Ok(bytes.map(|bytes| Box::new(bytes) as Box<dyn Reader>))
    }

    fn scan(&self, log: Log, from: u64, visit: &mut dyn FnMut(&[u8]) -> bool) -> Result<u64> {
        let bytes = self.state().logs.get(&log).cloned().unwrap_or_default();
        Ok(scan_bytes(&bytes, from, visit))
    }

    fn rotate(&self, _held: &dyn Held, log: Log, name: &str) -> Result<()> {
        let mut state = self.state();
        if state.segments.get(log.name).is_some_and(|closed| closed.contains_key(name)) {
            return Err(Error::new(Kind::Io, format!("segment {name} exists")).hint("nija audit verify"));
        }
        let Some(bytes) = state.logs.remove(&log) else {
            return Err(Error::new(Kind::Io, format!("log {} is gone", log.name)).hint("nija audit verify"));
        };
        state.segments.entry(log.name).or_default().insert(name.to_owned(), bytes);
        Ok(())
    }

    fn months(&self, name: &'static str) -> Result<Vec<Month>> {
        let state = self.state();
        Ok(state.logs.keys().filter(|log| log.name == name).filter_map(|log| log.month).collect())
    }

    fn segments(&self, log: Log) -> Result<Vec<String>> {
        Ok(self.state().segments.get(log.name).map(|all| all.keys().cloned().collect()).unwrap_or_default())
    }

    fn scan_segment(&self, log: Log, name: &str, visit: &mut dyn FnMut(&[u8]) -> bool) -> Result<u64> {
        let bytes = self.state().segments.get(log.name).and_then(|all| all.get(name)).cloned();
        let gone = || Error::new(Kind::NotFound, format!("segment {name} is gone")).hint("nija audit verify");
        bytes.ok_or_else(gone).map(|bytes| scan_bytes(&bytes, 0, visit))
    }

    fn location(&self) -> PathBuf {
        PathBuf::from("memory")
    }
}

fn scan_bytes(bytes: &[u8], from: u64, visit: &mut dyn FnMut(&[u8]) -> bool) -> u64 {
    let mut position = from;
    let rest = bytes.get(usize::try_from(from).unwrap_or(usize::MAX)..).unwrap_or_default();
    for line in rest.split_inclusive(|byte| *byte == b'\n') {
        let Some(record) = line.strip_suffix(b"\n") else { break };
        position += line.len() as u64;
        if !visit(record) {
            break;
        }
    }
    position
}
