//! The orders that are out, at a glance.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::domain::alert::{Collection, Input};
use crate::domain::pending::{Glance, Policy, State};

/// Orders that are named; the rest is counted.
const NAMED_MAX: usize = 20;

/// The orders that are out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Orders {
    /// Orders that are out, whatever their state.
    pub pending: usize,
    /// How many of them by state.
    pub by_state: BTreeMap<&'static str, usize>,
    /// How many of them are out for too long.
    pub stuck: usize,
    /// How many of them by platform; those that do not say are under the empty name.
    pub by_platform: BTreeMap<String, Count>,
    /// The oldest of them, the oldest first.
    pub oldest: Vec<Pending>,
    /// Documents that cannot be read.
    pub unreadable: usize,
}

/// Orders of one platform.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Orders that are out.
    pub pending: usize,
    /// How many of them are out for too long.
    pub stuck: usize,
}

/// One order that is out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pending {
    /// Its id.
    pub id: String,
    /// The instrument.
    pub symbol: String,
    /// Where it went.
    pub platform: Option<String>,
    /// How it stands.
    pub state: State,
    /// Since when it is out.
    pub out_since: DateTime<Utc>,
    /// How long that is, in seconds; negative when it lies ahead.
    pub age_seconds: i64,
}

/// How they stand; `None` where no order is tracked, or that cannot be told.
pub fn orders(input: &Input<Collection<Glance>>, policy: &Policy, now: DateTime<Utc>) -> Option<Orders> {
    let Input::Known(all) = input else { return None };
    let mut orders = Orders {
        pending: 0,
        by_state: BTreeMap::new(),
        by_platform: BTreeMap::new(),
        stuck: 0,
        oldest: Vec::new(),
        unreadable: all.values().filter(|entry| entry.is_err()).count(),
    };
    let known = all.iter().filter_map(|(id, entry)| Some((id, entry.as_ref().ok()?)));
    let mut out: Vec<(&String, &Glance)> =
        known.filter(|(_, order)| order.state != State::Completed).collect();
    orders.pending = out.len();
    for (_, order) in &out {
        *orders.by_state.entry(order.state.word()).or_default() += 1;
        let limit = policy.stuck_after(order.platform.as_deref());
        let is_stuck = now.signed_duration_since(order.out_since) > limit;
        let count = orders.by_platform.entry(order.platform.clone().unwrap_or_default()).or_default();
        count.pending += 1;
        count.stuck += usize::from(is_stuck);
        orders.stuck += usize::from(is_stuck);
    }
    out.sort_by_key(|(id, order)| (order.out_since, *id));
    orders.oldest = out.into_iter().take(NAMED_MAX).map(|(id, order)| pending(id, order, now)).collect();
    (!all.is_empty()).then_some(orders)
}

fn pending(id: &str, order: &Glance, now: DateTime<Utc>) -> Pending {
    Pending {
        id: id.to_owned(),
        symbol: order.symbol.clone(),
        platform: order.platform.clone(),
        state: order.state,
        out_since: order.out_since,
        age_seconds: now.signed_duration_since(order.out_since).num_seconds(),
    }
}
