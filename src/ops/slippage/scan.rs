//! Streams the recorded fills of a selection through a counter, exactly: every line is read, and its checksum verified.

use std::num::NonZero;

use crate::domain::month::Month;
use crate::domain::slippage::line::Why;
use crate::domain::slippage::{Sample, Selection, sample};
use crate::error::{Error, Kind, Result};
use crate::store::fills::{FILLS, log};
use crate::store::{Reader, lines};

use super::super::State;
use super::damage::Damages;

/// Threads that share one month.
const THREADS_MAX: usize = 2;

/// What counts fills as they pass by. A clone of what has counted nothing is what every thread starts with.
pub trait Counter: Clone + Send + Sync {
    /// Counts a fill, of which this is the line.
    fn count(&mut self, sample: &Sample<'_>, line: &[u8]);
    /// Adds what another counted, of fills that were recorded later.
    fn merge(&mut self, later: Self);
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
        into.damages.merge(part.damages);
    }
    into.damages.settle(reader, month)
}

fn gave_up() -> Error {
    Error::new(Kind::Internal, "a thread that counted fills gave up").hint("nija slippage verify")
}

/// What one thread counted.
struct Part<C> {
    counter: C,
    damages: Damages,
}

impl<C: Counter> Part<C> {
    fn of(reader: &dyn Reader, (from, to): (u64, u64), selection: &Selection, empty: &C) -> Result<Self> {
        let mut part = Self { counter: empty.clone(), damages: Damages::default() };
        let filter = selection.filter();
        lines::forward(reader, from, to, &mut |at, block| {
            let mut start = 0;
            for end in memchr::memchr_iter(b'\n', block) {
                let line = block.get(start..end).unwrap_or_default();
                match sample::scan(line) {
                    Ok(sample) if filter.has(&sample) => part.counter.count(&sample, line),
                    Ok(_) => {}
                    Err(why) => part.damages.add(at + start as u64, why),
                }
                start = end + 1;
            }
            if start < block.len() {
                part.damages.add(at + start as u64, Why::NoChecksum);
            }
            true
        })?;
        Ok(part)
    }
}
