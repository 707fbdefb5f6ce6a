//! Lines of the logs that are no fills: how many, and where the first of them are.

use crate::domain::month::Month;
use crate::domain::slippage::line::Why;
use crate::error::Result;
use crate::store::fills::log;
use crate::store::{Reader, lines};

use super::super::Notice;

/// Damaged lines that are told one by one; the rest is counted.
const TOLD_MAX: usize = 5;

/// Lines that could not be read as fills.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Damages {
    /// How many.
    lines: u64,
    /// Where the first of them begin, and what is wrong with them, in the log that is being read.
    found: Vec<(u64, Why)>,
    /// The same of logs that were read, for people.
    told: Vec<String>,
}

impl Damages {
    /// Notes a line that begins at this byte of the log that is being read.
    #[cold]
    pub fn add(&mut self, at: u64, why: Why) {
        self.lines += 1;
        if self.found.len() < TOLD_MAX {
            self.found.push((at, why));
        }
    }

    /// Adds what another noted in a later part of the same log.
    pub fn merge(&mut self, later: Self) {
        self.lines += later.lines;
        self.found.extend(later.found);
    }

    /// Says which lines of this month's log they are, once it was read.
    pub fn settle(&mut self, reader: &dyn Reader, month: Month) -> Result<()> {
        self.found.sort_unstable_by_key(|(at, _)| *at);
        for (at, why) in self.found.drain(..) {
            if self.told.len() < TOLD_MAX {
                let line = lines::number(reader, at)?;
                self.told.push(format!("{} line {line} is not counted: {why}", log(month).file()));
            }
        }
        Ok(())
    }

    /// The same as findings beside an answer.
    pub fn notices(&self) -> Vec<Notice> {
        let notice = |message: String| Notice::new("SLIPPAGE_LINES_DAMAGED", message, "nija slippage verify");
        let mut notices: Vec<Notice> = self.told.iter().cloned().map(notice).collect();
        let rest = self.lines.saturating_sub(self.told.len() as u64);
        if rest > 0 {
            notices.push(notice(format!("{rest} more damaged lines are not counted")));
        }
        notices
    }
}
