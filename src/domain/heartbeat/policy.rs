//! What the configuration decides about heartbeats.

use std::time::Duration;

/// Limits and habits of heartbeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The component that `nija heartbeat ping` without a name speaks for; the host's name when there is none.
    pub name: Option<String>,
    /// How long a component may be silent that says nothing else, and of which nobody said anything else.
    pub interval: Duration,
    /// How much longer before such a component counts as down.
    pub grace: Duration,
    /// From this age on, prices are stale.
    pub price_limit: Duration,
    /// How often somebody looks at least: the period of cron or of the watch.
    pub look_interval: Duration,
    /// Missing for more than this many of these intervals, the watch has a gap.
    pub looks_missed: u32,
    /// A wall clock that moves by more than this against the clock of the machine's start was stepped.
    pub clock_jump: Duration,
    /// How long a gap of the watch, or a step of the clock, stays reported.
    pub reported_for: Duration,
    /// Whether stale prices under open positions pull the kill switch.
    pub auto_kill: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            name: None,
            interval: Duration::from_secs(30),
            grace: Duration::from_secs(30),
            price_limit: Duration::from_secs(60),
            look_interval: Duration::from_secs(60),
            looks_missed: 3,
            clock_jump: Duration::from_secs(2),
            reported_for: Duration::from_secs(300),
            auto_kill: false,
        }
    }
}

impl Policy {
    /// When nobody has looked for longer than this, what happened meanwhile is not known.
    pub fn gap_limit(&self) -> Duration {
        self.look_interval.saturating_mul(self.looks_missed)
    }
}
