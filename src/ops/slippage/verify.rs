//! Recomputes everything from the logs: every line in full, ids that stand twice, and the summary against what it counts.

use std::collections::HashSet;

use serde::Serialize;

use super::super::{Notice, State};
use super::hash::{BuildIdentity, hash};
use super::summary::key;
use crate::domain::month::Month;
use crate::domain::slippage::sketch::Mapping;
use crate::domain::slippage::{Summary, line, sample};
use crate::error::{Error, Kind, Result};
use crate::store::document::{self, Stored};
use crate::store::fills::{FILLS, log};

/// What verifying found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Fills that were checked.
    pub fills: u64,
    /// Bytes of log that were read.
    pub bytes: u64,
    /// Months that have a log.
    pub months: Vec<Month>,
    /// Fills that the stored summary counts; the rest is read with it.
    pub summarised: u64,
    /// What else was found.
    #[serde(skip)]
    pub notices: Vec<Notice>,
}

/// The first line that is wrong, and how many are.
#[derive(Debug, Default)]
struct Faults {
    first: Option<String>,
    hint: String,
    lines: u64,
}

/// Verifies the logs and the summary. `on_bytes` is told of the progress: how many bytes of all of them are done.
///
/// Takes no lock: what is appended meanwhile is left to the next time.
pub fn verify(state: &State<'_>, on_bytes: &mut dyn FnMut(u64)) -> Result<Verified> {
    let stored = stored(state)?;
    let mut expected = stored.clone().map(|summary| Summary {
        months: Default::default(),
        groups: Default::default(),
        ..summary
    });
    let (mapping, mut faults) = (Mapping::default(), Faults::default());
    let months = state.backend.months(FILLS)?;
    let mut verified =
        Verified { fills: 0, bytes: 0, months: months.clone(), summarised: 0, notices: Vec::new() };
    for month in months {
        let counted =
            stored.as_ref().and_then(|summary| summary.months.get(&month)).map_or(0, |covered| covered.bytes);
        let (mut at, mut number, mut ids) = (0, 0, HashSet::with_hasher(BuildIdentity));
        state.backend.scan(log(month), 0, &mut |line| {
            number += 1;
            match check(line, month) {
                Ok(id) if ids.insert(id) => verified.fills += 1,
                Ok(_) => faults.add(state, month, number, at, "its id stands on an earlier line as well"),
                Err(why) => faults.add(state, month, number, at, &why),
            }
            if let Some(expected) = expected.as_mut().filter(|_| at < counted) {
                expected.add(month, line, &mapping);
            }
            at += line.len() as u64 + 1;
            on_bytes(verified.bytes + at);
            true
        })?;
        verified.bytes += at;
        let torn = state.backend.tail(log(month))?.torn_len;
        if torn > 0 {
            verified.notices.push(unfinished(month, torn));
        }
    }
    if let Some(first) = faults.first {
        let more = if faults.lines > 1 {
            format!(" ({} lines are wrong in all)", faults.lines)
        } else {
            String::new()
        };
        return Err(Error::new(Kind::Corrupt, format!("{first}{more}")).hint(faults.hint));
    }
    compare(state, stored, expected, verified)
}

/// Bytes of log that verifying reads, as of now.
pub fn total_bytes(state: &State<'_>) -> Result<u64> {
    let months = state.backend.months(FILLS)?;
    months.into_iter().map(|month| Ok(state.backend.tail(log(month))?.complete_len)).sum()
}

fn stored(state: &State<'_>) -> Result<Option<Summary>> {
    match document::read(&*state.backend, &key())? {
        Stored::Missing => Ok(None),
        Stored::Present(summary) => Ok(Some(summary)),
        Stored::Unreadable(why) => {
            let error = document::unreadable(&*state.backend, &key(), &why);
            Err(if error.kind == Kind::Corrupt {
                error.hint("nija slippage verify --rebuild")
            } else {
                error
            })
        }
    }
}

/// Checks a line in full; returns its id's hash.
fn check(bytes: &[u8], month: Month) -> std::result::Result<u64, String> {
    let fill = line::read(bytes)?;
    if let Some(why) = fill.contradiction() {
        return Err(why);
    }
    if fill.month() != month {
        return Err(format!("it is of {}", fill.month()));
    }
    let scanned = sample::scan(bytes).map_err(|why| why.to_string())?;
    if scanned != fill.sample() {
        return Err("its fields are not in the order that a scan reads them in".to_owned());
    }
    Ok(hash(fill.id.as_bytes()))
}

impl Faults {
    fn add(&mut self, state: &State<'_>, month: Month, number: u64, at: u64, why: &str) {
        self.lines += 1;
        if self.first.is_none() {
            let file = state.backend.location().join(log(month).file());
            self.first =
                Some(format!("line {number} of {} (byte {at}) is no sound fill: {why}", file.display()));
            self.hint = format!("sed -n {number}p {}", file.display());
        }
    }
}

fn unfinished(month: Month, torn: u64) -> Notice {
    let message = format!(
        "{} ends with {torn} bytes of an unfinished record; the next record cuts them off and keeps them",
        log(month).file()
    );
    Notice::new("SLIPPAGE_LOG_TORN", message, "nija slippage verify")
}

fn compare(
    state: &State<'_>,
    stored: Option<Summary>,
    expected: Option<Summary>,
    mut verified: Verified,
) -> Result<Verified> {
    let (Some(stored), Some(expected)) = (stored, expected) else { return Ok(verified) };
    verified.summarised = stored.groups.total.totals.slippage.count;
    if stored.months == expected.months && stored.groups == expected.groups {
        return Ok(verified);
    }
    let month = stored.months.iter().find(|(month, covered)| expected.months.get(*month) != Some(*covered));
    let what = match month {
        Some((month, covered)) => format!(
            "it counts {} bytes of {}, which are not what they were when it counted them",
            covered.bytes,
            log(*month).file()
        ),
        None => "its sums are not those of the logs".to_owned(),
    };
    let path = state.backend.location().join(key().file());
    Err(Error::new(Kind::Corrupt, format!("{} is wrong: {what}", path.display()))
        .hint("nija slippage verify --rebuild"))
}
