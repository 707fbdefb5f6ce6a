//! Records fills: one append and one sync each, however many there are already.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::super::{Notice, State};
use super::{Ledger, summary};
use crate::domain::month::Month;
use crate::domain::slippage::{Facts, Fill, Position, line};
use crate::error::{Error, Kind, Result};
use crate::store::fills::Kept;

/// The summary is brought up to date each time a month's log has grown by so much: a thousand fills, more or less.
pub const COVER_BYTES: u64 = 256 * 1024;

/// Most that one record reads to bring the summary up to date. What is left over waits for the next, or for a reader.
const CATCH_UP_BYTES: u64 = 16 * COVER_BYTES;

/// A fill further ahead of this machine's clock than this is a mistake, not another time zone.
const AHEAD_MAX: TimeDelta = TimeDelta::days(1);

/// What became of a fill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recorded {
    /// The fill.
    #[serde(flatten)]
    pub fill: Fill,
    /// Whether it cost more than what counts as high.
    pub is_high: bool,
    /// `false` when it was in the log already.
    pub is_new: bool,
    /// What else was found.
    #[serde(skip)]
    pub notices: Vec<Notice>,
}

/// A fill with an id of its own, checked and computed by the configured rules.
pub fn fill(state: &State<'_>, facts: Facts) -> Result<Fill> {
    // Two ids of 32 bits: one alone would be given twice among a million fills.
    let id = |prefix: &str| (state.context.new_id)(prefix);
    let second = id("f");
    let id = format!("{}{}", id("f"), second.trim_start_matches("f-"));
    fill_with(state, id, facts)
}

/// The same, with an id that the caller makes: the same fill has to get the same id whenever it is recorded.
pub fn fill_with(state: &State<'_>, id: impl Into<String>, facts: Facts) -> Result<Fill> {
    let policies = &state.context.config.policies;
    Fill::new(id, facts, &policies.tickers, &policies.slippage).map_err(refused)
}

/// Facts that cannot be recorded, as an error.
pub fn refused(why: impl std::fmt::Display) -> Error {
    Error::new(Kind::Usage, format!("this fill cannot be recorded: {why}"))
        .hint("nija slippage record --ticker BTC-USD --side buy --expected 100.00 --actual 100.05")
}

/// Refuses a fill from the future.
pub fn check_time(at: DateTime<Utc>, now: DateTime<Utc>) -> std::result::Result<(), String> {
    if at - now > AHEAD_MAX {
        Err(format!("its time {at} is more than a day ahead of this machine's {now}"))
    } else {
        Ok(())
    }
}

/// Records a fill, durably. What fails behind that is a notice.
pub fn record(state: &State<'_>, fill: &Fill) -> Result<Recorded> {
    let line = prepared(state, fill)?;
    let kept = state.ledger().fills().append(fill.month(), &line, state.now())?;
    Ok(report(fill, Some((state.ledger(), kept))))
}

/// Records a fill unless one with its id was recorded in its month since a position was taken: exactly once, however often
/// it is tried after a crash.
pub fn record_since(state: &State<'_>, fill: &Fill, since: Position) -> Result<Recorded> {
    let line = prepared(state, fill)?;
    let kept = state.ledger().fills().append_once(since, fill.month(), &fill.id, &line, state.now())?;
    Ok(report(fill, kept.map(|kept| (state.ledger(), kept))))
}

/// The end of the log that a fill of this time will be appended to, to be remembered before [`record_since`].
pub fn position(state: &State<'_>, at: DateTime<Utc>) -> Result<Position> {
    state.ledger().fills().position(Month::of(at))
}

fn prepared(state: &State<'_>, fill: &Fill) -> Result<Vec<u8>> {
    check_time(fill.at, state.now()).map_err(refused)?;
    let mut bytes = Vec::with_capacity(512);
    line::write(fill, &mut bytes);
    Ok(bytes)
}

fn report(fill: &Fill, kept: Option<(Ledger<'_>, Kept)>) -> Recorded {
    let (is_new, notices) = match kept {
        None => (false, Vec::new()),
        Some((ledger, kept)) => (true, after(ledger, &kept)),
    };
    Recorded { fill: fill.clone(), is_high: fill.is_high(), is_new, notices }
}

/// What is left to do once fills are durable, none of which can fail them.
pub fn after(ledger: Ledger<'_>, kept: &Kept) -> Vec<Notice> {
    let mut notices: Vec<Notice> = kept.cut.iter().map(|name| torn(name)).collect();
    if kept.start / COVER_BYTES != kept.end.bytes / COVER_BYTES {
        match summary::refresh(ledger, CATCH_UP_BYTES) {
            Ok(more) => notices.extend(more),
            Err(error) => notices.push(Notice::of(
                "SLIPPAGE_SUMMARY_STALE",
                "recorded; the summary could not be brought up to date",
                &error,
            )),
        }
    }
    notices
}

/// Half a record stood at the end of a log, and its bytes are kept under this name.
pub(super) fn torn(name: &str) -> Notice {
    let message =
        format!("half a record that a crash had left at the log's end was cut off and kept as {name}");
    Notice::new("SLIPPAGE_LOG_TORN", message, "nija slippage verify")
}
