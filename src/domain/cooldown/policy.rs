//! How long a cooldown lasts: the default, per ticker, after repeated stop-losses, and for every ticker at once.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::domain::ticker;

/// The longest cooldown, a year: what has to last longer is a halt of that symbol.
pub const LONGEST: TimeDelta = TimeDelta::hours(8766);

/// Longer cooldowns for a ticker whose stop is hit again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// The cooldown of the second, third, ... stop-loss within the window; the last step holds for all further. Never
    /// falling; none at all is no escalation.
    pub steps: Vec<TimeDelta>,
    /// How far back a stop-loss counts.
    pub window: TimeDelta,
}

/// A lock of every ticker when many stops are hit (freqtrade's StoplossGuard).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// Whether it is on.
    pub enabled: bool,
    /// How many stop-losses, of whichever ticker, trip it.
    pub count: usize,
    /// How far back a stop-loss counts.
    pub window: TimeDelta,
    /// How long every ticker is locked.
    pub duration: TimeDelta,
}

/// How long cooldowns last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Of a ticker that nothing else is said about.
    pub default: TimeDelta,
    /// Of single tickers, as they are spelled in the configuration.
    pub tickers: BTreeMap<String, TimeDelta>,
    /// Of a ticker whose stop is hit again.
    pub escalation: Escalation,
    /// Of all of them.
    pub guard: Guard,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            default: TimeDelta::minutes(60),
            tickers: BTreeMap::new(),
            escalation: Escalation {
                steps: vec![TimeDelta::hours(4), TimeDelta::hours(24)],
                window: TimeDelta::hours(24),
            },
            guard: Guard {
                enabled: true,
                count: 4,
                window: TimeDelta::minutes(60),
                duration: TimeDelta::minutes(60),
            },
        }
    }
}

impl Policy {
    /// The cooldown of a canonical ticker by itself. If two spellings of it are configured, the longer one.
    pub fn duration(&self, tickers: &ticker::Policy, canonical: &str) -> TimeDelta {
        let names = |spelling: &str| tickers.canonical(spelling).is_ok_and(|name| name == canonical);
        let own = self.tickers.iter().filter(|(spelling, _)| names(spelling)).map(|(_, duration)| *duration);
        own.max().unwrap_or(self.default)
    }

    /// The cooldown after the `nth` stop-loss within the window, counted from 1; never shorter than the ticker's own.
    pub fn escalated(&self, own: TimeDelta, nth: usize) -> TimeDelta {
        let steps = &self.escalation.steps;
        let step = match nth {
            0 | 1 => None,
            nth => steps.get(nth - 2).or(steps.last()),
        };
        step.map_or(own, |step| own.max(*step))
    }

    /// The longest cooldown that any rule gives a ticker: what stands in for locks that were lost.
    pub fn longest(&self, own: TimeDelta) -> TimeDelta {
        self.escalation.steps.iter().copied().chain([own, self.guard.duration]).max().unwrap_or(own)
    }
}
