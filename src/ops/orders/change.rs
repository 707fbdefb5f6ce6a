//! Saying how an order stands, and how it ended.

use rust_decimal::Decimal;

use crate::domain::pending::{State as Standing, Told, Tracked};
use crate::error::Result;
use crate::store::Durability;

use super::{State, about, open_known, usage};

/// What became of a change.
#[derive(Debug)]
pub struct Changed {
    /// The order as it stands.
    pub order: Tracked,
    /// Whether this changed it.
    pub changed: bool,
}

/// Says how an order stands. What is known already changes nothing.
pub fn update(
    state: &State<'_>,
    id: &str,
    standing: Standing,
    filled_qty: Option<Decimal>,
) -> Result<Changed> {
    let (mut opened, order) = open_known(state, id)?;
    let now = state.now();
    match order.update(standing, filled_qty, now).map_err(|why| refused(id, &why))? {
        None => Ok(Changed { order, changed: false }),
        Some(mut order) => {
            opened.commit(&mut order, now, Durability::Strict)?;
            Ok(Changed { order, changed: true })
        }
    }
}

fn refused(id: &str, why: &str) -> crate::error::Error {
    usage(format!("order '{id}' stays as it is: {why}"), about("show", id))
}

/// Says how an order ended.
pub fn complete(state: &State<'_>, id: &str, told: &Told) -> Result<Changed> {
    let (mut opened, order) = open_known(state, id)?;
    let now = state.now();
    match order.complete(told, now).map_err(|why| refused(id, &why))? {
        None => Ok(Changed { order, changed: false }),
        Some(mut order) => {
            opened.commit(&mut order, now, Durability::Strict)?;
            Ok(Changed { order, changed: true })
        }
    }
}
