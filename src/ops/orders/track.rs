//! Tracking an order: the first time it is written down, and every further time it is compared.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::domain::pending::{State as Standing, Terms, Tracked, terms};
use crate::error::{Error, Result};
use crate::store::Durability;
use crate::store::document::{self, Opened, Stored};

use super::throttle::{self, Tripped};
use super::{Notice, State, about, key, usage};

/// What somebody says about an order that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its name.
    pub id: String,
    /// What is said of it.
    pub terms: Terms,
    /// When it was sent, if that is said; else now.
    pub submitted_at: Option<DateTime<Utc>>,
}

/// What became of tracking an order.
#[derive(Debug)]
pub struct Tracking {
    /// The order as it stands.
    pub order: Tracked,
    /// Whether nobody had heard of it before.
    pub changed: bool,
    /// Whether it was known and stands otherwise now.
    pub updated: bool,
    /// The halt of its strategy, when there were too many.
    pub tripped: Option<Tripped>,
    /// What else is worth knowing.
    pub notices: Vec<Notice>,
}

/// How an order is written down.
pub(super) struct Way {
    /// How much it has to survive.
    pub durability: Durability,
    /// Whether it counts as an order that its strategy sends.
    pub counts: bool,
    /// How it stands, and how much of it is filled.
    pub standing: Option<(Standing, Option<Decimal>)>,
}

/// Tracks an order. What is tracked already stays as it is; other facts are an error that names each difference.
///
/// An order that makes too many of its strategy halts that, and is tracked all the same. `Err` that says so means that the order
/// is tracked and the halt is missing.
pub fn track(state: &State<'_>, request: &Request) -> Result<Tracking> {
    place(state, request, &Way { durability: Durability::Strict, counts: true, standing: None })
}

/// The same, in another way.
pub(super) fn place(state: &State<'_>, request: &Request, way: &Way) -> Result<Tracking> {
    check(state, request)?;
    let mut opened = document::open::<Tracked>(&*state.backend, &key(&request.id)?, state.wait)?;
    let mut notices = Vec::new();
    let known = known(state, &mut opened, request, &mut notices)?;
    let changed = known.is_none();
    let mut order = known.unwrap_or_else(|| first(state, request, &mut notices));
    let standing = way.standing.map(|(standing, filled)| order.update(standing, filled, state.now()));
    let next =
        standing.transpose().map_err(|why| usage(format!("order '{}': {why}", order.id), ""))?.flatten();
    let updated = next.is_some();
    order = next.unwrap_or(order);
    // Counted before it is written down, under its id: killed in between, the next try counts it once.
    let tripped = if way.counts { throttled(state, &order, changed) } else { Ok(None) };
    if changed || updated {
        opened.commit(&mut order, state.now(), way.durability)?;
    }
    match tripped {
        Ok(tripped) => Ok(Tracking { order, changed, updated: updated && !changed, tripped, notices }),
        Err(error) => {
            let message =
                format!("order '{}' is tracked, but its strategy is NOT HALTED: {}", order.id, error.message);
            Err(Error { message, ..error })
        }
    }
}

fn throttled(state: &State<'_>, order: &Tracked, is_new: bool) -> Result<Option<Tripped>> {
    let Some(strategy) = order.terms.strategy.as_deref() else { return Ok(None) };
    match state.context.config.policies.orders.throttle(strategy) {
        Some(rate) => throttle::count(state, strategy, order, is_new, rate),
        None => Ok(None),
    }
}

fn check(state: &State<'_>, request: &Request) -> Result<()> {
    let fault = request.terms.fault(&state.context.config.policies.tickers).map_or(Ok(()), Err);
    let time =
        request.submitted_at.map_or(Ok(()), |at| terms::plausible("the time of submission", at, state.now()));
    fault.and(time).map_err(|why| usage(format!("order '{}': {why}", request.id), "nija orders track --help"))
}

/// The order as it is tracked already, if so.
fn known(
    state: &State<'_>,
    opened: &mut Opened<'_, Tracked>,
    request: &Request,
    notices: &mut Vec<Notice>,
) -> Result<Option<Tracked>> {
    match std::mem::replace(&mut opened.stored, Stored::Missing) {
        Stored::Missing => Ok(None),
        Stored::Present(order) => {
            let differences = differences(state, &order, request);
            if differences.is_empty() {
                return Ok(Some(order));
            }
            let message =
                format!("order '{}' is tracked with other facts: {}", order.id, differences.join("; "));
            Err(usage(message, about("show", &order.id)))
        }
        Stored::Unreadable(why) => {
            let said = why.to_string();
            opened.stored = Stored::Unreadable(why);
            let kept = opened.set_aside(state.now())?;
            let message =
                format!("order '{}' could not be read ({said}); its bytes are kept as {kept}", request.id);
            notices.push(Notice::new("ORDER_SET_ASIDE", message, "nija doctor"));
            Ok(None)
        }
    }
}

fn differences(state: &State<'_>, order: &Tracked, request: &Request) -> Vec<String> {
    let mut found = order.terms.differences(&request.terms, &state.context.config.policies.tickers);
    // Not said is not said otherwise: a retry comes later than the first try.
    if let Some(at) = request.submitted_at.filter(|at| *at != order.submitted_at) {
        let (before, now) = (terms::instant(order.submitted_at), terms::instant(at));
        found.push(format!("the time of submission was {before}, now {now}"));
    }
    found
}

fn first(state: &State<'_>, request: &Request, notices: &mut Vec<Notice>) -> Tracked {
    let now = state.now();
    let order = Tracked::new(&request.id, request.terms.clone(), request.submitted_at, now);
    if order.submitted_at > now {
        let message = format!(
            "order '{}' was sent at {}, and it is {}: its age counts from now on",
            order.id,
            terms::instant(order.submitted_at),
            terms::instant(now)
        );
        notices.push(Notice::new("SUBMITTED_AHEAD", message, "timedatectl status"));
    }
    order
}
