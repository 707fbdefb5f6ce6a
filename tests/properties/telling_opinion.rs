//! The second opinion on a week of telling: what ought to have been said, worked out from what happened alone.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use nija::domain::alert::Severity;
use nija::domain::alert::lifecycle::fingerprint;
use nija::domain::notify::delivery::State as Sending;
use nija::domain::notify::{Delivery, Reason};

use super::telling_world::{ALERTS, Event, World, policy};

/// What is known of one alert.
#[derive(Debug, Clone, Default)]
struct Life {
    fires: bool,
    severity: Option<Severity>,
    first_seen: Option<DateTime<Utc>>,
    ended: Option<DateTime<Utc>>,
    ack: Option<(DateTime<Utc>, Severity)>,
    silences: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// Whether people know of it, since when, and how bad they know it to be.
    since: Option<DateTime<Utc>>,
    known: Option<Severity>,
    last: Option<DateTime<Utc>>,
    repeats: u32,
    /// Somebody took care of it, or wanted peace, since it was told of last.
    was_hushed: bool,
    /// The same, whether or not anybody was told; and since when no longer.
    is_hushed: bool,
    free_since: Option<DateTime<Utc>>,
    /// Steps to come, and whether another round follows.
    steps: Vec<(usize, DateTime<Utc>)>,
    rounds: u32,
    on_night: bool,
}

impl Life {
    fn hush(&self, now: DateTime<Utc>) -> bool {
        self.acked(now) || self.silenced(now)
    }

    fn acked(&self, now: DateTime<Utc>) -> bool {
        self.ack.is_some_and(|(until, severity)| now < until && self.severity <= Some(severity))
    }

    fn silenced(&self, now: DateTime<Utc>) -> bool {
        let hour = TimeDelta::hours(1);
        self.silences.iter().any(|(from, until)| match self.severity {
            Some(Severity::Emergency) | None => false,
            Some(Severity::Critical) => now < *until.min(&(*from + hour)),
            Some(_) => now < *until,
        })
    }

    fn conversation_ends(&mut self) {
        let silences = std::mem::take(&mut self.silences);
        *self =
            Self { severity: self.severity, ended: self.ended, ack: self.ack, silences, ..Self::default() };
    }

    /// Plans the escalation, from a time on.
    fn escalate(&mut self, from: DateTime<Utc>) {
        self.on_night = self.severity >= Some(Severity::Critical);
        let minutes = |minutes: i64| from + TimeDelta::minutes(minutes);
        self.steps = if self.on_night { vec![(2, minutes(5)), (3, minutes(15))] } else { Vec::new() };
        self.rounds = u32::from(self.on_night);
    }
}

/// What is known of the week so far.
#[derive(Debug, Default)]
pub(crate) struct Opinion {
    lives: BTreeMap<String, Life>,
    said: BTreeSet<(String, String)>,
}

impl Opinion {
    /// What waits to be sent still has to be: somebody has to hear of it, or it is how it all ends.
    fn hold_waiting(&self, delivery: &Delivery, now: DateTime<Utc>) {
        let message = &delivery.message;
        let lives: Vec<&Life> = about(delivery).iter().map(|(name, _)| &self.lives[name]).collect();
        let is_end = matches!(message.reason, Reason::Resolved | Reason::Acknowledged);
        let goes_on = |life: &&Life| if life.fires { !life.hush(now) } else { life.since.is_some() };
        let matters =
            message.severity >= Severity::Critical && message.reason != Reason::Repeat && !message.is_step();
        let of_before = |life: &&Life| !life.fires || life.since.is_none();
        let wanted = is_end || lives.iter().any(goes_on) || matters && lives.iter().any(of_before);
        assert!(wanted, "{now}: {} waits, and nobody needs it: {lives:?}", delivery.name());
    }

    fn life(&mut self, index: usize) -> &mut Life {
        let (rule, subject) = ALERTS[index];
        self.lives.entry(fingerprint(rule, subject)).or_default()
    }

