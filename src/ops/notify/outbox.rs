//! The outbox: reading it, marking what became of a message, and forgetting what ended long ago.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::domain::key::Key;
use crate::domain::notify::Delivery;
use crate::domain::notify::delivery::State as Life;
use crate::domain::notify::record::Record;
use crate::error::{Error, Kind, Result};
use crate::ops::{Notice, State};
use crate::store::Durability;
use crate::store::document::{self, Stored};

use super::{CHANNELS, OUTBOX, key};

/// What ended is kept this long: it is the proof, and keeps the same message from being stored again.
const KEPT: TimeDelta = TimeDelta::days(1);

/// Everything in the outbox.
#[derive(Debug, Clone, Default)]
pub struct Outbox {
    /// What can be read, by name.
    pub deliveries: BTreeMap<String, Delivery>,
    /// What cannot, and why, by name.
    pub unreadable: BTreeMap<String, String>,
}

impl Outbox {
    /// What is still to be sent through a channel.
    pub fn pending<'a>(&'a self, channel: &'a str) -> impl Iterator<Item = &'a Delivery> {
        self.deliveries
            .values()
            .filter(move |delivery| delivery.channel == channel && delivery.state == Life::Pending)
    }

    /// What cannot be read, as notices.
    pub fn notices(&self) -> Vec<Notice> {
        let notice = |(name, why): (&String, &String)| {
            let message = format!("{OUTBOX}/{name} cannot be read, so it is not sent: {why}");
            Notice::new("DELIVERY_UNREADABLE", message, "nija doctor")
        };
        self.unreadable.iter().map(notice).collect()
    }
}

/// Reads the outbox.
pub fn load(state: &State<'_>) -> Result<Outbox> {
    let mut outbox = Outbox::default();
    for (name, stored) in document::gather::<Delivery>(&*state.backend, OUTBOX)? {
        match stored {
            Ok(Stored::Present(delivery)) => drop(outbox.deliveries.insert(name, delivery)),
            Ok(Stored::Unreadable(why)) => drop(outbox.unreadable.insert(name, why.to_string())),
            Ok(Stored::Missing) => {}
            Err(error) => drop(outbox.unreadable.insert(name, error.message)),
        }
    }
    Ok(outbox)
}

/// One delivery as it stands now; `None` when it is gone or cannot be read.
pub fn read(state: &State<'_>, name: &str) -> Result<Option<Delivery>> {
    match document::read::<Delivery>(&*state.backend, &key(name)?)? {
        Stored::Present(delivery) => Ok(Some(delivery)),
        Stored::Missing | Stored::Unreadable(_) => Ok(None),
    }
}

/// Changes a delivery that is still there, and returns it as it is stored now.
pub fn change(state: &State<'_>, name: &str, change: impl FnOnce(&mut Delivery)) -> Result<Option<Delivery>> {
    let mut opened = document::open::<Delivery>(&*state.backend, &key(name)?, state.wait)?;
    let Stored::Present(mut delivery) = std::mem::replace(&mut opened.stored, Stored::Missing) else {
        return Ok(None);
    };
    change(&mut delivery);
    // A mark that a power cut turned into nothing would lose the message with it.
    opened.commit(&mut delivery, state.now(), Durability::Strict)?;
    Ok(Some(delivery))
}

/// Stores a delivery, unless one of its name is there already.
pub fn store(state: &State<'_>, mut delivery: Delivery, durability: Durability) -> Result<()> {
    let mut opened = document::open::<Delivery>(&*state.backend, &key(&delivery.name())?, state.wait)?;
    match &opened.stored {
        Stored::Present(_) => return Ok(()),
        Stored::Missing => {}
        Stored::Unreadable(_) => drop(opened.set_aside(state.now())?),
    }
    opened.commit(&mut delivery, state.now(), durability)
}

/// Takes a delivery away: where nothing can be written any more, that still tells everybody that it was sent.
pub fn remove(state: &State<'_>, name: &str) -> Result<()> {
    document::open::<Delivery>(&*state.backend, &key(name)?, state.wait)?.remove()
}

/// Forgets what ended more than a day ago.
pub fn prune(state: &State<'_>, outbox: &Outbox) -> Vec<Notice> {
    let now = state.now();
    let old = |delivery: &&Delivery| {
        let ended = delivery.ended_at.filter(|_| delivery.state != Life::Pending);
        ended.is_some_and(|at| now.signed_duration_since(at) >= KEPT)
    };
    let forget = |delivery: &Delivery| -> Result<()> {
        let opened = document::open::<Delivery>(&*state.backend, &key(&delivery.name())?, state.wait)?;
        match &opened.stored {
            Stored::Present(stored) if stored.state != Life::Pending => {
                opened.remove_with(Durability::Relaxed)
            }
            _ => Ok(()),
        }
    };
    let failed = |delivery: &Delivery| {
        let error = forget(delivery).err()?;
        Some(Notice::of("DELIVERY_NOT_FORGOTTEN", &delivery.name(), &error))
    };
    outbox.deliveries.values().filter(old).filter_map(failed).collect()
}

/// The key of what a channel has done so far.
pub fn record_key(channel: &str) -> Result<Key> {
    Key::entry(CHANNELS, channel).map_err(|why| Error::new(Kind::Internal, why).hint("nija notify channels"))
}

/// What a channel has done so far. One that cannot be read has done nothing: nothing is sent the less for it.
pub fn record(state: &State<'_>, channel: &str) -> Record {
    let stored = record_key(channel).and_then(|key| document::read::<Record>(&*state.backend, &key));
    match stored {
        Ok(Stored::Present(record)) => record,
        _ => Record::new(state.now()),
    }
}

/// Changes what is remembered of a channel.
pub fn remember(state: &State<'_>, channel: &str, change: impl FnOnce(&mut Record)) -> Result<()> {
    let mut opened = document::open::<Record>(&*state.backend, &record_key(channel)?, state.wait)?;
    let mut record = match std::mem::replace(&mut opened.stored, Stored::Missing) {
        Stored::Present(record) => record,
        Stored::Missing => Record::new(state.now()),
        unreadable @ Stored::Unreadable(_) => {
            opened.stored = unreadable;
            opened.set_aside(state.now())?;
            Record::new(state.now())
        }
    };
    change(&mut record);
    opened.commit(&mut record, state.now(), Durability::Relaxed)
}
