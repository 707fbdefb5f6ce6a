//! Silences: made for a reason and until a time, ended early, and forgotten a day after they are over.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::{Map, json};

use crate::domain::alert::standing::short_id;
use crate::domain::alert::{self, Alert, RULES, Rule, Severity, TRADING_HALTED};
use crate::domain::audit::Outbox;
use crate::domain::document::Header;
use crate::domain::halt::Source;
use crate::domain::key::Key;
use crate::domain::notify::Silence;
use crate::domain::notify::channel::matches;
use crate::domain::notify::silence::{Ended, LENGTH_MAX, LENGTH_MAX_CRITICAL};
use crate::error::{Error, Kind, Result};
use crate::store::Durability;
use crate::store::document::{self, Stored};

use super::alerts::{pending, require_words, time};
use super::check::{Sight, alerts};
use super::notify::SILENCES;
use super::{Notice, State, record};

/// A silence that is over is forgotten after this long; the audit log keeps it.
const KEPT: TimeDelta = TimeDelta::days(1);

/// A silence as people and programs see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The silence.
    #[serde(flatten, serialize_with = "told")]
    pub silence: Silence,
    /// The rule and the labels, as they are typed.
    pub matcher: String,
    /// Whether it is in force.
    pub is_active: bool,
    /// Until when it hides alerts that are CRITICAL.
    pub critical_until: DateTime<Utc>,
    /// The alerts that it hides now.
    pub hides: Vec<String>,
}

/// What of the document is told.
#[derive(Serialize)]
struct Told<'a> {
    id: &'a str,
    rule: &'a str,
    labels: &'a BTreeMap<String, String>,
    reason: &'a str,
    by: &'a crate::domain::halt::Actor,
    at: DateTime<Utc>,
    until: DateTime<Utc>,
    ended: Option<&'a Ended>,
}

fn told<S: serde::Serializer>(silence: &Silence, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    let Silence { id, rule, labels, reason, by, at, until, ended, .. } = silence;
    Told { id, rule, labels, reason, by, at: *at, until: *until, ended: ended.as_ref() }.serialize(serializer)
}

impl Shown {
    fn of<'a>(silence: &Silence, alerts: impl Iterator<Item = &'a Alert>, now: DateTime<Utc>) -> Self {
        let hidden = alerts.filter(|alert| silence.hides(alert, now).is_some());
        let latest = silence.at.checked_add_signed(LENGTH_MAX_CRITICAL).unwrap_or(silence.until);
        Self {
            matcher: silence.matcher(),
            is_active: silence.is_active(now),
            critical_until: silence.until.min(latest),
            hides: hidden.map(|alert| short_id(&alert.fingerprint())).collect(),
            silence: silence.clone(),
        }
    }
}

/// The silences in force with what they hide of what fires, the one that ends first in front.
pub fn in_force(silences: &[Silence], firing: &[alert::Shown], now: DateTime<Utc>) -> Vec<Shown> {
    let active = silences.iter().filter(|silence| silence.is_active(now));
    let mut shown: Vec<Shown> =
        active.map(|silence| Shown::of(silence, firing.iter().map(|shown| &shown.alert), now)).collect();
    shown.sort_by(|a, b| (a.silence.until, &a.silence.id).cmp(&(b.silence.until, &b.silence.id)));
    shown
}

/// What to silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The rule, or a mask.
    pub rule: String,
    /// Labels the alert has to have; values may be masks.
    pub labels: BTreeMap<String, String>,
    /// For how long.
    pub length: TimeDelta,
    /// Why.
    pub reason: String,
}

/// What became of a request.
#[derive(Debug)]
pub struct Report {
    /// The silence.
    pub shown: Shown,
    /// Whether anything changed.
    pub changed: bool,
    /// What else is worth knowing.
    pub notices: Vec<Notice>,
}

