//! What people see of channels and of the outbox.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::domain::notify::channel::Spec;
use crate::domain::notify::delivery::{State as Life, Trouble};
use crate::domain::notify::record::Record;
use crate::domain::notify::{Delivery, Message};
use crate::error::Result;
use crate::ops::{Notice, State};

use super::outbox::{self, Outbox};
use super::{Means, open};

/// How a channel does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// It took the last message.
    Works,
    /// It was never used.
    Unused,
    /// The last attempts failed.
    Failing,
    /// A message was given up since it last took one.
    Abandoned,
    /// It cannot be used as it is configured.
    Unusable,
}

impl Health {
    /// The word shown to people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Unused => "unused",
            Self::Failing => "failing",
            Self::Abandoned => "abandoned",
            Self::Unusable => "unusable",
        }
    }
}

/// A channel, as it is configured and as it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// How it does.
    pub health: Health,
    /// Why it cannot be used, if so.
    pub problem: Option<String>,
    /// Less severe alerts are none of its business.
    pub min_severity: crate::domain::alert::Severity,
    /// Rules it is for; empty for all.
    pub rules: Vec<String>,
    /// Until when it is left in peace, if it is night now.
    pub quiet_until: Option<DateTime<Utc>>,
    /// How many messages it takes.
    pub rate_limit: Option<String>,
    /// Longest one attempt may take, in milliseconds.
    pub timeout_ms: u64,
    /// Messages that wait for it.
    pub pending: usize,
    /// Messages taken so far.
    pub sent: u64,
    /// Messages given up so far.
    pub abandoned: u64,
    /// When it last took one.
    pub last_success_at: Option<DateTime<Utc>>,
    /// When it last failed.
    pub last_failure_at: Option<DateTime<Utc>>,
    /// Since when every attempt has failed.
    pub failing_since: Option<DateTime<Utc>>,
    /// Why the last failure.
    pub trouble: Option<Trouble>,
    /// When it last took a test or a drill.
    pub last_drill_at: Option<DateTime<Utc>>,
}

/// Every configured channel.
pub fn channels(means: &Means, state: &State<'_>) -> Result<(Vec<Shown>, Vec<Notice>)> {
    let found = outbox::load(state)?;
    let policy = &state.context.config.policies.notify;
    let shown = policy.channels.iter().map(|spec| shown(means, state, &found, spec)).collect();
    Ok((shown, found.notices()))
}

fn shown(means: &Means, state: &State<'_>, found: &Outbox, spec: &Spec) -> Shown {
    let record = outbox::record(state, &spec.name);
    let opened = open(spec, means.environment.uid, &|name| means.environment.text(name));
    let problem = opened.err().map(|error| error.message);
    Shown {
        name: spec.name.clone(),
        kind: spec.kind.clone(),
        health: health(&record, problem.is_some()),
        problem,
        min_severity: spec.min_severity,
        rules: spec.rules.clone(),
        quiet_until: spec.quiet.and_then(|quiet| quiet.until(state.now())),
        rate_limit: spec.rate_limit.map(|rate| rate.to_string()),
        timeout_ms: u64::try_from(spec.timeout.as_millis()).unwrap_or(u64::MAX),
        pending: found.pending(&spec.name).count(),
        sent: record.sent,
        abandoned: record.abandoned,
        last_success_at: record.last_success_at,
        last_failure_at: record.last_failure_at,
        failing_since: record.failing_since,
        trouble: record.trouble,
        last_drill_at: record.last_drill_at,
    }
}

fn health(record: &Record, unusable: bool) -> Health {
    match record {
        _ if unusable => Health::Unusable,
        record if record.abandoned_at.is_some() => Health::Abandoned,
        record if record.failing_since.is_some() => Health::Failing,
        record if record.last_success_at.is_none() => Health::Unused,
        _ => Health::Works,
    }
}

/// How a channel does, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Brief {
    /// Its name.
    pub name: String,
    /// How it does, by what it did.
    pub health: Health,
    /// Since when every attempt has failed.
    pub failing_since: Option<DateTime<Utc>>,
    /// When it last took a test or a drill.
    pub last_drill_at: Option<DateTime<Utc>>,
}

/// Every configured channel in short; `None` where there is none.
pub fn brief(state: &State<'_>) -> Option<Vec<Brief>> {
    let policy = &state.context.config.policies.notify;
    let brief = |spec: &Spec| {
        let record = outbox::record(state, &spec.name);
        Brief {
            name: spec.name.clone(),
            health: health(&record, false),
            failing_since: record.failing_since,
            last_drill_at: record.last_drill_at,
        }
    };
    policy.is_in_use().then(|| policy.channels.iter().map(brief).collect())
}

/// A message on its way, or that was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its name in the outbox.
    pub name: String,
    /// The channel.
    pub channel: String,
    /// How it stands.
    pub state: Life,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
    /// When it is to be tried next.
    pub due_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: u32,
    /// What went wrong last.
    pub trouble: Option<Trouble>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Stands in for this channel.
    pub instead_of: Option<String>,
    /// The message as programs get it.
    pub message: Value,
    /// Its first line.
    #[serde(skip)]
    pub headline: String,
}

/// What is in the outbox, the oldest first: what waits and what was given up; with `all` also what was sent or called back
/// within a day.
pub fn entries(state: &State<'_>, all: bool) -> Result<(Vec<Entry>, Vec<Notice>)> {
    let found = outbox::load(state)?;
    let notices = found.notices();
    let wanted = |delivery: &Delivery| all || matches!(delivery.state, Life::Pending | Life::Abandoned);
    let mut entries: Vec<Entry> = found
        .deliveries
        .into_iter()
        .filter(|(_, delivery)| wanted(delivery))
        .map(|(name, delivery)| entry(name, delivery))
        .collect();
    entries.sort_by(|one, other| (one.created_at, &one.name).cmp(&(other.created_at, &other.name)));
    Ok((entries, notices))
}

fn entry(name: String, delivery: Delivery) -> Entry {
    let message: &Message = &delivery.message;
    Entry {
        name,
        state: delivery.state,
        created_at: delivery.created_at,
        due_at: delivery.due_at,
        attempts: delivery.attempts,
        headline: message.headline(),
        message: crate::notify::envelope(message),
        trouble: delivery.trouble,
        ended_at: delivery.ended_at,
        instead_of: delivery.instead_of,
        channel: delivery.channel,
    }
}
