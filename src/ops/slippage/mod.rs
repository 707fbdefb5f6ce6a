//! Slippage: fills are recorded in a log for each month, and summed up beside it.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::State;
use crate::clock::Clock;
use crate::store::Backend;
use crate::store::fills::Fills;

pub mod damage;
pub mod events;
pub mod hash;
pub mod import;
pub mod quality;
pub mod recent;
pub mod record;
pub mod recorder;
pub mod report;
pub mod scan;
pub mod stats;
pub mod summary;
pub mod verify;

pub use record::{position, record, record_since};
pub use recorder::Recorder;

/// What keeping the log and the summary needs of a state: threads may share it.
#[derive(Clone, Copy)]
pub struct Ledger<'a> {
    /// The store.
    pub backend: &'a dyn Backend,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Longest wait for a lock.
    pub wait: Duration,
}

impl<'a> Ledger<'a> {
    /// The log of fills.
    pub fn fills(&self) -> Fills<'a> {
        Fills::new(self.backend, self.wait)
    }

    /// The time of a decision.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

impl State<'_> {
    /// What keeping the log of fills and its summary needs.
    pub fn ledger(&self) -> Ledger<'_> {
        Ledger { backend: &*self.backend, clock: self.context.clock, wait: self.wait }
    }
}
