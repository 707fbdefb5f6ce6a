//! Sends what one channel has to take: the intent is stored before, the mark after, and only one process does it at a time.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::notify::Delivery;
use crate::domain::notify::channel::Spec;
use crate::domain::notify::delivery::{State as Life, Trouble};
use crate::domain::notify::message::Topic;
use crate::domain::notify::queue::{Next, Patience, next};
use crate::domain::notify::record::Record;
use crate::error::{Kind, Result};
use crate::ops::{Notice, State};
use crate::store::Durability;

use super::sender::Sender;
use super::{Means, outbox};

/// With less time than this left, no attempt is begun.
const LEAST: Duration = Duration::from_millis(50);

/// Left of the time for marking what became of the last attempt, and for noticing that it hangs.
const TO_MARK: Duration = Duration::from_millis(400);

/// What one channel is to do.
#[derive(Debug, Clone)]
pub struct Task {
    /// The channel.
    pub spec: Spec,
    /// What it has to take, as it stood when somebody looked.
    pub deliveries: Vec<Delivery>,
    /// Those of them that could not be stored: they are sent all the same, and marked nowhere.
    pub unstored: BTreeSet<String>,
    /// How much patience there is.
    pub patience: Patience,
    /// How long to wait for another process that is at it.
    pub wait: Duration,
    /// When it has to be over, by the monotonic clock.
    pub deadline: Option<Duration>,
}

/// One message through one channel, once.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The delivery.
    pub name: String,
    /// What became of it.
    pub result: std::result::Result<(), Trouble>,
    /// How long it took.
    pub took: Duration,
}

/// What one channel did.
#[derive(Debug, Clone)]
pub struct Drained {
    /// The channel.
    pub channel: String,
    /// What it tried, in order.
    pub attempts: Vec<Attempt>,
    /// Deliveries that another process sent meanwhile.
    pub elsewhere: Vec<String>,
    /// What another channel is to take instead.
    pub handed_on: Vec<Delivery>,
    /// Another process is at it.
    pub busy: bool,
    /// Something could not be marked: it is of no use to try at once again.
    pub is_stuck: bool,
    /// It gave something up, or works again: a rule has to say so.
    pub is_news: bool,
    /// What else is worth knowing.
    pub notices: Vec<Notice>,
}

/// Sends what a channel has to take, one after the other, until nothing is due, something fails or time is over.
pub fn drain(means: &Means, mut task: Task) -> Drained {
    let mut drained = Drained {
        channel: task.spec.name.clone(),
        attempts: Vec::new(),
        elsewhere: Vec::new(),
        handed_on: Vec::new(),
        busy: false,
        is_stuck: false,
        is_news: false,
        notices: Vec::new(),
    };
    let context = means.context();
    let opened = context.open_waiting(context.config.lock_wait);
    let lock = format!("telling.{}", task.spec.name);
    let turn = opened.as_ref().map(|state| state.backend.lock(&lock, task.wait));
    let trouble = match &turn {
        Ok(Ok(_)) => None,
        Ok(Err(error)) if error.kind == Kind::Busy => {
            drained.busy = true;
            look_again(opened.as_ref().ok(), &mut task, &mut drained);
            return drained;
        }
        Ok(Err(error)) => Some(error),
        Err(error) => Some(*error),
    };
    if let Some(error) = trouble {
        // Without a lock two processes may send the same. That is better than none, but only for what is stored nowhere.
        drained.notices.push(super::untold(&task.spec.name, error));
        task.deliveries.retain(|delivery| task.unstored.contains(&delivery.name()));
    }
    let mut work = Work { means, state: opened.as_ref().ok(), sender: None, task, drained };
    work.all();
    work.drained
}

