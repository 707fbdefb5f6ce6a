//! The log of completed orders: what was completed long enough ago moves there, so that `orders/` does not grow for ever.

use std::collections::BTreeMap;

use crate::domain::month::Month;
use crate::domain::pending::history::Archived;
use crate::domain::pending::{State as Standing, Tracked};
use crate::error::Result;
use crate::store::document::{self, Stored};
use crate::store::{Durability, Log, torn_suffix};

use super::{State, key};

/// The log, by the month in which nija heard of the end.
const LOG: &str = "order-history";

/// Most orders that move in one look, so that it stays short.
pub const BATCH: usize = 1000;

/// Moves completed orders to the log: appended first, removed then. Killed in between, the next time removes what is in the
/// log already.
pub fn move_there(state: &State<'_>, ids: &[String]) -> Result<()> {
    let mut months: BTreeMap<Month, Vec<Tracked>> = BTreeMap::new();
    for id in ids.iter().take(BATCH) {
        if let Stored::Present(order) = document::read::<Tracked>(&*state.backend, &key(id)?)?
            && let Some(completion) = order.completion.as_ref().filter(|_| order.fill_outbox.is_none())
        {
            months.entry(Month::of(completion.at)).or_default().push(order);
        }
    }
    for (month, orders) in &months {
        append(state, *month, orders)?;
    }
    remove(state, months.into_values().flatten())
}

fn append(state: &State<'_>, month: Month, orders: &[Tracked]) -> Result<()> {
    let log = Log::of(LOG, month);
    let held = state.backend.lock(LOG, state.wait)?;
    let tail = state.backend.tail(log)?;
    let there = last_batch(state, log, &tail.last_line)?;
    let (mut lines, batch) = (Vec::new(), tail.complete_len);
    for order in orders.iter().filter(|order| !there.iter().any(|archived| archived.is(order))) {
        Archived { batch, order: order.clone() }.write(&mut lines);
    }
    if lines.is_empty() {
        return state.backend.sync_log(log);
    }
    let appended = state.backend.append(&*held, log, &lines, &torn_suffix(state.now()))?;
    drop(held);
    appended.unsynced.sync()
}

/// The orders that were appended last, together.
fn last_batch(state: &State<'_>, log: Log, last_line: &[u8]) -> Result<Vec<Archived>> {
    let Ok(last) = Archived::read(last_line) else { return Ok(Vec::new()) };
    let mut batch = Vec::new();
    state.backend.scan(log, last.batch, &mut |line| {
        batch.extend(Archived::read(line));
        true
    })?;
    Ok(batch)
}

fn remove(state: &State<'_>, orders: impl Iterator<Item = Tracked>) -> Result<()> {
    let mut orders = orders.peekable();
    while let Some(order) = orders.next() {
        let mut opened = document::open::<Tracked>(&*state.backend, &key(&order.id)?, state.wait)?;
        let stored = std::mem::replace(&mut opened.stored, Stored::Missing);
        // One sync of the folder, with the last, makes all of them durable.
        let durability = if orders.peek().is_none() { Durability::Strict } else { Durability::Relaxed };
        if matches!(stored, Stored::Present(now) if now == order) {
            opened.remove_with(durability)?;
        }
    }
    Ok(())
}

/// The order of this name that was completed last, if one is in the log.
pub fn find(state: &State<'_>, id: &str) -> Result<Option<Tracked>> {
    let mut months = state.backend.months(LOG)?;
    months.sort();
    let quoted = serde_json::to_string(id).unwrap_or_default();
    let wanted = format!("\"id\":{quoted}");
    let finder = memchr::memmem::Finder::new(&wanted);
    for month in months.into_iter().rev() {
        let mut found = None;
        state.backend.scan(Log::of(LOG, month), 0, &mut |line| {
            if finder.find(line).is_some()
                && let Ok(archived) = Archived::read(line)
                && archived.order.id == id
                && archived.order.state == Standing::Completed
            {
                found = Some(archived.order);
            }
            true
        })?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}
