//! Makes the fills of an import from what its rows say: checked, and named so that the same row gets the same id again.

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};

use super::super::super::State;
use super::super::Ledger;
use super::super::hash::BuildIdentity;
use super::super::record::check_time;
use crate::domain::policy::Policies;
use crate::domain::slippage::{Facts, Fill};

/// Spellings of tickers that are remembered.
const SPELLINGS_MAX: usize = 10_000;

/// Makes fills, on whatever thread.
pub(super) struct Maker<'a> {
    policies: &'a Policies,
    ledger: Ledger<'a>,
    broker: Option<&'a str>,
    /// Canonical spelling and threshold of tickers as they are given.
    tickers: HashMap<String, (String, Decimal)>,
    /// Contents that the file held so far.
    contents: HashSet<u64, BuildIdentity>,
    /// How often those came that came more than once.
    repeats: HashMap<u64, u64, BuildIdentity>,
}

impl<'a> Maker<'a> {
    /// Makes fills of this broker where rows do not say theirs.
    pub(super) fn new(state: &'a State<'_>, broker: Option<&'a str>) -> Self {
        Self {
            policies: &state.context.config.policies,
            ledger: state.ledger(),
            broker,
            tickers: HashMap::new(),
            contents: HashSet::with_hasher(BuildIdentity),
            repeats: HashMap::with_hasher(BuildIdentity),
        }
    }

    /// The fill of a row, or what is wrong with it.
    pub(super) fn fill(&mut self, id: Option<&str>, mut facts: Facts) -> Result<Fill, String> {
        check_time(facts.at, self.ledger.now())?;
        if facts.broker.is_none() {
            facts.broker = self.broker.map(str::to_owned);
        }
        let id = match id {
            Some(id) => with_broker(id, facts.broker.as_deref()),
            None => self.id_of_content(&facts),
        };
        let (ticker, high_bps) = self.ticker(&facts.ticker)?;
        Fill::named(id, facts, ticker, high_bps)
    }

    fn ticker(&mut self, given: &str) -> Result<(String, Decimal), String> {
        if let Some(known) = self.tickers.get(given) {
            return Ok(known.clone());
        }
        let ticker = self.policies.tickers.canonical(given)?;
        let high_bps = self.policies.slippage.high_bps(&ticker, &self.policies.tickers);
        let found = (ticker, high_bps);
        if self.tickers.len() >= SPELLINGS_MAX {
            self.tickers.clear();
        }
        self.tickers.insert(given.to_owned(), found.clone());
        Ok(found)
    }

    /// An id that follows from what a row says, and from how often the file said the same before: the same file gives the
    /// same ids again, and equal rows in one file are fills apart.
    fn id_of_content(&mut self, facts: &Facts) -> String {
        let content = content(facts);
        let first = u64::from_be_bytes(short(&content, 0));
        if self.contents.insert(first) {
            return format!("i-{first:016x}");
        }
        let repeat = self.repeats.entry(first).or_default();
        *repeat += 1;
        format!("i-{:016x}", u64::from_be_bytes(short(&content, *repeat)))
    }
}

/// What a row says, in one form whatever way its numbers are written.
fn content(facts: &Facts) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(192);
    let mut text = |text: &str| {
        bytes.extend_from_slice(text.trim().as_bytes());
        bytes.push(0);
    };
    let lower = |text: &Option<String>| text.as_deref().unwrap_or_default().to_lowercase();
    text(&facts.ticker);
    text(&lower(&facts.broker));
    text(&lower(&facts.order_type));
    text(facts.order_id.as_deref().unwrap_or_default());
    text(facts.side.word());
    bytes.extend(facts.at.timestamp_nanos_opt().unwrap_or_default().to_be_bytes());
    for number in [Some(facts.expected), Some(facts.actual), facts.qty, facts.fee] {
        bytes.extend(number.map_or([0xff; 16], |number| number.normalize().serialize()));
    }
    bytes.extend(facts.latency_ms.map_or(u64::MAX, u64::from).to_be_bytes());
    bytes
}

/// The first eight bytes of the SHA-256 of a content and of how often it came before.
fn short(content: &[u8], repeat: u64) -> [u8; 8] {
    let digest = Sha256::new().chain_update(content).chain_update(repeat.to_be_bytes()).finalize();
    let mut short = [0; 8];
    short.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    short
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
