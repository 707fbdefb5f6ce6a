//! The rows of an import on their way from the thread that reads them to the one that keeps them: each has about half the
//! work.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use super::Mapping;
use super::make::Maker;
use crate::domain::slippage::{Facts, Fill};
use crate::error::{Error, Kind, Result};

/// Rows that go over at once.
const BATCH_ROWS: usize = 512;

/// Batches that may wait: what is read ahead is bounded, however large the file.
const BATCHES: usize = 4;

/// A row: its fill, or what is wrong with it.
pub(super) struct Row {
    /// Its line, from 1.
    pub(super) line: u64,
    /// Its fill.
    pub(super) fill: std::result::Result<Fill, String>,
}

/// What goes over.
///
/// Batches come back when they are through: what one thread allocates and another frees makes both wait for each other.
pub(super) enum Batch {
    /// Which columns hold what from here on.
    Mapping(Mapping),
    /// The next rows.
    Rows(Vec<Row>),
}

/// The end that a format puts rows into: it makes their fills.
pub(super) struct Rows<'a> {
    maker: Maker<'a>,
    sender: SyncSender<Batch>,
    spent: Receiver<Vec<Row>>,
    open: Vec<Row>,
}

impl<'a> Rows<'a> {
    /// This end, the one that batches come out of, and the one that takes them back.
    pub(super) fn new(maker: Maker<'a>) -> (Self, Receiver<Batch>, Sender<Vec<Row>>) {
        let (sender, receiver) = sync_channel(BATCHES);
        let (back, spent) = channel();
        (Self { maker, sender, spent, open: Vec::with_capacity(BATCH_ROWS) }, receiver, back)
    }

    /// Says which columns hold what from here on.
    pub(super) fn begin(&mut self, mapping: &Mapping) -> Result<()> {
        self.flush()?;
        self.send(Batch::Mapping(mapping.clone()))
    }

    /// Puts in a row, with the id that it brings. An error says that nobody takes rows any more.
    pub(super) fn take(
        &mut self,
        line: u64,
        id: Option<&str>,
        facts: std::result::Result<Facts, String>,
    ) -> Result<()> {
        let fill = facts.and_then(|facts| self.maker.fill(id, facts));
        self.open.push(Row { line, fill });
        if self.open.len() >= BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    /// Sends what waits for a batch to be full.
    pub(super) fn flush(&mut self) -> Result<()> {
        if self.open.is_empty() {
            return Ok(());
        }
        let mut next = self.spent.try_recv().unwrap_or_else(|_| Vec::with_capacity(BATCH_ROWS));
        next.clear();
        let rows = std::mem::replace(&mut self.open, next);
        self.send(Batch::Rows(rows))
    }

    fn send(&self, batch: Batch) -> Result<()> {
        // Who keeps rows stops before their end only with an error of its own, which says more than this one.
        self.sender.send(batch).map_err(|_| Error::new(Kind::Io, "the import was given up"))
    }
}
