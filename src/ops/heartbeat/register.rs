//! What people decide about a component: that it must beat, that it is not judged for now, that it is forgotten.

use serde_json::{Map, Value, json};

use crate::domain::halt::Source;
use crate::domain::heartbeat::expectation::{Paused, Terms};
use crate::domain::heartbeat::{Expectation, Heartbeat};
use crate::domain::key::Key;
use crate::error::{Error, Kind, Result};
use crate::store::Durability;
use crate::store::document::{self, Opened, Stored};

use super::super::{State, record};
use super::{key, subject};

/// The folder of what people said about components.
pub const EXPECTATIONS: &str = "expectations";

/// The key of what people said about a component.
pub fn expectation_key(name: &str) -> Result<Key> {
    key(name).map(|own| Key { collection: Some(EXPECTATIONS), ..own })
}

/// Expects a component to beat. Returns what is said about it now, and whether that is new.
pub fn expect(state: &State<'_>, name: &str, terms: Terms) -> Result<(Expectation, bool)> {
    change(state, name, "heartbeat.expect", &json!(terms), |said| said.expect(terms, state.now()))
}

/// Lets nobody judge a component until [`unpause`].
pub fn pause(state: &State<'_>, name: &str, reason: &str) -> Result<(Expectation, bool)> {
    require_known(state, name)?;
    let by = state.context.identity.actor.name();
    let paused = Paused { at: state.now(), by, reason: reason.to_owned(), extra: Map::new() };
    let data = json!({"reason": reason});
    change(state, name, "heartbeat.pause", &data, |said| said.pause(paused))
}

/// Lets a component be judged again.
pub fn unpause(state: &State<'_>, name: &str) -> Result<(Expectation, bool)> {
    require_known(state, name)?;
    change(state, name, "heartbeat.unpause", &json!({}), |said| said.paused.take().is_some())
}

/// Forgets a component and what was said about it, on the record.
pub fn forget(state: &State<'_>, name: &str) -> Result<()> {
    require_known(state, name)?;
    // First the record: what a crash leaves of the component is forgotten by a second run, what is gone cannot be told.
    let event = state.context.event(Source::Cli, "heartbeat.forget", &subject(name), json!({}));
    state.journal().append(&[event], state.now(), Durability::Strict)?;
    let said = document::open::<Expectation>(&*state.backend, &expectation_key(name)?, state.wait)?;
    if let Stored::Present(expectation) = &said.stored {
        // Decisions that only it carries must not go with it.
        record::heal(state, &expectation.audit_outbox, Durability::Strict)?;
    }
    if !matches!(said.stored, Stored::Missing) {
        said.remove()?;
    }
    let beats = document::open::<Heartbeat>(&*state.backend, &key(name)?, state.wait)?;
    if !matches!(beats.stored, Stored::Missing) {
        beats.remove()?;
    }
    Ok(())
}

fn require_known(state: &State<'_>, name: &str) -> Result<()> {
    let known = |key: &Key| state.backend.load(key).map(|loaded| loaded.is_some());
    if known(&key(name)?)? || known(&expectation_key(name)?)? {
        return Ok(());
    }
    Err(Error::new(Kind::NotFound, format!("no client '{name}' is known")).hint("nija heartbeat status"))
}

fn change(
    state: &State<'_>,
    name: &str,
    action: &str,
    data: &Value,
    step: impl FnOnce(&mut Expectation) -> bool,
) -> Result<(Expectation, bool)> {
    let key = expectation_key(name)?;
    let mut opened: Opened<'_, Expectation> = document::open(&*state.backend, &key, state.wait)?;
    let mut said = match std::mem::replace(&mut opened.stored, Stored::Missing) {
        Stored::Present(said) => said,
        Stored::Missing => Expectation::new(name, state.now()),
        Stored::Unreadable(why) => return Err(document::unreadable(&*state.backend, &key, &why)),
    };
    if !step(&mut said) {
        // Said before, perhaps by a command that died before it was on the record.
        record::heal(state, &said.audit_outbox, Durability::Strict)?;
        return Ok((said, false));
    }
    let event = state.context.event(Source::Cli, action, &subject(name), data.clone());
    record::commit(state, &mut opened, &mut said, &[event], Durability::Strict)?.audit?;
    Ok((said, true))
}
