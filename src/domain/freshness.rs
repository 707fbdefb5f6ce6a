//! How old an input is, and whether it still says anything about now.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

/// How far ahead of now an input may have been recorded and still be taken as of now: two machines' clocks never agree
/// exactly.
pub const AHEAD_MAX: TimeDelta = TimeDelta::seconds(5);

/// How an input stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// Recorded this long ago, and still good.
    Fresh(TimeDelta),
    /// Recorded this long ago, which is too long.
    Stale(TimeDelta),
    /// Recorded this far ahead of now: the clock stepped back since, so that its age cannot be told.
    Ahead(TimeDelta),
}

impl Age {
    /// The age now of what was recorded at `at`; at exactly `stale_after` it is stale.
    pub fn of(at: DateTime<Utc>, now: DateTime<Utc>, stale_after: TimeDelta) -> Self {
        let age = now.signed_duration_since(at);
        if age < -AHEAD_MAX {
            Self::Ahead(-age)
        } else if age < stale_after {
            Self::Fresh(age.max(TimeDelta::zero()))
        } else {
            Self::Stale(age)
        }
    }

    /// Whether it still says something about now.
    pub fn is_fresh(self) -> bool {
        matches!(self, Self::Fresh(_))
    }

    /// Why it says nothing about now, if so: words that stay the same while it grows older.
    pub fn doubt(self, at: DateTime<Utc>) -> Option<String> {
        let when = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        match self {
            Self::Fresh(_) => None,
            Self::Stale(_) => Some(format!("is of {when}, which is too long ago")),
            Self::Ahead(_) => Some(format!("is of {when}, ahead of the clock, which must have stepped back")),
        }
    }

    /// Whole seconds since it was recorded; negative when that lies ahead.
    pub fn seconds(self) -> i64 {
        match self {
            Self::Fresh(age) | Self::Stale(age) => age.num_seconds(),
            Self::Ahead(ahead) => -ahead.num_seconds(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    #[test]
    fn it_is_good_until_exactly_its_end_and_a_future_one_is_not_good_for_ever() {
        let age = |recorded, now| Age::of(at(recorded), at(now), TimeDelta::seconds(60));
        assert_eq!(age(100, 159), Age::Fresh(TimeDelta::seconds(59)));
        assert_eq!(age(100, 160), Age::Stale(TimeDelta::seconds(60)));
        assert_eq!(age(105, 100), Age::Fresh(TimeDelta::zero()), "clocks of two machines");
        assert_eq!(age(106, 100), Age::Ahead(TimeDelta::seconds(6)));
        assert_eq!(
            age(3700, 100).doubt(at(3700)).unwrap(),
            "is of 1970-01-01T01:01:40Z, ahead of the clock, which must have stepped back"
        );
        assert_eq!((age(3700, 100).seconds(), age(100, 300).seconds()), (-3600, 200));
    }

    proptest! {
        #[test]
        fn nothing_is_fresh_longer_than_it_may_be(recorded in -100i64..100, now in -100i64..100, limit in 1i64..50) {
            let age = Age::of(at(recorded), at(now), TimeDelta::seconds(limit));
            prop_assert_eq!(age.is_fresh(), now - recorded < limit && recorded - now <= 5);
        }
    }
}
