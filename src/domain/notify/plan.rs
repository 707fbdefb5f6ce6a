//! What to say of all alerts in one look: each decided on its own, lesser ones of one rule put into one message.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::channel::Takes;
use super::decide::{Decision, Hush, Say, Situation, current, first_at};
use super::message::{Reason, STEP, first_id, id, joint_id, resolved_id};
use super::policy::Policy;
use super::recall::Recall;
use super::route::{About, Route};
use super::silence::Silence;
use super::steps::Told;
use super::telling::Telling;
use crate::domain::alert::lifecycle::State;
use crate::domain::alert::{Alert, Severity, TRADING_HALTED};

/// What a look knows.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The alerts, by fingerprint.
    pub alerts: &'a BTreeMap<String, Alert>,
    /// The silences.
    pub silences: &'a [Silence],
    /// How people are told.
    pub policy: &'a Policy,
    /// Now.
    pub now: DateTime<Utc>,
}

/// What was decided of one alert.
#[derive(Debug, Clone)]
pub struct Decided<'a> {
    /// Its fingerprint.
    pub name: &'a str,
    /// The alert.
    pub alert: &'a Alert,
    /// Who is told of it.
    pub route: Route<'a>,
    /// Why nobody is, at present.
    pub hush: Option<Hush>,
    /// What is to be said.
    pub decision: Decision,
    /// Whether people know of others of its rule.
    pub is_one_of_many: bool,
}

/// One message to be.
#[derive(Debug, Clone)]
pub struct Word<'a> {
    /// Its id.
    pub id: String,
    /// What is said.
    pub say: Say,
    /// Why it is sent.
    pub reason: Reason,
    /// To whom.
    pub channels: Vec<String>,
    /// Those of them for which it is not stored yet: whoever died in the middle of it does not say it to anybody again.
    pub missing: Vec<String>,
    /// The alerts it speaks of, the one whose thread it belongs to first, each with the id that a message about it alone has.
    pub about: Vec<(&'a Decided<'a>, String)>,
}

