//! The latest fills as a fact for the rules: read from the ends of the logs, and then only what was recorded since.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::alert::Input;
use crate::domain::month::Month;
use crate::domain::slippage::recent::Recent;
use crate::domain::slippage::{Policy, sample};
use crate::domain::watch::{self, Watch};
use crate::error::Result;
use crate::store::document::{self, Stored};
use crate::store::fills::{FILLS, log};
use crate::store::{Reader, lines};

use super::super::State;

/// Bytes of a log's end that are read at most: somewhat more than as many fills as are kept fill.
const READ_BYTES_MAX: u64 = 3 * 1024 * 1024;

/// What is known of the latest fills; a watch keeps it between looks.
#[derive(Debug, Default)]
pub struct Latest {
    /// Up to which byte each month's log was read.
    read: BTreeMap<Month, u64>,
    recent: Arc<Recent>,
    last_look: Option<DateTime<Utc>>,
}

impl Latest {
    /// Reads what was recorded since the last look: the first time, the ends of the logs.
    pub fn refresh(&mut self, state: &State<'_>) -> Input<Arc<Recent>> {
        let now = state.now();
        let unseen_since = self.last_look.or_else(|| last_tick(state));
        match self.read_on(state, now, unseen_since) {
            Ok(false) => Input::Missing,
            Ok(true) => {
                self.last_look = Some(now);
                Input::Known(Arc::clone(&self.recent))
            }
            Err(error) => {
                // What was read up to here may be a part: begin anew next time, and miss nothing.
                *self = Self { last_look: unseen_since, ..Self::default() };
                Input::Unreadable(error.message)
            }
        }
    }

    /// `false` when no fill was ever recorded.
    fn read_on(
        &mut self,
        state: &State<'_>,
        now: DateTime<Utc>,
        unseen_since: Option<DateTime<Utc>>,
    ) -> Result<bool> {
        let months = state.backend.months(FILLS)?;
        if months.is_empty() {
            return Ok(false);
        }
        let oldest = oldest(&state.context.config.policies.slippage, now, unseen_since);
        let recent = Arc::make_mut(&mut self.recent);
        for month in months.into_iter().filter(|month| *month >= Month::of(oldest)) {
            let Some(reader) = state.backend.reader(log(month))? else { continue };
            let from = start(&*reader, self.read.get(&month).copied())?;
            let end = read(&*reader, from, recent)?;
            self.read.insert(month, end);
        }
        recent.forget_before(oldest);
        recent.unseen_since = unseen_since;
        Ok(true)
    }
}

/// When a watch last looked, by the wall clock.
fn last_tick(state: &State<'_>) -> Option<DateTime<Utc>> {
    match document::read::<Watch>(&*state.backend, &watch::key()) {
        Ok(Stored::Present(watch)) => Some(watch.ticked_at),
        _ => None,
    }
}

/// Fills older than this matter to no rule.
fn oldest(policy: &Policy, now: DateTime<Utc>, unseen_since: Option<DateTime<Utc>>) -> DateTime<Utc> {
    let windows = [policy.alert_window, policy.mean_window, policy.quality_window];
    let longest = windows.into_iter().max().unwrap_or_default();
    let oldest = now.checked_sub_signed(longest).unwrap_or(DateTime::UNIX_EPOCH);
    unseen_since.map_or(oldest, |unseen| unseen.min(oldest))
}

/// Where to read on: behind what was read, unless that is too far back, or the log is another one by now.
fn start(reader: &dyn Reader, read: Option<u64>) -> Result<u64> {
    let size = reader.size()?;
    let near = size.saturating_sub(READ_BYTES_MAX);
    match read.filter(|read| *read <= size) {
        Some(read) if read >= near => Ok(read),
        _ if near == 0 => Ok(0),
        _ => lines::start_after(reader, near - 1, size),
    }
}

fn read(reader: &dyn Reader, from: u64, recent: &mut Recent) -> Result<u64> {
    lines::forward(reader, from, reader.size()?, &mut |_, block| {
        for line in block.split_inclusive(|byte| *byte == b'\n') {
            match line.strip_suffix(b"\n").map(sample::scan) {
                Some(Ok(sample)) => recent.push(&sample),
                Some(Err(_)) | None => recent.push_damaged(),
            }
        }
        true
    })
}
