//! What the watch sees of the components: one look compared with what earlier looks remember.

use std::time::Duration;

use crate::clock::Clock;
use crate::domain::alert::{Collection, Input};
use crate::domain::heartbeat::{Expectation, Heartbeat, Memory, Moment, Observations, Policy, View};
use crate::domain::key::Key;
use crate::error::Result;
use crate::store::Durability;
use crate::store::document::{self, Opened, Stored};

use super::super::{Notice, State};

/// A look that saw nothing new is written down when the last one written is older than this.
const WRITTEN_EVERY: Duration = Duration::from_secs(1);

/// The key of what the watch remembers.
pub fn key() -> Key {
    Key::singleton("observations")
}

/// Now, on every clock.
pub fn moment(clock: &dyn Clock) -> Moment {
    Moment {
        wall: clock.now(),
        boot_id: clock.boot_id(),
        since_boot: clock.since_boot(),
        awake: clock.awake(),
    }
}

/// The eye of a watch. It forgets nothing that could not be written down.
#[derive(Debug, Default)]
pub struct Eye {
    unwritten: Option<Box<Observations>>,
}

/// What was read about components.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// Their records.
    pub records: Collection<Heartbeat>,
    /// What people said about them.
    pub expectations: Collection<Expectation>,
}

impl Read {
    /// What was read, or why one of the folders cannot be.
    pub fn new(
        records: Input<Collection<Heartbeat>>,
        expectations: Input<Collection<Expectation>>,
    ) -> std::result::Result<Self, String> {
        Ok(Self { records: known(records)?, expectations: known(expectations)? })
    }
}

fn known<T>(input: Input<Collection<T>>) -> std::result::Result<Collection<T>, String> {
    match input {
        Input::Known(entries) => Ok(entries),
        Input::Unreadable(why) => Err(why),
        Input::NotRead | Input::Missing => Ok(Collection::default()),
    }
}

impl Eye {
    /// Looks, and remembers what was seen for the next look, by whatever process. The lock of looks is held.
    pub fn look(
        &mut self,
        state: &State<'_>,
        read: &Read,
        policy: &Policy,
        notices: &mut Vec<Notice>,
    ) -> Result<View> {
        let mut opened = document::open::<Observations>(&*state.backend, &key(), state.wait)?;
        let stored = remembered(state, &mut opened, notices)?;
        let before = if let Memory::Of(before) = &stored { Some(before.clone()) } else { None };
        let memory = self.freshest(stored);
        let now = moment(state.context.clock);
        let mut seen = Observations::look(memory, &now, &read.records, &read.expectations, policy);
        let view = View::new(&seen, &read.records, &read.expectations, policy);
        if before.is_none_or(|before| !seen.adds_nothing_to(&before, WRITTEN_EVERY)) {
            // A power cut takes only what no look after another start of the machine would go by.
            if let Err(error) = opened.commit(&mut seen, now.wall, Durability::Relaxed) {
                notices.push(Notice::of("OBSERVATIONS_NOT_WRITTEN", "what this look saw", &error));
                self.unwritten = Some(Box::new(seen));
            }
        }
        Ok(view)
    }

    /// What is stored, or what could not be, whichever look was later.
    fn freshest(&mut self, stored: Memory) -> Memory {
        match (self.unwritten.take(), stored) {
            (Some(own), Memory::Of(stored)) if stored.moment().follows(&own.moment()) => Memory::Of(stored),
            (Some(own), _) => Memory::Of(own),
            (None, stored) => stored,
        }
    }
}

fn remembered(
    state: &State<'_>,
    opened: &mut Opened<'_, Observations>,
    notices: &mut Vec<Notice>,
) -> Result<Memory> {
    let why = match std::mem::replace(&mut opened.stored, Stored::Missing) {
        Stored::Present(observations) => return Ok(Memory::Of(Box::new(observations))),
        Stored::Missing => return Ok(Memory::None),
        Stored::Unreadable(why) => why,
    };
    let error = document::unreadable(&*state.backend, &key(), &why);
    opened.stored = Stored::Unreadable(why);
    // Fails for what a newer version wrote: that stays.
    let kept = opened.set_aside(state.now())?;
    let message = format!("{}; its bytes are kept as {kept}", error.message);
    notices.push(Notice::new("OBSERVATIONS_LOST", message, "nija doctor"));
    Ok(Memory::Lost)
}

/// What a look now would see. Nothing is written down: only who judges may say that somebody looked.
pub fn glance(state: &State<'_>, read: &Read, policy: &Policy) -> Result<(View, Option<Observations>)> {
    let last = match document::read::<Observations>(&*state.backend, &key())? {
        Stored::Present(observations) => Some(observations),
        Stored::Missing | Stored::Unreadable(_) => None,
    };
    let memory = last.clone().map_or(Memory::None, |last| Memory::Of(Box::new(last)));
    let now = moment(state.context.clock);
    let seen = Observations::look(memory, &now, &read.records, &read.expectations, policy);
    Ok((View::new(&seen, &read.records, &read.expectations, policy), last))
}
