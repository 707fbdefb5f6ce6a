//! Saying how an order stands, and how it ended.

use rust_decimal::Decimal;

use crate::domain::pending::{State as Standing, Told, Tracked};
use crate::error::{Error, Result};
use crate::ops::slippage::record::Recorded;
use crate::store::Durability;

use super::{Notice, State, about, fill, open_known, usage};

/// What became of a change.
#[derive(Debug)]
pub struct Changed {
    /// The order as it stands.
    pub order: Tracked,
    /// Whether this changed it.
    pub changed: bool,
}

/// What became of a completion.
#[derive(Debug)]
pub struct Completed {
    /// The order as it stands.
    pub order: Tracked,
    /// Whether this changed it.
    pub changed: bool,
    /// Its fill, if this recorded it as slippage.
    pub fill: Option<Recorded>,
    /// Why something was filled, and no slippage can be counted, if so.
    pub no_slippage: Option<&'static str>,
    /// What else is worth knowing.
    pub notices: Vec<Notice>,
}

/// Says how an order stands. What is known already changes nothing.
pub fn update(
    state: &State<'_>,
    id: &str,
    standing: Standing,
    filled_qty: Option<Decimal>,
) -> Result<Changed> {
    let (opened, order) = open_known(state, id)?;
    let now = state.now();
    let next = order.update(standing, filled_qty, now).map_err(|why| refused(id, &why))?;
    match opened.zip(next) {
        None => Ok(Changed { order, changed: false }),
        Some((mut opened, mut order)) => {
            opened.commit(&mut order, now, Durability::Strict)?;
            Ok(Changed { order, changed: true })
        }
    }
}

fn refused(id: &str, why: &str) -> Error {
    usage(format!("order '{id}' stays as it is: {why}"), about("show", id))
}

/// Says how an order ended, and records its fill as slippage. Said again, it makes up for what a crash kept from being done.
pub fn complete(state: &State<'_>, id: &str, told: &Told) -> Result<Completed> {
    let (opened, order) = open_known(state, id)?;
    let next = order.complete(told, state.now()).map_err(|why| refused(id, &why))?;
    let changed = next.is_some();
    let mut done = Completed {
        order: next.unwrap_or(order),
        changed,
        fill: None,
        no_slippage: None,
        notices: Vec::new(),
    };
    let Some(mut opened) = opened else { return Ok(done) };
    if changed {
        match fill::of(state, &done.order).map_err(|error| refused(id, &error.message))? {
            fill::Slippage::Known(outbox) => done.order.fill_outbox = Some(*outbox),
            fill::Slippage::None => {}
            fill::Slippage::Missing(why) => done.no_slippage = Some(why),
        }
        opened.commit(&mut done.order, state.now(), Durability::Strict)?;
    }
    match fill::deliver(state, &mut opened, &mut done.order) {
        Ok(recorded) => done.fill = recorded,
        Err(error) => done.notices.push(fill::owed(id, &error)),
    }
    Ok(done)
}
