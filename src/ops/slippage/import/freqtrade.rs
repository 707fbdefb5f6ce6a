//! Reads what freqtrade answers to GET /trades: the fill that opened each trade, and the one that closed it.

use std::fmt;
use std::io::Read;

use chrono::DateTime;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::{Rows, usage};
use crate::domain::order::Side;
use crate::domain::slippage::Facts;
use crate::error::Result;

/// A trade, as far as its fills are concerned.
#[derive(Debug, Deserialize)]
struct Trade {
    trade_id: Option<Number>,
    pair: String,
    quote_currency: Option<String>,
    #[serde(default)]
    is_short: bool,
    exchange: Option<String>,
    amount: Option<Number>,
    open_timestamp: Option<i64>,
    open_fill_timestamp: Option<i64>,
    open_rate: Option<Number>,
    open_rate_requested: Option<Number>,
    fee_open: Option<Number>,
    fee_open_cost: Option<Number>,
    fee_open_currency: Option<String>,
    close_timestamp: Option<i64>,
    close_rate: Option<Number>,
    close_rate_requested: Option<Number>,
    fee_close: Option<Number>,
    fee_close_cost: Option<Number>,
    fee_close_currency: Option<String>,
}

/// One end of a trade.
struct Leg<'a> {
    name: &'static str,
    side: Side,
    at_ms: Option<i64>,
    expected: &'a Option<Number>,
    actual: &'a Option<Number>,
    fee_ratio: &'a Option<Number>,
    fee_cost: &'a Option<Number>,
    fee_currency: &'a Option<String>,
}

/// Reads the trades one by one, as they stand in the answer or in a bare list.
pub(super) fn trades(input: impl Read, rows: &mut Rows<'_>) -> Result<()> {
    let mut failed = None;
    let mut reader = serde_json::Deserializer::from_reader(input);
    let visitor = Trades { rows, failed: &mut failed, count: 0 };
    let read = reader.deserialize_any(visitor).and_then(|()| reader.end());
    match (failed, read) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => {
            Err(usage(format!("this is not what freqtrade answers to GET /trades: {error}")))
        }
        (None, Ok(())) => Ok(()),
    }
}

struct Trades<'r, 'm> {
    rows: &'r mut Rows<'m>,
    failed: &'r mut Option<crate::error::Error>,
    count: u64,
}

impl<'de> Visitor<'de> for Trades<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of trades, or an object that holds one as 'trades'")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut trades: A) -> std::result::Result<(), A::Error> {
        while let Some(trade) = trades.next_element::<serde_json::Value>()? {
            self.count += 1;
            if let Err(error) = self.take(trade) {
                *self.failed = Some(error);
                return Err(serde::de::Error::custom("it could not be recorded"));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut answer: A) -> std::result::Result<(), A::Error> {
        let (rows, failed) = (self.rows, self.failed);
        let mut found = false;
        while let Some(key) = answer.next_key::<String>()? {
            if key == "trades" {
                found = true;
                answer.next_value_seed(Trades { rows, failed, count: 0 })?;
            } else {
                answer.next_value::<IgnoredAny>()?;
            }
        }
        if found { Ok(()) } else { Err(serde::de::Error::custom("it holds no 'trades'")) }
    }
}

impl<'de> DeserializeSeed<'de> for Trades<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl Trades<'_, '_> {
    fn take(&mut self, trade: serde_json::Value) -> Result<()> {
        let trade = match serde_json::from_value::<Trade>(trade) {
            Ok(trade) => trade,
            Err(error) => return self.rows.take(self.count, None, Err(format!("it is no trade: {error}"))),
        };
        for leg in trade.legs() {
            let id = trade.id(&leg);
            let facts = trade.facts(&leg).map_err(|why| format!("{} of trade: {why}", leg.name));
            self.rows.take(self.count, id.as_deref(), facts)?;
        }
        Ok(())
    }
}

impl Trade {
    /// The ends that were reached.
    fn legs(&self) -> impl Iterator<Item = Leg<'_>> {
        let (opens, closes) = if self.is_short { (Side::Sell, Side::Buy) } else { (Side::Buy, Side::Sell) };
        let open = Leg {
            name: "open",
            side: opens,
            at_ms: self.open_fill_timestamp.or(self.open_timestamp),
            expected: &self.open_rate_requested,
            actual: &self.open_rate,
            fee_ratio: &self.fee_open,
            fee_cost: &self.fee_open_cost,
            fee_currency: &self.fee_open_currency,
        };
        let close = Leg {
            name: "close",
            side: closes,
            at_ms: self.close_timestamp,
            expected: &self.close_rate_requested,
            actual: &self.close_rate,
            fee_ratio: &self.fee_close,
            fee_cost: &self.fee_close_cost,
            fee_currency: &self.fee_close_currency,
        };
        // A trade that is open has no close yet.
        [Some(open), self.close_rate.is_some().then_some(close)].into_iter().flatten()
    }

    /// Names a fill: trade ids begin anew in each bot's database, so its pair and beginning belong to it.
    fn id(&self, leg: &Leg<'_>) -> Option<String> {
        let exchange = self.exchange.as_deref().unwrap_or("freqtrade");
        let (number, at_ms) = (self.trade_id.as_ref()?, self.open_timestamp?);
        Some(format!("{exchange}:{}:{at_ms}:{number}:{}", self.pair, leg.name))
    }

    fn facts(&self, leg: &Leg<'_>) -> std::result::Result<Facts, String> {
        let price =
            |what: &str, value: &Option<Number>| decimal(value)?.ok_or_else(|| format!("there is no {what}"));
        let actual = price("rate", leg.actual)?;
        let qty = decimal(&self.amount)?;
        let at = leg.at_ms.and_then(DateTime::from_timestamp_millis);
        Ok(Facts {
            at: at.ok_or("there is no timestamp")?,
            ticker: self.pair.clone(),
            side: leg.side,
            expected: price("requested rate", leg.expected)?,
            actual,
            qty,
            fee: self.fee(leg, actual, qty)?,
            latency_ms: None,
            broker: self.exchange.clone(),
            order_type: None,
            order_id: None,
            source: "import".to_owned(),
        })
    }

    /// The fee in the currency of the price: as charged, or by its ratio where it was charged in another.
    fn fee(
        &self,
        leg: &Leg<'_>,
        actual: Decimal,
        qty: Option<Decimal>,
    ) -> std::result::Result<Option<Decimal>, String> {
        if leg.fee_currency.is_some() && *leg.fee_currency == self.quote_currency && leg.fee_cost.is_some() {
            return decimal(leg.fee_cost);
        }
        let value = qty.and_then(|qty| qty.checked_mul(actual));
        Ok(decimal(leg.fee_ratio)?.zip(value).and_then(|(ratio, value)| ratio.checked_mul(value)))
    }
}

fn decimal(number: &Option<Number>) -> std::result::Result<Option<Decimal>, String> {
    let Some(number) = number else { return Ok(None) };
    let text = number.to_string();
    let read = Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text));
    read.map(Some).map_err(|_| format!("'{text}' is not a decimal number of at most 28 digits"))
}
