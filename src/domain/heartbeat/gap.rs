//! What lies between two looks: a gap in which nobody watched, and a wall clock that was stepped.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::policy::Policy;

/// A sleep shorter than this is not told from the time it takes to read two clocks.
const SLEPT_LEAST: Duration = Duration::from_secs(1);

/// What the wall clock may gain or lose against the other without having been stepped: one part in so many. Linux steers
/// both together, so this allows for kernels and hypervisors that do not.
const DRIFT: u32 = 1000;

/// One reading of every clock of the machine that looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// The wall clock: for people.
    pub wall: DateTime<Utc>,
    /// Names the machine's start; empty when it cannot be known.
    pub boot_id: String,
    /// Since that start, the time asleep included: what ages are measured with.
    pub since_boot: Duration,
    /// Since that start, the time asleep left out.
    pub awake: Duration,
}

impl Moment {
    /// Whether this follows `earlier` on one and the same clock. A start without a name is never known to be the same.
    pub fn follows(&self, earlier: &Self) -> bool {
        let same = !self.boot_id.is_empty() && self.boot_id == earlier.boot_id;
        same && self.since_boot >= earlier.since_boot && self.awake >= earlier.awake
    }
}

/// A time in which nobody watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// How it came.
    pub kind: Kind,
    /// How long it was, in milliseconds; by the wall clock after a restart, `null` where not even that can tell.
    pub length_ms: Option<u64>,
    /// When it ended, by the wall clock: for people.
    pub ended_at: DateTime<Utc>,
    /// When it ended, in nanoseconds since the machine was started.
    pub ended_ns: u64,
}

/// How a gap came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The machine slept.
    Suspended,
    /// The machine was started again.
    Restarted,
    /// The machine ran, and nobody looked.
    Unwatched,
    /// What the earlier looks saw is lost.
    Forgotten,
}

/// A wall clock that was stepped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jump {
    /// By how much, in milliseconds; negative when it was set back.
    pub by_ms: i64,
    /// When it was noticed, by the wall clock after the step: for people.
    pub at: DateTime<Utc>,
    /// When it was noticed, in nanoseconds since the machine was started.
    pub noticed_ns: u64,
}

impl Gap {
    /// The gap between two looks, if there is one.
    pub fn between(earlier: &Moment, now: &Moment, policy: &Policy) -> Option<Self> {
        if !now.follows(earlier) {
            // Across a start only the wall clock can say how long, and not even that when it was set back.
            let passed = now.wall.signed_duration_since(earlier.wall).to_std().ok();
            return Some(Self::ending(now, Kind::Restarted, passed));
        }
        let passed = now.since_boot.saturating_sub(earlier.since_boot);
        let slept = passed.saturating_sub(now.awake.saturating_sub(earlier.awake));
        let kind = if slept >= SLEPT_LEAST {
            Kind::Suspended
        } else if passed > policy.gap_limit() {
            Kind::Unwatched
        } else {
            return None;
        };
        Some(Self::ending(now, kind, Some(passed)))
    }

    /// The gap of a watch that lost its memory.
    pub fn forgotten(now: &Moment) -> Self {
        Self::ending(now, Kind::Forgotten, None)
    }

    fn ending(now: &Moment, kind: Kind, length: Option<Duration>) -> Self {
        let length_ms = length.map(|length| u64::try_from(length.as_millis()).unwrap_or(u64::MAX));
        Self { kind, length_ms, ended_at: now.wall, ended_ns: nanoseconds(now.since_boot) }
    }
}

impl Jump {
    /// The step of the wall clock between two looks, if there was one.
    pub fn between(earlier: &Moment, now: &Moment, policy: &Policy) -> Option<Self> {
        let moved = now.wall.signed_duration_since(earlier.wall);
        let limit = TimeDelta::from_std(policy.clock_jump).unwrap_or(TimeDelta::MAX);
        let (by, limit) = if now.follows(earlier) {
            let passed = now.since_boot.saturating_sub(earlier.since_boot);
            let drift = TimeDelta::from_std(passed / DRIFT).unwrap_or_default();
            (moved - TimeDelta::from_std(passed).unwrap_or_default(), limit + drift)
        } else if moved < TimeDelta::zero() {
            // Time has passed over the restart, nobody knows how much, and the clock says it ran backwards.
            (moved, limit)
        } else {
            return None;
        };
        (by.abs() > limit).then(|| Self {
            by_ms: by.num_milliseconds(),
            at: now.wall,
            noticed_ns: nanoseconds(now.since_boot),
        })
    }
}

/// As it is stored.
pub fn nanoseconds(since_boot: Duration) -> u64 {
    u64::try_from(since_boot.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(wall: i64, boot: &str, since_boot: u64, awake: u64) -> Moment {
        Moment {
            wall: DateTime::from_timestamp(wall, 0).unwrap(),
            boot_id: boot.to_owned(),
            since_boot: Duration::from_secs(since_boot),
            awake: Duration::from_secs(awake),
        }
    }

    fn gap(earlier: &Moment, now: &Moment) -> Option<(Kind, Option<u64>)> {
        Gap::between(earlier, now, &Policy::default()).map(|gap| (gap.kind, gap.length_ms))
    }

    fn jump(earlier: &Moment, now: &Moment) -> Option<i64> {
        Jump::between(earlier, now, &Policy::default()).map(|jump| jump.by_ms)
    }

    #[test]
    fn a_gap_is_longer_than_the_looks_that_may_be_missed() {
        let start = at(0, "a", 100, 100);
        assert_eq!(gap(&start, &at(180, "a", 280, 280)), None, "three looks of a minute may be missed");
        assert_eq!(gap(&start, &at(181, "a", 281, 281)), Some((Kind::Unwatched, Some(181_000))));
        assert_eq!(gap(&start, &at(20, "a", 120, 119)), Some((Kind::Suspended, Some(20_000))));
        assert_eq!(gap(&start, &at(20, "b", 3, 3)), Some((Kind::Restarted, Some(20_000))));
        assert_eq!(gap(&start, &at(-9, "b", 3, 3)), Some((Kind::Restarted, None)), "set back meanwhile");
        assert_eq!(gap(&start, &at(20, "a", 90, 90)), Some((Kind::Restarted, Some(20_000))), "impossible");
        assert_eq!(gap(&at(0, "", 1, 1), &at(1, "", 2, 2)), Some((Kind::Restarted, Some(1000))));
    }

    #[test]
    fn a_clock_is_stepped_when_it_moves_by_more_than_the_limit() {
        let start = at(1000, "a", 100, 100);
        assert_eq!(jump(&start, &at(1012, "a", 110, 110)), None, "two seconds are the limit");
        assert_eq!(jump(&start, &at(1013, "a", 110, 110)), Some(3000));
        assert_eq!(jump(&start, &at(1007, "a", 110, 110)), Some(-3000));
        assert_eq!(jump(&start, &at(-2590, "a", 110, 110)), Some(-3_600_000));
        assert_eq!(jump(&start, &at(8204, "a", 7300, 90)), None, "another order of clocks is another start");
        assert_eq!(jump(&start, &at(8204, "a", 7300, 7300)), None, "drift in two hours");
        assert_eq!(jump(&start, &at(1010, "a", 110, 101)), None, "sleep moves both");
        assert_eq!(jump(&start, &at(990, "b", 1, 1)), Some(-10_000), "set back over a restart");
        assert_eq!(jump(&start, &at(9000, "b", 1, 1)), None, "who knows how long it was off");
    }
}