    pub(crate) fn happened(&mut self, event: &Event, now: DateTime<Utc>) {
        match *event {
            Event::Fires(index, severity) => {
                let life = self.life(index);
                if !life.fires {
                    if life.ended.is_none_or(|at| now - at >= policy().resolve_wait) {
                        life.ack = None;
                    }
                    (life.fires, life.first_seen, life.ended) = (true, Some(now), None);
                }
                life.severity = Some(severity);
            }
            Event::Ends(index) => {
                let life = self.life(index);
                (life.fires, life.ended) = (false, Some(now));
            }
            Event::Acked(index, minutes) => {
                let life = self.life(index);
                life.ack = Some((now + TimeDelta::minutes(minutes), life.severity.unwrap()));
            }
            Event::GivenBack(index) => self.life(index).ack = None,
            Event::Silenced(rule, minutes) => {
                let until = now + TimeDelta::minutes(minutes);
                for (index, (own, _)) in ALERTS.iter().enumerate() {
                    if *own == rule {
                        self.life(index).silences.push((now, until));
                    }
                }
            }
            Event::Channels(_) | Event::Dies(_) | Event::Steps(_) => {}
        }
    }

    /// Holds what was said in one look against what happened, and what was not said as well.
    pub(crate) fn hold(&mut self, world: &World, new: &[Delivery], now: DateTime<Utc>) {
        let mut messages: BTreeMap<&str, &Delivery> = BTreeMap::new();
        for delivery in new {
            messages.insert(&delivery.message.id, delivery);
            for (name, id) in about(delivery) {
                let once = self.said.insert((id.clone(), delivery.channel.clone()));
                assert!(once, "{now}: {name}: {id} is told twice through {}", delivery.channel);
            }
        }
        for life in self.lives.values_mut() {
            let hush = life.fires && life.hush(now);
            if life.is_hushed && !hush {
                life.free_since = Some(now);
            }
            life.is_hushed = hush;
            if hush {
                life.was_hushed = true;
                life.steps.clear();
                if life.acked(now) && life.known.is_some() {
                    life.known = life.ack.map(|(_, severity)| severity);
                }
                life.rounds = 0;
            }
        }
        let mut messages: Vec<&Delivery> = messages.into_values().collect();
        messages.sort_by_key(|one| step_of(one));
        for delivery in messages {
            for (name, _) in about(delivery) {
                let life = self.lives.get_mut(&name).unwrap();
                said(life, &name, delivery, now);
            }
        }
        for (name, life) in &mut self.lives {
            missing(life, name, now);
            ended(life, name, world.outbox(), now);
        }
        for delivery in world.outbox().iter().filter(|one| one.state == Sending::Pending) {
            self.hold_waiting(delivery, now);
        }
    }
}

/// The alerts that a message is about, each with the id of its own.
fn about(delivery: &Delivery) -> Vec<(String, String)> {
    let message = &delivery.message;
    if message.alerts.is_empty() {
        return vec![(message.thread.clone(), message.id.clone())];
    }
    message.alerts.iter().map(|(name, id)| (name.clone(), id.clone())).collect()
}

fn step_of(delivery: &Delivery) -> Option<usize> {
    let note = delivery.message.notes.iter().find_map(|note| note.split(": step ").nth(1))?;
    note.split(' ').next()?.parse().ok()
}

