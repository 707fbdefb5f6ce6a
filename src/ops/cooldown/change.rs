//! Locking a ticker by hand, for longer, and ending its locks early.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, json};

use crate::domain::cooldown::change::{Extension, Locked};
use crate::domain::cooldown::{Lock, Side};
use crate::domain::halt::{Cause, Source};
use crate::domain::ticker::EVERY;
use crate::error::{Error, Kind, Result};

use super::super::{Notice, State};
use super::show::{Shown, near_notices};
use super::{
    Open, brief, canonical, event, mark, own_duration, read, require_bounded, shortened, time, touch,
};

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
    pub changed: Vec<Shown>,
    /// The locks in force now, those of every ticker included, the one that ends last first.
    pub in_force: Vec<Shown>,
    /// What else is worth knowing.
    pub notices: Vec<Notice>,
}

impl Report {
    fn of(state: &State<'_>, ticker: String, open: Open<'_>) -> Self {
        let now = state.now();
        let shown = |lock: &Lock| Shown::of(&ticker, lock, now);
        let changed = open.changed.iter().map(shown).collect();
        let mut in_force: Vec<Shown> = open.cooldown.in_force(now).map(shown).collect();
        let mut notices = open.notices;
        if ticker != EVERY {
            match read(state, EVERY) {
                Ok(every) => {
                    let locks = every.iter().flat_map(|every| every.in_force(now));
                    in_force.extend(locks.map(|lock| Shown::of(EVERY, lock, now)));
                }
                Err(error) => {
                    notices.push(Notice::of(
                        "EVERY_TICKER_UNKNOWN",
                        "every ticker may be in cooldown",
                        &error,
                    ));
                }
            }
        }
        in_force.sort_by_key(|shown| std::cmp::Reverse(shown.lock.until));
        Self { ticker, changed, in_force, notices }
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
    require_future(until, now, &ticker)?;
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
    if let Locked::Added(lock) = open.cooldown.lock(Lock::new(mark(state).id, side, until, cause), now) {
        let data = json!({"reason": lock.cause.reason, "lock": lock});
        open.events.push(event(state, Source::Cli, "cooldown.activate", &ticker, data));
        open.changed.push(lock);
    }
    open.commit(state, false)?;
    Ok(Report::of(state, ticker, open))
}

/// Moves the end of every lock of a ticker that is in force. Never shortens one.
pub fn extend(state: &State<'_>, ticker: &str, to: Extension, reason: &str) -> Result<Report> {
    let ticker = canonical(state, ticker)?;
    let mut open = Open::new(state, &ticker)?;
    let touch = touch(state, reason);
    let Some(latest) = open.cooldown.in_force(touch.at).map(|lock| lock.until).max() else {
        let message = format!("{ticker} is not in cooldown by itself, so there is nothing to extend");
        return Err(Error::new(Kind::NotFound, message).hint(format!("nija cooldown activate {ticker}")));
    };
    let until = match to {
        Extension::By(duration) => latest.checked_add_signed(duration).unwrap_or(DateTime::<Utc>::MAX_UTC),
        Extension::Until(until) => until,
    };
    require_future(until, touch.at, &ticker)?;
    require_bounded(until, touch.at, &ticker)?;
    if until < latest {
        let latest = time(latest);
        let message = format!("{ticker} is in cooldown until {latest} already, and extending never shortens");
        let hint = format!("nija cooldown deactivate {ticker} --reason REASON");
        return Err(Error::new(Kind::Usage, message).hint(hint));
    }
    let extended = open.cooldown.extend(to, &touch);
    if !extended.is_empty() {
        let data = json!({"reason": touch.reason, "locks": brief(&extended)});
        open.events.push(event(state, Source::Cli, "cooldown.extend", &ticker, data));
        open.changed = extended;
    }
    open.commit(state, false)?;
    Ok(Report::of(state, ticker, open))
}

/// Ends every lock of a ticker now. Nothing to end is no failure.
pub fn deactivate(state: &State<'_>, ticker: &str, reason: &str) -> Result<Report> {
    let ticker = canonical(state, ticker)?;
    if reason.trim().is_empty() {
        return Err(Error::new(Kind::Usage, "ending a cooldown early needs a reason, for the record")
            .hint(format!("nija cooldown deactivate {ticker} --reason 'looked at the chart'")));
    }
    // A damaged document may hold locks that nobody has seen, so it is an error here and not released unseen.
    let known = read(state, &ticker)?.is_some();
    let mut open = Open::new(state, &ticker)?;
    let touch = touch(state, reason);
    let released = open.cooldown.release(&touch);
    if !released.is_empty() {
        let data = json!({"reason": touch.reason, "locks": brief(&released)});
        open.events.push(event(state, Source::Cli, "cooldown.deactivate", &ticker, data));
        open.changed = released;
    }
    open.commit(state, false)?;
    let mut report = Report::of(state, ticker, open);
    if !known {
        report.notices.extend(near_notices(state, &report.ticker)?);
    }
    Ok(report)
}

fn require_future(until: DateTime<Utc>, now: DateTime<Utc>, ticker: &str) -> Result<()> {
    if until > now {
        return Ok(());
    }
    let message = format!("a cooldown until {} would be over already: it is {}", time(until), time(now));
    Err(Error::new(Kind::Usage, message).hint(format!("nija cooldown activate {ticker} --for 1h")))
}
