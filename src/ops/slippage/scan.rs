//! Streams the recorded fills of a selection through a counter, exactly: every line is read, and its checksum verified.

use std::num::NonZero;

use serde::Serialize;

use crate::domain::month::Month;
use crate::domain::slippage::line::Why;
use crate::domain::slippage::{Sample, Selection, sample};
use crate::error::{Error, Kind, Result};
use crate::store::fills::{FILLS, log};
use crate::store::{Reader, lines};

use super::super::{Notice, State};

/// Threads that share one month.
const THREADS_MAX: usize = 2;

/// Damaged lines that are told one by one; the rest is counted.
const DAMAGES_TOLD: usize = 5;

/// What counts fills as they pass by. A clone of what has counted nothing is what every thread starts with.
pub trait Counter: Clone + Send + Sync {
    /// Counts a fill, of which this is the line.
    fn count(&mut self, sample: &Sample<'_>, line: &[u8]);
    /// Adds what another counted, of fills that were recorded later.
    fn merge(&mut self, later: Self);
}

/// A line that could not be read as a fill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// The log's file, relative to the state directory.
    pub file: String,
    /// The line's number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

/// Lines that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Damages {
    /// How many.
    pub lines: u64,
    /// The first of them.
    pub first: Vec<Damage>,
}

impl Damages {
    /// The same as findings beside an answer.
    pub fn notices(&self) -> Vec<Notice> {
        let told = |damage: &Damage| {
            let message = format!("{} line {} is not counted: {}", damage.file, damage.line, damage.why);
            Notice::new("SLIPPAGE_LINES_DAMAGED", message, "nija slippage verify")
        };
        let mut notices: Vec<Notice> = self.first.iter().map(told).collect();
        let rest = self.lines.saturating_sub(self.first.len() as u64);
        if rest > 0 {
            let message = format!("{rest} more lines are not counted");
            notices.push(Notice::new("SLIPPAGE_LINES_DAMAGED", message, "nija slippage verify"));
        }
        notices
    }
}

/// What a pass through the logs came to.
#[derive(Debug)]
pub struct Scanned<C> {
    /// What was counted.
    pub counter: C,
    /// What could not be read, in the logs of all months that were looked at.
    pub damages: Damages,
}

/// Counts the selected fills, in the order they were recorded in each month.
pub fn scan<C: Counter>(state: &State<'_>, selection: &Selection, empty: &C) -> Result<Scanned<C>> {
    let mut all = Scanned { counter: empty.clone(), damages: Damages::default() };
    let mut months = state.backend.months(FILLS)?;
    months.retain(|month| selection.overlaps(*month));
    for month in months {
        if let Some(reader) = state.backend.reader(log(month))? {
            let end = reader.size()?;
            range(&*reader, month, (0, end), selection, empty, &mut all)?;
        }
    }
    Ok(all)
}

/// Counts the selected fills in these bytes of a month's log; they begin where a line does.
pub fn range<C: Counter>(
    reader: &dyn Reader,
    month: Month,
    (from, to): (u64, u64),
    selection: &Selection,
    empty: &C,
    into: &mut Scanned<C>,
) -> Result<()> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX);
    let parts = lines::part(reader, from, to, threads as u64)?;
    let counted: Vec<Result<Part<C>>> = match parts.as_slice() {
        [only] => vec![Part::of(reader, *only, selection, empty)],
        parts => std::thread::scope(|scope| {
            let start = |part: &(u64, u64)| {
                let part = *part;
                scope.spawn(move || Part::of(reader, part, selection, empty))
            };
            let running: Vec<_> = parts.iter().map(start).collect();
            running.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(gave_up()))).collect()
        }),
    };
    for part in counted {
        let part = part?;
        into.counter.merge(part.counter);
        into.damages.lines += part.damaged;
        for (at, why) in part.first {
            if into.damages.first.len() < DAMAGES_TOLD {
                let line = lines::number(reader, at)?;
                let file = log(month).file();
                into.damages.first.push(Damage { file, line, why: why.to_string() });
            }
        }
    }
    Ok(())
}

fn gave_up() -> Error {
    Error::new(Kind::Internal, "a thread that counted fills gave up").hint("nija slippage verify")
}

/// What one thread counted.
struct Part<C> {
    counter: C,
    damaged: u64,
    first: Vec<(u64, Why)>,
}

impl<C: Counter> Part<C> {
    fn of(reader: &dyn Reader, (from, to): (u64, u64), selection: &Selection, empty: &C) -> Result<Self> {
        let mut part = Self { counter: empty.clone(), damaged: 0, first: Vec::new() };
        let filter = selection.filter();
        lines::forward(reader, from, to, &mut |at, block| {
            let mut start = 0;
            for end in memchr::memchr_iter(b'\n', block) {
                let line = block.get(start..end).unwrap_or_default();
                match sample::scan(line) {
                    Ok(sample) if filter.has(&sample) => part.counter.count(&sample, line),
                    Ok(_) => {}
                    Err(why) => part.damage(at + start as u64, why),
                }
                start = end + 1;
            }
            if start < block.len() {
                part.damage(at + start as u64, Why::NoChecksum);
            }
        })?;
        Ok(part)
    }

    #[cold]
    fn damage(&mut self, at: u64, why: Why) {
        self.damaged += 1;
        if self.first.len() < DAMAGES_TOLD {
            self.first.push((at, why));
        }
    }
}
