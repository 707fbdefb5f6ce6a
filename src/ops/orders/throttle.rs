//! Counting the orders of a strategy, and halting it when there are too many.

use serde::Serialize;

use crate::domain::halt::{Mode, Scope, Source, folded};
use crate::domain::key::Key;
use crate::domain::killswitch::Change;
use crate::domain::pending::throttle::Recent;
use crate::domain::pending::{Rate, Tracked};
use crate::error::{Error, Kind, Result};
use crate::store::Durability;
use crate::store::document::{self, Opened, Stored};

use super::State;
use crate::ops::killswitch::activate::{self, activate};

/// The folder of what is counted.
pub const COLLECTION: &str = "throttles";

/// The name under which the halt is recorded.
pub const RULE: &str = "ORDER_THROTTLE";

/// A strategy that was halted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tripped {
    /// The strategy.
    pub strategy: String,
    /// The halt.
    pub halt: String,
    /// So many orders.
    pub orders: u32,
    /// Within so long, as in `10s`.
    pub within: String,
}

/// Counts an order of a strategy, and halts the strategy when that makes too many. One that is not new only makes up for what
/// failed before: it was not counted, or the halt that was due could not be carried out.
pub fn count(
    state: &State<'_>,
    strategy: &str,
    order: &Tracked,
    is_new: bool,
    rate: Rate,
) -> Result<Option<Tripped>> {
    let key = Key::entry(COLLECTION, &folded(strategy))
        .map_err(|why| Error::new(Kind::Usage, why).hint("nija orders track --help"))?;
    if !is_new && !is_owed(state, &key, order, rate) {
        return Ok(None);
    }
    let mut opened = document::open::<Recent>(&*state.backend, &key, state.wait)?;
    let mut recent = match std::mem::replace(&mut opened.stored, Stored::Missing) {
        Stored::Present(recent) => recent,
        Stored::Missing => Recent::new(strategy, state.now()),
        Stored::Unreadable(why) => {
            opened.stored = Stored::Unreadable(why);
            opened.set_aside(state.now())?;
            Recent::new(strategy, state.now())
        }
    };
    let due = recent.count(&order.id, order.tracked_at, rate, state.now());
    // A power cut may forget the last orders: by then nothing is being sent either.
    opened.commit(&mut recent, state.now(), Durability::Relaxed)?;
    if due { trip(state, &mut opened, &mut recent, rate).map(Some) } else { Ok(None) }
}

fn is_owed(state: &State<'_>, key: &Key, order: &Tracked, rate: Rate) -> bool {
    let (at, now) = (order.tracked_at, state.now());
    match document::read::<Recent>(&*state.backend, key) {
        Ok(Stored::Present(recent)) => recent.is_due(rate) || recent.lacks(&order.id, at, rate, now),
        Ok(Stored::Missing) => Recent::new("", now).lacks(&order.id, at, rate, now),
        Ok(Stored::Unreadable(_)) | Err(_) => true,
    }
}

fn trip(
    state: &State<'_>,
    opened: &mut Opened<'_, Recent>,
    recent: &mut Recent,
    rate: Rate,
) -> Result<Tripped> {
    let strategy = recent.strategy.clone();
    let request = activate::Request {
        reason: format!("{RULE}: {} orders of strategy {strategy} within {}", rate.orders, within(rate)),
        mode: Mode::Halted,
        scope: Scope::Strategy(folded(&strategy)),
        source: Source::AutoMonitoring,
        rule: Some(RULE.to_owned()),
        also: Vec::new(),
    };
    let done = activate(state.context, &request, &mut |_| {})?;
    let halt = match done.change {
        Some(Change::Added(halt) | Change::Repeated(halt)) => halt.id,
        Some(Change::Known) | None => done.activation.id,
    };
    recent.trip(&halt, state.now());
    // Should this fail, the next order halts the strategy once more, which is counted on the same halt.
    let _ = opened.commit(recent, state.now(), Durability::Relaxed);
    Ok(Tripped { strategy, halt, orders: rate.orders, within: within(rate) })
}

fn within(rate: Rate) -> String {
    humantime::format_duration(rate.within.to_std().unwrap_or_default()).to_string()
}
