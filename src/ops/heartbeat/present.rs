//! How every component is, as a look now would see it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::domain::heartbeat::expectation::Paused;
use crate::domain::heartbeat::life::Age;
use crate::domain::heartbeat::{Component, Expectation, Heartbeat, life};
use crate::error::{Error, Kind, Result};

use super::super::State;
use super::super::check::changes::Changes;
use super::super::check::kept::Folder;
use super::observe::{Read, glance};
use super::{COLLECTION, EXPECTATIONS};

/// How the components are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Present {
    /// When `check` or `watch` looked last; `null` when nobody ever has.
    pub looked_at: Option<DateTime<Utc>>,
    /// Every component that beats or is expected to, by name.
    pub components: Vec<Shown>,
    /// Those of which something cannot be read.
    pub unreadable: Vec<Unreadable>,
}

/// A component of which something cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// Its name.
    pub name: String,
    /// Why.
    pub why: String,
}

/// How one component is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Its name.
    pub name: String,
    /// How it is.
    pub state: life::State,
    /// Since its last beat, on the watch's own clock, in milliseconds; `null` when it never beat.
    pub age_ms: Option<u64>,
    /// Whether that beat was seen to come. If not, it was found and is at least so old.
    pub age_is_certain: bool,
    /// When it beat last, by its own clock.
    pub beat_at: Option<DateTime<Utc>>,
    /// How long it may be silent, in seconds.
    pub interval_seconds: u64,
    /// How much longer before it counts as down, in seconds.
    pub grace_seconds: u64,
    /// Whether somebody said that it must beat.
    pub expected: bool,
    /// Since it started what it has not finished, in milliseconds.
    pub running_ms: Option<u64>,
    /// Whether its last beat says that it failed.
    pub failed: bool,
    /// The exit code of its last beat.
    pub exit_code: Option<u8>,
    /// How long what it finished last took, in milliseconds.
    pub duration_ms: Option<u64>,
    /// Positions it had open when it last said so.
    pub open_positions: Option<u64>,
    /// How old its prices are by now, in milliseconds.
    pub price_age_ms: Option<u64>,
    /// Who said that it is not to be judged.
    pub paused: Option<Paused>,
    /// Its last words.
    pub note: Option<String>,
}

/// Every component, as a look now would see it.
pub fn components(state: &State<'_>) -> Result<Present> {
    let (mut records, mut expectations) = (Folder::<Heartbeat>::default(), Folder::<Expectation>::default());
    records.refresh(state, COLLECTION, &Changes::everything());
    expectations.refresh(state, EXPECTATIONS, &Changes::everything());
    let read = Read::new(records.input(), expectations.input())
        .map_err(|why| Error::new(Kind::Io, why).hint("nija doctor"))?;
    let (view, last) = glance(state, &read, &state.context.config.policies.heartbeats)?;
    Ok(Present {
        looked_at: last.map(|last| last.looked_at),
        components: view.components.iter().map(shown).collect(),
        unreadable: view.unreadable.into_iter().map(|(name, why)| Unreadable { name, why }).collect(),
    })
}

fn shown(component: &Component) -> Shown {
    let length = |age: Option<Age>| age.map(|age| milliseconds(age.length));
    Shown {
        name: component.name.clone(),
        state: component.state,
        age_ms: length(component.silent),
        age_is_certain: component.silent.is_some_and(|age| age.certain),
        beat_at: component.beat_at,
        interval_seconds: component.interval.as_secs(),
        grace_seconds: component.grace.as_secs(),
        expected: component.expected,
        running_ms: component.running.map(milliseconds),
        failed: component.failed,
        exit_code: component.exit_code,
        duration_ms: component.duration_ms,
        open_positions: component.open_positions,
        price_age_ms: length(component.price),
        paused: component.paused.clone(),
        note: component.note.clone(),
    }
}

fn milliseconds(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}
