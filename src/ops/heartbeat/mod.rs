//! Components that report: recording a beat, how each is, who listens, and what people decide about one.

use crate::domain::key::Key;
use crate::error::{Error, Kind, Result};

pub mod listeners;
pub mod observe;
pub mod ping;
pub mod present;
pub mod register;
pub mod run;

pub use listeners::{Awaiting, Confirmations, Listener, awaited, listeners, present, wait};
pub use ping::{look, ping, price_age, saw};
pub use register::{EXPECTATIONS, expect, forget, pause, unpause};

/// The folder of components.
pub const COLLECTION: &str = "heartbeats";

/// The key of a component's record.
pub fn key(name: &str) -> Result<Key> {
    Key::entry(COLLECTION, name).map_err(|why| Error::new(Kind::Usage, why).hint("nija heartbeat ping bot-a"))
}

/// What a decision about a component is about.
fn subject(name: &str) -> String {
    format!("heartbeat:{name}")
}
