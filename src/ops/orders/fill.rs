//! The fill of a completed order on its way into the slippage log: exactly once, whatever dies in between.

use chrono::SecondsFormat;

use crate::domain::pending::{FillOutbox, Outcome, Tracked};
use crate::domain::slippage::Facts;
use crate::error::{Error, Result};
use crate::ops::slippage;
use crate::ops::slippage::record::{Recorded, fill_with};
use crate::store::Durability;
use crate::store::document::Opened;

use super::{Notice, State, about};

/// Whether slippage can be counted for a completed order.
pub enum Slippage {
    /// This is its fill.
    Known(Box<FillOutbox>),
    /// Nothing was filled.
    None,
    /// Something was filled, and this is missing.
    Missing(&'static str),
}

/// The fill of an order that is completed, and where the slippage log ends before it.
pub fn of(state: &State<'_>, order: &Tracked) -> Result<Slippage> {
    let Some(completion) = &order.completion else { return Ok(Slippage::None) };
    let Some(actual) = completion.fill_price else {
        let filled = completion.outcome == Outcome::Filled;
        return Ok(if filled { Slippage::Missing("no fill price was given") } else { Slippage::None });
    };
    let Some(expected) = order.terms.price else {
        return Ok(Slippage::Missing("the order was tracked without an expected price"));
    };
    let Some(side) = order.terms.side else {
        return Ok(Slippage::Missing("the order was tracked without its side"));
    };
    let latency = completion.filled_at.map(|at| at.signed_duration_since(order.submitted_at));
    let facts = Facts {
        at: completion.filled_at.unwrap_or(completion.at),
        ticker: order.terms.symbol.clone(),
        side,
        expected,
        actual,
        qty: order.filled_qty.filter(|qty| !qty.is_zero()),
        fee: completion.fee,
        // A fill before its submission shows two clocks, not a time.
        latency_ms: latency.and_then(|latency| u32::try_from(latency.num_milliseconds()).ok()),
        broker: order.terms.platform.clone(),
        order_type: None,
        order_id: Some(order.id.clone()),
        source: "orders".to_owned(),
    };
    // The order's name may be used again once it is forgotten; the instant of its tracking tells them apart.
    let id = format!("{}@{}", order.id, order.tracked_at.to_rfc3339_opts(SecondsFormat::Micros, true));
    let fill = fill_with(state, id, facts)?;
    let after = slippage::position(state, fill.at)?;
    Ok(Slippage::Known(Box::new(FillOutbox { fill, after })))
}

/// Puts the fill that an order carries into the slippage log, unless it is there, and takes it off the order.
pub fn deliver(
    state: &State<'_>,
    opened: &mut Opened<'_, Tracked>,
    order: &mut Tracked,
) -> Result<Option<Recorded>> {
    let Some(FillOutbox { fill, after }) = &order.fill_outbox else { return Ok(None) };
    let recorded = slippage::record_since(state, fill, *after)?;
    order.fill_outbox = None;
    // Should a power cut bring it back, it is looked for in the log once more.
    opened.commit(order, state.now(), Durability::Relaxed)?;
    Ok(Some(recorded))
}

/// A fill that could not be recorded yet.
pub fn owed(id: &str, error: &Error) -> Notice {
    let message = format!(
        "the fill of order '{id}' is kept with it and is not in the slippage log yet: {}; the next look at the orders \
         records it",
        error.message
    );
    Notice::new("FILL_NOT_RECORDED", message, about("complete", id))
}
