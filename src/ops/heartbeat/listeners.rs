//! Who listens: every component and whether it has seen the stop, and waiting until every live one has.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::domain::heartbeat::{Awaited, Confirmation, Heartbeat};
use crate::domain::killswitch::KillSwitch;
use crate::error::Result;
use crate::store::document::{self, Stored};

use super::super::{State, killswitch};
use super::COLLECTION;

/// How often waiting looks again.
const POLL: Duration = Duration::from_millis(10);

/// One component that listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listener {
    /// Its name.
    pub name: String,
    /// Whether it has seen the present state.
    pub confirmation: Confirmation,
    /// The revision it has seen.
    pub revision: u64,
    /// When it saw that; `null` when its record cannot be read.
    pub seen_at: Option<DateTime<Utc>>,
    /// When it was last heard of; `null` when its record cannot be read.
    pub last_seen: Option<DateTime<Utc>>,
}

/// What a client has to have seen to know the present state.
pub fn awaited(document: Option<&KillSwitch>, stop_stands: bool) -> Awaited {
    let total = |document: &KillSwitch| {
        document.halts.iter().filter(|halt| halt.is_total()).map(|halt| halt.last_seen).max()
    };
    Awaited {
        // Nobody can have seen what cannot be read.
        revision: document.map_or(u64::MAX, |document| document.halts_revision.max(1)),
        stop_file: stop_stands && !document.is_some_and(KillSwitch::needs_stop_file),
        since: document.and_then(total),
    }
}

/// The revision of the present state, and who has seen it.
pub fn present(state: &State<'_>) -> Result<(u64, Vec<Listener>)> {
    let (stops, _) = killswitch::standing(state.context);
    let document = killswitch::document(state);
    let awaited = awaited(document.as_ref(), !stops.is_empty());
    Ok((document.map_or(0, |document| document.header.revision), listeners(state, awaited)?))
}

/// Every known component and whether it has seen what is awaited, by name.
pub fn listeners(state: &State<'_>, awaited: Awaited) -> Result<Vec<Listener>> {
    let mut keys = state.backend.list(COLLECTION)?;
    keys.sort();
    let mut listeners = Vec::with_capacity(keys.len());
    for key in keys {
        match document::read::<Heartbeat>(&*state.backend, &key) {
            Ok(Stored::Present(client)) => listeners.push(listener(state, &client, awaited)),
            Ok(Stored::Missing) => {}
            Ok(Stored::Unreadable(_)) | Err(_) => listeners.push(Listener {
                name: key.name,
                confirmation: Confirmation::Unreadable,
                revision: 0,
                seen_at: None,
                last_seen: None,
            }),
        }
    }
    Ok(listeners)
}

fn listener(state: &State<'_>, client: &Heartbeat, awaited: Awaited) -> Listener {
    let confirmation = client.confirmation(awaited, state.context.config.live_within, state.now());
    Listener {
        name: client.name.clone(),
        confirmation,
        revision: client.killswitch.revision,
        seen_at: Some(client.killswitch.at),
        last_seen: Some(client.last_seen),
    }
}

/// How a stop was confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Confirmations {
    /// Every client that was awaited, and those that are absent.
    pub clients: Vec<Awaiting>,
    /// Whether somebody has confirmed, and no live client is missing.
    pub complete: bool,
}

/// One client during the wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Awaiting {
    /// The client.
    #[serde(flatten)]
    pub listener: Listener,
    /// How long after the stop it confirmed, in milliseconds; `null` when it did not.
    pub delay_ms: Option<u64>,
}

/// Waits until every live client has seen what is awaited, at most `limit`. `on_confirmed` is told of each as it comes.
pub fn wait(
    state: &State<'_>,
    awaited: Awaited,
    limit: Duration,
    on_confirmed: &mut dyn FnMut(&Awaiting),
) -> Result<Confirmations> {
    let clock = state.context.clock;
    let start = clock.monotonic();
    let mut delays: Vec<(String, u64)> = Vec::new();
    loop {
        let passed = clock.monotonic().saturating_sub(start);
        let passed_ms = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX);
        let mut clients = Vec::new();
        for listener in listeners(state, awaited)? {
            let known = delays.iter().find(|(name, _)| *name == listener.name).map(|(_, delay)| *delay);
            let confirmed = listener.confirmation == Confirmation::Confirmed;
            let awaiting = Awaiting { delay_ms: known.or(confirmed.then_some(passed_ms)), listener };
            if confirmed && known.is_none() {
                delays.push((awaiting.listener.name.clone(), passed_ms));
                on_confirmed(&awaiting);
            }
            clients.push(awaiting);
        }
        let any = |wanted| clients.iter().any(|client| client.listener.confirmation == wanted);
        let waiting = any(Confirmation::Waiting) || any(Confirmation::Unreadable);
        if !waiting || passed >= limit {
            let complete = !waiting && any(Confirmation::Confirmed);
            return Ok(Confirmations { clients, complete });
        }
        clock.sleep(POLL);
    }
}
