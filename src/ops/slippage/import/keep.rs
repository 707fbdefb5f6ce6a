//! Keeps the fills of an import: told apart from what is known, appended in large pieces, synced at the end.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender};

use super::super::super::{Notice, State};
use super::super::record::torn;
use super::super::summary::refresh;
use super::known::Known;
use super::rows::{Batch, Row};
use super::{Format, Imported, Mapping, REFUSALS_TOLD, Refusal, Request};
use crate::domain::month::Month;
use crate::domain::slippage::{Fill, line};
use crate::error::Result;
use crate::store::Unsynced;
use crate::store::fills::{Fills, sync};

/// Bytes of lines that are appended at once.
const PIECE_BYTES: usize = 1024 * 1024;

/// Takes rows and keeps what is new and good.
pub(super) struct Keeper<'a> {
    state: &'a State<'a>,
    fills: Fills<'a>,
    known: Known<'a>,
    pieces: BTreeMap<Month, Piece>,
    imported: Imported,
}

/// What is kept for one month.
#[derive(Default)]
struct Piece {
    lines: Vec<u8>,
    count: u64,
    /// Of the latest append: syncing that syncs all before it.
    unsynced: Option<Box<dyn Unsynced>>,
}

impl<'a> Keeper<'a> {
    pub(super) fn new(state: &'a State<'a>, request: &Request, format: Format) -> Self {
        let imported = Imported {
            format,
            format_was_guessed: request.format.is_none(),
            mapping: Mapping::default(),
            rows: 0,
            recorded: 0,
            high: 0,
            known: 0,
            refused: 0,
            refusals: Vec::new(),
            months: Vec::new(),
            notices: Vec::new(),
        };
        Self {
            state,
            fills: state.ledger().fills(),
            known: Known::new(&*state.backend),
            pieces: BTreeMap::new(),
            imported,
        }
    }

    /// Keeps all rows that come, until there are no more, and gives their batches back.
    pub(super) fn keep_all(&mut self, batches: Receiver<Batch>, spent: &Sender<Vec<Row>>) -> Result<()> {
        for batch in batches {
            match batch {
                Batch::Mapping(mapping) => self.imported.mapping = mapping,
                Batch::Rows(rows) => {
                    rows.iter().try_for_each(|row| self.take(row))?;
                    // Behind the last batch nobody wants it.
                    let _ = spent.send(rows);
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, row: &Row) -> Result<()> {
        self.imported.rows += 1;
        match &row.fill {
            Ok(fill) => self.keep(fill),
            Err(why) => {
                self.imported.refused += 1;
                if self.imported.refusals.len() < REFUSALS_TOLD {
                    self.imported.refusals.push(Refusal { line: row.line, why: why.clone() });
                }
                Ok(())
            }
        }
    }

    /// Appends what is left, syncs all of it and brings the summary up to date.
    pub(super) fn finish(mut self) -> Result<Imported> {
        let months: Vec<Month> = self.pieces.keys().copied().collect();
        let mut outcome = Ok(());
        for month in months {
            let appended = self.append(month);
            // What another month failed at is no reason to leave this one off the disk.
            let unsynced = self.pieces.get_mut(&month).and_then(|piece| piece.unsynced.take());
            let synced = unsynced.map_or(Ok(()), sync);
            outcome = outcome.and(appended).and(synced);
            self.imported.months.push(month);
        }
        outcome?;
        if self.imported.recorded > 0 {
            match refresh(self.state.ledger(), u64::MAX) {
                Ok(more) => self.imported.notices.extend(more),
                Err(error) => self.imported.notices.push(Notice::of(
                    "SLIPPAGE_SUMMARY_STALE",
                    "imported; the summary could not be brought up to date",
                    &error,
                )),
            }
        }
        Ok(self.imported)
    }

    fn append(&mut self, month: Month) -> Result<()> {
        let Some(piece) = self.pieces.get_mut(&month).filter(|piece| !piece.lines.is_empty()) else {
            return Ok(());
        };
        let (kept, unsynced) = self.fills.append_unsynced(month, &piece.lines, self.state.now())?;
        piece.unsynced = Some(unsynced);
        self.imported.recorded += std::mem::take(&mut piece.count);
        piece.lines.clear();
        self.imported.notices.extend(kept.cut.iter().map(|name| torn(name)));
        Ok(())
    }

    fn keep(&mut self, fill: &Fill) -> Result<()> {
        let month = fill.month();
        if !self.known.is_new(month, &fill.id)? {
            self.imported.known += 1;
            return Ok(());
        }
        self.imported.high += u64::from(fill.is_high());
        let piece = self.pieces.entry(month).or_default();
        line::write(fill, &mut piece.lines);
        piece.count += 1;
        if piece.lines.len() >= PIECE_BYTES { self.append(month) } else { Ok(()) }
    }
}
