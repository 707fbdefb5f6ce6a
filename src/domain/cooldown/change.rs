//! Every way the locks of a ticker change: a new one, a longer one, an early end, and the rules for stop-losses.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Map;

use super::{Cooldown, Hit, Lock, Policy, Side, StopLoss, Touch};
use crate::domain::halt::{Actor, Cause, Source};

/// Most locks a document holds. Beyond that, the oldest go that no longer decide anything.
pub const LOCKS_MAX: usize = 16;

/// Most stop-losses a document holds, the latest: within these, one that is reported again is known.
pub const STOP_LOSSES_MAX: usize = 32;

/// The rule behind a lock after a stop-loss.
pub const STOP_LOSS: &str = "STOP_LOSS";

/// The rule behind a lock of every ticker after many stop-losses.
pub const STOP_LOSS_GUARD: &str = "STOP_LOSS_GUARD";

/// The rule behind the lock that stands in for those of a document that could not be read.
pub const LOST: &str = "STATE_CORRUPT";

/// What a new lock did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Locked {
    /// It is in force.
    Added(Lock),
    /// This one, in force already, blocks all that the new one would have; nothing was added.
    Covered(Lock),
}

impl Locked {
    /// The lock that counts.
    pub fn lock(&self) -> &Lock {
        match self {
            Self::Added(lock) | Self::Covered(lock) => lock,
        }
    }
}

/// How much longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extension {
    /// By this much, counted from the end as it is.
    By(TimeDelta),
    /// Until then.
    Until(DateTime<Utc>),
}

/// What every lock made by a rule carries: its id, and who reported what led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The id of a lock that may come of it.
    pub id: String,
    /// Who reported.
    pub actor: Actor,
    /// From which machine.
    pub host: String,
}

/// A stop-loss that counts, and what it did to its ticker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Its number within the window, from 1.
    pub number: usize,
    /// The lock.
    pub locked: Locked,
}

/// What a stop-loss did to every ticker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guarded {
    /// Whether it was not counted before, and is now.
    pub counted: bool,
    /// The lock, if it came to one.
    pub locked: Option<Locked>,
}

impl Cooldown {
    /// The document that takes the place of one that could not be read: doubt means locked.
    pub fn recovered(
        ticker: &str,
        duration: TimeDelta,
        reason: String,
        mark: Mark,
        now: DateTime<Utc>,
    ) -> Self {
        let mut fresh = Self::new(ticker, now);
        fresh.locks.push(by_rule(LOST, Side::Both, now, duration, reason, Vec::new(), mark));
        fresh
    }

    /// Adds a lock, unless one in force covers it. A shorter lock never shortens a longer one.
    pub fn lock(&mut self, lock: Lock, now: DateTime<Utc>) -> Locked {
        if let Some(standing) = self.in_force(now).filter(|own| own.covers(&lock)).max_by_key(|own| own.until)
        {
            return Locked::Covered(standing.clone());
        }
        self.locks.push(lock.clone());
        self.bound();
        Locked::Added(lock)
    }

    /// Moves the end of every lock in force, never to an earlier time. Returns those that changed, as they are now.
    pub fn extend(&mut self, to: Extension, touch: &Touch) -> Vec<Lock> {
        let mut changed = Vec::new();
        for lock in self.locks.iter_mut().filter(|lock| lock.is_in_force(touch.at)) {
            let until = match to {
                Extension::By(duration) => lock.until.checked_add_signed(duration).unwrap_or(lock.until),
                Extension::Until(until) => until,
            };
            if until > lock.until {
                lock.until = until;
                lock.extended = Some(touch.clone());
                changed.push(lock.clone());
            }
        }
        changed
    }

    /// Ends every lock in force, for good. Returns them.
    pub fn release(&mut self, touch: &Touch) -> Vec<Lock> {
        let mut released = Vec::new();
        for lock in self.locks.iter_mut().filter(|lock| lock.is_in_force(touch.at)) {
            lock.released = Some(touch.clone());
            released.push(lock.clone());
        }
        released
    }

