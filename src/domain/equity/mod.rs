//! What an account is worth over time: readings, what they confirm, the peak and the day's opening.

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::audit::{Audited, Outbox};
use super::document::{Document, Header};
use super::freshness::Age;
use super::halt::Scope;

mod assess;

pub use assess::{Assessment, Level, Loss};

/// Readings that are kept: what [`Policy::confirmations`] may be at most.
pub const READINGS_MAX: usize = 20;

/// Limits of what may be lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Largest loss since the peak, in percent of the peak.
    pub drawdown_limit_pct: Decimal,
    /// Largest loss since the day's opening, in percent of the opening.
    pub daily_loss_limit_pct: Decimal,
    /// Largest loss since the day's opening, in the account currency; `None` for no such limit.
    pub daily_loss_limit_cash: Option<Decimal>,
    /// From this share of a limit on it is a WARNING, in percent.
    pub warn_at_pct: Decimal,
    /// Readings in a row that confirm a change, 1 to [`READINGS_MAX`].
    pub confirmations: usize,
    /// When a day begins, after midnight UTC; less than a day.
    pub day_start: TimeDelta,
    /// Whether an EMERGENCY pulls the kill switch.
    pub auto_kill: bool,
    /// Whether that stops everything, and not only the account whose equity it is.
    pub kills_everything: bool,
    /// A reading this old says nothing any more.
    pub stale_after: TimeDelta,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            drawdown_limit_pct: Decimal::from(20),
            daily_loss_limit_pct: Decimal::from(5),
            daily_loss_limit_cash: None,
            warn_at_pct: Decimal::from(75),
            confirmations: 3,
            day_start: TimeDelta::zero(),
            auto_kill: false,
            kills_everything: false,
            stale_after: TimeDelta::minutes(15),
        }
    }
}

impl Policy {
    /// The trading day an instant belongs to, named by the date it begins on.
    pub fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        at.checked_sub_signed(self.day_start).unwrap_or(at).date_naive()
    }

    /// How old something is that was reported at `at`.
    pub fn age(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> Age {
        Age::of(at, now, self.stale_after)
    }
}

/// Reads the name of an account: one that a halt can name.
pub fn account(text: &str) -> Result<String, String> {
    match format!("account:{text}").parse() {
        Ok(Scope::Account(name)) => Ok(name),
        _ => Err(format!("'{text}' names no account: 1 to 128 printable characters, as in main")),
    }
}

/// One reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The equity, open positions included, in the account currency. May be zero or negative: an account can owe money.
    pub value: Decimal,
    /// When it was so.
    pub at: DateTime<Utc>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// The trading day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// The date it begins on.
    pub date: NaiveDate,
    /// The confirmed equity when it began; `None` until one is confirmed on the first day of all.
    pub opening: Option<Decimal>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Reading {
    /// A reading.
    pub fn new(value: Decimal, at: DateTime<Utc>) -> Self {
        Self { value, at, extra: Map::new() }
    }
}

impl Day {
    /// A day.
    fn new(date: NaiveDate, opening: Option<Decimal>) -> Self {
        Self { date, opening, extra: Map::new() }
    }
}

/// The document `equity.json`, and each of `equity/` for one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Equity {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// The account, as it was written; `None` for all of them together.
    pub account: Option<String>,
    /// The equity that enough readings in a row confirm; `None` until there are enough.
    pub confirmed: Option<Decimal>,
    /// The highest that was ever confirmed.
    pub peak: Option<Reading>,
    /// The day of the last reading.
    pub day: Day,
    /// The last readings, oldest first.
    pub readings: Vec<Reading>,
    /// Decisions that may not be in the audit log yet.
    #[serde(default)]
    pub audit_outbox: Outbox,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Document for Equity {
    const FORMAT: &'static str = "nija.equity";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }

    fn contradiction(&self) -> Option<&'static str> {
        let peak = self.peak.as_ref().map(|peak| peak.value);
        (self.confirmed > peak).then_some("'confirmed' is above 'peak': it was edited by hand")
    }
}

impl Audited for Equity {
    fn outbox(&mut self) -> &mut Outbox {
        &mut self.audit_outbox
    }
}

/// What became of a reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It counts.
    Counted,
    /// It is the last reading again.
    Known,
    /// It does not, and why.
    Refused(String),
}

