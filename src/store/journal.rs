//! The audit journal: a hash-chained log over the dumb backend.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Backend, Durability, Log};
use crate::domain::audit::{self, Event, Head, Mark, Outbox, Record};
use crate::error::Result;

/// The audit log.
pub const AUDIT: Log = Log("audit");

/// Appends to the chain and reads it.
pub struct Journal<'a> {
    backend: &'a dyn Backend,
    wait: Duration,
    rotate_bytes: u64,
}

impl<'a> Journal<'a> {
    /// A journal whose lock is waited for at most `wait`, and whose segments are closed beyond `rotate_bytes`.
    pub fn new(backend: &'a dyn Backend, wait: Duration, rotate_bytes: u64) -> Self {
        Self { backend, wait, rotate_bytes }
    }

    /// Where the log ends now. Without the lock this may lag behind, never run ahead.
    pub fn mark(&self) -> Result<Mark> {
        let segments = self.backend.segments(AUDIT)?.len() as u64;
        Ok(Mark { segments, offset: self.backend.tail(AUDIT)?.complete_len })
    }

    /// The last record's position and hash.
    pub fn head(&self) -> Result<Head> {
        let tail = self.backend.tail(AUDIT)?;
        head_of(&tail.last_line).map_or_else(|| self.last_readable(), Ok)
    }

    fn last_readable(&self) -> Result<Head> {
        // Nothing readable at the very end: a fresh segment, or a damaged line that `verify` names. Build on the last
        // record that can be read, so that stopping never depends on an intact log.
        let mut head = None;
        self.backend.scan(AUDIT, 0, &mut |line| {
            head = head_of(line).or(head.take());
            true
        })?;
        for name in self.backend.segments(AUDIT)?.iter().rev() {
            if head.is_some() {
                break;
            }
            self.backend.scan_segment(AUDIT, name, &mut |line| {
                head = head_of(line).or(head.take());
                true
            })?;
        }
        Ok(head.unwrap_or_else(Head::genesis))
    }

    /// Appends events in order, in one write, and returns the new head. A torn record of a crash is cut off first; its
    /// bytes are kept.
    pub fn append(&self, events: &[Event], now: DateTime<Utc>, durability: Durability) -> Result<Head> {
        let held = self.backend.lock(AUDIT.0, self.wait)?;
        let tail = self.backend.tail(AUDIT)?;
        if tail.torn_len > 0 {
            self.backend.cut_torn(&*held, AUDIT, &format!("torn-{}", now.format("%Y%m%dT%H%M%SZ")))?;
        }
        let mut head = head_of(&tail.last_line).map_or_else(|| self.last_readable(), Ok)?;
        if tail.complete_len > 0 && tail.complete_len >= self.rotate_bytes {
            self.backend.rotate(&*held, AUDIT, &self.segment_name(&head)?)?;
        }
        let mut lines = Vec::new();
        for event in events {
            let record = audit::seal(event.clone(), &head);
            lines.extend(audit::line(&record));
            head = Head { seq: record.seq, hash: record.hash };
        }
        self.backend.append(&*held, AUDIT, &lines, durability)?;
        Ok(head)
    }

    /// Named after the last record in it, so that names sort. A segment whose every line is damaged shares its number
    /// with the one before.
    fn segment_name(&self, head: &Head) -> Result<String> {
        let taken = self.backend.segments(AUDIT)?;
        let number = format!("{:012}", head.seq);
        let twins = taken.iter().filter(|name| name.starts_with(&number)).count();
        Ok(if twins == 0 { number } else { format!("{number}.{twins:06}") })
    }

    /// Which events of an outbox the log does not hold.
    pub fn missing(&self, outbox: &Outbox) -> Result<Vec<Event>> {
        let mut missing = outbox.events.clone();
        let mut strike = |line: &[u8]| {
            if let Ok(record) = serde_json::from_slice::<Record>(line)
                && let Some(at) = missing.iter().position(|event| *event == record.event)
            {
                missing.remove(at);
            }
            !missing.is_empty()
        };
        let segments = self.backend.segments(AUDIT)?;
        let closed = usize::try_from(outbox.after.segments).unwrap_or(usize::MAX);
        for name in segments.iter().skip(closed) {
            self.backend.scan_segment(AUDIT, name, &mut strike)?;
        }
        let from = if closed == segments.len() { outbox.after.offset } else { 0 };
        self.backend.scan(AUDIT, from, &mut strike)?;
        Ok(missing)
    }

    /// Makes everything appended so far durable.
    pub fn sync(&self) -> Result<()> {
        let held = self.backend.lock(AUDIT.0, self.wait)?;
        self.backend.sync_log(&*held, AUDIT)
    }

    /// Visits every line of the log, oldest first, with the name of its segment (`None` for the current one).
    pub fn lines(&self, visit: &mut dyn FnMut(Option<&str>, &[u8]) -> bool) -> Result<()> {
        let mut going = true;
        for name in self.backend.segments(AUDIT)? {
            self.backend.scan_segment(AUDIT, &name, &mut |line| {
                going = visit(Some(&name), line);
                going
            })?;
            if !going {
                return Ok(());
            }
        }
        self.backend.scan(AUDIT, 0, &mut |line| visit(None, line))?;
        Ok(())
    }
}

fn head_of(line: &[u8]) -> Option<Head> {
    serde_json::from_slice::<Head>(line).ok()
}
