//! What a look at all orders does beside judging them: deliver fills that are owed, and move old orders to their log.

use crate::domain::alert::{Facts, Input};
use crate::domain::pending::{Glance, Tracked};
use crate::error::Result;
use crate::store::document::{self, Stored};

use super::{Notice, State, fill, history, key};

/// Most fills that are delivered in one look.
const FILLS_MAX: usize = 1000;

/// Completes what was interrupted and tidies up. What fails is told, and tried again by the next look.
pub fn tend(state: &State<'_>, facts: &Facts) -> Vec<Notice> {
    let Input::Known(orders) = &facts.orders else { return Vec::new() };
    let mut notices = Vec::new();
    let known = || orders.iter().filter_map(|(id, order)| Some((id, order.as_ref().ok()?)));
    for (id, _) in known().filter(|(_, order)| order.owes_fill).take(FILLS_MAX) {
        match deliver(state, id) {
            Ok(more) => notices.extend(more),
            Err(error) => notices.push(fill::owed(id, &error)),
        }
    }
    let keep = facts.policies.orders.keep_completed;
    let due = |order: &Glance| {
        let kept = order.completed_at.map(|at| facts.now.signed_duration_since(at));
        !order.owes_fill && kept.is_some_and(|kept| kept >= keep)
    };
    let ids: Vec<String> = known().filter(|(_, order)| due(order)).map(|(id, _)| id.clone()).collect();
    if let Err(error) = history::move_there(state, &ids) {
        notices.push(Notice::of("ORDERS_NOT_ARCHIVED", "completed orders stay where they are", &error));
    }
    notices
}

fn deliver(state: &State<'_>, id: &str) -> Result<Vec<Notice>> {
    let mut opened = document::open::<Tracked>(&*state.backend, &key(id)?, state.wait)?;
    match std::mem::replace(&mut opened.stored, Stored::Missing) {
        Stored::Present(mut order) => {
            let recorded = fill::deliver(state, &mut opened, &mut order)?;
            Ok(recorded.map(|recorded| recorded.notices).unwrap_or_default())
        }
        Stored::Missing | Stored::Unreadable(_) => Ok(Vec::new()),
    }
}