impl Equity {
    /// The document of an account without a reading.
    pub fn new(account: Option<String>, policy: &Policy, now: DateTime<Utc>) -> Self {
        Self {
            header: Header::new::<Self>(now),
            account,
            confirmed: None,
            peak: None,
            day: Day::new(policy.day(now), None),
            readings: Vec::new(),
            audit_outbox: Outbox::default(),
            extra: Map::new(),
        }
    }

    /// What it is the equity of, as a halt names it.
    pub fn scope(&self) -> Scope {
        self.account.clone().map_or(Scope::All, Scope::Account)
    }

    /// Takes a reading. Readings come in the order of time: an older one is refused, unless the last one lies ahead of `now`,
    /// because then the clock stepped back.
    pub fn take(&mut self, reading: Reading, policy: &Policy, now: DateTime<Utc>) -> Taken {
        if matches!(policy.age(reading.at, now), Age::Ahead(_)) {
            return Taken::Refused(format!("{} lies ahead of the clock", written(reading.at)));
        }
        if self.readings.iter().any(|known| (known.value, known.at) == (reading.value, reading.at)) {
            return Taken::Known;
        }
        let later = |last: &&Reading| last.at <= now && reading.at < last.at;
        if let Some(last) = self.readings.last().filter(later) {
            let (own, last) = (written(reading.at), written(last.at));
            return Taken::Refused(format!("there is a reading of {last}; one of {own} comes too late"));
        }
        self.begin_day(policy.day(reading.at));
        let at = reading.at;
        self.readings.push(reading);
        let surplus = self.readings.len().saturating_sub(READINGS_MAX);
        self.readings.drain(..surplus);
        self.confirm(at, policy.confirmations);
        Taken::Counted
    }

    /// The opening is what was confirmed when the day began: one bad tick at the opening must not make the day.
    fn begin_day(&mut self, date: NaiveDate) {
        // A clock that steps back over the boundary and on again does not forget the losses of the day.
        let back_by_one = !self.readings.is_empty() && date.succ_opt() == Some(self.day.date);
        if date != self.day.date && !back_by_one {
            self.day = Day::new(date, self.confirmed);
        }
    }

    /// The confirmed equity follows only what all of the last readings agree on: it rises to the worst of them or falls to the
    /// best, and stays where it is between.
    fn confirm(&mut self, at: DateTime<Utc>, confirmations: usize) {
        let from = self.readings.len().checked_sub(confirmations.max(1));
        let Some(last) = from.and_then(|from| self.readings.get(from..)) else { return };
        let mut values: Vec<Decimal> = last.iter().map(|reading| reading.value).collect();
        values.sort();
        let (Some(worst), Some(best)) = (values.first().copied(), values.last().copied()) else { return };
        let middle = values.get(values.len() / 2).copied().unwrap_or(best);
        let confirmed = self.confirmed.map_or(middle, |before| before.clamp(worst, best));
        self.confirmed = Some(confirmed);
        if self.peak.as_ref().is_none_or(|peak| peak.value < confirmed) {
            self.peak = Some(Reading::new(confirmed, at));
        }
        self.day.opening.get_or_insert(confirmed);
    }

    /// Moves everything by money that was paid in (or out, if negative): what was lost stays lost, and nothing is lost by it.
    /// Fails when that leaves no peak to measure from.
    pub fn shift(&mut self, amount: Decimal) -> Result<(), String> {
        let Some(peak) = self.peak.clone() else { return Err("no equity is confirmed yet".to_owned()) };
        let moved = |value: Decimal| value.checked_add(amount).ok_or("the sum is too large");
        if moved(peak.value)? <= Decimal::ZERO {
            return Err(format!("the peak of {} would not stay above zero", peak.value));
        }
        let mut readings = self.readings.clone();
        for reading in &mut readings {
            reading.value = moved(reading.value)?;
        }
        let (confirmed, opening) =
            (self.confirmed.map(moved).transpose()?, self.day.opening.map(moved).transpose()?);
        self.peak = Some(Reading { value: moved(peak.value)?, ..peak });
        (self.confirmed, self.day.opening, self.readings) = (confirmed, opening, readings);
        Ok(())
    }

    /// Measures from now on from the confirmed equity. Returns the peak before, or fails when nothing is confirmed.
    pub fn reset_peak(&mut self, now: DateTime<Utc>) -> Result<Reading, String> {
        match (&self.peak, self.confirmed) {
            (Some(before), Some(value)) => {
                let before = before.clone();
                self.peak = Some(Reading::new(value, now));
                Ok(before)
            }
            _ => Err("no equity is confirmed yet".to_owned()),
        }
    }
}
