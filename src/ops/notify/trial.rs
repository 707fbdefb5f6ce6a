//! Trying channels for real: a marked message goes the way that every message goes, and what became of it is told.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use crate::domain::alert::Severity;
use crate::domain::halt::Source;
use crate::domain::notify::delivery::{State as Life, Trouble};
use crate::domain::notify::message::{Message, Reason, Topic};
use crate::domain::notify::{Delivery, Spec};
use crate::error::{Error, Kind, Result};
use crate::ops::{Context, Notice, State};
use crate::store::Durability;

use super::{Means, What, audit_head, deliver, enqueue, outbox};

/// How much longer than its slowest channel a trial waits.
const GRACE: Duration = Duration::from_secs(1);

/// What a channel answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The channel.
    pub channel: String,
    /// Its kind.
    pub kind: String,
    /// Whether it took the message.
    pub ok: bool,
    /// How long that took, in milliseconds; `null` when it never ended.
    pub duration_ms: Option<u64>,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

/// What a trial came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// The message's name.
    pub id: String,
    /// What every channel answered, by name.
    pub channels: Vec<Answer>,
    /// What else is worth knowing.
    #[serde(skip)]
    pub notices: Vec<Notice>,
}

impl Trial {
    /// Whether every channel took it.
    pub fn is_good(&self) -> bool {
        self.channels.iter().all(|answer| answer.ok)
    }
}

/// The channels of these names; all of them where none is named.
pub fn chosen(context: &Context<'_>, names: &[String]) -> Result<Vec<Spec>> {
    let policy = &context.config.policies.notify;
    if !policy.is_in_use() {
        let message = "no channel is configured: nobody can be told of anything";
        return Err(Error::new(Kind::NotFound, message).hint("nija notify channels --kinds"));
    }
    let found = |name: &String| {
        policy.channel(name).cloned().ok_or_else(|| {
            let message = format!("there is no channel '{name}'");
            Error::new(Kind::NotFound, message).hint("nija notify channels")
        })
    };
    if names.is_empty() { Ok(policy.channels.clone()) } else { names.iter().map(found).collect() }
}

/// Sends a marked message through these channels, all at once, and waits for what they answer. One that is not taken is not
/// tried again.
pub fn trial(means: &Means, channels: &[Spec], topic: Topic) -> Result<Trial> {
    let context = means.context();
    let state = context.open()?;
    let message = message(&state, topic);
    let names: Vec<String> = channels.iter().map(|spec| spec.name.clone()).collect();
    enqueue(&state, &message, &names, message.at, Durability::Strict)?;
    let deliveries: Vec<Delivery> =
        names.iter().map(|name| Delivery::new(message.clone(), name, message.at, message.at)).collect();
    let slowest = channels.iter().map(|spec| spec.timeout).max().unwrap_or_default();
    let what = What::These { deliveries: deliveries.clone(), unstored: BTreeSet::new() };
    let delivered = deliver(means, what, slowest.saturating_add(GRACE));
    let mut trial = Trial { id: message.id, channels: Vec::new(), notices: delivered.notices };
    for (spec, delivery) in channels.iter().zip(deliveries) {
        let name = delivery.name();
        let drained = delivered.drained.iter().find(|drained| drained.channel == spec.name);
        trial.notices.extend(drained.into_iter().flat_map(|drained| drained.notices.clone()));
        let attempt =
            drained.and_then(|drained| drained.attempts.iter().find(|attempt| attempt.name == name));
        let elsewhere = drained.is_some_and(|drained| drained.elsewhere.contains(&name));
        let trouble = match attempt {
            Some(attempt) => attempt.result.clone().err(),
            None if elsewhere => None,
            None => Some(super::sender::hangs("another message is on its way, and does not end".to_owned())),
        };
        let took = attempt.map(|attempt| u64::try_from(attempt.took.as_millis()).unwrap_or(u64::MAX));
        call_back(&state, &name, &mut trial.notices);
        trial.channels.push(Answer {
            channel: spec.name.clone(),
            kind: spec.kind.clone(),
            ok: trouble.is_none(),
            duration_ms: took,
            trouble,
        });
    }
    if topic == Topic::Drill {
        on_record(&state, &trial)?;
    }
    Ok(trial)
}

/// A trial that failed is over: nobody wants to hear of it hours later.
fn call_back(state: &State<'_>, name: &str, notices: &mut Vec<Notice>) {
    let pending = matches!(outbox::read(state, name), Ok(Some(stored)) if stored.state == Life::Pending);
    let cancel = |delivery: &mut Delivery| {
        if delivery.state == Life::Pending {
            delivery.cancel(state.now());
        }
    };
    if pending && let Err(error) = outbox::change(state, name, cancel) {
        notices.push(Notice::of("TRIAL_NOT_CALLED_BACK", name, &error));
    }
}

fn on_record(state: &State<'_>, trial: &Trial) -> Result<()> {
    let answers: BTreeMap<&str, bool> =
        trial.channels.iter().map(|answer| (answer.channel.as_str(), answer.ok)).collect();
    let data = json!({"id": trial.id, "channels": answers});
    let event = state.context.event(Source::Cli, "drill.channels", "channels", data);
    state.journal().append(&[event], state.now(), Durability::Strict).map(drop)
}

fn message(state: &State<'_>, topic: Topic) -> Message {
    let context = state.context;
    let (word, what) = match topic {
        Topic::Drill => ("drill", "drill"),
        _ => ("test", "test"),
    };
    let (id, by) = ((context.new_id)(word), context.identity.actor.name());
    Message {
        thread: id.clone(),
        id,
        topic,
        reason: Reason::First,
        severity: Severity::Info,
        rule: None,
        alerts: BTreeMap::new(),
        summary: format!("a {what} of this channel by {by}: nothing happened"),
        value: None,
        limit: None,
        labels: BTreeMap::new(),
        notes: Vec::new(),
        since: context.now(),
        until: None,
        at: context.now(),
        remedy: "nothing".to_owned(),
        runbook: "nija notify channels".to_owned(),
        host: context.identity.host.clone(),
        state_dir: context.config.state_dir.display().to_string(),
        audit_head: audit_head(state),
    }
}
