//! What is remembered after people were told: when they are told again, and which steps of the escalation are to come.

use chrono::{DateTime, TimeDelta, Utc};

use super::decide::Say;
use super::escalation::Escalation;
use super::policy::Policy;
use super::route::{About, Route};
use super::telling::{Due, Telling};
use crate::domain::alert::Alert;

/// A message that was decided.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The alert.
    pub alert: &'a Alert,
    /// What was said of it.
    pub say: &'a Say,
    /// To whom.
    pub channels: &'a [String],
    /// Who is told of such an alert.
    pub route: &'a Route<'a>,
    /// How people are told.
    pub policy: &'a Policy,
    /// When.
    pub now: DateTime<Utc>,
}

/// How long after so many repetitions the next one is due: doubled each time, to a cap.
pub fn interval(policy: &Policy, repeats: u32) -> TimeDelta {
    let most = policy.repeat_max.max(policy.repeat);
    let factor = 1i32.checked_shl(repeats.min(30)).unwrap_or(i32::MAX);
    policy.repeat.checked_mul(factor).map_or(most, |length| length.min(most))
}

impl Told<'_> {
    /// What is remembered after it.
    #[must_use]
    pub fn remembered(&self, before: &Telling) -> Telling {
        let mut telling = before.clone();
        telling.messages = telling.messages.saturating_add(1);
        telling.since.get_or_insert(self.now);
        if *self.say == Say::Taken {
            return telling;
        }
        (telling.at, telling.severity) = (Some(self.now), Some(self.alert.severity));
        for channel in self.channels {
            if !telling.channels.contains(channel) {
                telling.channels.push(channel.clone());
            }
        }
        match self.say {
            Say::First => {
                // People have all the time they are given, however late they were told.
                let from = self.now.checked_sub_signed(self.route.after).unwrap_or(self.now);
                self.begin(&mut telling, from);
            }
            Say::Worse => {
                telling.repeats = 0;
                let is_other = telling.policy.as_deref() != self.route.escalation.map(|one| &*one.name);
                if is_other || telling.steps.is_empty() {
                    self.begin(&mut telling, self.now);
                }
            }
            Say::Again => {
                telling.repeats = 0;
                self.begin(&mut telling, self.now);
            }
            Say::Repeat => telling.repeats = telling.repeats.saturating_add(1),
            Say::Step(due) => {
                telling.steps.retain(|step| (step.step, step.round) != (due.step, due.round));
                self.go_round(&mut telling);
            }
            Say::Taken => {}
            Say::Resolved => {
                telling.ended = true;
                telling.steps.clear();
            }
        }
        let next = self.now.checked_add_signed(interval(self.policy, telling.repeats));
        telling.repeat_at = next.filter(|_| !telling.ended);
        telling
    }

    /// Plans the steps after the first, from `from` on.
    fn begin(&self, telling: &mut Telling, from: DateTime<Utc>) {
        let escalation = self.route.escalation;
        if telling.policy.is_some() {
            // Planned anew: those of before have other ids.
            telling.round = telling.round.saturating_add(1);
        }
        telling.policy = escalation.map(|one| one.name.clone());
        telling.rounds_left = escalation.map_or(0, |one| one.repeat);
        let planned = escalation.into_iter().flat_map(|one| {
            let later = one.steps.iter().zip(1..).skip(1);
            later.filter_map(|(step, number)| self.due(one, (telling.round, number), from, step.after))
        });
        telling.steps = planned.collect();
        self.go_round(telling);
    }

    /// Plans the next round where one is over.
    fn go_round(&self, telling: &mut Telling) {
        let named = |one: &&Escalation| telling.policy.as_ref() == Some(&one.name);
        let Some(escalation) = self.policy.escalations.iter().find(named) else { return };
        while telling.steps.is_empty() && telling.rounds_left > 0 {
            telling.rounds_left -= 1;
            telling.round = telling.round.saturating_add(1);
            let first = escalation.steps.first().map_or(TimeDelta::zero(), |step| step.after);
            let planned = escalation.steps.iter().zip(1..).filter_map(|(step, number)| {
                let after = escalation.repeat_after.checked_add(&(step.after - first))?;
                self.due(escalation, (telling.round, number), self.now, after)
            });
            telling.steps = planned.collect();
        }
    }

    /// One step to come, by its round and number, unless it reaches nobody.
    fn due(
        &self,
        escalation: &Escalation,
        (round, step): (u32, usize),
        from: DateTime<Utc>,
        after: TimeDelta,
    ) -> Option<Due> {
        // An escalation that was begun goes on, also for what eases: nobody has taken care of it.
        let about = About::of(self.alert);
        let about = About { severity: about.severity.max(escalation.min_severity), ..about };
        let channels = &escalation.steps.get(step.checked_sub(1)?)?.channels;
        let channels = about.reached(self.policy, channels);
        let at = from.checked_add_signed(after)?;
        let after_seconds = u64::try_from(at.signed_duration_since(self.now).num_seconds()).unwrap_or(0);
        (!channels.is_empty()).then_some(Due { step, round, at, after_seconds, channels })
    }
}
