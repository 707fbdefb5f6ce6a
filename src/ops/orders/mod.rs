//! Orders that are out: tracking them, saying how they stand and how they ended, listing, importing and tidying up.

use crate::domain::key::Key;
use crate::domain::pending::{Tracked, terms};
use crate::error::{Error, Kind, Result};
use crate::store::document::{self, Opened, Stored};

use super::{Notice, State};

pub mod change;
pub mod fill;
pub mod history;
pub mod import;
pub mod list;
pub mod rows;
pub mod tend;
pub mod throttle;
pub mod track;

pub use change::{complete, update};
pub use import::{Imported, import};
pub use list::{Filter, list, show};
pub use tend::tend;
pub use track::{Request, Tracking, track};

/// The folder of orders.
pub const COLLECTION: &str = "orders";

/// The key of an order.
pub fn key(id: &str) -> Result<Key> {
    terms::name("the id of an order", id)
        .and_then(|()| Key::entry(COLLECTION, id))
        .map_err(|why| usage(why, "nija orders track A-1 --symbol BTC-USD"))
}

fn usage(why: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::new(Kind::Usage, why).hint(hint)
}

/// A command about one order.
fn about(verb: &str, id: &str) -> String {
    format!("nija orders {verb} '{id}'")
}

/// An order under its lock, which has to exist; without a lock when it is in the log of completed orders.
fn open_known<'a>(state: &'a State<'_>, id: &str) -> Result<(Option<Opened<'a, Tracked>>, Tracked)> {
    let key = key(id)?;
    let mut opened = document::open::<Tracked>(&*state.backend, &key, state.wait)?;
    match std::mem::replace(&mut opened.stored, Stored::Missing) {
        Stored::Present(order) => Ok((Some(opened), order)),
        Stored::Missing => {
            // Only who is late, or asks for what never was, waits for a look through the log.
            let archived = history::find(state, id)?;
            archived.map(|order| (None, order)).ok_or_else(|| unknown(id))
        }
        Stored::Unreadable(why) => Err(document::unreadable(&*state.backend, &key, &why)),
    }
}

fn unknown(id: &str) -> Error {
    Error::new(Kind::NotFound, format!("no order '{id}' is tracked")).hint("nija orders list")
}
