//! What the watch remembers from look to look: when it saw each component change, on a clock of its own.
//!
//! Nothing here trusts a time that somebody else wrote. A component is alive because its number changed between two looks
//! of one and the same watch; how long ago is measured since the look that saw the change.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::expectation::Expectation;
use super::gap::{Gap, Jump, Moment, nanoseconds};
use super::policy::Policy;
use super::record::Heartbeat;
use crate::domain::document::{Document, Header};

/// The document `observations.json`. It belongs to the look that holds the lock of looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observations {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// Names the start of the machine that all `_ns` count from.
    pub boot_id: String,
    /// When the last look was, by the wall clock.
    pub looked_at: DateTime<Utc>,
    /// When the last look was, in nanoseconds since the machine was started.
    pub since_boot_ns: u64,
    /// The same without the time the machine slept.
    pub awake_ns: u64,
    /// The last gap of the watch, while it is still reported.
    pub gap: Option<Gap>,
    /// The last step of the wall clock, while it is still reported.
    pub jump: Option<Jump>,
    /// What was seen of each component, by name.
    pub components: BTreeMap<String, Observed>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What was seen of one component.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Observed {
    /// Since when it has had its time to beat for the first time, in nanoseconds since the machine was started.
    pub waiting_ns: u64,
    /// Names the terms it is waited for by.
    pub expected_at: Option<DateTime<Utc>>,
    /// Its last beat.
    pub beat: Option<Sighting>,
    /// What it has started and not finished.
    pub run: Option<Sighting>,
    /// Its last word on prices.
    pub price: Option<Sighting>,
}

/// A change that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The number that changed.
    pub seq: u64,
    /// Names the change together with the number: one that was forgotten and came back begins at 1 again.
    pub at: DateTime<Utc>,
    /// When it was seen, in nanoseconds since the machine was started.
    pub seen_ns: u64,
    /// Whether it was seen to change. If not, it was found, and may be old.
    pub certain: bool,
}

/// What was remembered before a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Memory {
    /// Nobody has ever looked.
    None,
    /// It is lost.
    Lost,
    /// What the last look left.
    Of(Box<Observations>),
}

/// What people and components say now, one entry or the reason why it cannot be read per name.
pub type Entries<T> = BTreeMap<String, Result<T, String>>;

impl Document for Observations {
    const FORMAT: &'static str = "nija.observations";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }
}

impl Observations {
    /// What a look at this moment sees, and remembers.
    pub fn look(
        memory: Memory,
        now: &Moment,
        records: &Entries<Heartbeat>,
        expectations: &Entries<Expectation>,
        policy: &Policy,
    ) -> Self {
        let mut next = Self {
            header: Header::new::<Self>(now.wall),
            boot_id: now.boot_id.clone(),
            looked_at: now.wall,
            since_boot_ns: nanoseconds(now.since_boot),
            awake_ns: nanoseconds(now.awake),
            gap: None,
            jump: None,
            components: BTreeMap::new(),
            extra: Map::new(),
        };
        let mut glance = Glance { now_ns: next.since_boot_ns, continuous: false, same_start: false };
        let mut before = BTreeMap::new();
        match memory {
            Memory::None => {}
            Memory::Lost => next.gap = Some(Gap::forgotten(now)),
            Memory::Of(last) => {
                let last = *last;
                let earlier = last.moment();
                let gap = Gap::between(&earlier, now, policy);
                glance.continuous = gap.is_none();
                glance.same_start = now.follows(&earlier);
                next.jump = Jump::between(&earlier, now, policy)
                    .or_else(|| last.jump.and_then(|jump| glance.still(jump, policy)));
                next.gap = gap.or_else(|| last.gap.filter(|gap| glance.reports(gap.ended_ns, policy)));
                (next.header, next.extra, before) = (last.header, last.extra, last.components);
            }
        }
        for name in records.keys().chain(expectations.keys()) {
            if !next.components.contains_key(name)
                && let Some(seen) =
                    glance.component(before.get(name), records.get(name), expectations.get(name))
            {
                next.components.insert(name.clone(), seen);
            }
        }
        next
    }

