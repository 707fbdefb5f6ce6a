//! The audit journal: a hash-chained log over the dumb backend.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Backend, Durability, Log, torn_suffix};
use crate::domain::audit::{self, Event, Head, Mark, Outbox, Record};
use crate::error::Result;

/// The audit log.
pub const AUDIT: Log = Log::whole("audit");

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
        let held = self.backend.lock(AUDIT.name, self.wait)?;
        let tail = self.backend.tail(AUDIT)?;
        let suffix = torn_suffix(now);
        if tail.torn_len > 0 {
            self.backend.cut_torn(&*held, AUDIT, &suffix)?;
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
        let appended = self.backend.append(&*held, AUDIT, &lines, &suffix)?;
        // Others may append, and share the sync.
        drop(held);
        if durability == Durability::Strict {
            appended.unsynced.sync()?;
        }
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
        self.walk(outbox.after, &mut |_, line| strike(&mut missing, line))?;
        if !missing.is_empty() && !self.holds(outbox.after)? {
            // The log was set aside since, and another was started: it is looked at in full, so that nothing is recorded
            // twice.
            missing.clone_from(&outbox.events);
            self.walk(Mark::default(), &mut |_, line| strike(&mut missing, line))?;
        }
        Ok(missing)
    }

    /// Whether a mark is a place in this log: the end of one of its records.
    fn holds(&self, mark: Mark) -> Result<bool> {
        let segments = self.backend.segments(AUDIT)?.len() as u64;
        if segments != mark.segments || mark.offset == 0 {
            return Ok(segments >= mark.segments);
        }
        let mut ends_there = false;
        self.backend.scan(AUDIT, mark.offset - 1, &mut |rest| {
            ends_there = rest.is_empty();
            false
        })?;
        Ok(ends_there)
    }

    /// Makes everything appended so far durable.
    pub fn sync(&self) -> Result<()> {
        self.backend.sync_log(AUDIT)
    }

    /// Visits every line of the log, oldest first, with the name of its segment (`None` for the current one).
    pub fn lines(&self, visit: &mut dyn FnMut(Option<&str>, &[u8]) -> bool) -> Result<()> {
        self.walk(Mark::default(), visit)
    }

    /// Visits every line behind `after`. Takes no lock, and follows a rotation that happens meanwhile.
    fn walk(&self, after: Mark, visit: &mut dyn FnMut(Option<&str>, &[u8]) -> bool) -> Result<()> {
        let closed = usize::try_from(after.segments).unwrap_or(usize::MAX);
        let mut segments = self.backend.segments(AUDIT)?;
        let mut offset = if segments.len() == closed { after.offset } else { 0 };
        let mut last = segments.iter().take(closed).next_back().cloned();
        loop {
            for name in segments.iter().filter(|name| last.as_ref() < Some(*name)) {
                let mut going = true;
                self.backend.scan_segment(AUDIT, name, &mut |line| {
                    going = visit(Some(name), line);
                    going
                })?;
                if !going {
                    return Ok(());
                }
                offset = 0;
            }
            last = segments.pop();
            // At its first line the current segment is open, and stays the same file. Only if no other was closed by then
            // does it follow the last one visited.
            let mut follows = None;
            self.backend.scan(AUDIT, offset, &mut |line| {
                let newest = || self.backend.segments(AUDIT).map(|mut now| now.pop());
                match follows.get_or_insert_with(|| newest().map(|newest| newest == last)) {
                    Ok(true) => visit(None, line),
                    _ => false,
                }
            })?;
            segments = self.backend.segments(AUDIT)?;
            if follows.transpose()?.unwrap_or(segments.last() == last.as_ref()) {
                return Ok(());
            }
        }
    }
}

/// Takes a recorded event off those that may be missing, once for each time it is recorded; whether any is left.
fn strike(missing: &mut Vec<Event>, line: &[u8]) -> bool {
    if let Ok(record) = serde_json::from_slice::<Record>(line)
        && let Some(at) = missing.iter().position(|event| *event == record.event)
    {
        missing.remove(at);
    }
    !missing.is_empty()
}

fn head_of(line: &[u8]) -> Option<Head> {
    serde_json::from_slice::<Head>(line).ok()
}
