//! One recorder for the threads of a process: who comes while another syncs is written and synced with the next.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::super::Notice;
use super::Ledger;
use super::record::{after, check_time, refused};
use crate::domain::month::Month;
use crate::domain::slippage::{Fill, line};
use crate::error::{Error, Kind, Result};

/// Records fills of many threads. Each call returns when its fill is durable; what waits meanwhile shares a write and a
/// sync.
pub struct Recorder<'a> {
    ledger: Ledger<'a>,
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    /// What is written next.
    open: Batch,
    /// Its number; those before are being written, or are through.
    number: u64,
    /// All batches below this number are through.
    finished: u64,
    /// Whether somebody is writing.
    writing: bool,
    /// What went wrong, until everybody whom it concerns was told.
    failures: Vec<Failure>,
}

/// Lines by month, and how many fills they are.
type Batch = BTreeMap<Month, (Vec<u8>, u64)>;

struct Failure {
    batch: u64,
    month: Month,
    kind: Kind,
    message: String,
    hint: String,
    untold: u64,
}

impl<'a> Recorder<'a> {
    /// A recorder over a ledger.
    pub fn new(ledger: Ledger<'a>) -> Self {
        Self { ledger, queue: Mutex::default(), changed: Condvar::new() }
    }

    /// Records a fill durably. What is worth knowing beside that is told to one of those who shared the write.
    pub fn record(&self, fill: &Fill) -> Result<Vec<Notice>> {
        check_time(fill.at, self.ledger.now()).map_err(refused)?;
        let month = fill.month();
        let mut queue = self.queue();
        let (lines, count) = queue.open.entry(month).or_default();
        line::write(fill, lines);
        *count += 1;
        let own = queue.number;
        let mut notices = Vec::new();
        while queue.finished <= own {
            if queue.writing {
                queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            } else {
                (queue, notices) = self.write_batch(queue);
            }
        }
        queue.outcome(own, month).map(|()| notices)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes everything that waits, and lets those who wait for it go before it sees to the summary.
    fn write_batch<'q>(&'q self, mut queue: MutexGuard<'q, Queue>) -> (MutexGuard<'q, Queue>, Vec<Notice>) {
        let (batch, number) = (std::mem::take(&mut queue.open), queue.number);
        queue.number += 1;
        queue.writing = true;
        drop(queue);
        let fills = self.ledger.fills();
        let (mut kept, mut failures) = (Vec::new(), Vec::new());
        for (month, (lines, untold)) in batch {
            match fills.append(month, &lines, self.ledger.now()) {
                Ok(appended) => kept.push(appended),
                Err(Error { kind, message, hint, .. }) => {
                    failures.push(Failure { batch: number, month, kind, message, hint, untold });
                }
            }
        }
        let mut queue = self.queue();
        queue.writing = false;
        queue.finished = number + 1;
        queue.failures.append(&mut failures);
        drop(queue);
        self.changed.notify_all();
        let notices = kept.iter().flat_map(|kept| after(self.ledger, kept)).collect();
        (self.queue(), notices)
    }
}

impl Queue {
    fn outcome(&mut self, batch: u64, month: Month) -> Result<()> {
        let mut failures = self.failures.iter_mut();
        let Some(failure) = failures.find(|failure| failure.batch == batch && failure.month == month) else {
            return Ok(());
        };
        failure.untold -= 1;
        let error = Error::new(failure.kind, failure.message.clone()).hint(failure.hint.clone());
        self.failures.retain(|failure| failure.untold > 0);
        Err(error)
    }
}