/// Makes a silence.
pub fn create(state: &State<'_>, request: &Request) -> Result<Report> {
    let rules = hideable(&request.rule)?;
    let now = state.now();
    let until = until(request.length, now)?;
    let reason = require_words(&request.reason, "a silence needs a reason, for whoever finds nobody told")?;
    let mut silence = Silence {
        header: Header::new::<Silence>(now),
        id: (state.context.new_id)("s"),
        rule: request.rule.to_ascii_uppercase(),
        labels: request.labels.clone(),
        reason,
        by: state.context.identity.actor.clone(),
        at: now,
        until,
        ended: None,
        audit_outbox: Outbox::default(),
        extra: Map::new(),
    };
    let mut opened = document::open::<Silence>(&*state.backend, &key(&silence.id)?, state.wait)?;
    if !matches!(opened.stored, Stored::Missing) {
        let message = format!("silence {} exists already", silence.id);
        return Err(Error::new(Kind::Conflict, message).hint("nija alerts silences"));
    }
    let data = json!({
        "rule": silence.rule, "labels": silence.labels, "until": silence.until, "reason": silence.reason,
    });
    let event = state.context.event(Source::Cli, "silence.create", &subject(&silence.id), data);
    let done = record::commit(state, &mut opened, &mut silence, &[event], Durability::Strict)?;
    let mut notices: Vec<Notice> = pending(done.audit.map(drop)).into_iter().collect();
    notices.extend(limits(&silence, &rules));
    let alerts = alerts::load(state)?;
    let shown = Shown::of(&silence, alerts.values(), now);
    Ok(Report { shown, changed: true, notices })
}

/// The rules that a mask names and a silence may hide.
fn hideable(mask: &str) -> Result<Vec<&'static Rule>> {
    let named: Vec<&'static Rule> = RULES.into_iter().filter(|rule| matches(mask, rule.id)).collect();
    if named.is_empty() {
        return Err(Error::new(Kind::Usage, format!("there is no rule '{mask}'")).hint("nija rules"));
    }
    let may = |rule: &&'static Rule| {
        rule.id != TRADING_HALTED && rule.severities.iter().any(|severity| *severity < Severity::Emergency)
    };
    let hideable: Vec<&'static Rule> = named.into_iter().filter(may).collect();
    if hideable.is_empty() {
        let message = format!("a silence never hides {mask}: an EMERGENCY and a halt are always told");
        return Err(Error::new(Kind::Usage, message).hint("nija alerts ack ID --for 30m"));
    }
    Ok(hideable)
}

fn until(length: TimeDelta, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let hint = "nija alerts silence RULE --for 30m --reason REASON";
    if length <= TimeDelta::zero() {
        return Err(Error::new(Kind::Usage, "a silence needs some time to last").hint(hint));
    }
    if length > LENGTH_MAX {
        let hours = LENGTH_MAX.num_hours();
        let message =
            format!("a silence lasts at most {hours} hours: one that is forgotten hides alerts for ever");
        return Err(Error::new(Kind::Usage, message).hint(hint));
    }
    Ok(now.checked_add_signed(length).unwrap_or(now))
}

