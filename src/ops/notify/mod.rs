//! Telling people: messages are stored in the outbox before anything is sent, and marked after.

use chrono::{DateTime, Utc};

use crate::domain::key::Key;
use crate::domain::notify::channel::Spec;
use crate::domain::notify::{Delivery, Message};
use crate::error::{Error, Kind, Result};
use crate::notify::{self, Channel, Surroundings};
use crate::store::Durability;

use super::{Notice, State};

pub mod compose;
pub mod deliver;
pub mod drain;
pub mod halts;
pub mod means;
pub mod outbox;
pub mod plan;
mod reference;
pub mod remember;
mod sender;
pub mod show;
pub mod trial;

pub use crate::notify::{KINDS, Kind as ChannelKind};
pub use deliver::{Delivered, What, deliver};
pub use means::Means;
pub use reference::reference;

/// The folder of messages that are to go out, or went out lately.
pub const OUTBOX: &str = "outbox";

/// The folder of what each channel did so far.
pub const CHANNELS: &str = "channels";

/// The folder of silences.
pub const SILENCES: &str = "silences";

/// The key of a delivery.
pub fn key(name: &str) -> Result<Key> {
    Key::entry(OUTBOX, name).map_err(|why| Error::new(Kind::Internal, why).hint("nija notify outbox"))
}

/// The audit log's head as messages carry it: `SEQ:HASH8`.
pub fn audit_head(state: &State<'_>) -> Option<String> {
    let head = state.journal().head().ok()?;
    let hash = head.hash.get(..8)?;
    Some(format!("{}:{hash}", head.seq))
}

/// Stores the intent to send a message through each of the channels, from `due_at` on. What was stored before under the same id
/// stays as it is, whatever became of it: deciding the same again sends nothing twice.
pub fn enqueue(
    state: &State<'_>,
    message: &Message,
    channels: &[String],
    due_at: DateTime<Utc>,
    durability: Durability,
) -> Result<()> {
    for channel in channels {
        outbox::store(state, Delivery::new(message.clone(), channel, due_at, state.now()), durability)?;
    }
    Ok(())
}

/// Makes a channel ready to send.
pub fn open(spec: &Spec, uid: u32, variable: &dyn Fn(&str) -> Option<String>) -> Result<Box<dyn Channel>> {
    let secret = |path: &std::path::Path| crate::config::file::read_secret(path, uid);
    let clock = std::sync::Arc::new(crate::clock::System::new());
    let surroundings = Surroundings { secret: &secret, variable, clock };
    notify::open(spec, &surroundings).map_err(|why| {
        Error::new(Kind::Config, format!("channel {}: {why}", spec.name)).hint("nija config check")
    })
}

/// A failure to tell somebody, as a notice.
pub fn untold(channel: &str, error: &Error) -> Notice {
    Notice::of("NOT_TOLD", &format!("channel {channel}"), error)
}
