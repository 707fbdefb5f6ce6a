//! When to look again: at once where it was quiet, and never so often that a storm of changes takes the machine.

use std::time::Duration;

/// Shortest time between the ends of two looks.
const GAP: Duration = Duration::from_millis(20);

/// Looks take at most one part in so many of the time, over a while.
const SHARE: u32 = 4;

/// Looking that a quiet time saves up for, so that what comes after it is looked at without delay.
const SAVED_MAX: Duration = Duration::from_millis(500);

/// A budget of time spent on looks: it fills while nothing is looked at, and each look takes out what it cost.
#[derive(Debug, Clone)]
pub struct Pace {
    interval: Duration,
    /// When the next look is due whatever happens. Looks at changes do not move it.
    due: Duration,
    /// When time alone changes something.
    deadline: Option<Duration>,
    ended: Option<Duration>,
    saved_ns: i128,
}

impl Pace {
    /// A pace that looks at once, and then at least every `interval`. Times are the clock's own, monotonic.
    pub fn new(interval: Duration, now: Duration) -> Self {
        Self { interval, due: now, deadline: None, ended: None, saved_ns: nanoseconds(SAVED_MAX) }
    }

    /// Looks at least this often from now on.
    pub fn set_interval(&mut self, interval: Duration, now: Duration) {
        self.interval = interval;
        self.due = self.due.min(now.saturating_add(interval));
    }

    /// When the next look is due whatever happens.
    pub fn due(&self) -> Duration {
        self.due
    }

    /// Looks when time alone changes something as well, so much later than `from`; only at what was expected last.
    pub fn expect(&mut self, from: Duration, next_change: Option<Duration>) {
        self.deadline = next_change.and_then(|length| from.checked_add(length));
    }

    /// When to look because time alone changes something.
    pub fn deadline(&self) -> Option<Duration> {
        self.deadline.map(|at| at.max(self.after_change()))
    }

    /// When a change that is known now may be looked at.
    pub fn after_change(&self) -> Duration {
        let owed =
            u64::try_from(-self.saved_ns * i128::from(SHARE)).map_or(Duration::ZERO, Duration::from_nanos);
        self.ended.map_or(Duration::ZERO, |ended| ended.saturating_add(owed.max(GAP)))
    }

    /// When a stop that may have been raised may be looked at: no budget holds it up.
    pub fn after_stop(&self) -> Duration {
        self.ended.map_or(Duration::ZERO, |ended| ended.saturating_add(GAP))
    }

    /// Takes note of a look.
    pub fn looked(&mut self, from: Duration, to: Duration) {
        let quiet = from.saturating_sub(self.ended.unwrap_or(from));
        let filled = self.saved_ns + nanoseconds(quiet / SHARE);
        self.saved_ns = filled.min(nanoseconds(SAVED_MAX)) - nanoseconds(to.saturating_sub(from));
        self.ended = Some(to);
        if from >= self.due {
            // Late looks are not made up for: what is due is the present state.
            let missed = to.saturating_sub(self.due).as_nanos() / self.interval.as_nanos().max(1);
            let steps = u32::try_from(missed).unwrap_or(u32::MAX).saturating_add(1);
            self.due = self.due.saturating_add(self.interval.saturating_mul(steps));
        }
    }
}

fn nanoseconds(duration: Duration) -> i128 {
    i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn what_comes_after_quiet_is_looked_at_at_once_and_a_burst_is_one_look() {
        let mut pace = Pace::new(ms(30_000), ms(1_000));
        assert_eq!((pace.due(), pace.after_change()), (ms(1_000), ms(0)));
        pace.looked(ms(1_000), ms(1_004));
        assert_eq!(pace.due(), ms(31_000), "the first look was the one that was due");
        assert_eq!(pace.after_change(), ms(1_024));
        pace.looked(ms(9_000), ms(9_300));
        assert_eq!(pace.after_change(), ms(9_320), "an expensive look after quiet was saved up for");
        assert_eq!(pace.due(), ms(31_000), "a look at a change moves nothing");
    }

    #[test]
    fn late_looks_are_not_made_up_for() {
        let mut pace = Pace::new(ms(1_000), ms(0));
        pace.looked(ms(0), ms(4_500));
        assert_eq!(pace.due(), ms(5_000));
        pace.looked(ms(7_200), ms(7_210));
        assert_eq!(pace.due(), ms(8_000));
    }

    proptest! {
        /// However expensive the looks are and however many changes come, over a while they take a quarter of the time.
        #[test]
        fn a_storm_takes_a_bounded_share(costs in proptest::collection::vec(0u64..400, 50..200)) {
            let mut pace = Pace::new(ms(30_000), ms(0));
            let (mut now, mut spent) = (ms(0), ms(0));
            for cost in costs.into_iter().map(ms) {
                now = now.max(pace.after_change());
                pace.looked(now, now + cost);
                now += cost;
                spent += cost;
                prop_assert!(pace.after_stop() <= now + GAP);
            }
            let allowed = now / SHARE + SAVED_MAX + ms(400);
            prop_assert!(spent <= allowed, "{spent:?} of {now:?}");
        }
    }
}
