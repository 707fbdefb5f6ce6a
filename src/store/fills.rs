//! The log of fills: one file for each month, appended to under a lock that is given back before the sync.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Backend, Log, Unsynced, torn_suffix};
use crate::domain::month::Month;
use crate::domain::slippage::{Position, line};
use crate::error::{Error, Result};

/// The log of fills.
pub const FILLS: &str = "slippage";

/// The lock of appends to it, for all months. The summary has its own.
const LOCK: &str = "slippage-log";

/// The log of one month.
pub fn log(month: Month) -> Log {
    Log::of(FILLS, month)
}

/// Appends to the log and finds fills in it.
#[derive(Clone, Copy)]
pub struct Fills<'a> {
    backend: &'a dyn Backend,
    wait: Duration,
}

/// Fills that are in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Where the first of them begins.
    pub start: u64,
    /// Where the month's log ended behind the last of them.
    pub end: Position,
    /// A record torn by a crash stood in the way; its bytes are kept under this name.
    pub cut: Option<String>,
}

impl<'a> Fills<'a> {
    /// The log, with a limit for waiting for its lock.
    pub fn new(backend: &'a dyn Backend, wait: Duration) -> Self {
        Self { backend, wait }
    }

    /// Where a month's log ends now. Without the lock this may lag behind, never run ahead.
    pub fn position(&self, month: Month) -> Result<Position> {
        Ok(Position { month, bytes: self.backend.tail(log(month))?.complete_len })
    }

    /// Appends lines to a month's log and syncs them. An error after the write says that they are visible all the same.
    pub fn append(&self, month: Month, lines: &[u8], now: DateTime<Utc>) -> Result<Kept> {
        let (kept, unsynced) = self.append_unsynced(month, lines, now)?;
        sync(unsynced)?;
        Ok(kept)
    }

    /// The same, and leaves the sync to the caller: [`sync`] before anything is acknowledged.
    pub fn append_unsynced(
        &self,
        month: Month,
        lines: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(Kept, Box<dyn Unsynced>)> {
        let held = self.backend.lock(LOCK, self.wait)?;
        let appended = self.backend.append(&*held, log(month), lines, &torn_suffix(now))?;
        drop(held);
        let end = Position { month, bytes: appended.end };
        Ok((Kept { start: appended.start, end, cut: appended.cut }, appended.unsynced))
    }

    /// Appends the line of a fill unless one with its id stands at or behind a position taken earlier; `None` when it does,
    /// and then that one is durable.
    ///
    /// Between the look and the append nobody else appends, so of two who call this at once, one finds the other's.
    pub fn append_once(
        &self,
        since: Position,
        month: Month,
        id: &str,
        line: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<Kept>> {
        // A log that does not reach there, or a position of another month, is looked at in full.
        let known = since.month == month && self.begins_at(month, since.bytes)?;
        let (mut found, end) = self.find(month, id, if known { since.bytes } else { 0 })?;
        let mut kept = None;
        if !found {
            let held = self.backend.lock(LOCK, self.wait)?;
            (found, _) = self.find(month, id, end)?;
            if !found {
                kept = Some(self.backend.append(&*held, log(month), line, &torn_suffix(now))?);
            }
        }
        match kept {
            None => self.backend.sync_log(log(month)).map(|()| None),
            Some(appended) => {
                sync(appended.unsynced)?;
                let end = Position { month, bytes: appended.end };
                Ok(Some(Kept { start: appended.start, end, cut: appended.cut }))
            }
        }
    }

    /// Whether a line begins, or would begin, at this byte.
    fn begins_at(&self, month: Month, bytes: u64) -> Result<bool> {
        let Some(before) = bytes.checked_sub(1) else { return Ok(true) };
        let mut begins = false;
        self.backend.scan(log(month), before, &mut |rest| {
            begins = rest.is_empty();
            false
        })?;
        Ok(begins)
    }

    /// Whether a sound line with this id stands at or behind a byte, and how far was looked.
    fn find(&self, month: Month, id: &str, from: u64) -> Result<(bool, u64)> {
        let start = format!("{{\"id\":\"{id}\",");
        let mut found = false;
        let end = self.backend.scan(log(month), from, &mut |line| {
            found = line.starts_with(start.as_bytes()) && line::checked(line).is_ok();
            !found
        })?;
        Ok((found, end))
    }
}

/// Puts appended lines on disk.
pub fn sync(unsynced: Box<dyn Unsynced>) -> Result<()> {
    unsynced.sync().map_err(|error| Error {
        message: format!("{}; what was recorded is visible but not confirmed durable", error.message),
        ..error
    })
}