/// What another process did meanwhile.
fn look_again(state: Option<&State<'_>>, task: &mut Task, drained: &mut Drained) {
    let Some(state) = state else { return };
    for delivery in &mut task.deliveries {
        let name = delivery.name();
        if let Ok(Some(stored)) = outbox::read(state, &name) {
            if stored.state == Life::Sent {
                drained.elsewhere.push(name);
            }
            *delivery = stored;
        }
    }
}

struct Work<'a> {
    means: &'a Means,
    state: Option<&'a State<'a>>,
    sender: Option<Sender>,
    task: Task,
    drained: Drained,
}

impl Work<'_> {
    fn all(&mut self) {
        look_again(self.state, &mut self.task, &mut self.drained);
        loop {
            let (record, now) = (self.record(), self.means.clock.now());
            let name = match next(&self.task.deliveries, &self.task.spec, &record, self.task.patience, now) {
                Next::Send(delivery) => delivery.name(),
                Next::From(_) | Next::Nothing => return,
            };
            let Some(limit) = self.limit() else { return };
            if !self.one(&name, limit) {
                return;
            }
        }
    }

    /// How long the next attempt may take; `None` when time is over.
    fn limit(&self) -> Option<Duration> {
        let limit = self.task.spec.timeout;
        let Some(deadline) = self.task.deadline else { return Some(limit) };
        let left = deadline.saturating_sub(self.means.clock.monotonic()).saturating_sub(TO_MARK);
        // Whole milliseconds: it is told to people.
        let left = Duration::from_millis(u64::try_from(left.as_millis()).unwrap_or(u64::MAX));
        (left >= LEAST).then(|| limit.min(left))
    }

    fn record(&self) -> Record {
        let fresh = || Record::new(self.means.clock.now());
        self.state.map_or_else(fresh, |state| outbox::record(state, &self.task.spec.name))
    }

    /// Sends one message and marks it; `false` when the channel is to be left alone for now.
    fn one(&mut self, name: &str, limit: Duration) -> bool {
        let stored = !self.task.unstored.contains(name);
        if stored && !self.is_still_pending(name) {
            return true;
        }
        let Some(delivery) = self.task.deliveries.iter().find(|one| one.name() == name).cloned() else {
            return false;
        };
        let from = self.means.clock.monotonic();
        let result = self.send(&delivery, limit);
        let took = self.means.clock.monotonic().saturating_sub(from);
        let goes_on = result.as_ref().map_or_else(|trouble| trouble.permanent, |()| true);
        let now = self.means.clock.now();
        let dice = (self.means.dice)();
        let give_up_after = self.means.config.policies.notify.give_up_after;
        let mark = |delivery: &mut Delivery| match &result {
            Ok(()) => delivery.sent(now),
            Err(trouble) => delivery.failed(trouble.clone(), give_up_after, now, dice),
        };
        let mut marked = delivery;
        mark(&mut marked);
        if let Some(state) = self.state {
            if stored && marked.state == Life::Abandoned {
                self.instead(state, &marked);
            }
            if stored {
                self.mark(state, name, mark, result.is_ok());
            }
            self.remember(state, &marked, &result, now);
        }
        self.replace(marked);
        self.drained.attempts.push(Attempt { name: name.to_owned(), result, took });
        goes_on
    }

    fn send(&mut self, delivery: &Delivery, limit: Duration) -> std::result::Result<(), Trouble> {
        let sender = match &mut self.sender {
            Some(sender) => sender,
            none => none.insert(Sender::start(self.means, &self.task.spec)?),
        };
        sender.send(&delivery.message, limit)
    }

    /// Whether it still is to be sent: it may be acknowledged by now, or sent by somebody else.
    fn is_still_pending(&mut self, name: &str) -> bool {
        if self.means.unmarked.has(name) {
            let now = self.means.clock.now();
            if let Some(state) = self.state {
                self.mark(state, name, |delivery| delivery.sent(now), true);
            }
            self.task.deliveries.retain(|one| one.name() != name);
            return false;
        }
        let Some(state) = self.state else { return false };
        match outbox::read(state, name) {
            Ok(Some(delivery)) => {
                let pending = delivery.state == Life::Pending;
                self.replace(delivery);
                pending
            }
            Ok(None) => {
                self.task.deliveries.retain(|one| one.name() != name);
                false
            }
            // As it was read before: better twice than never.
            Err(_) => true,
        }
    }

    fn replace(&mut self, delivery: Delivery) {
        let name = delivery.name();
        if let Some(own) = self.task.deliveries.iter_mut().find(|one| one.name() == name) {
            *own = delivery;
        }
    }

    /// Marks what became of a message. One that was sent and cannot be marked is taken away, which needs no room on a disk.
    fn mark(&mut self, state: &State<'_>, name: &str, mark: impl FnOnce(&mut Delivery), was_sent: bool) {
        let Err(error) = outbox::change(state, name, mark) else {
            self.means.unmarked.forget(name);
            return;
        };
        let removed = if was_sent { outbox::remove(state, name) } else { Ok(()) };
        if was_sent && removed.is_err() {
            self.means.unmarked.add(name);
        }
        self.drained.is_stuck = true;
        let doing = match (was_sent, &removed) {
            (true, Ok(())) => format!("{name} was sent; its mark could not be stored, so it is forgotten"),
            (true, Err(_)) => format!("{name} was sent and cannot be marked: it may be sent again"),
            (false, _) => format!("{name} was not sent, and that cannot be marked"),
        };
        self.drained.notices.push(Notice::of("NOT_MARKED", &doing, &error));
    }

    /// Lets another channel take what this one cannot. Stored before this one is given up, so that it is not lost between.
    fn instead(&mut self, state: &State<'_>, given_up: &Delivery) {
        let policy = &self.means.config.policies.notify;
        let fallback = policy.fallback.as_deref().filter(|name| *name != given_up.channel);
        let Some(fallback) = fallback.filter(|name| policy.channel(name).is_some()) else { return };
        // What was taken over once is not handed around any further.
        if given_up.instead_of.is_some() {
            return;
        }
        let copy = given_up.instead(fallback, state.now());
        match outbox::store(state, copy.clone(), Durability::Strict) {
            Ok(()) => self.drained.handed_on.push(copy),
            Err(error) => self.drained.notices.push(super::untold(fallback, &error)),
        }
    }

    fn remember(
        &mut self,
        state: &State<'_>,
        delivery: &Delivery,
        result: &std::result::Result<(), Trouble>,
        now: DateTime<Utc>,
    ) {
        let rate = self.task.spec.rate_limit;
        let is_trial = matches!(delivery.message.topic, Topic::Test | Topic::Drill);
        let abandoned = delivery.state == Life::Abandoned;
        let is_news = &mut self.drained.is_news;
        let remembered: Result<()> = outbox::remember(state, &self.task.spec.name, |record| match result {
            Ok(()) => {
                *is_news |= record.failing_since.is_some() || record.abandoned_at.is_some();
                record.sent(rate, now);
                if is_trial {
                    record.last_drill_at = Some(now);
                }
            }
            Err(trouble) => {
                *is_news |= abandoned;
                record.failed(trouble.clone(), abandoned, now);
                // A message that is given up after a day says nothing about when to try the next one; its trouble does.
                let asked = trouble.retry_after_seconds.and_then(|asked| i64::try_from(asked).ok());
                let asked =
                    asked.and_then(TimeDelta::try_seconds).and_then(|asked| now.checked_add_signed(asked));
                record.retry_at =
                    if trouble.permanent { None } else { Some(delivery.due_at.max(asked.unwrap_or(now))) };
            }
        });
        if let Err(error) = remembered {
            let doing = format!("what channel {} did is not remembered", self.task.spec.name);
            self.drained.notices.push(Notice::of("CHANNEL_NOT_RECORDED", &doing, &error));
        }
    }
}
