//! Cooldowns: locking a ticker, looking at its locks, ending them early, and what a stop-loss does.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use crate::domain::audit::{Audited as _, Event};
use crate::domain::cooldown::change::Mark;
use crate::domain::cooldown::policy::LONGEST;
use crate::domain::cooldown::{Cooldown, Lock, Touch};
use crate::domain::halt::Source;
use crate::domain::key::Key;
use crate::domain::ticker::EVERY;
use crate::error::{Error, Kind, Result};
use crate::store::Durability;
use crate::store::document::{self, Opened, Stored};

use super::{Notice, State, record};

pub mod change;
pub mod show;
pub mod stop_loss;

/// Longest reason that is recorded, in characters; a longer one is shortened, never refused.
const REASON_LEN_MAX: usize = 1000;

/// The one spelling of a ticker. One that names nothing, or is too long to be kept, is a usage error.
pub fn canonical(state: &State<'_>, ticker: &str) -> Result<String> {
    let canonical = state.context.config.policies.tickers.canonical(ticker);
    let checked = canonical.and_then(|name| Cooldown::key(&name).map(|_| name));
    checked.map_err(|why| Error::new(Kind::Usage, why).hint("nija cooldown check BTC-USD"))
}

fn key(canonical: &str) -> Result<Key> {
    Cooldown::key(canonical).map_err(|why| Error::new(Kind::Usage, why).hint("nija cooldown list"))
}

/// What stands for a ticker, read without a lock. What cannot be read is an error: it may be locked.
fn read(state: &State<'_>, canonical: &str) -> Result<Option<Cooldown>> {
    let key = key(canonical)?;
    match document::read::<Cooldown>(&*state.backend, &key)? {
        Stored::Present(cooldown) => Ok(Some(cooldown)),
        Stored::Missing => Ok(None),
        Stored::Unreadable(why) => Err(document::unreadable(&*state.backend, &key, &why)),
    }
}

/// What is said of a ticker's own cooldown, however long or short others make it.
fn own_duration(state: &State<'_>, canonical: &str) -> TimeDelta {
    let policies = &state.context.config.policies;
    policies.cooldowns.duration(&policies.tickers, canonical)
}

fn mark(state: &State<'_>) -> Mark {
    let identity = state.context.identity;
    let id = (state.context.new_id)("c");
    Mark { id, actor: identity.actor.clone(), host: identity.host.clone() }
}

fn touch(state: &State<'_>, reason: &str) -> Touch {
    let (reason, actor) = (shortened(reason), state.context.identity.actor.clone());
    Touch { at: state.now(), reason, actor, extra: Map::new() }
}

fn shortened(reason: &str) -> String {
    reason.trim().chars().take(REASON_LEN_MAX).collect()
}

/// Fails when a cooldown would last longer than any may.
fn require_bounded(until: DateTime<Utc>, now: DateTime<Utc>, canonical: &str) -> Result<()> {
    if until <= now + LONGEST {
        return Ok(());
    }
    let message = "a cooldown lasts at most a year; a halt lasts until it is released";
    let scope = if canonical == EVERY { "all".to_owned() } else { format!("symbol:{canonical}") };
    Err(Error::new(Kind::Usage, message).hint(format!("nija kill --scope {scope} REASON")))
}

/// A time as messages say it.
fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Locks as the record of their change names them; the record of when they were made holds the rest.
fn brief(locks: &[Lock]) -> Value {
    locks.iter().map(|lock| json!({"id": lock.id, "side": lock.side, "until": lock.until})).collect()
}

/// A ticker's document under its lock, and what came up on the way.
struct Open<'a> {
    opened: Opened<'a, Cooldown>,
    cooldown: Cooldown,
    /// Locks that changed.
    changed: Vec<Lock>,
    events: Vec<Event>,
    notices: Vec<Notice>,
}

impl<'a> Open<'a> {
    /// Opens the document of a ticker, or a new one. A damaged one is set aside; what stands in for it locks the ticker for
    /// as long as any rule would have.
    fn new(state: &'a State<'_>, canonical: &str) -> Result<Self> {
        let mut opened = document::open::<Cooldown>(&*state.backend, &key(canonical)?, state.wait)?;
        let (mut events, mut notices, mut changed) = (Vec::new(), Vec::new(), Vec::new());
        let cooldown = match std::mem::replace(&mut opened.stored, Stored::Missing) {
            Stored::Present(cooldown) => cooldown,
            Stored::Missing => Cooldown::new(canonical, state.now()),
            Stored::Unreadable(why) => {
                let reason = format!("the cooldowns of this ticker could not be read: {why}");
                opened.stored = Stored::Unreadable(why);
                // A copy: were it moved away, a crash before the next line is written would leave the ticker free.
                let kept = opened.copy_aside(state.now())?;
                let policy = &state.context.config.policies.cooldowns;
                let duration = policy.longest(own_duration(state, canonical));
                let cooldown =
                    Cooldown::recovered(canonical, duration, reason.clone(), mark(state), state.now());
                let data = json!({"reason": reason, "kept": kept, "locks": cooldown.locks});
                events.push(event(state, Source::AutoMonitoring, "cooldown.lost", canonical, data));
                let message =
                    format!("{reason}; it was set aside as {kept}, and a lock stands in for what it held");
                notices.push(Notice::new(
                    "COOLDOWN_LOST",
                    message,
                    format!("nija cooldown check {canonical}"),
                ));
                changed.clone_from(&cooldown.locks);
                cooldown
            }
        };
        Ok(Self { opened, cooldown, changed, events, notices })
    }

    /// Writes the document if it changed, and then its decisions to the audit log; if it did not, makes sure that those of
    /// an earlier change are there.
    fn commit(&mut self, state: &State<'_>, changed: bool) -> Result<()> {
        let (cooldown, events) = (&mut self.cooldown, std::mem::take(&mut self.events));
        let audit = if changed || !events.is_empty() {
            record::commit(state, &mut self.opened, cooldown, &events, Durability::Strict)?.audit.map(drop)
        } else {
            record::heal(state, cooldown.outbox(), Durability::Strict)
        };
        if let Err(error) = audit {
            let doing = "done, but not on the record yet; the next change of this ticker completes it";
            self.notices.push(Notice::of("AUDIT_PENDING", doing, &error));
        }
        Ok(())
    }
}

fn event(state: &State<'_>, source: Source, action: &str, canonical: &str, data: Value) -> Event {
    state.context.event(source, action, &format!("cooldown:{canonical}"), data)
}
