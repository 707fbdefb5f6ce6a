//! Recording that a component is alive, and what it has seen of the kill switch.

use crate::domain::heartbeat::{Heartbeat, KillSwitchSeen};
use crate::error::Result;
use crate::store::Durability;
use crate::store::document::{self, Stored};

use super::super::{State, killswitch};
use super::key;

/// What the kill switch looks like to a client that looks now.
pub fn look(state: &State<'_>) -> KillSwitchSeen {
    // The stop file first: a release writes the stop into the document before it takes the file away.
    let (stops, doubts) = killswitch::standing(state.context);
    let stop_file = !stops.is_empty() || !doubts.is_empty();
    let revision = killswitch::document(state).map_or(0, |document| document.header.revision);
    KillSwitchSeen { revision, stop_file, at: state.now() }
}

/// Records that a client is alive and what it sees of the kill switch. Returns the record.
pub fn ping(state: &State<'_>, name: &str) -> Result<Heartbeat> {
    write(state, name, look(state), true).map(|client| client.1)
}

/// Records what a client saw at the gate, if that is news. Returns whether anything was written.
pub fn saw(state: &State<'_>, name: &str, seen: KillSwitchSeen) -> Result<bool> {
    let live_within = state.context.config.live_within;
    let stored = document::read::<Heartbeat>(&*state.backend, &key(name)?)?;
    if let Stored::Present(client) = stored
        && !client.has_news(seen.revision, seen.stop_file, live_within, seen.at)
    {
        return Ok(false);
    }
    write(state, name, seen, false).map(|(written, _)| written)
}

fn write(state: &State<'_>, name: &str, seen: KillSwitchSeen, always: bool) -> Result<(bool, Heartbeat)> {
    let identity = state.context.identity;
    let mut opened = document::open::<Heartbeat>(&*state.backend, &key(name)?, state.wait)?;
    let mut client = match std::mem::replace(&mut opened.stored, Stored::Missing) {
        Stored::Present(client) => client,
        Stored::Missing => Heartbeat::new(name, seen, identity.pid, &identity.host),
        unreadable @ Stored::Unreadable(_) => {
            opened.stored = unreadable;
            opened.set_aside(state.now())?;
            Heartbeat::new(name, seen, identity.pid, &identity.host)
        }
    };
    let news = client.has_news(seen.revision, seen.stop_file, state.context.config.live_within, seen.at);
    if always || news || client.seq == 0 {
        client.report(seen, identity.pid, &identity.host);
        // A lost heartbeat is repeated by the next; syncing each would cost more than it saves.
        opened.commit(&mut client, state.now(), Durability::Relaxed)?;
        return Ok((true, client));
    }
    Ok((false, client))
}
