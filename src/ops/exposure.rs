//! What each platform holds: reporting it as a whole, and seeing how it stands.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Map, json};

use crate::domain::alert::Input;
use crate::domain::exposure::{Assessment, Balance, Book, Entry, Exposure, Stated};
use crate::domain::halt::{Source, folded};
use crate::domain::key::Key;
use crate::error::{Error, Kind, Result};
use crate::store::Durability;
use crate::store::document::{self, Opened, Stored};

use super::{Notice, State, record};

/// The folder of balances.
pub const COLLECTION: &str = "exposure";

/// How often a snapshot is tried without a lock while others report.
const ATTEMPTS: usize = 3;

/// What to type to report.
const REPORT: &str = "nija exposure set PLATFORM=BALANCE --total TOTAL";

/// The key of `exposure.json`.
pub fn book_key() -> Key {
    Key::singleton("exposure")
}

/// The key of a platform's balance.
pub fn key(platform: &str) -> Result<Key> {
    Key::entry(COLLECTION, &folded(platform)).map_err(|why| Error::new(Kind::Usage, why).hint(REPORT))
}

/// What to report: balances, or the total, or both.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Platforms and what each holds.
    pub balances: Vec<(String, Decimal)>,
    /// The whole capital.
    pub total: Option<Decimal>,
}

type Balances = BTreeMap<String, std::result::Result<Entry, String>>;

fn balances(state: &State<'_>) -> Result<Balances> {
    let mut all = BTreeMap::new();
    document::each::<Balance>(&*state.backend, COLLECTION, &mut |name, stored| {
        let entry = match stored {
            Ok(Stored::Present(balance)) => Ok(balance.entry),
            Ok(Stored::Unreadable(why)) => Err(format!("the balance of {name} cannot be used: {why}")),
            Ok(Stored::Missing) => return,
            Err(error) => Err(error.message),
        };
        all.insert(name.to_owned(), entry);
    })?;
    Ok(all)
}

/// Everything that is known, as of one instant; `None` when nothing was ever reported.
pub fn snapshot(state: &State<'_>) -> Result<Option<Exposure>> {
    let read = || match document::read::<Book>(&*state.backend, &book_key())? {
        Stored::Present(book) => Ok(Some(book)),
        Stored::Missing => Ok(None),
        Stored::Unreadable(why) => Err(document::unreadable(&*state.backend, &book_key(), &why)),
    };
    let revision = |book: &Option<Book>| book.as_ref().map(|book| book.header.revision);
    for _ in 0..ATTEMPTS {
        let before = read()?;
        let balances = balances(state)?;
        let book = read()?;
        // Every report changes the book first. If it is the same, no report began meanwhile, and one that was under way
        // stands in it as a whole.
        if revision(&before) == revision(&book) {
            let exposure = Exposure::of(book.as_ref(), balances);
            return Ok((book.is_some() || !exposure.balances.is_empty()).then_some(exposure));
        }
    }
    // Never between two reports: so wait for the next to end, and keep the one after it waiting.
    let mut opened = document::open::<Book>(&*state.backend, &book_key(), state.wait)?;
    match std::mem::replace(&mut opened.stored, Stored::Missing) {
        Stored::Present(book) => Ok(Some(Exposure::of(Some(&book), balances(state)?))),
        Stored::Missing => Ok(Some(Exposure::of(None, balances(state)?))),
        Stored::Unreadable(why) => Err(document::unreadable(&*state.backend, &book_key(), &why)),
    }
}

/// Everything that is known, as a fact for the rules.
pub fn input(state: &State<'_>) -> Input<Exposure> {
    match snapshot(state) {
        Ok(Some(exposure)) => Input::Known(exposure),
        Ok(None) => Input::Missing,
        Err(error) => Input::Unreadable(error.message),
    }
}

/// How the exposure stands.
pub fn show(state: &State<'_>) -> Result<Assessment> {
    Ok(assess(state, &snapshot(state)?.unwrap_or_default()))
}

