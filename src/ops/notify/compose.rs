//! Puts a message into words: what, since when, the figures, the place, what to do next, and the witness of the audit log.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::domain::alert::lifecycle::State as Life;
use crate::domain::alert::standing::short_id;
use crate::domain::alert::{Alert, TRADING_HALTED, select};
use crate::domain::notify::decide::Say;
use crate::domain::notify::plan::{Decided, Word};
use crate::domain::notify::{Message, Reason, Topic};

use super::super::State;

/// Other alerts that one message names; the rest is counted.
const OTHERS_MAX: usize = 20;

/// The message. `head` is that of the audit log.
pub fn message(state: &State<'_>, word: &Word<'_>, head: Option<String>) -> Option<Message> {
    let (lead, _) = word.about.first()?;
    let (alert, context) = (lead.alert, state.context);
    let others = word.about.len() - 1;
    let more = if others == 0 { String::new() } else { format!(" (and {others} more)") };
    let is_end = word.reason == Reason::Resolved;
    let severity = word.about.iter().map(|(one, _)| one.alert.severity).max().unwrap_or(alert.severity);
    let own = word.about.iter().filter(|_| others > 0);
    Some(Message {
        id: word.id.clone(),
        thread: lead.name.to_owned(),
        topic: if alert.rule == TRADING_HALTED { Topic::KillSwitch } else { Topic::Alert },
        reason: word.reason,
        severity,
        rule: Some(alert.rule.clone()),
        alerts: own.map(|(one, id)| (one.name.to_owned(), id.clone())).collect(),
        summary: format!("{}{more}", alert.message),
        value: alert.value,
        limit: alert.limit,
        labels: alert.labels.clone(),
        notes: notes(word, lead, state.now()),
        since: alert.first_seen,
        until: alert.resolved_at.filter(|_| is_end),
        at: state.now(),
        remedy: remedy(alert, is_end),
        runbook: context.config.policies.notify.runbook(&alert.rule),
        host: context.identity.host.clone(),
        state_dir: context.config.state_dir.display().to_string(),
        audit_head: head,
    })
}

fn remedy(alert: &Alert, is_end: bool) -> String {
    let of_rule = || select(&alert.rule).first().map_or("nija status", |rule| rule.remedy).to_owned();
    if alert.state == Life::Latched {
        return format!("nija alerts resolve {} --note WHAT-WAS-FOUND", short_id(&alert.fingerprint()));
    }
    match (is_end, alert.remedy.is_empty()) {
        (true, _) => "nothing; nija status shows how everything stands".to_owned(),
        (false, true) => of_rule(),
        (false, false) => alert.remedy.clone(),
    }
}

fn notes(word: &Word<'_>, lead: &Decided<'_>, now: DateTime<Utc>) -> Vec<String> {
    let alert = lead.alert;
    let mut notes: Vec<String> = why(word, lead, now).into_iter().collect();
    if alert.state == Life::Latched {
        notes
            .push("its cause is gone; it stays until a person has looked into it and resolves it".to_owned());
    }
    notes.extend(alert.doubt.iter().map(|why| format!("cannot be judged at present: {why}")));
    let pulled = alert.pulled.iter();
    notes.extend(pulled.map(|done| {
        format!("the kill switch was pulled: {} {} ({})", done.pull.mode, done.pull.scope, done.halt)
    }));
    let others = word.about.iter().skip(1);
    notes.extend(others.take(OTHERS_MAX).map(|(one, _)| format!("also {}: {}", one.name, one.alert.message)));
    let rest = word.about.len().saturating_sub(OTHERS_MAX + 1);
    if rest > 0 {
        notes.push(format!("and {rest} more of {}", alert.rule));
    }
    let is_anybodys = !matches!(word.reason, Reason::Resolved | Reason::Acknowledged);
    if is_anybodys && alert.rule != TRADING_HALTED {
        notes.push(format!("to take care of it: nija alerts ack {} --note YOUR-WORDS", short_id(lead.name)));
    }
    notes
}

fn why(word: &Word<'_>, lead: &Decided<'_>, now: DateTime<Utc>) -> Option<String> {
    let (alert, telling) = (lead.alert, &lead.decision.telling);
    let ack = alert.acked.as_ref();
    match &word.say {
        Say::First => None,
        Say::Worse => telling.severity.map(|known| format!("it was {known}")),
        Say::Step(due) => {
            let told = telling.since.unwrap_or(alert.first_seen);
            let from = ack.map_or(told, |ack| told.max(ack.until.min(now)));
            let policy = telling.policy.as_deref().unwrap_or("the escalation");
            let round = if due.round == 0 { String::new() } else { format!(", round {}", due.round + 1) };
            let (waited, step) = (length(now.signed_duration_since(from)), due.step);
            Some(format!("nobody acknowledged it for {waited}: step {step} of {policy}{round}"))
        }
        Say::Repeat => {
            let from = telling.since.unwrap_or(alert.first_seen);
            let told = length(now.signed_duration_since(from));
            Some(format!("nobody acknowledged it since people were first told, {told} ago"))
        }
        Say::Again => Some(match ack {
            Some(ack) if ack.until <= now => {
                let (by, until) = (ack.by.name(), time(ack.until));
                format!("{by} took care of it until {until}, and it still fires: it is nobody's again")
            }
            _ => "nobody takes care of it any more, and it still fires".to_owned(),
        }),
        Say::Taken => ack.map(|ack| {
            let (by, until) = (ack.by.name(), time(ack.until));
            let note = if ack.note.is_empty() { String::new() } else { format!(": {}", ack.note) };
            format!("{by} takes care of it until {until}{note}")
        }),
        Say::Resolved => alert.resolved_at.map(|end| {
            let lasted = length(end.signed_duration_since(alert.first_seen));
            let by = ack.map_or_else(String::new, |ack| format!("; {} took care of it", ack.by.name()));
            let resolved = alert.resolved_by.as_ref();
            let resolved = resolved
                .map_or_else(String::new, |one| format!("; {} resolved it: {}", one.by.name(), one.note));
            format!("it lasted {lasted}{by}{resolved}")
        }),
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A length of time in words, to the second.
pub fn length(delta: TimeDelta) -> String {
    let seconds = u64::try_from(delta.num_seconds()).unwrap_or(0);
    humantime::format_duration(Duration::from_secs(seconds)).to_string()
}