    /// Counts a stop-loss of this ticker and locks it by the rules: its own cooldown, or a longer one if it is not the first
    /// within the window. `None`: it was reported before and does not count again.
    pub fn stop_loss(
        &mut self,
        stop: &StopLoss,
        policy: &Policy,
        own: TimeDelta,
        mark: Mark,
        now: DateTime<Utc>,
    ) -> Option<Counted> {
        if self.known(stop).is_some() {
            return None;
        }
        let hits = self.count(stop, policy.escalation.window);
        let number = hits.len();
        let reason = match number {
            0 | 1 => format!("stop-loss {} at {}", stop.hit.id, stop.price),
            _ => {
                let window = shown(policy.escalation.window);
                format!("stop-loss {} at {}, number {number} within {window}", stop.hit.id, stop.price)
            }
        };
        let duration = policy.escalated(own, number);
        let lock = by_rule(STOP_LOSS, stop.side, stop.hit.at, duration, reason, hits, mark);
        Some(Counted { number, locked: self.lock(lock, now) })
    }

    /// Counts a stop-loss of any ticker on the document of all of them, unless it is counted already, and locks every ticker
    /// if that makes too many within the window.
    pub fn guard(&mut self, stop: &StopLoss, policy: &Policy, mark: Mark, now: DateTime<Utc>) -> Guarded {
        let guard = policy.guard;
        if !guard.enabled || self.known(stop).is_some() {
            return Guarded { counted: false, locked: None };
        }
        let mut hits = self.count(stop, guard.window);
        let (count, until) = (hits.len(), stop.hit.at + guard.duration);
        // One that is reported late may have nothing left to lock.
        if count < guard.count || until <= now {
            return Guarded { counted: true, locked: None };
        }
        let reason = format!("{count} stop-losses within {}", shown(guard.window));
        let latest = hits.split_off(count.saturating_sub(guard.count));
        let lock = by_rule(STOP_LOSS_GUARD, Side::Both, stop.hit.at, guard.duration, reason, latest, mark);
        Guarded { counted: true, locked: Some(self.lock(lock, now)) }
    }

    /// The same stop-loss as it was reported before.
    pub fn known(&self, stop: &StopLoss) -> Option<&StopLoss> {
        self.stop_losses.iter().find(|known| known.is(stop))
    }

    /// Adds a stop-loss and returns those within the window before it, itself included, oldest first. One exactly a window
    /// earlier no longer counts; one that a clock since stepped back puts later does.
    fn count(&mut self, stop: &StopLoss, window: TimeDelta) -> Vec<Hit> {
        self.stop_losses.push(stop.clone());
        self.stop_losses.sort_by_key(|stop| stop.hit.at);
        let excess = self.stop_losses.len().saturating_sub(STOP_LOSSES_MAX);
        self.stop_losses.drain(..excess);
        let counts = |known: &&StopLoss| stop.hit.at.signed_duration_since(known.hit.at) < window;
        self.stop_losses.iter().filter(counts).map(|known| known.hit.clone()).collect()
    }

    /// Forgets the oldest locks that decide nothing, at whatever time: those released, and those that another covers.
    fn bound(&mut self) {
        while self.locks.len() > LOCKS_MAX {
            let idle = |(at, lock): (usize, &Lock)| {
                let others = self.locks.iter().enumerate().filter(|(other, _)| *other != at);
                lock.released.is_some() || others.map(|(_, own)| own).any(|own| own.covers(lock))
            };
            match self.locks.iter().enumerate().position(idle) {
                Some(at) => drop(self.locks.remove(at)),
                // Of any more than three, one for each side, one is covered.
                None => return,
            }
        }
    }
}

impl Lock {
    /// Whether this blocks at every instant all that the other does.
    pub fn covers(&self, other: &Self) -> bool {
        self.released.is_none() && self.side.covers(other.side) && self.until >= other.until
    }
}

fn shown(duration: TimeDelta) -> String {
    humantime::format_duration(duration.to_std().unwrap_or_default()).to_string()
}

fn by_rule(
    rule: &str,
    side: Side,
    at: DateTime<Utc>,
    duration: TimeDelta,
    reason: String,
    stop_losses: Vec<Hit>,
    mark: Mark,
) -> Lock {
    let cause = Cause {
        source: Source::AutoMonitoring,
        rule: Some(rule.to_owned()),
        reason,
        actor: mark.actor,
        host: mark.host,
        at,
        extra: Map::new(),
    };
    Lock { stop_losses, ..Lock::new(mark.id, side, at + duration, cause) }
}