fn assess(state: &State<'_>, exposure: &Exposure) -> Assessment {
    exposure.assess(&state.context.config.policies.exposure, state.now())
}

/// Takes a report as a whole: all of it counts, or nothing is changed.
pub fn report(state: &State<'_>, report: &Report) -> Result<(Assessment, Vec<Notice>)> {
    let usage = |why: String| Error::new(Kind::Usage, why).hint(REPORT);
    if report.balances.is_empty() && report.total.is_none() {
        return Err(usage("there is nothing to report".to_owned()));
    }
    for (platform, _) in &report.balances {
        key(platform)?;
        let same = |(other, _): &&(String, Decimal)| folded(other) == folded(platform);
        if report.balances.iter().filter(same).count() > 1 {
            return Err(usage(format!("{platform} is reported twice")));
        }
    }
    let mut notices = Vec::new();
    let mut opened = document::open::<Book>(&*state.backend, &book_key(), state.wait)?;
    let mut book = book(state, &mut opened, report.total.is_some(), &mut notices)?;
    let stored = balances(state)?;
    let entries = entries(state, &book, &stored, report);
    let mut next = book.clone();
    next.total = report
        .total
        .map(|amount| Stated { amount, recorded_at: state.now(), extra: Map::new() })
        .or(book.total);
    next.last_report.extend(entries.iter().cloned());
    let exposure = Exposure::of(Some(&next), stored.clone());
    sum_within_total(state, &exposure)?;
    // What a crash kept of the report before in the book alone has to reach its documents before the next takes its place.
    distribute(state, &book.last_report, &stored, &mut notices)?;
    book.total = next.total;
    if let Some(first) = entries.first() {
        (book.reports, book.last_report) = (first.report, entries);
    }
    opened.commit(&mut book, state.now(), Durability::Strict)?;
    if let Err(error) = distribute(state, &book.last_report, &stored, &mut notices) {
        notices.push(Notice::of(
            "BALANCE_IN_BOOK_ONLY",
            "the report counts, and exposure/ lacks some of it",
            &error,
        ));
    }
    Ok((assess(state, &exposure), notices))
}

/// The book under its lock. A damaged one may have held a total, so that only a new total makes a new one.
fn book(
    state: &State<'_>,
    opened: &mut Opened<'_, Book>,
    has_total: bool,
    notices: &mut Vec<Notice>,
) -> Result<Book> {
    match std::mem::replace(&mut opened.stored, Stored::Missing) {
        Stored::Present(book) => Ok(book),
        Stored::Missing => Ok(Book::new(state.now())),
        Stored::Unreadable(why) if !has_total => {
            Err(document::unreadable(&*state.backend, &book_key(), &why).hint("nija exposure forget --total"))
        }
        unreadable @ Stored::Unreadable(_) => {
            opened.stored = unreadable;
            notices.push(set_aside(&opened.set_aside(state.now())?));
            Ok(Book::new(state.now()))
        }
    }
}

fn set_aside(kept: &str) -> Notice {
    Notice::new("SET_ASIDE", format!("a damaged document was set aside; it is kept as {kept}"), "nija doctor")
}

fn entries(state: &State<'_>, book: &Book, stored: &Balances, report: &Report) -> Vec<Entry> {
    let written = stored.values().flatten().map(|entry| entry.report).max().unwrap_or(0);
    let number = book.reports.max(written).saturating_add(1);
    let recorded_at = state.now();
    let entry = |(platform, balance): &(String, Decimal)| Entry {
        platform: platform.clone(),
        balance: *balance,
        recorded_at,
        report: number,
        extra: Map::new(),
    };
    report.balances.iter().map(entry).collect()
}

