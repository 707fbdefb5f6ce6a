//! The cooldowns as a gate looks them up: by ticker, remembered while nothing in their folder changed.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::clock::Clock;
use crate::domain::cooldown::{COLLECTION, Cooldown};
use crate::domain::document;
use crate::domain::gate::{Code, Refused};
use crate::domain::key::encode;
use crate::domain::order::{Order, Side};
use crate::domain::ticker::{EVERY, Policy};
use crate::store::Backend as _;
use crate::store::atomic::Directory;
use crate::store::cached::{Watched, watch_folder};
use crate::store::file::FileBackend;

use super::cached::{Cached, Refusal, now_ns, refusal};

/// Tickers remembered at most. A bot that trades more reads two files again for those it has forgotten.
const REMEMBERED_MAX: usize = 128;

/// The cooldown of one ticker, as it was last looked up.
#[derive(Debug)]
struct Entry {
    /// How the ticker was spelled.
    symbol: String,
    /// How it is compared; empty when the symbol names no ticker.
    ticker: String,
    cooldown: Cached<Cooldown>,
    /// Which state of the folder it was looked up in: that there is no document holds for no other.
    looked: u64,
}

impl Entry {
    fn new(symbol: &str) -> Self {
        let (symbol, ticker) = (symbol.to_owned(), String::new());
        Self { symbol, ticker, cooldown: Cached::absent(), looked: 0 }
    }

    /// Whether it is of one ticker, and not of none or of all of them.
    fn names_one(&self) -> bool {
        !self.ticker.is_empty() && self.ticker != EVERY
    }

    fn refresh(&mut self, folder: Option<&Directory>, state: u64, by_path: bool, clock: &dyn Clock) {
        let still_absent = self.looked == state && matches!(self.cooldown.content(), Ok(None));
        if still_absent || self.cooldown.is_unchanged(by_path) {
            return;
        }
        self.looked = state;
        self.cooldown = match (folder, Cooldown::key(&self.ticker)) {
            (Some(folder), Ok(key)) => Cached::read_in(folder, &format!("{}.json", encode(&key.name)), clock),
            // Too long to be a file name: nobody can have locked it.
            (None, _) | (_, Err(_)) => Cached::absent(),
        };
    }
}

/// The cooldowns of one state directory.
#[derive(Debug)]
pub(super) struct Cooldowns {
    dir: PathBuf,
    tickers: Policy,
    /// The folder, nothing when there is certainly none, or why that cannot be known.
    folder: Result<Option<Directory>, Refusal>,
    /// The folder as it was when it was last looked into; `None` makes every check look.
    unchanged: Option<Watched>,
    /// Counts the states of the folder that were seen.
    state: u64,
    every: Entry,
    entries: Vec<Entry>,
    /// Which entry is forgotten next, where there is no more room.
    next: usize,
    /// Why an order without a ticker cannot be judged, if so.
    nameless: Result<(), Refusal>,
}

impl Cooldowns {
    /// The cooldowns below a state directory.
    pub(super) fn new(dir: &Path, tickers: Policy) -> Self {
        Self {
            dir: dir.to_owned(),
            tickers,
            folder: Ok(None),
            unchanged: None,
            state: 0,
            every: Entry { ticker: EVERY.to_owned(), ..Entry::new(EVERY) },
            entries: Vec::new(),
            next: 0,
            nameless: Ok(()),
        }
    }

    /// Brings up to date what is known of the order's ticker and of every ticker; returns where the former is remembered.
    pub(super) fn look(&mut self, order: &Order<'_>, by_path: bool, clock: &dyn Clock) -> usize {
        if !self.unchanged.as_ref().is_some_and(|watched| watched.is_unchanged(by_path)) {
            // Watched first, then looked into: a change in between shows at the next check.
            let (watched, folder) = watch_folder(&self.dir, COLLECTION, now_ns(clock));
            (self.unchanged, self.folder) = (watched, folder.map_err(refusal));
            self.state = self.state.wrapping_add(1);
        }
        let at = self.remember(order.symbol);
        if let Ok(folder) = &self.folder {
            self.every.refresh(folder.as_ref(), self.state, by_path, clock);
            match self.entries.get_mut(at).filter(|entry| entry.names_one()) {
                Some(entry) => entry.refresh(folder.as_ref(), self.state, by_path, clock),
                None => self.nameless = nothing_blocks(&self.dir, order.side, clock.now()),
            }
        }
        at
    }

    /// Where a symbol is remembered; it is made room for where it is not. Whoever does not look it up may still ask for its
    /// [`Self::ticker`].
    pub(super) fn remember(&mut self, symbol: &str) -> usize {
        if let Some(at) = self.entries.iter().position(|entry| entry.symbol == symbol) {
            return at;
        }
        let mut entry = Entry::new(symbol);
        if !self.tickers.canonical_into(symbol, &mut entry.ticker) {
            entry.ticker.clear();
        }
        if self.entries.len() < REMEMBERED_MAX {
            self.entries.push(entry);
            return self.entries.len().saturating_sub(1);
        }
        let at = self.next % REMEMBERED_MAX;
        self.next = at.wrapping_add(1);
        if let Some(old) = self.entries.get_mut(at) {
            *old = entry;
        }
        at
    }

    /// The canonical ticker of a remembered symbol; empty when it names none.
    pub(super) fn ticker(&self, at: usize) -> &str {
        self.entries.get(at).map_or("", |entry| &entry.ticker)
    }

    /// What the last look found for a remembered symbol, and for every ticker.
    pub(super) fn found(&self, at: usize) -> [Result<Option<&Cooldown>, Refused<'_>>; 2] {
        if let Err((code, detail)) = &self.folder {
            return [Err((*code, detail)), Ok(None)];
        }
        let own = match (self.entries.get(at).filter(|entry| entry.names_one()), &self.nameless) {
            (Some(entry), _) => entry.cooldown.content(),
            (None, Ok(())) => Ok(None),
            (None, Err((code, detail))) => Err((*code, detail.as_str())),
        };
        [own, self.every.cooldown.content()]
    }
}

/// An order that names no ticker may go out only when none is locked. Rare enough to look at each.
fn nothing_blocks(dir: &Path, side: Option<Side>, now: DateTime<Utc>) -> Result<(), Refusal> {
    let mut blocked = Ok(());
    let mut visit = |name: &str, bytes: crate::error::Result<&[u8]>| {
        let cooldown = bytes.map(document::decode::<Cooldown>);
        let blocks = match &cooldown {
            _ if name == EVERY => false,
            Ok(Ok(cooldown)) => cooldown.blocks(side, now).is_some(),
            Ok(Err(_)) | Err(_) => true,
        };
        if blocks {
            let detail = format!("{name} cools down, and the order names no ticker that could be another");
            blocked = Err((Code::CooldownUnknown, detail));
        }
        !blocks
    };
    match FileBackend::open(dir).and_then(|backend| backend.each(COLLECTION, &mut visit)) {
        Ok(()) => blocked,
        Err(error) => Err(refusal(error)),
    }
}
