//! One fill as it is recorded, and the slippage computed from it.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::fixed::{BPS_PLACES, MONEY_PLACES, units};
use super::policy::Policy;
use super::sample::Sample;
use crate::domain::month::Month;
use crate::domain::order::Side;
use crate::domain::ticker;

/// Greatest slippage that is believed, in basis points: beyond ten thousand times the expected price units were mixed up.
pub const SLIPPAGE_BPS_MAX: Decimal = Decimal::from_parts(100_000_000, 0, 0, false, 0);

/// Greatest notional, cash and fee of one fill, in units of its currency: 1e15. Sums of a trillion such fills are exact.
pub const MONEY_MAX: Decimal = Decimal::from_parts(0xA4C6_8000, 0x0003_8D7E, 0, false, 0);

/// Longest id, name or word, in bytes.
pub const NAME_BYTES_MAX: usize = 128;

/// What somebody says about a fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// When it was filled.
    pub at: DateTime<Utc>,
    /// The instrument, in any spelling.
    pub ticker: String,
    /// Which way.
    pub side: Side,
    /// The price it was expected at: the limit, or what the decision to trade saw.
    pub expected: Decimal,
    /// The price it was filled at; of several parts, their mean by quantity.
    pub actual: Decimal,
    /// How much, in units of the instrument.
    pub qty: Option<Decimal>,
    /// What it cost on top, in the currency of the price; negative for a rebate.
    pub fee: Option<Decimal>,
    /// From sending the order to its fill, in milliseconds.
    pub latency_ms: Option<u32>,
    /// The broker or exchange; compared without case.
    pub broker: Option<String>,
    /// As in `market` or `limit`; compared without case.
    pub order_type: Option<String>,
    /// The order it belongs to.
    pub order_id: Option<String>,
    /// Who recorded it, as in `cli`, `import` or `orders`.
    pub source: String,
}

/// A fill as it stands in the log, fields in the order they are written.
///
/// Computed ones are rounded half to even, slippage to [`BPS_PLACES`], money to [`MONEY_PLACES`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// Names it within its month.
    pub id: String,
    /// When it was filled.
    pub at: DateTime<Utc>,
    /// The instrument in its canonical spelling, as configured when it was recorded.
    pub ticker: String,
    /// Which way.
    pub side: Side,
    /// `s (actual - expected) / expected * 10000`, with s = 1 for a buy and -1 for a sell: positive is adverse.
    pub slippage_bps: Decimal,
    /// Above this it counted as high when it was recorded.
    pub high_bps: Decimal,
    /// `qty * expected`: what it weighs in a mean. Known with the quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notional: Option<Decimal>,
    /// `s (actual - expected) * qty`: what slippage cost, in the currency of the price. Known with the quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cash: Option<Decimal>,
    /// What it cost on top; negative for a rebate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Decimal>,
    /// From sending the order to its fill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<u32>,
    /// The broker or exchange, in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broker: Option<String>,
    /// In lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_type: Option<String>,
    /// The instrument as it was given, if that is another spelling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticker_given: Option<String>,
    /// The price it was expected at.
    pub expected: Decimal,
    /// The price it was filled at.
    pub actual: Decimal,
    /// How much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qty: Option<Decimal>,
    /// The order it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// Who recorded it.
    pub source: String,
}

/// What is computed from prices and quantity.
struct Measured {
    slippage_bps: Decimal,
    notional: Option<Decimal>,
    cash: Option<Decimal>,
}

impl Fill {
    /// Checks the facts and computes what they come to; says what is wrong with them.
    ///
    /// Formulas: side s = 1 for a buy, -1 for a sell; slippage = s (actual - expected) / expected; cash = s (actual -
    /// expected) qty; notional = qty expected (implementation shortfall per fill, as in transaction cost analysis).
    pub fn new(
        id: impl Into<String>,
        facts: Facts,
        tickers: &ticker::Policy,
        policy: &Policy,
    ) -> Result<Self, String> {
        let ticker = tickers.canonical(&facts.ticker)?;
        let high_bps = policy.high_bps(&ticker, tickers);
        Self::named(id.into(), facts, ticker, high_bps)
    }

    /// As [`Self::new`], with the ticker's canonical spelling and threshold looked up before.
    pub fn named(id: String, facts: Facts, ticker: String, high_bps: Decimal) -> Result<Self, String> {
        let at = representable(facts.at)?;
        let money = |what: &str, value: Decimal| within(what, value, MONEY_MAX);
        if let Some(fee) = facts.fee {
            money("the fee", fee)?;
        }
        let measured = measure(facts.side, facts.expected, facts.actual, facts.qty)?;
        for value in [measured.notional, measured.cash].into_iter().flatten() {
            money("the value of the fill", value)?;
        }
        let given = plain("the ticker", facts.ticker)?;
        let normal = |value: Decimal| value.normalize();
        Ok(Self {
            id: plain("the id", id)?,
            at,
            ticker_given: (given != ticker).then_some(given),
            ticker: plain("the ticker", ticker)?,
            side: facts.side,
            slippage_bps: measured.slippage_bps,
            high_bps: high_bps.round_dp(BPS_PLACES).normalize(),
            notional: measured.notional,
            cash: measured.cash,
            fee: facts.fee.map(|fee| fee.round_dp(MONEY_PLACES).normalize()),
            latency_ms: facts.latency_ms,
            broker: word("the broker", facts.broker)?,
            order_type: word("the order type", facts.order_type)?,
            expected: normal(facts.expected),
            actual: normal(facts.actual),
            qty: facts.qty.map(normal),
            order_id: facts.order_id.map(|order_id| plain("the order id", order_id)).transpose()?,
            source: plain("the source", facts.source)?,
        })
    }

