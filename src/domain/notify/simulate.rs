//! What would be told of an alert that fires, and that nobody acknowledges for so long: decided as it would be in earnest.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::channel::Takes;
use super::decide::Say;
use super::message::Reason;
use super::plan::View;
use super::policy::Policy;
use super::recall::Recall;
use super::telling::Ack;
use crate::domain::alert::{Alert, Finding, Rule, Severity};
use crate::domain::halt::Actor;

/// Messages that are worked out at most.
const MESSAGES_MAX: usize = 24;

/// So long is worked out at most.
const HORIZON: TimeDelta = TimeDelta::hours(24);

/// An alert to be imagined.
#[derive(Clone, Copy)]
pub struct Imagined<'a> {
    /// The rule that fires.
    pub rule: &'a Rule,
    /// How bad it is.
    pub severity: Severity,
    /// When it begins to fire.
    pub at: DateTime<Utc>,
    /// How long after that somebody acknowledges it, if anybody does.
    pub ack_after: Option<TimeDelta>,
}

/// Something that would happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// When.
    pub at: DateTime<Utc>,
    /// How long after the alert began to fire, in seconds.
    pub after_seconds: i64,
    /// Why people are told; `null` when somebody acknowledges it.
    pub reason: Option<Reason>,
    /// The step of the escalation, from 1.
    pub step: Option<usize>,
    /// The round, from 1.
    pub round: Option<u32>,
    /// Who is told.
    pub channels: Vec<Told>,
}

/// Somebody who is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The channel.
    pub channel: String,
    /// Until when it is left in peace, and the message waits.
    pub quiet_until: Option<DateTime<Utc>>,
}

/// What would happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Simulation {
    /// The escalation that matches; `null` when every channel that it is for is told at once.
    pub escalation: Option<String>,
    /// What happens, in order.
    pub moments: Vec<Moment>,
    /// Whether it goes on like that.
    pub goes_on: bool,
}

/// Works out what would happen.
pub fn simulate(policy: &Policy, imagined: &Imagined<'_>) -> Simulation {
    let finding = Finding::new("simulation", imagined.severity, "what would be told");
    let seen = Alert::seen(None, imagined.rule, &finding, policy.resolve_wait, imagined.at);
    let escalation = policy.escalations.iter().find(|one| one.is_for(imagined.rule.id, imagined.severity));
    let mut simulation = Simulation {
        escalation: escalation.map(|one| one.name.clone()),
        moments: Vec::new(),
        goes_on: false,
    };
    let Some((alert, _)) = seen else { return simulation };
    let name = alert.fingerprint();
    let mut alerts = BTreeMap::from([(name, alert)]);
    let ack_at = imagined.ack_after.and_then(|after| imagined.at.checked_add_signed(after));
    let end = imagined.at.checked_add_signed(HORIZON).unwrap_or(imagined.at);
    let mut now = imagined.at;
    while simulation.moments.len() < MESSAGES_MAX {
        let is_acked = alerts.values().any(|alert| alert.acked.is_some());
        if let Some(at) = ack_at.filter(|at| *at <= now && !is_acked) {
            simulation.moments.push(moment(imagined, at));
            alerts.values_mut().for_each(|alert| alert.acked = Some(ack(policy, imagined.severity, at)));
        }
        let view = View { alerts: &alerts, silences: &[], policy, now };
        let next = step(&view, imagined, &mut simulation);
        let (tellings, due) = next;
        for (name, telling) in tellings {
            if let Some(alert) = alerts.get_mut(&name) {
                alert.telling = telling;
            }
        }
        let is_acked = alerts.values().any(|alert| alert.acked.is_some());
        let due = due.into_iter().chain(ack_at.filter(|_| !is_acked)).min();
        match due.filter(|at| *at > now && *at <= end) {
            Some(at) => now = at,
            None => {
                simulation.goes_on = due.is_some();
                return simulation;
            }
        }
    }
    simulation.goes_on = true;
    simulation
}

type Next = (BTreeMap<String, super::Telling>, Option<DateTime<Utc>>);

fn step(view: &View<'_>, imagined: &Imagined<'_>, simulation: &mut Simulation) -> Next {
    let decided = view.decide();
    let words = view.words(&decided, &Recall { view, decided: &decided, deliveries: &[] });
    for word in &words {
        let (step, round) = match &word.say {
            Say::Step(due) => (Some(due.step), Some(due.round.saturating_add(1))),
            _ => (None, None),
        };
        let told = |channel: &String| {
            let takes = word.about.first().map_or(Takes::Now, |(one, _)| view.takes(one.alert, channel));
            let quiet_until = if let Takes::From(at) = takes { Some(at) } else { None };
            Told { channel: channel.clone(), quiet_until }
        };
        let channels = word.channels.iter().map(told).collect();
        let moment = moment(imagined, view.now);
        simulation.moments.push(Moment { reason: Some(word.reason), step, round, channels, ..moment });
    }
    let tellings = view.remembered(&decided, &words);
    let due = view.next(&decided, &tellings);
    (tellings, due)
}

fn moment(imagined: &Imagined<'_>, at: DateTime<Utc>) -> Moment {
    let after_seconds = at.signed_duration_since(imagined.at).num_seconds();
    Moment { at, after_seconds, reason: None, step: None, round: None, channels: Vec::new() }
}

fn ack(policy: &Policy, severity: Severity, at: DateTime<Utc>) -> Ack {
    let by = Actor { uid: 0, user: None, operator: None };
    let until = at.checked_add_signed(policy.ack_for).unwrap_or(at);
    Ack { by, at, until, severity, note: String::new() }
}
