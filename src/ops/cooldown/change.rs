//! Locking a ticker by hand, for longer, and ending its locks early.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, json};

use crate::domain::cooldown::change::{Extension, Locked};
use crate::domain::cooldown::{Lock, Side};
use crate::domain::halt::{Cause, Source};
use crate::domain::ticker::EVERY;
use crate::error::{Error, Kind, Result};

use super::super::{Notice, State};
use super::{Open, canonical, event, mark, own_duration, read, require_bounded, shortened, show, touch};

/// When a cooldown ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// After as long as is configured for the ticker.
    Default,
    /// After this long.
    After(TimeDelta),
    /// Then.
    At(DateTime<Utc>),
}

/// What became of a ticker's locks.
#[derive(Debug)]
pub struct Report {
    /// The canonical ticker.
    pub ticker: String,
    /// The locks that changed, as they are now.
    pub changed: Vec<Lock>,
    /// The locks in force now, the one that ends last first.
    pub in_force: Vec<Lock>,
    /// What else is worth knowing.
    pub notices: Vec<Notice>,
}

impl Report {
    fn of(ticker: String, changed: Vec<Lock>, open: Open<'_>, now: DateTime<Utc>) -> Self {
        let mut in_force: Vec<Lock> = open.cooldown.in_force(now).cloned().collect();
        in_force.sort_by_key(|lock| std::cmp::Reverse(lock.until));
        Self { ticker, changed, in_force, notices: open.notices }
    }
}

/// Locks a ticker. Where a lock in force covers the new one already, nothing changes.
pub fn activate(state: &State<'_>, ticker: &str, end: End, side: Side, reason: &str) -> Result<Report> {
    let ticker = canonical(state, ticker)?;
    let mut open = Open::new(state, &ticker)?;
    let now = state.now();
    let until = match end {
        End::Default => Some(now + own_duration(state, &ticker)),
        End::After(duration) => now.checked_add_signed(duration),
        End::At(until) => Some(until),
    };
    let until = until.unwrap_or(DateTime::<Utc>::MAX_UTC);
    require_future(until, now)?;
    require_bounded(until, now, &ticker)?;
    let identity = state.context.identity;
    let cause = Cause {
        source: Source::Cli,
        rule: None,
        reason: shortened(reason),
        actor: identity.actor.clone(),
        host: identity.host.clone(),
        at: now,
        extra: Map::new(),
    };
    let mut changed = Vec::new();
    if let Locked::Added(lock) = open.cooldown.lock(Lock::new(mark(state).id, side, until, cause), now) {
        open.events.push(event(state, Source::Cli, "cooldown.activate", &ticker, json!({"lock": lock})));
        changed.push(lock);
    }
    open.commit(state, !changed.is_empty())?;
    Ok(Report::of(ticker, changed, open, now))
}

/// Moves the end of every lock of a ticker that is in force. Never shortens one.
pub fn extend(state: &State<'_>, ticker: &str, to: Extension, reason: &str) -> Result<Report> {
    let ticker = canonical(state, ticker)?;
    let mut open = Open::new(state, &ticker)?;
    let touch = touch(state, reason);
    let Some(latest) = open.cooldown.in_force(touch.at).map(|lock| lock.until).max() else {
        let message = format!("{ticker} is not in cooldown, so there is nothing to extend");
        return Err(Error::new(Kind::NotFound, message).hint(format!("nija cooldown activate {ticker}")));
    };
    let until = match to {
        Extension::By(duration) => latest.checked_add_signed(duration).unwrap_or(DateTime::<Utc>::MAX_UTC),
        Extension::Until(until) => until,
    };
    require_future(until, touch.at)?;
    require_bounded(until, touch.at, &ticker)?;
    if until < latest {
        let message = format!("{ticker} is in cooldown until {latest} already, and extending never shortens");
        let hint = format!("nija cooldown deactivate {ticker} --reason REASON");
        return Err(Error::new(Kind::Usage, message).hint(hint));
    }
    let changed = open.cooldown.extend(to, &touch);
    if !changed.is_empty() {
        let data = json!({"reason": touch.reason, "locks": changed});
        open.events.push(event(state, Source::Cli, "cooldown.extend", &ticker, data));
    }
    open.commit(state, !changed.is_empty())?;
    Ok(Report::of(ticker, changed, open, touch.at))
}

/// Ends every lock of a ticker now. Nothing to end is no failure.
pub fn deactivate(state: &State<'_>, ticker: &str, reason: &str) -> Result<Report> {
    let ticker = canonical(state, ticker)?;
    if reason.trim().is_empty() {
        return Err(Error::new(Kind::Usage, "ending a cooldown early needs a reason, for the record")
            .hint(format!("nija cooldown deactivate {ticker} --reason 'looked at the chart'")));
    }
    // A damaged document may hold locks that nobody has seen, so it is an error here and not released unseen.
    if read(state, &ticker)?.is_none() {
        let mut notices = show::near_notices(state, &ticker)?;
        notices.extend(still_locked(state, &ticker));
        return Ok(Report { ticker, changed: Vec::new(), in_force: Vec::new(), notices });
    }
    let mut open = Open::new(state, &ticker)?;
    let touch = touch(state, reason);
    let changed = open.cooldown.release(&touch);
    if !changed.is_empty() {
        let data = json!({"reason": touch.reason, "locks": changed});
        open.events.push(event(state, Source::Cli, "cooldown.deactivate", &ticker, data));
    }
    open.commit(state, !changed.is_empty())?;
    open.notices.extend(still_locked(state, &ticker));
    Ok(Report::of(ticker, changed, open, touch.at))
}

/// A ticker is not free while all of them are locked.
fn still_locked(state: &State<'_>, ticker: &str) -> Option<Notice> {
    let hint = "nija cooldown check '*'";
    if ticker == EVERY {
        return None;
    }
    match read(state, EVERY) {
        Ok(every) => every?.blocks(None, state.now()).map(|lock| {
            let message = format!("every ticker is in cooldown until {}: {}", lock.until, lock.cause.reason);
            Notice::new("EVERY_TICKER_LOCKED", message, hint)
        }),
        Err(error) => Some(Notice::of("EVERY_TICKER_UNKNOWN", "every ticker may be in cooldown", &error)),
    }
}

fn require_future(until: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
    if until > now {
        return Ok(());
    }
    let message = format!("a cooldown until {until} would be over already: it is {now}");
    Err(Error::new(Kind::Usage, message).hint("nija cooldown activate TICKER --for 1h"))
}
