//! What a bot reports when a stop is hit: its ticker is locked by the rules, and all of them when too many are hit.
//!
//! Two documents change, the ticker's own first and then that of every ticker, each by itself and for good. Who died in
//! between reports again with the same id: what is done stays as it was, and what is missing is done.

use rust_decimal::Decimal;
use serde_json::{Map, json};

use crate::domain::cooldown::change::Locked;
use crate::domain::cooldown::{Cooldown, Hit, Side, StopLoss};
use crate::domain::halt::Source;
use crate::domain::ticker::EVERY;
use crate::error::{Error, Kind, Result};

use super::super::{Notice, State};
use super::show::Shown;
use super::{Open, canonical, event, mark, own_duration, read};

/// Longest id, strategy or platform, in bytes.
const NAME_LEN_MAX: usize = 128;

/// A stop that was hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The ticker, in any spelling.
    pub ticker: String,
    /// The price at which the position was closed; positive.
    pub price: Decimal,
    /// The side of the position, which is locked.
    pub side: Side,
    /// The strategy it belonged to.
    pub strategy: Option<String>,
    /// The broker or exchange.
    pub platform: Option<String>,
    /// Names it, so that it counts once however often it is reported; one is made up when it is not given.
    pub id: Option<String>,
}

/// What a stop-loss led to.
#[derive(Debug)]
pub struct Report {
    /// The canonical ticker.
    pub ticker: String,
    /// The stop-loss, as it was reported first.
    pub stop_loss: StopLoss,
    /// Its number within the window, if it counted now.
    pub number: Option<usize>,
    /// The lock of the ticker that blocks this side now; none when it is over or was ended by a person.
    pub lock: Option<Shown>,
    /// The lock of every ticker, if one is in force.
    pub every: Option<Shown>,
    /// Whether this report tripped the lock of every ticker.
    pub tripped: bool,
    /// Whether anything changed.
    pub changed: bool,
    /// What else is worth knowing.
    pub notices: Vec<Notice>,
}

/// Takes a report.
pub fn report(state: &State<'_>, request: &Request) -> Result<Report> {
    let ticker = require_sense(state, request)?;
    let mut report = own(state, request, ticker)?;
    if let Err(mut error) = every(state, &mut report) {
        // The ticker is locked by now, so what failed is only the other half.
        let hit = &report.stop_loss.hit;
        error.message = format!(
            "{} is locked, but its stop-loss is not counted among those of every ticker: {}",
            hit.ticker, error.message
        );
        let price = report.stop_loss.price;
        return Err(error.hint(format!("nija stop-loss {} --price {price} --id {}", hit.ticker, hit.id)));
    }
    Ok(report)
}

fn require_sense(state: &State<'_>, request: &Request) -> Result<String> {
    let usage =
        |why: String| Error::new(Kind::Usage, why).hint("nija stop-loss BTC-USD --price 64000 --id ORDER-ID");
    let ticker = canonical(state, &request.ticker)?;
    if ticker == EVERY {
        return Err(usage("a stop-loss belongs to one ticker, not to every one".to_owned()));
    }
    if request.price <= Decimal::ZERO {
        return Err(usage(format!("the price has to be positive, and {} is not", request.price)));
    }
    let named = [("--id", &request.id), ("--strategy", &request.strategy), ("--platform", &request.platform)];
    for (option, value) in named {
        if let Some(value) = value
            && (value.trim().is_empty() || value.len() > NAME_LEN_MAX || value.chars().any(char::is_control))
        {
            return Err(usage(format!("{option} has to be 1 to {NAME_LEN_MAX} printable characters")));
        }
    }
    Ok(ticker)
}

/// The ticker's own document.
fn own(state: &State<'_>, request: &Request, ticker: String) -> Result<Report> {
    let trimmed = |text: &Option<String>| text.as_deref().map(|text| text.trim().to_owned());
    let policy = &state.context.config.policies.cooldowns;
    let mut open = Open::new(state, &ticker)?;
    let now = state.now();
    let id = trimmed(&request.id).unwrap_or_else(|| (state.context.new_id)("s"));
    let mut stop_loss = StopLoss {
        hit: Hit { id, ticker: ticker.clone(), at: now },
        price: request.price,
        side: request.side,
        strategy: trimmed(&request.strategy),
        platform: trimmed(&request.platform),
        extra: Map::new(),
    };
    let mut number = None;
    if let Some(known) = open.cooldown.known(&stop_loss) {
        stop_loss = known.clone();
    }
    if let Some(counted) =
        open.cooldown.stop_loss(&stop_loss, policy, own_duration(state, &ticker), mark(state), now)
    {
        number = Some(counted.number);
        let (lock, is_new_lock) = (counted.locked.lock(), matches!(counted.locked, Locked::Added(_)));
        let data = json!({
            "reason": lock.cause.reason,
            "stop_loss": stop_loss,
            "number": number,
            "lock": lock,
            "is_new_lock": is_new_lock,
        });
        open.events.push(event(state, Source::AutoMonitoring, "cooldown.stop_loss", &ticker, data));
    }
    open.commit(state, number.is_some())?;
    let lock = open.cooldown.in_force(now).filter(|lock| lock.side.covers(stop_loss.side));
    let lock = lock.max_by_key(|lock| lock.until).map(|lock| Shown::of(&ticker, lock, now));
    let changed = number.is_some();
    Ok(Report {
        ticker,
        stop_loss,
        number,
        lock,
        every: None,
        tripped: false,
        changed,
        notices: open.notices,
    })
}

/// The document of every ticker.
fn every(state: &State<'_>, report: &mut Report) -> Result<()> {
    let policy = &state.context.config.policies.cooldowns;
    let now = state.now();
    let shown = |every: &Cooldown| every.blocks(None, now).map(|lock| Shown::of(EVERY, lock, now));
    if !policy.guard.enabled {
        let every = read(state, EVERY)?;
        report.every = every.and_then(|every| shown(&every));
        return Ok(());
    }
    let mut open = Open::new(state, EVERY)?;
    let guarded = open.cooldown.guard(&report.stop_loss, policy, mark(state), now);
    if let Some(Locked::Added(lock)) = &guarded.locked {
        let data = json!({"reason": lock.cause.reason, "lock": lock});
        open.events.push(event(state, Source::AutoMonitoring, "cooldown.guard", EVERY, data));
        report.tripped = true;
    }
    open.commit(state, guarded.counted)?;
    report.changed |= guarded.counted;
    report.every = shown(&open.cooldown);
    report.notices.append(&mut open.notices);
    Ok(())
}
