//! Showing orders: all of them, some of them, or one.

use chrono::TimeDelta;

use crate::domain::halt::folded;
use crate::domain::pending::{State as Standing, Tracked};
use crate::domain::ticker;
use crate::error::Result;
use crate::store::document::{self, Stored};

use super::{COLLECTION, Notice, State, history, key, unknown};

/// Which orders to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those in this state.
    pub state: Option<Standing>,
    /// Those as well that are through and still kept.
    pub all: bool,
    /// Only those of this instrument.
    pub symbol: Option<String>,
    /// Only those on this platform.
    pub platform: Option<String>,
    /// Only those of this strategy.
    pub strategy: Option<String>,
    /// Only those on this account.
    pub account: Option<String>,
    /// Only those of this owner.
    pub owner: Option<String>,
    /// Only those that are out for longer.
    pub older_than: Option<TimeDelta>,
}

impl Filter {
    fn takes(&self, state: &State<'_>, order: &Tracked) -> bool {
        let tickers = &state.context.config.policies.tickers;
        let names = [
            (&self.platform, &order.terms.platform),
            (&self.strategy, &order.terms.strategy),
            (&self.account, &order.terms.account),
            (&self.owner, &order.terms.owner),
        ];
        let age = state.now().signed_duration_since(order.out_since());
        self.takes_state(order.state)
            && self.symbol.as_ref().is_none_or(|symbol| same(tickers, symbol, &order.terms.symbol))
            && names.iter().all(|(wanted, own)| {
                wanted
                    .as_ref()
                    .is_none_or(|wanted| own.as_ref().is_some_and(|own| folded(own) == folded(wanted)))
            })
            && self.older_than.is_none_or(|limit| age > limit)
    }

    fn takes_state(&self, state: Standing) -> bool {
        match self.state {
            Some(wanted) => wanted == state,
            None => self.all || state != Standing::Completed,
        }
    }
}

fn same(tickers: &ticker::Policy, one: &str, other: &str) -> bool {
    matches!((tickers.canonical(one), tickers.canonical(other)), (Ok(one), Ok(other)) if one == other)
}

/// The orders that pass, the oldest first, and what could not be read.
pub fn list(state: &State<'_>, filter: &Filter) -> Result<(Vec<Tracked>, Vec<Notice>)> {
    let (mut orders, mut notices) = (Vec::new(), Vec::new());
    for (name, stored) in document::gather::<Tracked>(&*state.backend, COLLECTION)? {
        match stored {
            Ok(Stored::Present(order)) if filter.takes(state, &order) => orders.push(order),
            Ok(Stored::Present(_) | Stored::Missing) => {}
            Ok(Stored::Unreadable(why)) => notices.push(unreadable(&name, &why.to_string())),
            Err(error) => notices.push(unreadable(&name, &error.message)),
        }
    }
    orders.sort_by(|a, b| (a.out_since(), &a.id).cmp(&(b.out_since(), &b.id)));
    notices.sort_by(|a, b| a.message.cmp(&b.message));
    Ok((orders, notices))
}

fn unreadable(name: &str, why: &str) -> Notice {
    Notice::new("ORDER_UNREADABLE", format!("order '{name}' cannot be read: {why}"), "nija doctor")
}

/// One order, from the log of completed orders as well.
pub fn show(state: &State<'_>, id: &str) -> Result<Tracked> {
    let key = key(id)?;
    match document::read::<Tracked>(&*state.backend, &key)? {
        Stored::Present(order) => Ok(order),
        Stored::Missing => history::find(state, id)?.ok_or_else(|| unknown(id)),
        Stored::Unreadable(why) => Err(document::unreadable(&*state.backend, &key, &why)),
    }
}
