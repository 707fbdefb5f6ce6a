//! Tracking an order: the first time it is written down, and every further time it is compared.

use chrono::{DateTime, Utc};

use crate::domain::pending::{Rate, Terms, Tracked, terms};
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
    /// The halt of its strategy, when there were too many.
    pub tripped: Option<Tripped>,
    /// What else is worth knowing.
    pub notices: Vec<Notice>,
}

/// Tracks an order. What is tracked already stays as it is; other facts are an error that names each difference.
///
/// An order that makes too many of its strategy halts that, and is tracked all the same. `Err` that says so means that the order
/// is tracked and the halt is missing.
pub fn track(state: &State<'_>, request: &Request) -> Result<Tracking> {
    check(state, request)?;
    let mut opened = document::open::<Tracked>(&*state.backend, &key(&request.id)?, state.wait)?;
    let mut notices = Vec::new();
    let known = known(state, &mut opened, request, &mut notices)?;
    let rate = request.terms.strategy.as_deref().and_then(|strategy| {
        let rate = state.context.config.policies.orders.throttle(strategy)?;
        Some((strategy, rate))
    });
    let count = |(strategy, rate): (&str, Rate)| {
        throttle::count(state, strategy, known.is_none().then_some(&request.id), rate)
    };
    // Counted before it is written down, under its id: killed in between, the next try counts it once.
    let tripped = rate.map(count).transpose();
    let changed = known.is_none();
    let order = match known {
        Some(order) => order,
        None => first(state, &mut opened, request, &mut notices)?,
    };
    match tripped {
        Ok(tripped) => Ok(Tracking { order, changed, tripped: tripped.flatten(), notices }),
        Err(error) => {
            let message =
                format!("order '{}' is tracked, but its strategy is NOT HALTED: {}", order.id, error.message);
            Err(Error { message, ..error })
        }
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
        found.push(format!("the time of submission was {}, now {at}", order.submitted_at));
    }
    found
}

fn first(
    state: &State<'_>,
    opened: &mut Opened<'_, Tracked>,
    request: &Request,
    notices: &mut Vec<Notice>,
) -> Result<Tracked> {
    let now = state.now();
    let mut order = Tracked::new(&request.id, request.terms.clone(), request.submitted_at, now);
    if order.submitted_at > now {
        let message = format!(
            "order '{}' was sent at {}, and it is {now}: its age counts from now on",
            order.id, order.submitted_at
        );
        notices.push(Notice::new("SUBMITTED_AHEAD", message, "timedatectl status"));
    }
    opened.commit(&mut order, now, Durability::Strict)?;
    Ok(order)
}
