//! A limit of time as a point in time, so that what several steps take together stays within it.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;

/// When a limit ends.
pub(super) struct Deadline {
    clock: Arc<dyn Clock>,
    end: Duration,
}

impl Deadline {
    /// A limit that begins now.
    pub(super) fn after(limit: Duration, clock: &Arc<dyn Clock>) -> Self {
        Self { end: clock.monotonic().saturating_add(limit), clock: Arc::clone(clock) }
    }

    /// What is left of it; zero when it has passed.
    pub(super) fn left(&self) -> Duration {
        self.end.saturating_sub(self.clock.monotonic())
    }
}