    /// When the last look was.
    pub fn moment(&self) -> Moment {
        Moment {
            wall: self.looked_at,
            boot_id: self.boot_id.clone(),
            since_boot: Duration::from_nanos(self.since_boot_ns),
            awake: Duration::from_nanos(self.awake_ns),
        }
    }

    /// Whether it says no more than `earlier` did, but for a look that is younger by less than `least`.
    pub fn adds_nothing_to(&self, earlier: &Self, least: Duration) -> bool {
        let (own, other) = (self.moment(), earlier.moment());
        own.follows(&other)
            && own.since_boot.saturating_sub(other.since_boot) < least
            && (&self.gap, &self.jump, &self.components) == (&earlier.gap, &earlier.jump, &earlier.components)
    }
}

/// How one look sees.
struct Glance {
    now_ns: u64,
    /// Nothing lies between this look and the last.
    continuous: bool,
    /// The last look's clock goes on.
    same_start: bool,
}

impl Glance {
    /// Whether something noticed then is still reported.
    fn reports(&self, noticed_ns: u64, policy: &Policy) -> bool {
        Duration::from_nanos(self.now_ns.saturating_sub(noticed_ns)) < policy.reported_for
    }

    /// A step of the wall clock that is still reported. Over a restart its time begins anew: its clock is gone.
    fn still(&self, jump: Jump, policy: &Policy) -> Option<Jump> {
        if !self.same_start {
            return Some(Jump { noticed_ns: self.now_ns, ..jump });
        }
        self.reports(jump.noticed_ns, policy).then_some(jump)
    }

    /// What this look sees of a component; `None` for one that only asks the gate.
    fn component(
        &self,
        before: Option<&Observed>,
        record: Option<&Result<Heartbeat, String>>,
        expectation: Option<&Result<Expectation, String>>,
    ) -> Option<Observed> {
        let expectation = expectation.map(|read| read.as_ref().ok());
        let paused = expectation.flatten().is_some_and(|said| said.paused.is_some());
        let expected_at = match expectation {
            Some(Some(said)) => said.expected_at,
            // What cannot be read now has not changed as far as anybody knows.
            Some(None) => before.and_then(|before| before.expected_at),
            None => None,
        };
        let waits_on =
            before.filter(|before| self.continuous && !paused && before.expected_at == expected_at);
        let mut seen = Observed {
            waiting_ns: waits_on.map_or(self.now_ns, |before| before.waiting_ns),
            expected_at,
            ..Observed::default()
        };
        match record {
            Some(Ok(record)) => {
                let beat = record.beat.as_ref().map(|beat| (beat.seq, beat.at));
                let run = record.run.as_ref().map(|run| (run.seq, run.at));
                let price = record.price.as_ref().map(|price| (price.seq, price.at));
                seen.beat = self.change(before.and_then(|before| before.beat), beat, paused);
                seen.run = self.change(before.and_then(|before| before.run), run, paused);
                seen.price = self.change(before.and_then(|before| before.price), price, paused);
                let beats = beat.is_some() || run.is_some();
                (beats || expectation.is_some()).then_some(seen)
            }
            Some(Err(_)) => {
                let same = |known: Option<Sighting>| self.change(known, known.map(tag), paused);
                seen.beat = same(before.and_then(|before| before.beat));
                seen.run = same(before.and_then(|before| before.run));
                seen.price = same(before.and_then(|before| before.price));
                Some(seen)
            }
            None => expectation.is_some().then_some(seen),
        }
    }

    /// A change that proves life. After a gap, and while nobody judges, what is found proves nothing and its time begins
    /// anew.
    fn change(
        &self,
        before: Option<Sighting>,
        found: Option<(u64, DateTime<Utc>)>,
        paused: bool,
    ) -> Option<Sighting> {
        let (seq, at) = found?;
        let known = before.filter(|before| tag(*before) == (seq, at));
        match known {
            Some(known) if self.continuous && !paused => Some(known),
            _ => {
                let certain = self.continuous && known.is_none();
                Some(Sighting { seq, at, seen_ns: self.now_ns, certain })
            }
        }
    }
}

fn tag(sighting: Sighting) -> (u64, DateTime<Utc>) {
    (sighting.seq, sighting.at)
}