/// What it does not hide, said when it is made.
fn limits(silence: &Silence, rules: &[&'static Rule]) -> Vec<Notice> {
    let has = |severity| rules.iter().any(|rule| rule.severities.contains(&severity));
    let mut notices = Vec::new();
    if has(Severity::Critical) && silence.until - silence.at > LENGTH_MAX_CRITICAL {
        let latest = silence.at.checked_add_signed(LENGTH_MAX_CRITICAL).unwrap_or(silence.until);
        let message = format!("what is CRITICAL is hidden for an hour only, until {}", time(latest));
        notices.push(Notice::new("SILENCE_SHORTER", message, "nija alerts silences"));
    }
    if has(Severity::Emergency) {
        let message = "what is an EMERGENCY is told all the same";
        notices.push(Notice::new("SILENCE_NOT_OF_EMERGENCY", message, "nija rules"));
    }
    notices
}

/// Ends a silence early. One that is over stays as it is.
pub fn end(state: &State<'_>, word: &str) -> Result<Report> {
    let known = all(state)?.0;
    let found = super::alerts::choose(&known, word, &|silence| vec![silence.id.clone()]);
    let id = found.map_err(|why| why.error("silence", word, "nija alerts silences --all"))?.id.clone();
    let mut opened = document::open::<Silence>(&*state.backend, &key(&id)?, state.wait)?;
    let now = state.now();
    let mut silence = match std::mem::replace(&mut opened.stored, Stored::Missing) {
        Stored::Present(silence) => silence,
        Stored::Missing => {
            let message = format!("silence {id} is gone: it was over");
            return Err(Error::new(Kind::NotFound, message).hint("nija alerts silences --all"));
        }
        Stored::Unreadable(why) => return Err(document::unreadable(&*state.backend, &key(&id)?, &why)),
    };
    let changed = silence.is_active(now);
    let mut notices = Vec::new();
    if changed {
        silence.ended = Some(Ended { by: state.context.identity.actor.clone(), at: now });
        let data = json!({"rule": silence.rule, "labels": silence.labels, "until": silence.until});
        let event = state.context.event(Source::Cli, "silence.remove", &subject(&id), data);
        let done = record::commit(state, &mut opened, &mut silence, &[event], Durability::Strict)?;
        notices.extend(pending(done.audit.map(drop)));
    }
    Ok(Report { shown: Shown::of(&silence, std::iter::empty(), now), changed, notices })
}

/// Every silence that is kept, and what is wrong with those that cannot be read.
pub fn all(state: &State<'_>) -> Result<(Vec<Silence>, Vec<Notice>)> {
    let (mut silences, mut notices) = (Vec::new(), Vec::new());
    document::each::<Silence>(&*state.backend, SILENCES, &mut |name, stored| match stored {
        Ok(Stored::Present(silence)) => silences.push(silence),
        Ok(Stored::Missing) => {}
        Ok(Stored::Unreadable(why)) => {
            let message = format!("silence {name} hides nothing: {why}");
            notices.push(Notice::new("SILENCE_UNREADABLE", message, "nija doctor"));
        }
        Err(error) => notices.push(Notice::of("SILENCE_UNREADABLE", &format!("silence {name}"), &error)),
    })?;
    silences.sort_by(|a, b| (a.until, &a.id).cmp(&(b.until, &b.id)));
    Ok((silences, notices))
}

/// Lists silences: those in force, or every one that is kept.
pub fn list(state: &State<'_>, every: bool) -> Result<(Vec<Shown>, Vec<Notice>)> {
    let ((silences, notices), now) = (all(state)?, state.now());
    let alerts = alerts::load(state)?;
    let wanted = silences.iter().filter(|silence| every || silence.is_active(now));
    Ok((wanted.map(|silence| Shown::of(silence, alerts.values(), now)).collect(), notices))
}

/// Forgets silences that have been over for a day.
pub fn prune(state: &State<'_>, sight: &Sight) -> Vec<Notice> {
    let now = state.now();
    let is_old = |silence: &Silence| {
        silence.over_since(now).is_some_and(|over| now.signed_duration_since(over) >= KEPT)
    };
    let old = sight.silences().into_iter().filter(is_old);
    let forget = |silence: &Silence| {
        let opened = document::open::<Silence>(&*state.backend, &key(&silence.id)?, state.wait)?;
        if let Stored::Present(stored) = &opened.stored {
            record::heal(state, &stored.audit_outbox, Durability::Strict)?;
            opened.remove_with(Durability::Relaxed)?;
        }
        Ok(())
    };
    let failed = |silence: Silence| {
        forget(&silence).err().map(|error| Notice::of("SILENCE_NOT_FORGOTTEN", &silence.id, &error))
    };
    old.filter_map(failed).collect()
}

fn key(id: &str) -> Result<Key> {
    Key::entry(SILENCES, id).map_err(|why| Error::new(Kind::Usage, why).hint("nija alerts silences"))
}

fn subject(id: &str) -> String {
    format!("silence:{id}")
}