fn sum_within_total(state: &State<'_>, exposure: &Exposure) -> Result<()> {
    let policy = &state.context.config.policies.exposure;
    let now = state.now();
    let Some(total) = exposure.total.as_ref().filter(|total| policy.age(total.recorded_at, now).is_fresh())
    else {
        return Ok(());
    };
    let sum = exposure.sum(policy, now);
    if sum <= total.amount {
        return Ok(());
    }
    let of = |entry: &Entry| format!("{} {}", entry.platform, entry.balance);
    let fresh = |entry: &&Entry| policy.age(entry.recorded_at, now).is_fresh();
    let parts: Vec<String> = exposure.balances.values().flatten().filter(fresh).map(of).collect();
    let message = format!(
        "the balances add up to {sum} ({}), more than the total of {}",
        parts.join(", "),
        total.amount
    );
    Err(Error::new(Kind::Usage, message).hint(REPORT))
}

/// Writes those entries into their documents that are newer than what stands there.
fn distribute(
    state: &State<'_>,
    entries: &[Entry],
    stored: &Balances,
    notices: &mut Vec<Notice>,
) -> Result<()> {
    for entry in entries {
        let newer = |own: &std::result::Result<Entry, String>| {
            own.as_ref().map_or(true, |own| own.report < entry.report)
        };
        if !stored.get(&folded(&entry.platform)).is_none_or(newer) {
            continue;
        }
        let mut opened = document::open::<Balance>(&*state.backend, &key(&entry.platform)?, state.wait)?;
        let mut balance = match std::mem::replace(&mut opened.stored, Stored::Missing) {
            Stored::Present(before) => {
                let entry = Entry { extra: before.entry.extra.clone(), ..entry.clone() };
                Balance { entry, ..before }
            }
            Stored::Missing => Balance::new(entry.clone(), state.now()),
            unreadable @ Stored::Unreadable(_) => {
                opened.stored = unreadable;
                notices.push(set_aside(&opened.set_aside(state.now())?));
                Balance::new(entry.clone(), state.now())
            }
        };
        // What a power cut takes from here stands in the book.
        opened.commit(&mut balance, state.now(), Durability::Relaxed)?;
    }
    Ok(())
}

/// Forgets platforms, or the stated total, on the record: from then on nothing watches them. All are checked first.
pub fn forget(state: &State<'_>, platforms: &[String], total: bool) -> Result<Vec<Notice>> {
    let mut notices = Vec::new();
    let mut opened = document::open::<Book>(&*state.backend, &book_key(), state.wait)?;
    let mut book = book(state, &mut opened, total, &mut notices)?;
    let stored = balances(state)?;
    let known = Exposure::of(Some(&book), stored.clone());
    let unknown = platforms.iter().find(|platform| !known.balances.contains_key(&folded(platform)));
    if let Some(platform) = unknown {
        let message = format!("no balance of '{platform}' is known");
        return Err(Error::new(Kind::NotFound, message).hint("nija exposure show"));
    }
    if total && book.total.is_none() && notices.is_empty() {
        return Err(Error::new(Kind::NotFound, "no total was stated").hint("nija exposure show"));
    }
    let event = |subject: &str, was: Option<Decimal>| {
        state.context.event(Source::Cli, "exposure.forget", subject, json!({"was": was}))
    };
    let mut events = Vec::new();
    for platform in platforms {
        let name = folded(platform);
        let was = known.balances.get(&name).and_then(|entry| entry.as_ref().ok()).map(|entry| entry.balance);
        events.push(event(&format!("exposure:{name}"), was));
    }
    if total {
        events.push(event("exposure", book.total.as_ref().map(|total| total.amount)));
        book.total = None;
    }
    let forgotten =
        |entry: &Entry| platforms.iter().any(|platform| folded(platform) == folded(&entry.platform));
    book.last_report.retain(|entry| !forgotten(entry));
    record::commit(state, &mut opened, &mut book, &events, Durability::Strict)?.audit?;
    for platform in platforms.iter().filter(|platform| stored.contains_key(&folded(platform))) {
        let mut opened = document::open::<Balance>(&*state.backend, &key(platform)?, state.wait)?;
        match opened.stored {
            Stored::Unreadable(_) => notices.push(set_aside(&opened.set_aside(state.now())?)),
            Stored::Present(_) => opened.remove()?,
            Stored::Missing => {}
        }
    }
    Ok(notices)
}
