//! The summary of all fills: read with what was recorded since, brought up to date now and then, rebuilt when it cannot be
//! relied on.

use std::time::Duration;

use super::super::{Notice, State};
use super::Ledger;
use super::record::COVER_BYTES;
use crate::domain::document::Unreadable;
use crate::domain::key::Key;
use crate::domain::month::Month;
use crate::domain::slippage::Summary;
use crate::domain::slippage::sketch::Mapping;
use crate::domain::slippage::summary::Covered;
use crate::error::{Kind, Result};
use crate::store::document::{self, Stored};
use crate::store::fills::{FILLS, log};
use crate::store::{Backend, Durability};

/// The summary.
pub fn key() -> Key {
    Key::singleton("slippage")
}

/// Everything that is recorded, summed up.
#[derive(Debug)]
pub struct Overview {
    /// Brought up to date; what is stored may lag behind.
    pub summary: Summary,
    /// What was found on the way.
    pub notices: Vec<Notice>,
}

/// What a stored summary is worth.
enum Worth {
    /// It counts what the logs hold.
    Sound(Box<Summary>),
    /// There is none.
    Missing,
    /// It cannot be relied on, and why.
    Unsound(String),
}

/// Sums up every fill: the stored summary, and what the logs hold beyond it.
///
/// Where that is much, or the summary cannot be relied on, the stored one is brought up to date; if that fails, the answer
/// is no worse, only slower.
pub fn overview(state: &State<'_>) -> Result<Overview> {
    let ledger = state.ledger();
    let mut worth = judge(ledger, document::read(ledger.backend, &key())?)?;
    let mut notices = Vec::new();
    if is_worth_a_refresh(ledger, &worth)? {
        match refresh(ledger, u64::MAX) {
            Ok(more) => notices.extend(more),
            Err(error) => {
                notices.push(Notice::of("SLIPPAGE_SUMMARY_STALE", "the summary is not up to date", &error))
            }
        }
        worth = judge(ledger, document::read(ledger.backend, &key())?)?;
    }
    let mut summary = match worth {
        Worth::Sound(summary) => *summary,
        Worth::Missing => Summary::new(ledger.now()),
        Worth::Unsound(why) => {
            let message = format!("slippage.json cannot be relied on: {why}; the logs were read instead");
            notices.push(Notice::new("SLIPPAGE_SUMMARY_UNSOUND", message, "nija slippage verify"));
            Summary::new(ledger.now())
        }
    };
    extend(ledger.backend, &mut summary, u64::MAX)?;
    if summary.damaged() > 0 {
        let message = format!("{} damaged lines in the logs are not counted", summary.damaged());
        notices.push(Notice::new("SLIPPAGE_LINES_DAMAGED", message, "nija slippage verify"));
    }
    Ok(Overview { summary, notices })
}

fn is_worth_a_refresh(ledger: Ledger<'_>, worth: &Worth) -> Result<bool> {
    let counted = |month: &Month| match worth {
        Worth::Sound(summary) => summary.months.get(month).map_or(0, |covered| covered.bytes),
        _ => 0,
    };
    let mut behind = 0;
    for month in ledger.backend.months(FILLS)? {
        behind += ledger.backend.tail(log(month))?.complete_len.saturating_sub(counted(&month));
    }
    Ok(behind > COVER_BYTES || matches!(worth, Worth::Unsound(_)))
}

/// Brings the stored summary up to date, reading at most about `limit_bytes`. Does nothing while somebody else does.
pub fn refresh(ledger: Ledger<'_>, limit_bytes: u64) -> Result<Vec<Notice>> {
    rewrite(ledger, limit_bytes, None)
}

/// Sets the stored summary aside, if there is one, and makes a new one from the logs.
pub fn rebuild(ledger: Ledger<'_>, why: &str) -> Result<Vec<Notice>> {
    rewrite(ledger, u64::MAX, Some(why))
}

fn rewrite(ledger: Ledger<'_>, limit_bytes: u64, distrust: Option<&str>) -> Result<Vec<Notice>> {
    let wait = if distrust.is_some() { ledger.wait } else { Duration::ZERO };
    let mut opened = match document::open::<Summary>(ledger.backend, &key(), wait) {
        Err(error) if error.kind == Kind::Busy && distrust.is_none() => return Ok(Vec::new()),
        opened => opened?,
    };
    let mut notices = Vec::new();
    let worth = match (distrust, judge(ledger, opened.stored.clone())?) {
        (Some(why), Worth::Sound(_)) => Worth::Unsound(why.to_owned()),
        (_, worth) => worth,
    };
    let mut summary = match worth {
        Worth::Sound(summary) => *summary,
        Worth::Missing => Summary::new(ledger.now()),
        Worth::Unsound(why) => {
            let kept = opened.set_aside(ledger.now())?;
            let message = format!(
                "slippage.json could not be relied on ({why}); it was set aside as {kept} and rebuilt"
            );
            notices.push(Notice::new("SLIPPAGE_SUMMARY_REBUILT", message, "nija slippage verify"));
            Summary::new(ledger.now())
        }
    };
    let before = summary.months.clone();
    if extend(ledger.backend, &mut summary, limit_bytes)? == 0 && notices.is_empty() {
        return Ok(notices);
    }
    // What the summary counts has to survive whatever the summary survives.
    for (month, _) in summary.months.iter().filter(|(month, covered)| before.get(*month) != Some(*covered)) {
        ledger.backend.sync_log(log(*month))?;
    }
    opened.commit(&mut summary, ledger.now(), Durability::Strict)?;
    Ok(notices)
}

/// Counts what the logs hold beyond the summary, up to about a limit; returns how many bytes that were.
pub fn extend(backend: &dyn Backend, summary: &mut Summary, limit_bytes: u64) -> Result<u64> {
    let mapping = Mapping::default();
    let mut read = 0;
    for month in backend.months(FILLS)? {
        let from = summary.months.get(&month).map_or(0, |covered| covered.bytes);
        let end = backend.scan(log(month), from, &mut |line| {
            summary.add(month, line, &mapping);
            read += line.len() as u64 + 1;
            read < limit_bytes
        })?;
        debug_assert_eq!(end, summary.months.get(&month).map_or(0, |covered| covered.bytes).max(from));
        if read >= limit_bytes {
            break;
        }
    }
    Ok(read)
}

fn judge(ledger: Ledger<'_>, stored: Stored<Summary>) -> Result<Worth> {
    let summary = match stored {
        Stored::Missing => return Ok(Worth::Missing),
        Stored::Present(summary) => summary,
        Stored::Unreadable(why @ Unreadable::Newer(_)) => {
            return Err(document::unreadable(ledger.backend, &key(), &why));
        }
        Stored::Unreadable(why) => return Ok(Worth::Unsound(why.to_string())),
    };
    for (month, covered) in &summary.months {
        if !holds(ledger.backend, *month, covered)? {
            let why =
                format!("it counts {} bytes of {}, which do not end so", covered.bytes, log(*month).file());
            return Ok(Worth::Unsound(why));
        }
    }
    Ok(Worth::Sound(Box::new(summary)))
}

/// Whether the last line that a summary counts stands where it says.
fn holds(backend: &dyn Backend, month: Month, covered: &Covered) -> Result<bool> {
    let mut holds = covered.bytes == 0;
    if !holds {
        backend.scan(log(month), covered.last_start(), &mut |line| {
            let mut last = Covered::default();
            last.add(line);
            holds = (last.last_bytes, last.last_crc) == (covered.last_bytes, covered.last_crc);
            false
        })?;
    }
    Ok(holds)
}