    /// Slippage in percent: a hundredth of the basis points.
    pub fn slippage_pct(&self) -> Decimal {
        (self.slippage_bps / Decimal::ONE_HUNDRED).normalize()
    }

    /// Whether it cost more than what counted as high when it was recorded.
    pub fn is_high(&self) -> bool {
        self.slippage_bps > self.high_bps
    }

    /// The month whose log it belongs to.
    pub fn month(&self) -> Month {
        Month::of(self.at)
    }

    /// What statistics run over.
    pub fn sample(&self) -> Sample<'_> {
        let money = |value: Option<Decimal>| value.map(|value| units(value, MONEY_PLACES));
        let bps = |value: Decimal| i64::try_from(units(value, BPS_PLACES)).unwrap_or(i64::MAX);
        Sample {
            id: &self.id,
            at_ns: self.at.timestamp_nanos_opt().unwrap_or(i64::MAX),
            ticker: &self.ticker,
            side: self.side,
            slippage: bps(self.slippage_bps),
            high: bps(self.high_bps),
            notional: money(self.notional),
            cash: money(self.cash),
            fee: money(self.fee),
            latency_ms: self.latency_ms,
            broker: self.broker.as_deref(),
            order_type: self.order_type.as_deref(),
        }
    }

    /// What is computed in it against what it is computed from, if that does not agree.
    pub fn contradiction(&self) -> Option<String> {
        match measure(self.side, self.expected, self.actual, self.qty) {
            Err(why) => Some(why),
            Ok(own)
                if (own.slippage_bps, own.notional, own.cash)
                    == (self.slippage_bps, self.notional, self.cash) =>
            {
                None
            }
            Ok(own) => {
                Some(format!("its prices make {} bps, and it says {}", own.slippage_bps, self.slippage_bps))
            }
        }
    }
}

fn measure(side: Side, expected: Decimal, actual: Decimal, qty: Option<Decimal>) -> Result<Measured, String> {
    for (what, price) in [("the expected price", expected), ("the actual price", actual)] {
        if price <= Decimal::ZERO {
            return Err(format!("{what} is {price}; a price is above zero"));
        }
    }
    if let Some(qty) = qty.filter(|qty| *qty <= Decimal::ZERO) {
        return Err(format!("the quantity is {qty}; it is above zero, the side says which way"));
    }
    let adverse = match side {
        Side::Buy => actual.checked_sub(expected),
        Side::Sell => expected.checked_sub(actual),
    };
    let rounded = |value: Decimal, places| value.round_dp(places).normalize();
    let bps = adverse.and_then(|adverse| adverse.checked_div(expected)?.checked_mul(Decimal::from(10_000)));
    let bps = bps.filter(|bps| bps.abs() <= SLIPPAGE_BPS_MAX).ok_or_else(|| {
        format!(
            "the actual price {actual} is over 10000 times the expected price {expected}: check the units"
        )
    })?;
    let times_qty = |value: Option<Decimal>| match qty {
        None => Ok(None),
        Some(qty) => value
            .and_then(|value| value.checked_mul(qty))
            .map(|value| Some(rounded(value, MONEY_PLACES)))
            .ok_or_else(|| format!("the quantity {qty} at {expected} is more than can be counted")),
    };
    Ok(Measured {
        slippage_bps: rounded(bps, BPS_PLACES),
        notional: times_qty(Some(expected))?,
        cash: times_qty(adverse)?,
    })
}

fn within(what: &str, value: Decimal, most: Decimal) -> Result<(), String> {
    if value.abs() <= most { Ok(()) } else { Err(format!("{what} is {value}; at most {most} is believed")) }
}

/// The instant in whole nanoseconds, which are counted from 1970 to 2261.
fn representable(at: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let since_1970 = at.timestamp_nanos_opt().filter(|nanoseconds| *nanoseconds >= 0);
    since_1970
        .map(DateTime::from_timestamp_nanos)
        .filter(|at| Month::of(*at).to_string().as_str() < "2262")
        .ok_or_else(|| format!("the time {at} is not between 1970 and 2261"))
}

/// A name that is written between quotes as it is, so that a scan finds its end by looking for the quote.
fn plain(what: &str, text: String) -> Result<String, String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(format!("{what} is empty"));
    }
    if trimmed.len() > NAME_BYTES_MAX {
        return Err(format!("{what} has {} bytes; at most {NAME_BYTES_MAX} are kept", trimmed.len()));
    }
    if trimmed.chars().any(|c| c.is_control() || c == '"' || c == '\\') {
        return Err(format!("{what} has a quote, a backslash or a control character in it"));
    }
    Ok(if trimmed.len() == text.len() { text } else { trimmed.to_owned() })
}

fn word(what: &str, text: Option<String>) -> Result<Option<String>, String> {
    text.map(|text| plain(what, text.to_lowercase())).transpose()
}
