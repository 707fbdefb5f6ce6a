//! Components that report: recording a beat, who listens, and forgetting one.

use serde_json::json;

use crate::domain::halt::Source;
use crate::domain::heartbeat::Heartbeat;
use crate::domain::key::Key;
use crate::error::{Error, Kind, Result};
use crate::store::Durability;
use crate::store::document::{self, Stored};

use super::State;

pub mod listeners;
pub mod ping;

pub use listeners::{Awaiting, Confirmations, Listener, awaited, listeners, present, wait};
pub use ping::{look, ping, saw};

/// The folder of components.
pub const COLLECTION: &str = "heartbeats";

/// The key of a client's record.
pub fn key(name: &str) -> Result<Key> {
    Key::entry(COLLECTION, name).map_err(|why| Error::new(Kind::Usage, why).hint("nija heartbeat ping bot-a"))
}

/// Forgets a client, on the record.
pub fn forget(state: &State<'_>, name: &str) -> Result<()> {
    let opened = document::open::<Heartbeat>(&*state.backend, &key(name)?, state.wait)?;
    if matches!(opened.stored, Stored::Missing) {
        return Err(
            Error::new(Kind::NotFound, format!("no client '{name}' is known")).hint("nija heartbeat status")
        );
    }
    opened.remove()?;
    let event = state.context.event(Source::Cli, "heartbeat.forget", &format!("heartbeat:{name}"), json!({}));
    state.journal().append(&[event], state.now(), Durability::Strict)?;
    Ok(())
}
