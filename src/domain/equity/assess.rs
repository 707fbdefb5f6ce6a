//! How much was lost since the peak and since the day's opening, against the limits.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{Equity, Policy, Reading};
use crate::domain::amount;

/// How a loss stands against its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Well within it.
    Ok,
    /// Close to it.
    Warning,
    /// Above it.
    Emergency,
}

/// A loss against its limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loss {
    /// What it is measured from.
    pub from: Decimal,
    /// The loss, in the account currency; negative for a gain.
    pub cash: Decimal,
    /// The loss in percent of what it is measured from; `None` when that is not above zero.
    pub pct: Option<Decimal>,
    /// Above this it is a WARNING, in percent.
    pub warning_pct: Decimal,
    /// Above this it is an EMERGENCY, in percent.
    pub limit_pct: Decimal,
    /// Above this it is an EMERGENCY, in the account currency.
    pub limit_cash: Option<Decimal>,
    /// How it stands.
    pub level: Level,
}

/// How an account stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assessment {
    /// The last reading.
    pub last: Option<Reading>,
    /// How many seconds ago.
    pub age_seconds: Option<i64>,
    /// How many of the readings that it takes to confirm an equity there are.
    pub readings: usize,
    /// How many it takes.
    pub confirmations: usize,
    /// What is confirmed.
    pub confirmed: Option<Decimal>,
    /// The peak.
    pub peak: Option<Reading>,
    /// The trading day of now.
    pub day: NaiveDate,
    /// The loss since the peak; `None` when nothing fresh is confirmed.
    pub drawdown: Option<Loss>,
    /// The loss since the day's opening; `None` when nothing fresh is confirmed.
    pub daily_loss: Option<Loss>,
    /// Why the losses cannot be told, if so.
    pub doubt: Option<String>,
}

impl Equity {
    /// The losses now. Until enough readings confirm an equity there is nothing to judge, and nothing to doubt either.
    pub fn assess(&self, policy: &Policy, now: DateTime<Utc>) -> Assessment {
        let last = self.readings.last().cloned();
        let age = last.as_ref().map(|last| policy.age(last.at, now));
        let doubt = last.as_ref().zip(age).and_then(|(last, age)| age.doubt(last.at));
        let fresh = self.confirmed.filter(|_| doubt.is_none() && last.is_some());
        let day = policy.day(now);
        Assessment {
            last,
            age_seconds: age.map(|age| age.seconds()),
            readings: self.readings.len().min(policy.confirmations),
            confirmations: policy.confirmations,
            confirmed: self.confirmed,
            peak: self.peak.clone(),
            day,
            drawdown: fresh.zip(self.peak.as_ref()).map(|(value, peak)| drawdown(value, peak.value, policy)),
            daily_loss: fresh
                .zip(self.opening(day))
                .map(|(value, opening)| daily_loss(value, opening, policy)),
            doubt: doubt.map(|why| match &self.account {
                Some(account) => format!("the last equity of {account} {why}"),
                None => format!("the last equity {why}"),
            }),
        }
    }

    /// The opening of a day: of one that began since the last reading, what is confirmed now.
    fn opening(&self, day: NaiveDate) -> Option<Decimal> {
        if day > self.day.date { self.confirmed } else { self.day.opening }
    }
}

fn drawdown(value: Decimal, peak: Decimal, policy: &Policy) -> Loss {
    loss(value, peak, policy.drawdown_limit_pct, None, policy)
}

fn daily_loss(value: Decimal, opening: Decimal, policy: &Policy) -> Loss {
    loss(value, opening, policy.daily_loss_limit_pct, policy.daily_loss_limit_cash, policy)
}

fn loss(
    value: Decimal,
    from: Decimal,
    limit_pct: Decimal,
    limit_cash: Option<Decimal>,
    policy: &Policy,
) -> Loss {
    let cash = from.saturating_sub(value);
    let exact = amount::percent(cash, from);
    let warning_pct = amount::of_percent(policy.warn_at_pct, limit_pct);
    let above = |pct_limit: Decimal, cash_limit: Option<Decimal>| {
        // Of nothing, any loss is all of it.
        let in_percent = exact.map_or(cash > Decimal::ZERO, |pct| pct > pct_limit);
        in_percent || cash_limit.is_some_and(|limit| cash > limit)
    };
    let warning_cash = limit_cash.map(|limit| amount::of_percent(policy.warn_at_pct, limit));
    let level = match (above(limit_pct, limit_cash), above(warning_pct, warning_cash)) {
        (true, _) => Level::Emergency,
        (false, true) => Level::Warning,
        (false, false) => Level::Ok,
    };
    let pct = exact.map(|pct| amount::shown(pct, &[warning_pct, limit_pct]));
    Loss { from, cash, pct, warning_pct: warning_pct.normalize(), limit_pct, limit_cash, level }
}
