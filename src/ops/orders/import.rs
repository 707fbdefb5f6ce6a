//! Importing orders: every good row is tracked, every bad one told with its line; the same file again changes nothing.

use std::io::BufRead;

use serde::Serialize;

use super::rows::{self, Format, Row};
use super::track::{Tracking, Way, place};
use super::{Notice, State, usage};
use crate::error::{Error, Kind, Result};
use crate::store::Durability;

/// Bad rows that are named; the rest is counted.
const NAMED_MAX: usize = 20;

/// What became of an import.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Rows that were read.
    pub rows: u64,
    /// Orders nobody had heard of before.
    pub new: u64,
    /// Orders that stand otherwise now.
    pub updated: u64,
    /// Orders that were tracked already, just so.
    pub known: u64,
    /// Rows that could not be used.
    pub failed: u64,
    /// The first of those.
    pub failures: Vec<Failure>,
    /// Fields that are none of an order's, and were passed over.
    pub ignored_fields: Vec<String>,
    /// What else is worth knowing.
    #[serde(skip)]
    pub notices: Vec<Notice>,
}

/// A row that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Its line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

/// Tracks every order of a file, durably once this returns. An import is not counted as orders that a strategy sends.
pub fn import(
    state: &State<'_>,
    input: impl BufRead,
    format: Option<Format>,
    on_row: &mut dyn FnMut(),
) -> Result<Imported> {
    let mut imported = Imported::default();
    let mut failed = None;
    let read = rows::read(input, format, &mut |line, row| {
        on_row();
        imported.rows += 1;
        let taken = row.map_err(|why| usage(why, "")).and_then(|row| take(state, &row));
        match taken {
            Ok(tracking) => imported.count(tracking),
            Err(error) if is_about_the_row(&error) => imported.fail(line, error.message),
            Err(error) => failed = Some((line, error)),
        }
        failed.is_none()
    });
    // Synced even if it went wrong in the middle: what was taken stays.
    let synced = if imported.new + imported.updated > 0 { state.backend.sync_all() } else { Ok(()) };
    if let Some((line, error)) = failed {
        let done = imported.new + imported.updated + imported.known;
        let message = format!("stopped at line {line}, after {done} orders: {}", error.message);
        return Err(Error { message, ..error });
    }
    synced?;
    let read = read.map_err(|why| {
        let so_far = imported.new + imported.updated + imported.known;
        usage(
            format!("the file cannot be read: {why}; {so_far} orders were taken"),
            "nija orders import --help",
        )
    })?;
    imported.ignored_fields = read.ignored;
    Ok(imported)
}

fn take(state: &State<'_>, row: &Row) -> Result<Tracking> {
    let way = Way {
        durability: Durability::Relaxed,
        counts: false,
        standing: row.standing.map(|standing| (standing, row.filled_qty)),
    };
    if row.standing.is_none() && row.filled_qty.is_some() {
        return Err(usage("it says how much is filled, and not its state", ""));
    }
    place(state, &row.request, &way)
}

/// Whether the next row may do better.
fn is_about_the_row(error: &Error) -> bool {
    matches!(error.kind, Kind::Usage | Kind::Corrupt | Kind::Newer)
}

impl Imported {
    fn count(&mut self, tracking: Tracking) {
        let counter = if tracking.changed {
            &mut self.new
        } else if tracking.updated {
            &mut self.updated
        } else {
            &mut self.known
        };
        *counter += 1;
        let room = NAMED_MAX.saturating_sub(self.notices.len());
        self.notices.extend(tracking.notices.into_iter().take(room));
    }

    fn fail(&mut self, line: u64, why: String) {
        self.failed += 1;
        if self.failures.len() < NAMED_MAX {
            self.failures.push(Failure { line, why });
        }
    }
}
