//! The mark that a person said something to an alert: `alerts/` changes with every look, so a watch does not wake for it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::document::{Document, Header};
use crate::domain::halt::Actor;
use crate::domain::key::Key;
use crate::error::Result;
use crate::store::Durability;
use crate::store::document::{self, Stored};

use super::super::{Notice, State};

/// `alerts.json`: who last said something to an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attention {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// Who.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Document for Attention {
    const FORMAT: &'static str = "nija.attention";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }
}

/// The key of its document.
pub fn key() -> Key {
    Key::singleton("alerts")
}

/// Sets the mark, so that a running watch looks at once; without it, it looks when its interval is over.
pub fn mark(state: &State<'_>) -> Option<Notice> {
    let late =
        |error| Notice::of("WATCH_NOT_WOKEN", "a running watch sees it when its interval is over", &error);
    set(state).err().map(late)
}

fn set(state: &State<'_>) -> Result<()> {
    let mut opened = document::open::<Attention>(&*state.backend, &key(), state.wait)?;
    let (now, by) = (state.now(), state.context.identity.actor.clone());
    let fresh = Attention { header: Header::new::<Attention>(now), by, at: now, extra: Map::new() };
    let mut mark = match std::mem::replace(&mut opened.stored, Stored::Missing) {
        Stored::Present(before) => Attention { header: before.header, extra: before.extra, ..fresh },
        Stored::Missing => fresh,
        unreadable @ Stored::Unreadable(_) => {
            opened.stored = unreadable;
            opened.set_aside(now)?;
            fresh
        }
    };
    opened.commit(&mut mark, now, Durability::Relaxed)
}
