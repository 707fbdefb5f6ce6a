//! What the order rules share: how long something has lasted, and orders that cannot be judged.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::facts::{Collection, Facts, Input};
use super::outcome::{Finding, Outcome};
use super::rule::Severity;
use crate::domain::pending::Glance;

/// A clock that was stepped back by less than this is no news: what lies ahead of it began just now.
const STEP_MAX: TimeDelta = TimeDelta::seconds(5);

/// Orders in doubt that are named; more of them are one doubt about all.
const NAMED_MAX: usize = 20;

/// The orders to judge, or what the rule answers without any.
pub fn orders(facts: &Facts) -> Result<&Collection<Glance>, Outcome> {
    match &facts.orders {
        Input::Known(orders) => Ok(orders),
        Input::Unreadable(why) => Err(Outcome::unknown(why.clone(), "nija doctor")),
        Input::NotRead | Input::Missing => Err(Outcome::idle("the orders were not read")),
    }
}

/// How long something has lasted; `None` when it begins in the future, so that the clock was stepped back since.
pub fn age(since: DateTime<Utc>, now: DateTime<Utc>) -> Option<TimeDelta> {
    let age = now.signed_duration_since(since);
    (age >= -STEP_MAX).then(|| age.max(TimeDelta::zero()))
}

/// Why an order has no age.
pub fn ahead(since: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let ahead = words(since.signed_duration_since(now));
    format!(
        "it begins {ahead} ahead of this clock, which must have been stepped back: its age cannot be told"
    )
}

/// Orders that cannot be judged.
#[derive(Default)]
pub struct Doubts<'a>(Vec<(&'a str, String)>);

impl<'a> Doubts<'a> {
    /// Adds one.
    pub fn push(&mut self, id: &'a str, why: String) {
        self.0.push((id, why));
    }

    /// Names them, or says how many there are.
    pub fn tell(self, outcome: &mut Outcome) {
        if self.0.len() > NAMED_MAX {
            let (id, why) = self.0.first().cloned().unwrap_or_default();
            let why = format!("{} orders cannot be judged, as order {id}: {why}", self.0.len());
            outcome.doubt(None, why, "nija doctor");
            return;
        }
        for (id, why) in self.0 {
            outcome.doubt(
                Some(subject(id)),
                format!("order {id}: {why}"),
                format!("nija orders show '{id}'"),
            );
        }
    }
}

/// What a finding about an order is about.
pub fn subject(id: &str) -> String {
    format!("order:{id}")
}

/// A finding about an order that has lasted too long.
pub fn finding(id: &str, order: &Glance, severity: Severity, age: TimeDelta, limit: TimeDelta) -> Finding {
    let at = order.platform.as_deref().map(|platform| format!(" at {platform}")).unwrap_or_default();
    let message = format!(
        "order {id} ({}{at}) is {} for {}, limit {}",
        order.symbol,
        order.state,
        words(age),
        words(limit)
    );
    let mut finding = Finding::new(subject(id), severity, message)
        .judged(seconds(age), seconds(limit))
        .label("order", id)
        .label("symbol", &order.symbol)
        .label("state", order.state.word());
    for (name, value) in [("platform", &order.platform), ("strategy", &order.strategy)] {
        if let Some(value) = value {
            finding = finding.label(name, value);
        }
    }
    finding.remedy(format!("nija orders show '{id}'"))
}

/// A time in seconds, with its milliseconds.
pub fn seconds(time: TimeDelta) -> Decimal {
    Decimal::new(time.num_milliseconds(), 3).normalize()
}

fn words(time: TimeDelta) -> String {
    let whole = time.to_std().map(|time| std::time::Duration::from_secs(time.as_secs())).unwrap_or_default();
    humantime::format_duration(whole).to_string()
}
