//! The recorded fills themselves: the latest of them, or every one in the order of recording.

use crate::domain::slippage::{Fill, Selection, line, sample};
use crate::error::Result;
use crate::store::fills::{FILLS, log};
use crate::store::lines;

use super::super::{Notice, State};
use super::damage::Damages;

/// The latest fills of a selection.
#[derive(Debug)]
pub struct Latest {
    /// The fills: the latest month first, and in each month what was recorded last first.
    pub fills: Vec<Fill>,
    /// What was found on the way.
    pub notices: Vec<Notice>,
}

/// At most `limit` fills of a selection, read from the ends of the logs.
pub fn latest(state: &State<'_>, selection: &Selection, limit: usize) -> Result<Latest> {
    let (filter, mut fills, mut damages) = (selection.filter(), Vec::new(), Damages::default());
    let mut months = state.backend.months(FILLS)?;
    months.retain(|month| selection.overlaps(*month));
    for month in months.into_iter().rev().take_while(|_| limit > 0) {
        let Some(reader) = state.backend.reader(log(month))? else { continue };
        lines::backward(&*reader, 0, reader.size()?, &mut |at, line| {
            match sample::scan(line).map(|sample| filter.has(&sample)) {
                // What was scanned can be read.
                Ok(true) => fills.extend(line::read(line).ok()),
                Ok(false) => {}
                Err(why) => damages.add(at, why),
            }
            fills.len() < limit
        })?;
        damages.settle(&*reader, month)?;
        if fills.len() >= limit {
            break;
        }
    }
    Ok(Latest { fills, notices: damages.notices() })
}

/// Shows every fill of a selection as it stands in the log to `visit`, month by month in the order they were recorded, until
/// that says stop.
pub fn each(
    state: &State<'_>,
    selection: &Selection,
    visit: &mut dyn FnMut(&[u8]) -> Result<bool>,
) -> Result<Vec<Notice>> {
    let (filter, mut damages) = (selection.filter(), Damages::default());
    let mut months = state.backend.months(FILLS)?;
    months.retain(|month| selection.overlaps(*month));
    for month in months {
        let Some(reader) = state.backend.reader(log(month))? else { continue };
        let mut going = Ok(true);
        lines::forward(&*reader, 0, reader.size()?, &mut |at, block| {
            let mut start = 0;
            for line in block.split_inclusive(|byte| *byte == b'\n') {
                let whole = line.strip_suffix(b"\n").unwrap_or(line);
                match sample::scan(whole).map(|sample| filter.has(&sample)) {
                    Ok(true) => going = visit(whole),
                    Ok(false) => {}
                    Err(why) => damages.add(at + start, why),
                }
                start += line.len() as u64;
                if !matches!(going, Ok(true)) {
                    return false;
                }
            }
            true
        })?;
        damages.settle(&*reader, month)?;
        if !going? {
            break;
        }
    }
    Ok(damages.notices())
}