/// One message about one alert: whether there was a reason for it, and what it changes.
fn said(life: &mut Life, name: &str, delivery: &Delivery, now: DateTime<Utc>) {
    let (reason, policy) = (delivery.message.reason, policy());
    let context = format!("{now}: {name}: {reason}, of {life:?}");
    if reason == Reason::Resolved {
        let end = life.ended.unwrap_or_else(|| panic!("{context}: it fires"));
        assert!(now >= end + policy.resolve_wait && !life.silenced(now), "{context}: too early");
        assert!(life.since.is_some(), "{context}: nobody knew");
        life.conversation_ends();
        return;
    }
    if reason == Reason::Acknowledged {
        assert!(life.fires && life.acked(now) && life.since.is_some(), "{context}: nobody takes care of it");
        return;
    }
    assert!(life.fires && !life.hush(now), "{context}: nobody is to be told");
    let step = step_of(delivery);
    match reason {
        Reason::First | Reason::New => {
            assert!(life.since.is_none(), "{context}: they know");
            life.escalate(now);
        }
        Reason::Escalated => match step {
            Some(number) => {
                let at = life.steps.iter().position(|(own, at)| *own == number && *at <= now);
                let (_, due) =
                    life.steps.remove(at.unwrap_or_else(|| panic!("{context}: step {number} is not due")));
                assert!(now >= due, "{context}");
                if life.steps.is_empty() && life.rounds > 0 {
                    life.rounds -= 1;
                    let minutes = |minutes: i64| now + TimeDelta::minutes(20 + minutes);
                    life.steps = vec![(1, minutes(0)), (2, minutes(5)), (3, minutes(15))];
                }
            }
            None => {
                assert!(life.severity > life.known, "{context}: it is no worse");
                life.repeats = 0;
                let night = life.severity >= Some(Severity::Critical);
                if night != life.on_night || life.steps.is_empty() {
                    life.escalate(now);
                }
            }
        },
        Reason::Repeat if life.was_hushed => {
            life.repeats = 0;
            life.escalate(now);
        }
        Reason::Repeat => {
            let wait = now - life.last.unwrap();
            let wanted = (policy.repeat * 2i32.pow(life.repeats.min(10))).min(policy.repeat_max);
            assert_eq!(wait, wanted, "{context}: repeated after another time than planned");
            life.repeats += 1;
        }
        Reason::Acknowledged | Reason::Resolved => {}
    }
    life.since.get_or_insert(now);
    (life.last, life.known, life.was_hushed) = (Some(now), life.severity, false);
}

/// Nothing that ought to have been said by now is missing.
fn missing(life: &Life, name: &str, now: DateTime<Utc>) {
    if !life.fires || life.hush(now) {
        return;
    }
    let context = format!("{now}: {name} {life:?}");
    let policy = policy();
    let bad = life.severity >= Some(Severity::Critical);
    let waits = if bad { TimeDelta::zero() } else { policy.group_wait.max(policy.group_interval) };
    match life.last.filter(|_| life.since.is_some()) {
        None => {
            // Others of its rule may have been told of just before the peace was over: it waits for the next of them.
            let from = life.first_seen.max(life.free_since).unwrap();
            assert!(
                now < from + waits || waits > TimeDelta::zero() && now == from,
                "{context}: nobody was told"
            );
        }
        Some(last) => {
            assert!(life.severity <= life.known, "{context}: nobody knows how bad it is");
            assert!(now - last < policy.repeat_max, "{context}: it was forgotten");
            assert!(!life.was_hushed, "{context}: it is nobody's again, and nobody was told");
            assert!(life.steps.iter().all(|(_, at)| *at > now), "{context}: a step is missing");
        }
    }
}

/// The end of what people heard of is told, and of nothing else.
fn ended(life: &mut Life, name: &str, outbox: &[Delivery], now: DateTime<Utc>) {
    let (Some(end), Some(since)) = (life.ended, life.since) else { return };
    if life.fires || life.silenced(now) || now < end + policy().resolve_wait {
        return;
    }
    let is_old = now - since >= TimeDelta::hours(20);
    let heard = outbox.iter().any(|delivery| {
        let mine = about(delivery).iter().any(|(own, _)| own == name);
        let tells = !matches!(delivery.message.reason, Reason::Acknowledged | Reason::Resolved);
        let of_this = delivery.message.at >= since && tells;
        mine && of_this && matches!(delivery.state, Sending::Sent | Sending::Pending)
    });
    assert!(!heard && !is_old, "{now}: the end of {name} is not told: {life:?}");
    // Nobody heard of it, so it never was.
    life.conversation_ends();
}
