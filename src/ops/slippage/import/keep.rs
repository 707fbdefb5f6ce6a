//! Keeps the fills of an import: checked, told apart from what is known, appended in large pieces, synced at the end.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;

use super::super::super::{Notice, State};
use super::super::record::{check_time, torn};
use super::super::summary::refresh;
use super::known::Known;
use super::{Format, Imported, Mapping, REFUSALS_TOLD, Refusal, Request, Rows};
use crate::domain::month::Month;
use crate::domain::slippage::{Facts, Fill, line};
use crate::error::Result;
use crate::store::Unsynced;
use crate::store::fills::{Fills, sync};

/// Bytes of lines that are appended at once.
const PIECE_BYTES: usize = 1024 * 1024;

/// Spellings of tickers that are remembered.
const SPELLINGS_MAX: usize = 10_000;

/// Takes rows and keeps what is new and good.
pub(super) struct Keeper<'a> {
    state: &'a State<'a>,
    fills: Fills<'a>,
    known: Known<'a>,
    broker: Option<String>,
    /// Canonical spelling and threshold of tickers as they are given.
    tickers: HashMap<String, (String, Decimal)>,
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
            broker: request.broker.clone(),
            tickers: HashMap::new(),
            pieces: BTreeMap::new(),
            imported,
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

    /// The fill of a row, or what is wrong with it.
    fn fill(&mut self, id: Option<&str>, mut facts: Facts) -> std::result::Result<Fill, String> {
        check_time(facts.at, self.state.now())?;
        if facts.broker.is_none() {
            facts.broker.clone_from(&self.broker);
        }
        let id = match id {
            Some(id) => with_broker(id, facts.broker.as_deref()),
            None => self.known.id_of_content(&facts),
        };
        let (ticker, high_bps) = self.ticker(&facts.ticker)?;
        Fill::named(id, facts, ticker, high_bps)
    }

    fn ticker(&mut self, given: &str) -> std::result::Result<(String, Decimal), String> {
        if let Some(known) = self.tickers.get(given) {
            return Ok(known.clone());
        }
        let policies = &self.state.context.config.policies;
        let ticker = policies.tickers.canonical(given)?;
        let found = (ticker.clone(), policies.slippage.high_bps(&ticker, &policies.tickers));
        if self.tickers.len() >= SPELLINGS_MAX {
            self.tickers.clear();
        }
        self.tickers.insert(given.to_owned(), found.clone());
        Ok(found)
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

impl Rows for Keeper<'_> {
    fn begin(&mut self, mapping: &Mapping) {
        self.imported.mapping = mapping.clone();
    }

    fn take(&mut self, line: u64, id: Option<&str>, facts: std::result::Result<Facts, String>) -> Result<()> {
        self.imported.rows += 1;
        match facts.and_then(|facts| self.fill(id, facts)) {
            Ok(fill) => self.keep(&fill),
            Err(why) => {
                self.imported.refused += 1;
                if self.imported.refusals.len() < REFUSALS_TOLD {
                    self.imported.refusals.push(Refusal { line, why });
                }
                Ok(())
            }
        }
    }
}

/// A given id with its broker's name in front: two brokers may both count their trades from 1. One that nija made, as in an
/// export, stays as it is.
fn with_broker(id: &str, broker: Option<&str>) -> String {
    let made = |prefix: &str| {
        let hex = id.strip_prefix(prefix);
        hex.is_some_and(|hex| hex.len() == 16 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    match broker.map(str::to_lowercase) {
        Some(broker)
            if !made("f-") && !made("i-") && !id.to_lowercase().starts_with(&format!("{broker}:")) =>
        {
            format!("{broker}:{id}")
        }
        _ => id.to_owned(),
    }
}