impl<'a> View<'a> {
    /// Decides of every alert of which there is something to decide.
    pub fn decide(&self) -> Vec<Decided<'a>> {
        let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
        let mut waiting = Vec::new();
        for (name, alert) in self.alerts {
            let told = current(alert);
            if told.severity.is_some() && !told.ended {
                groups.entry(&alert.rule).or_default().told(told.at);
            }
            if alert.state != State::Resolved || (told.severity.is_some() && !told.ended) {
                waiting.push((name, alert));
            }
        }
        let mut found = Vec::with_capacity(waiting.len());
        for (name, alert) in waiting {
            let (about, hush) = (About::of(alert), self.hush(alert));
            let route = about.route(self.policy);
            let told_at = groups.get(&*alert.rule).and_then(|group| group.told_at);
            let at = first_at(alert, route.after, told_at, self.policy, self.now);
            let is_untold = alert.state != State::Resolved && current(alert).severity.is_none();
            if route.first.is_empty() && is_untold {
                continue;
            }
            if is_untold && hush.is_none() && !about.is_immediate() {
                groups.entry(&alert.rule).or_default().waits(at);
            }
            found.push((name, alert, route, hush, at));
        }
        let decided = |(name, alert, route, hush, own): (&'a String, &'a Alert, Route<'a>, _, _)| {
            let group = groups.get(&*alert.rule).copied().unwrap_or_default();
            let from = super::decide::later(alert.first_seen, route.after, self.now);
            // The first that is due takes the others along.
            let first_at = if About::of(alert).is_immediate() {
                own
            } else {
                group.first_at.map_or(own, |at| at.max(from).min(own))
            };
            let quiet_until = self.quiet_until(alert);
            let situation =
                Situation { alert, hush, first_at, quiet_until, policy: self.policy, now: self.now };
            let is_one_of_many = group.is_told;
            Decided { name, alert, route, hush, decision: situation.decide(), is_one_of_many }
        };
        found.into_iter().map(decided).collect()
    }

    /// Why nobody is to be told of an alert, if so.
    pub fn hush(&self, alert: &Alert) -> Option<Hush> {
        let told = current(alert);
        let is_of_this = |at: DateTime<Utc>| told.severity.is_some() || at >= alert.first_seen;
        let ack =
            alert.acked.as_ref().filter(|ack| ack.holds(alert.severity, self.now) && is_of_this(ack.at));
        let silences = self.silences.iter().filter_map(|silence| silence.hides(alert, self.now));
        let (silence, known) = (silences.max(), ack.map(|ack| ack.severity));
        let until = silence.or(ack.map(|ack| ack.until))?;
        Some(Hush { until, known, is_silenced: silence.is_some() })
    }

    /// When somebody can be told again, where every channel that was told is left in peace now.
    fn quiet_until(&self, alert: &Alert) -> Option<DateTime<Utc>> {
        let quiet = |name: &String| match self.takes(alert, name) {
            Takes::Now => None,
            Takes::From(at) => Some(at),
        };
        let channels = self.again(alert);
        let ends: Vec<DateTime<Utc>> = channels.iter().filter_map(quiet).collect();
        if ends.len() == channels.len() { ends.into_iter().min() } else { None }
    }

    /// When a channel takes a message about an alert.
    pub fn takes(&self, alert: &Alert, channel: &str) -> Takes {
        let is_urgent = alert.severity == Severity::Emergency || alert.rule == TRADING_HALTED;
        self.policy.channel(channel).map_or(Takes::Now, |spec| spec.takes(is_urgent, self.now))
    }

    /// Who is told again.
    fn again(&self, alert: &Alert) -> Vec<String> {
        let told = &alert.telling.channels;
        let reached = About::of(alert).reached(self.policy, told);
        if reached.is_empty() { self.known(told) } else { reached }
    }

    fn known(&self, channels: &[String]) -> Vec<String> {
        channels.iter().filter(|name| self.policy.channel(name).is_some()).cloned().collect()
    }

    /// The messages, the urgent first. The outbox says who heard of an alert that ended, and what was stored before.
    pub fn words(&self, decided: &'a [Decided<'a>], outbox: &Recall<'_>) -> Vec<Word<'a>> {
        let (mut alone, mut groups): (Vec<Word<'a>>, BTreeMap<_, Vec<Word<'a>>>) = Default::default();
        for one in decided {
            for say in &one.decision.says {
                let mut word = self.word(one, say, outbox);
                if About::of(one.alert).is_immediate() {
                    alone.push(word);
                } else {
                    let step = match say {
                        Say::Step(due) => Some((due.round, due.step)),
                        _ => None,
                    };
                    word.missing.retain(|channel| !outbox.has(&word.id, channel));
                    let channels = (word.channels.clone(), word.missing.clone());
                    let kind = (one.alert.rule.clone(), word.reason.word(), step, channels);
                    groups.entry(kind).or_default().push(word);
                }
            }
        }
        alone.sort_by_key(|word| std::cmp::Reverse(word.about.first().map(|(one, _)| one.alert.severity)));
        alone.extend(groups.into_values().flat_map(joined));
        alone
    }

    fn word(&self, one: &'a Decided<'a>, say: &Say, outbox: &Recall<'_>) -> Word<'a> {
        let telling = &one.decision.telling;
        let is_now = |name: &String| self.takes(one.alert, name) == Takes::Now;
        let with_first = |mut channels: Vec<String>| {
            channels.extend(
                one.route.first.iter().filter(|name| !channels.contains(name)).cloned().collect::<Vec<_>>(),
            );
            channels
        };
        let channels: Vec<String> = match say {
            Say::First => one.route.first.clone(),
            Say::Worse => with_first(self.known(&telling.channels)),
            Say::Step(due) => self.known(&due.channels),
            Say::Again => with_first(self.again(one.alert)),
            Say::Repeat => self.again(one.alert).into_iter().filter(is_now).collect(),
            Say::Taken => outbox.heard(one).into_iter().filter(is_now).collect(),
            Say::Resolved => outbox.heard(one),
        };
        let reason = match say {
            Say::First if one.is_one_of_many => Reason::New,
            Say::First => Reason::First,
            Say::Worse | Say::Step(_) => Reason::Escalated,
            Say::Repeat | Say::Again => Reason::Repeat,
            Say::Taken => Reason::Acknowledged,
            Say::Resolved => Reason::Resolved,
        };
        let id = self.id(one, say);
        let missing = channels.clone();
        Word { id: id.clone(), say: say.clone(), reason, channels, missing, about: vec![(one, id)] }
    }

    fn id(&self, one: &Decided<'_>, say: &Say) -> String {
        let Telling { episode, messages, .. } = one.decision.telling;
        let severity = one.alert.severity.word();
        match say {
            Say::First => first_id(one.name, episode),
            Say::Taken => id(one.name, episode, &format!("acknowledged {messages}")),
            Say::Resolved => resolved_id(one.name, episode),
            Say::Step(due) => id(one.name, episode, &format!("{STEP} {} {}", due.round, due.step)),
            Say::Worse => id(one.name, episode, &format!("worse {messages} {severity}")),
            Say::Repeat | Say::Again => id(one.name, episode, &format!("repeat {messages}")),
        }
    }

    /// What is remembered of every alert that something was said of, or decided without a word.
    pub fn remembered(&self, decided: &[Decided<'_>], words: &[Word<'_>]) -> BTreeMap<String, Telling> {
        let mut tellings: BTreeMap<String, Telling> = BTreeMap::new();
        for one in decided {
            let telling = &one.decision.telling;
            if *telling != one.alert.telling && telling.severity.is_some() {
                tellings.insert(one.name.to_owned(), telling.clone());
            }
        }
        for word in words {
            for (index, (one, _)) in word.about.iter().enumerate() {
                let before = tellings.get(one.name).unwrap_or(&one.decision.telling);
                let told = Told {
                    alert: one.alert,
                    say: &word.say,
                    channels: &word.channels,
                    route: &one.route,
                    policy: self.policy,
                    now: self.now,
                };
                let mut telling = told.remembered(before);
                telling.led |= index == 0;
                tellings.insert(one.name.to_owned(), telling);
            }
        }
        tellings
    }

    /// When something is to be decided next, with what is remembered now.
    pub fn next(
        &self,
        decided: &[Decided<'_>],
        tellings: &BTreeMap<String, Telling>,
    ) -> Option<DateTime<Utc>> {
        let due = |one: &Decided<'_>| match tellings.get(one.name) {
            Some(telling) if !one.decision.says.is_empty() => {
                let steps = telling.steps.iter().map(|step| step.at);
                steps.chain(telling.repeat_at).min().or(one.decision.due)
            }
            _ => one.decision.due,
        };
        decided.iter().filter_map(due).min()
    }
}

