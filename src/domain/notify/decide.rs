//! What there is to say of one alert now, and when the next thing will be: first, new, escalated, repeat, resolved or nothing.

use chrono::{DateTime, TimeDelta, Utc};

use super::policy::Policy;
use super::route::About;
use super::steps::interval;
use super::telling::{Due, Telling};
use crate::domain::alert::lifecycle::State;
use crate::domain::alert::{Alert, Severity, TRADING_HALTED};

/// What is to be said of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Say {
    /// Nobody was told of it yet.
    First,
    /// It became worse than people know.
    Worse,
    /// Nobody acknowledged it in time: a step of its escalation.
    Step(Due),
    /// It still fires.
    Repeat,
    /// It still fires, and whoever took care of it, or silenced it, no longer does.
    Again,
    /// Somebody takes care of it: whoever was told need not.
    Taken,
    /// It no longer holds.
    Resolved,
}

/// Why nobody is to be told of an alert at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hush {
    /// Until when.
    pub until: DateTime<Utc>,
    /// How bad whoever takes care of it knows it to be, if somebody does.
    pub known: Option<Severity>,
    /// Whether it is silenced: then nobody is told of its end either before that is over.
    pub is_silenced: bool,
}

/// What decides.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The alert.
    pub alert: &'a Alert,
    /// Why nobody is to be told, if so.
    pub hush: Option<Hush>,
    /// When people are to be told of it first: it may wait for others of its rule.
    pub first_at: DateTime<Utc>,
    /// When somebody can be told again, where every channel is left in peace until then.
    pub quiet_until: Option<DateTime<Utc>>,
    /// How people are told.
    pub policy: &'a Policy,
    /// Now.
    pub now: DateTime<Utc>,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What is to be said now.
    pub says: Vec<Say>,
    /// When there is something to be decided again, if nothing else happens; of no use where something is said now.
    pub due: Option<DateTime<Utc>>,
    /// What is remembered, before anything is said.
    pub telling: Telling,
    /// What was stored to be sent and was not yet, is no longer to be.
    pub is_over: bool,
}

/// So much later than `at`; at once where `at` is in the future, because a clock that stepped back must not hold anything up.
pub fn later(at: DateTime<Utc>, wait: TimeDelta, now: DateTime<Utc>) -> DateTime<Utc> {
    if at > now { now } else { at.checked_add_signed(wait).unwrap_or(now) }
}

/// What is remembered of the conversation about an alert that goes on: what fires again before its end was told goes on with it.
pub fn current(alert: &Alert) -> Telling {
    let told = &alert.telling;
    let is_new = told.ended || (told.severity.is_none() && told.episode != alert.count);
    if alert.state != State::Resolved && is_new {
        Telling { episode: alert.count, ..Telling::default() }
    } else {
        told.clone()
    }
}

impl Situation<'_> {
    /// Decides.
    pub fn decide(&self) -> Decision {
        let mut decision =
            Decision { says: Vec::new(), due: None, telling: current(self.alert), is_over: false };
        if self.alert.state == State::Resolved {
            self.ended(&mut decision);
        } else if let Some(hush) = self.hush {
            self.hushed(hush, &mut decision);
        } else {
            match decision.telling.severity {
                None => self.at(self.first_at, Say::First, &mut decision),
                Some(known) if self.alert.severity > known => decision.says.push(Say::Worse),
                Some(_) => self.goes_on(&mut decision),
            }
        }
        decision
    }

    fn at(&self, at: DateTime<Utc>, say: Say, decision: &mut Decision) {
        if at <= self.now {
            decision.says.push(say);
        } else {
            decision.due = Some(at);
        }
    }

    /// What was told is told to have ended, once it has ended for a while.
    fn ended(&self, decision: &mut Decision) {
        if decision.telling.severity.is_none() || decision.telling.ended {
            return;
        }
        // A halt does not come again: the next one is another.
        let is_halt = self.alert.rule == TRADING_HALTED;
        let wait = if is_halt { TimeDelta::zero() } else { self.policy.resolve_wait };
        let at = later(self.alert.resolved_at.unwrap_or(self.now), wait, self.now);
        // Somebody who takes care of it wants to know; whoever silenced it wants peace.
        let silence = self.hush.filter(|hush| hush.is_silenced);
        let at = silence.map_or(at, |silence| at.max(silence.until));
        self.at(at, Say::Resolved, decision);
        decision.is_over = !decision.says.is_empty();
    }

    fn hushed(&self, hush: Hush, decision: &mut Decision) {
        let telling = &mut decision.telling;
        if telling.severity.is_some() {
            // When it becomes worse than whoever takes care of it knows, people are told.
            telling.severity = hush.known.or(telling.severity);
        }
        if telling.severity.is_some() && (telling.repeat_at.is_some() || !telling.steps.is_empty()) {
            telling.repeat_at = None;
            telling.steps.clear();
            telling.rounds_left = 0;
            decision.is_over = true;
            if hush.known.is_some() && !hush.is_silenced {
                decision.says.push(Say::Taken);
            }
        }
        decision.due = Some(hush.until);
    }

    /// It fires, people know, and nobody takes care of it.
    fn goes_on(&self, decision: &mut Decision) {
        let Some(repeat_at) = decision.telling.repeat_at else {
            return self.at(self.quiet_until.unwrap_or(self.now), Say::Again, decision);
        };
        self.clamp(repeat_at, &mut decision.telling);
        let telling = &decision.telling;
        let due: Vec<Due> = telling.steps.iter().filter(|step| step.at <= self.now).cloned().collect();
        if !due.is_empty() {
            decision.says = due.into_iter().map(Say::Step).collect();
            return;
        }
        let step = telling.steps.iter().map(|step| step.at).min();
        let repeat = telling.repeat_at.map(|at| self.quiet_until.map_or(at, |end| at.max(end)));
        if let Some(repeat) = repeat {
            self.at(repeat, Say::Repeat, decision);
        }
        decision.due = decision.due.into_iter().chain(step).min();
    }

    /// No time is further away than it was when it was planned: then the clock stepped back.
    fn clamp(&self, repeat_at: DateTime<Utc>, telling: &mut Telling) {
        let latest = |wait: TimeDelta| self.now.checked_add_signed(wait).unwrap_or(self.now);
        telling.repeat_at = Some(repeat_at.min(latest(interval(self.policy, telling.repeats))));
        for step in &mut telling.steps {
            let seconds = i64::try_from(step.after_seconds).unwrap_or(i64::MAX);
            // What is left of a second is not lost.
            let wait = TimeDelta::try_seconds(seconds.saturating_add(1)).unwrap_or(TimeDelta::MAX);
            step.at = step.at.min(latest(wait));
        }
    }
}

/// When an alert that waits for nobody is to be told first: `told_at` is when people were last told of others of its rule.
pub fn first_at(
    alert: &Alert,
    after: TimeDelta,
    told_at: Option<DateTime<Utc>>,
    policy: &Policy,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let own = later(alert.first_seen, after, now);
    if About::of(alert).is_immediate() {
        return own;
    }
    let waited = later(alert.first_seen, policy.group_wait, now);
    let others = told_at.map_or(own, |at| later(at, policy.group_interval, now));
    own.max(waited).max(others)
}

#[cfg(test)]
mod table;
