//! Recording that a component is alive, how it is, and what it has seen of the kill switch.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::domain::heartbeat::{Heartbeat, KillSwitchSeen, Report, Word};
use crate::error::Result;
use crate::store::Durability;
use crate::store::document::{self, Opened, Stored};

use super::super::{Notice, State, killswitch};
use super::key;

/// What the kill switch looks like to a component that looks now.
pub fn look(state: &State<'_>) -> KillSwitchSeen {
    // The stop file first: a release writes the stop into the document before it takes the file away.
    let (stops, doubts) = killswitch::standing(state.context);
    let stop_file = !stops.is_empty() || !doubts.is_empty();
    let revision = killswitch::document(state).map_or(0, |document| document.header.revision);
    KillSwitchSeen { revision, stop_file, at: state.now() }
}

/// Records what a component says about itself and what it sees of the kill switch. Returns the record, and whether it was
/// changed: a note that stands there already changes nothing.
pub fn ping(state: &State<'_>, name: &str, report: &Report) -> Result<(Heartbeat, bool)> {
    let seen = look(state);
    let identity = state.context.identity;
    let (mut opened, mut record) = open(state, name, seen)?;
    let known = report.word == Word::Log && report.note == record.note && record.header.revision > 0;
    if known {
        return Ok((record, false));
    }
    record.take(report, seen, identity.pid, &identity.host);
    // A lost heartbeat is repeated by the next; syncing each would cost more than it saves.
    opened.commit(&mut record, state.now(), Durability::Relaxed)?;
    Ok((record, true))
}

/// Records what a component saw at the gate, if that is news. Returns whether anything was written.
pub fn saw(state: &State<'_>, name: &str, seen: KillSwitchSeen) -> Result<bool> {
    let live_within = state.context.config.live_within;
    let is_news = |record: &Heartbeat| record.has_news(seen.revision, seen.stop_file, live_within, seen.at);
    let stored = document::read::<Heartbeat>(&*state.backend, &key(name)?)?;
    if let Stored::Present(record) = stored
        && !is_news(&record)
    {
        return Ok(false);
    }
    let identity = state.context.identity;
    let (mut opened, mut record) = open(state, name, seen)?;
    if record.seq > 0 && !is_news(&record) {
        return Ok(false);
    }
    record.report(seen, identity.pid, &identity.host);
    opened.commit(&mut record, state.now(), Durability::Relaxed)?;
    Ok(true)
}

fn open<'a>(
    state: &'a State<'_>,
    name: &str,
    seen: KillSwitchSeen,
) -> Result<(Opened<'a, Heartbeat>, Heartbeat)> {
    let identity = state.context.identity;
    let new = || Heartbeat::new(name, seen, identity.pid, &identity.host);
    let mut opened = document::open::<Heartbeat>(&*state.backend, &key(name)?, state.wait)?;
    let record = match std::mem::replace(&mut opened.stored, Stored::Missing) {
        Stored::Present(record) => record,
        Stored::Missing => new(),
        unreadable @ Stored::Unreadable(_) => {
            opened.stored = unreadable;
            opened.set_aside(state.now())?;
            new()
        }
    };
    Ok((opened, record))
}

/// How old prices of this time are. One that lies ahead by more than the wall clock may be off says nothing about their
/// age: they stay as old as they are, and the notice says so.
pub fn price_age(state: &State<'_>, at: DateTime<Utc>) -> std::result::Result<Duration, Notice> {
    let age = state.now().signed_duration_since(at);
    let tolerated = state.context.config.policies.heartbeats.clock_jump;
    match age.to_std() {
        Ok(age) => Ok(age),
        Err(_) if age.abs().to_std().is_ok_and(|ahead| ahead <= tolerated) => Ok(Duration::ZERO),
        Err(_) => {
            let shown = at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
            let message =
                format!("prices of {shown} lie ahead of this machine's clock: their age was not recorded");
            Err(Notice::new("PRICE_AHEAD", message, "timedatectl timesync-status"))
        }
    }
}