/// What is known of the alerts of one rule.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    is_told: bool,
    told_at: Option<DateTime<Utc>>,
    first_at: Option<DateTime<Utc>>,
}

impl Group {
    fn told(&mut self, at: Option<DateTime<Utc>>) {
        self.is_told = true;
        self.told_at = self.told_at.max(at);
    }

    fn waits(&mut self, at: DateTime<Utc>) {
        self.first_at = Some(self.first_at.map_or(at, |first| first.min(at)));
    }
}

/// Puts messages that say the same of several alerts into one. Each thread that people have seen is ended under its own name.
fn joined(mut words: Vec<Word<'_>>) -> Vec<Word<'_>> {
    words.sort_by_key(|word| word.about.first().map(|(one, _)| (one.alert.first_seen, one.name)));
    let is_end = words.first().is_some_and(|word| word.reason == Reason::Resolved);
    let has_led = |word: &Word<'_>| word.about.first().is_some_and(|(one, _)| one.decision.telling.led);
    let (leading, rest): (Vec<_>, Vec<_>) = words.into_iter().partition(|word| is_end && has_led(word));
    let mut words = leading.into_iter();
    let mut rest = rest.into_iter();
    let Some(mut first) = words.next().or_else(|| rest.next()) else { return Vec::new() };
    first.about.extend(rest.flat_map(|word| word.about));
    if first.about.len() > 1 {
        first.id = joint_id(first.about.iter().map(|(_, id)| &**id));
    }
    std::iter::once(first).chain(words).collect()
}
