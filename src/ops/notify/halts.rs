//! What is told of a change of the kill switch, at once, by whoever made it: the same messages that the alert of the halt has.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::domain::alert::lifecycle::fingerprint;
use crate::domain::alert::trading_halted::{self, finding};
use crate::domain::alert::{Finding, Severity};
use crate::domain::halt::{Actor, Halt};
use crate::domain::notify::Delivery;
use crate::domain::notify::message::{Message, Reason, Topic, first_id, id, resolved_id};
use crate::domain::notify::route::About;
use crate::domain::release::Request;
use crate::ops::{Context, Notice, State, killswitch};
use crate::store::Durability;

use super::{Delivered, Means, What, audit_head, deliver, enqueue, outbox, untold};

/// Longest wait for a lock to store the intent with: people are told all the same.
const STORE_WAIT: Duration = Duration::from_millis(100);

/// A halt fires once: its name is never used again.
const EPISODE: u64 = 1;

/// A halt came into force.
pub fn stopped(context: &Context<'_>, halt: &Halt) -> Message {
    let finding = finding(halt);
    let fingerprint = fingerprint(trading_halted::RULE.id, &finding.subject);
    let message = blank(context, &finding);
    Message {
        id: first_id(&fingerprint, EPISODE),
        thread: fingerprint,
        since: halt.cause.at,
        remedy: trading_halted::RULE.remedy.to_owned(),
        ..message
    }
}

/// Whether a halt of this name is in force, as far as can be told.
pub fn is_in_force(context: &Context<'_>, id: &str) -> bool {
    let document = context.open().ok().and_then(|state| killswitch::document(&state));
    document.is_none_or(|document| document.halts.iter().any(|halt| halt.id == id))
}

/// A halt was released by somebody, for a reason.
pub fn resumed(context: &Context<'_>, halt: &Halt, actor: &Actor, reason: &str, others: usize) -> Message {
    let finding = finding(halt);
    let fingerprint = fingerprint(trading_halted::RULE.id, &finding.subject);
    let mut notes = vec![format!("released by {}: {reason}", actor.name())];
    notes.push(match others {
        0 => "no halt is in force any more".to_owned(),
        1 => "another halt is still in force".to_owned(),
        _ => format!("{others} other halts are still in force"),
    });
    Message {
        id: resolved_id(&fingerprint, EPISODE),
        thread: fingerprint,
        reason: Reason::Resolved,
        since: halt.cause.at,
        until: Some(context.now()),
        remedy: "nija status".to_owned(),
        notes,
        ..blank(context, &finding)
    }
}

/// Somebody wants to resume, and others have to agree.
pub fn requested(context: &Context<'_>, request: &Request, missing: usize) -> Message {
    let who = request.approvals.first().map_or("somebody", |approval| &approval.operator);
    let summary = format!("{who} asks to resume: {}; {missing} more must agree", request.reason);
    let finding = Finding::new(format!("request:{}", request.id), Severity::Warning, summary);
    let fingerprint = fingerprint(trading_halted::RULE.id, &finding.subject);
    let what = format!("approvals {}", request.approvals.len());
    Message {
        id: id(&fingerprint, EPISODE, &what),
        thread: fingerprint,
        reason: Reason::New,
        since: request.at,
        remedy: format!("nija killswitch approve {} --operator NAME", request.id),
        ..blank(context, &finding)
    }
}

fn blank(context: &Context<'_>, finding: &Finding) -> Message {
    let rule = trading_halted::RULE.id;
    Message {
        id: String::new(),
        thread: String::new(),
        topic: Topic::KillSwitch,
        reason: Reason::First,
        severity: finding.severity,
        rule: Some(rule.to_owned()),
        alerts: BTreeMap::new(),
        summary: finding.message.clone(),
        value: None,
        limit: None,
        labels: finding.labels.clone(),
        notes: Vec::new(),
        since: context.now(),
        until: None,
        at: context.now(),
        remedy: String::new(),
        runbook: context.config.policies.notify.runbook(rule),
        host: context.identity.host.clone(),
        state_dir: context.config.state_dir.display().to_string(),
        audit_head: None,
    }
}

/// Tells people now: through all channels at once, waiting at most `within`. The intent is stored first, so that what does not
/// get out is left to the watch; where it cannot be stored, it is sent all the same.
pub fn tell(means: &Means, messages: Vec<Message>, within: Duration) -> Delivered {
    let context = means.context();
    let state = context.open_waiting(STORE_WAIT);
    let head = state.as_ref().ok().and_then(audit_head);
    let (mut deliveries, mut unstored, mut notices) = (Vec::new(), BTreeSet::new(), Vec::new());
    for mut message in messages {
        message.audit_head.clone_from(&head);
        let about =
            About { rule: trading_halted::RULE.id, severity: message.severity, labels: &message.labels };
        for channel in about.route(&context.config.policies.notify).first {
            let mut delivery = Delivery::new(message.clone(), &channel, message.at, context.now());
            let name = delivery.name();
            match &state {
                Ok(state) => match stored(state, &message, &channel) {
                    Ok(Some(known)) => delivery = known,
                    Ok(None) => {}
                    Err(notice) => {
                        notices.push(notice);
                        unstored.insert(name);
                    }
                },
                Err(error) => {
                    notices.push(untold(&channel, error));
                    unstored.insert(name);
                }
            }
            deliveries.push(delivery);
        }
    }
    let mut delivered = deliver(means, What::These { deliveries, unstored }, within);
    delivered.notices.splice(0..0, notices);
    delivered
}

/// Stores the intent; what was stored before, by a watch that was quicker, comes back as it stands.
fn stored(state: &State<'_>, message: &Message, channel: &str) -> Result<Option<Delivery>, Notice> {
    let only = [channel.to_owned()];
    enqueue(state, message, &only, message.at, Durability::Strict)
        .and_then(|()| outbox::read(state, &crate::domain::notify::delivery::name(&message.id, channel)))
        .map_err(|error| {
            let doing =
                format!("the message to {channel} could not be stored; it is sent all the same, once");
            Notice::of("INTENT_NOT_STORED", &doing, &error)
        })
}
