//! What the order rules share: how long something has lasted, and orders that cannot be judged.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::facts::{Collection, Facts, Input};
use super::outcome::{Finding, Outcome, Pull};
use super::rule::Severity;
use crate::domain::halt::Scope;
use crate::domain::pending::Glance;

/// A clock that was stepped back by less than this is no news: what lies ahead of it began just now.
const STEP_MAX: TimeDelta = TimeDelta::seconds(5);

/// Orders that have lasted too long and are named, so that with the groups of the rest there are never more findings than
/// become alerts of their own.
const LATE_MAX: usize = 80;

/// Groups of the rest, by what they would stop.
const GROUPS_MAX: usize = 16;

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
fn subject(id: &str) -> String {
    format!("order:{id}")
}

/// An order that has lasted too long.
pub struct Late<'a> {
    /// Its id.
    pub id: &'a str,
    /// The order.
    pub order: &'a Glance,
    /// Since when.
    pub since: DateTime<Utc>,
    /// For how long.
    pub age: TimeDelta,
    /// The limit it was held against.
    pub limit: TimeDelta,
    /// How bad that is.
    pub severity: Severity,
    /// What it is for so long.
    pub what: &'static str,
}

/// Reports orders that have lasted too long, the oldest first. Beyond [`LATE_MAX`] the rest is counted in one finding for each
/// thing it would stop, so that a hundred thousand are told as fast as a hundred, and none fails to pull what it should.
pub fn report(mut late: Vec<Late<'_>>, pull: impl Fn(&Late<'_>) -> Option<Pull>, outcome: &mut Outcome) {
    late.sort_unstable_by_key(|late| (late.since, late.id));
    let (named, rest) = late.split_at(late.len().min(LATE_MAX));
    outcome.findings.extend(named.iter().map(|late| finding(late).pulls(pull(late))));
    let mut groups: BTreeMap<Option<String>, (usize, &Late<'_>, Option<Pull>)> = BTreeMap::new();
    for late in rest {
        let mut pull = pull(late);
        let mut name = pull.as_ref().map(|pull| pull.scope.to_string());
        if groups.len() >= GROUPS_MAX && !groups.contains_key(&name) {
            // With so many platforms in trouble at once it is everything.
            pull = pull.map(|pull| Pull { scope: Scope::All, ..pull });
            name = pull.as_ref().map(|pull| pull.scope.to_string());
        }
        let (count, worst, _) = groups.entry(name).or_insert((0, late, pull));
        *count += 1;
        if late.severity > worst.severity {
            *worst = late;
        }
    }
    for (scope, (count, worst, pull)) in groups {
        let example = finding(worst);
        let message = format!("{count} more orders, as {}", example.message);
        let subject = scope.map_or_else(|| "more".to_owned(), |scope| format!("more:{scope}"));
        let more = Finding::new(subject, worst.severity, message).pulls(pull);
        outcome.findings.push(more.judged(count.into(), LATE_MAX.into()).remedy("nija orders list"));
    }
}

fn finding(late: &Late<'_>) -> Finding {
    let Late { id, order, age, limit, severity, what, .. } = late;
    let at = order.platform.as_deref().map(|platform| format!(" at {platform}")).unwrap_or_default();
    let (state, symbol) = (order.state, &order.symbol);
    let (age_words, limit_words) = (words(*age), words(*limit));
    let message =
        format!("order {id} ({symbol}{at}, {state}) is {what} for {age_words}, limit {limit_words}");
    let mut finding = Finding::new(subject(id), *severity, message)
        .judged(seconds(*age), seconds(*limit))
        .label("order", *id)
        .label("symbol", symbol)
        .label("state", state.word());
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
