//! The watch: when `nija watch` last completed a look at everything, so that the gate can insist on one.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::document::{Document, Header};
use super::key::Key;

/// Shortest time between two looks that may be configured: changes are looked at when they happen.
pub const INTERVAL_MIN: Duration = Duration::from_secs(1);

/// Longest time between two looks that may be configured.
pub const INTERVAL_MAX: Duration = Duration::from_secs(3600);

/// How the watch goes about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Longest time between two looks.
    pub interval: Duration,
    /// Directory in which `nija.prom` is written for Prometheus, if at all.
    pub textfile_dir: Option<PathBuf>,
    /// File with the URL to request after each good tick, if at all.
    pub ping_url_file: Option<PathBuf>,
    /// That none runs is an alert, even where none ever did.
    pub expected: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self { interval: Duration::from_secs(30), textfile_dir: None, ping_url_file: None, expected: false }
    }
}

/// The key of the document.
pub fn key() -> Key {
    Key::singleton("watch")
}

/// `watch.json`: written by `nija watch` after each completed tick, and by nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// When the last completed tick ended, by the wall clock: for people. Ages go by [`Self::age`].
    pub ticked_at: DateTime<Utc>,
    /// Names the machine's start that `since_boot_ns` counts from.
    pub boot_id: String,
    /// When the last completed tick ended: nanoseconds since the machine was started, time suspended included.
    pub since_boot_ns: u64,
    /// The process that watches.
    pub pid: u32,
    /// How often it ticks at least, in seconds.
    pub interval_seconds: u64,
    /// When it was ended as somebody wanted; `None` while it runs, or when it just is no more.
    #[serde(default)]
    pub ended_at: Option<DateTime<Utc>>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Document for Watch {
    const FORMAT: &'static str = "nija.watch";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }
}

impl Watch {
    /// The document of a watch that has not been stored yet and whose tick ended at this very moment.
    pub fn new(
        now: DateTime<Utc>,
        boot_id: &str,
        since_boot: Duration,
        pid: u32,
        interval: Duration,
    ) -> Self {
        let mut watch = Self {
            header: Header::new::<Self>(now),
            ticked_at: now,
            boot_id: String::new(),
            since_boot_ns: 0,
            pid,
            interval_seconds: interval.as_secs(),
            ended_at: None,
            extra: Map::new(),
        };
        watch.tick(now, boot_id, since_boot);
        watch
    }

    /// Takes over that another tick ended.
    pub fn tick(&mut self, now: DateTime<Utc>, boot_id: &str, since_boot: Duration) {
        self.ticked_at = now;
        boot_id.clone_into(&mut self.boot_id);
        self.since_boot_ns = u64::try_from(since_boot.as_nanos()).unwrap_or(u64::MAX);
    }

    /// How long ago the last tick ended, for a reader whose machine is named `boot_id` and has run for `since_boot`, taken
    /// *after* this document was read. `None` is no watch: it ticked on another machine or before a restart, this machine's
    /// start has no name, or the tick lies ahead, which no clock that never runs backwards can explain.
    pub fn age(&self, boot_id: &str, since_boot: Duration) -> Option<Duration> {
        let same_start = !boot_id.is_empty() && self.boot_id == boot_id;
        if same_start { since_boot.checked_sub(Duration::from_nanos(self.since_boot_ns)) } else { None }
    }
}

/// The ticks of a watch, as a look sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ticks {
    /// This look is one of them.
    Own,
    /// Somebody else looks.
    Seen(Seen),
}

/// A watch as somebody else sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What it last wrote down.
    pub watch: Watch,
    /// How long ago that was, as [`Watch::age`] tells it.
    pub age: Option<Duration>,
}

/// Why there is no watch to rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// None has ticked since this machine was started.
    Never,
    /// The last tick ended too long ago.
    Silent {
        /// How long ago.
        age: Duration,
        /// How recent it has to be.
        within: Duration,
    },
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("no watch has completed a tick here since this machine was started"),
            Self::Silent { age, within } => write!(
                f,
                "the last tick of the watch ended {:?} ago, and it has to be less than {within:?}",
                Duration::from_secs(age.as_secs())
            ),
        }
    }
}

/// Whether a watch has completed a tick less than `within` ago; arguments as for [`Watch::age`].
pub fn require(
    watch: Option<&Watch>,
    within: Duration,
    boot_id: &str,
    since_boot: Duration,
) -> Result<(), Missing> {
    match watch.and_then(|watch| watch.age(boot_id, since_boot)) {
        Some(age) if age < within => Ok(()),
        Some(age) => Err(Missing::Silent { age, within }),
        None => Err(Missing::Never),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_exactly_the_limit_the_watch_is_missing() {
        let at = |seconds| Duration::from_secs(seconds);
        let watch = Watch::new(DateTime::UNIX_EPOCH, "boot-1", at(100), 1, at(30));
        let require = |watch, now| require(watch, at(60), "boot-1", Duration::from_millis(now));
        assert_eq!(require(Some(&watch), 159_999), Ok(()));
        assert_eq!(require(Some(&watch), 160_000), Err(Missing::Silent { age: at(60), within: at(60) }));
        assert_eq!(require(None, 160_000), Err(Missing::Never));
    }

    #[test]
    fn only_a_tick_of_this_start_of_this_machine_has_an_age() {
        let at = |seconds| Duration::from_secs(seconds);
        let watch = Watch::new(DateTime::UNIX_EPOCH, "boot-1", at(100), 1, at(30));
        assert_eq!(watch.age("boot-1", at(160)), Some(at(60)));
        assert_eq!(watch.age("boot-1", at(100)), Some(at(0)));
        assert_eq!(watch.age("boot-1", at(99)), None, "it lies ahead");
        assert_eq!(watch.age("boot-2", at(160)), None);
        let nameless = Watch::new(DateTime::UNIX_EPOCH, "", at(100), 1, at(30));
        assert_eq!(nameless.age("", at(160)), None);
    }
}
