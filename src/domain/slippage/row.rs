//! A row of somebody else's table as facts of a fill: which column means what, and how values are written there.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rust_decimal::Decimal;

use super::fill::Facts;
use crate::domain::instant;
use crate::domain::order::Side;

/// What a column can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Names the fill.
    Id,
    /// When it was filled.
    At,
    /// The instrument.
    Ticker,
    /// Which way.
    Side,
    /// The expected price.
    Expected,
    /// The price it was filled at.
    Actual,
    /// How much.
    Qty,
    /// What it cost on top.
    Fee,
    /// From sending to fill, in milliseconds.
    LatencyMs,
    /// The broker or exchange.
    Broker,
    /// As in market or limit.
    OrderType,
    /// The order it belongs to.
    OrderId,
}

/// How many there are.
pub const FIELDS: usize = 12;

/// Every field in the order of [`Field`]: its word, and what else a column that holds it may be called. Case and separators do
/// not count.
const NAMES: [(Field, &str, &[&str]); FIELDS] = [
    (Field::Id, "id", &["fill_id", "trade_id", "execution_id", "exec_id"]),
    (
        Field::At,
        "at",
        &[
            "time",
            "timestamp",
            "datetime",
            "date_time",
            "date",
            "filled_at",
            "fill_time",
            "executed_at",
            "utc",
        ],
    ),
    (Field::Ticker, "ticker", &["symbol", "pair", "instrument", "market", "product", "asset"]),
    (Field::Side, "side", &["direction", "buy_sell", "action"]),
    (
        Field::Expected,
        "expected",
        &[
            "expected_price",
            "price_expected",
            "decision_price",
            "arrival_price",
            "limit_price",
            "requested_price",
            "benchmark_price",
        ],
    ),
    (
        Field::Actual,
        "actual",
        &[
            "actual_price",
            "fill_price",
            "filled_price",
            "executed_price",
            "execution_price",
            "exec_price",
            "average_price",
            "avg_price",
            "price",
        ],
    ),
    (
        Field::Qty,
        "qty",
        &["quantity", "amount", "size", "volume", "filled_qty", "filled_quantity", "executed_qty", "shares"],
    ),
    (Field::Fee, "fee", &["fees", "commission"]),
    (Field::LatencyMs, "latency_ms", &["latency"]),
    (Field::Broker, "broker", &["exchange", "venue", "platform"]),
    (Field::OrderType, "order_type", &["type", "ord_type"]),
    (Field::OrderId, "order_id", &["order", "client_order_id"]),
];

impl Field {
    /// Its word.
    pub fn word(self) -> &'static str {
        NAMES.get(self.index()).map_or("", |(_, word, _)| word)
    }

    /// The field that a column of this name holds, by the usual names.
    pub fn of_column(name: &str) -> Option<Self> {
        let name = plain(name);
        let found = NAMES
            .iter()
            .find(|(_, word, others)| plain(word) == name || others.iter().any(|other| plain(other) == name));
        found.map(|(field, ..)| *field)
    }

    /// Its place in a row and in [`NAMES`].
    fn index(self) -> usize {
        self as usize
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl FromStr for Field {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = NAMES.iter().find(|(_, word, _)| *word == text).map(|(field, ..)| *field);
        found.ok_or_else(|| {
            let words: Vec<&str> = NAMES.iter().map(|(_, word, _)| *word).collect();
            format!("'{text}' is none of the fields {}", words.join(", "))
        })
    }
}

/// A row: what stands in the column of each field. Nothing stands where there is only white space.
#[derive(Debug, Clone, Copy, Default)]
pub struct Row<'a>([Option<&'a str>; FIELDS]);

impl<'a> Row<'a> {
    /// Puts a value where its field is; the first of several columns counts.
    pub fn set(&mut self, field: Field, value: &'a str) {
        let value = value.trim();
        if let Some(slot) = self.0.get_mut(field.index()).filter(|slot| slot.is_none() && !value.is_empty()) {
            *slot = Some(value);
        }
    }

    /// What stands there.
    pub fn get(&self, field: Field) -> Option<&'a str> {
        self.0.get(field.index()).copied().flatten()
    }

    /// Reads the row; says what is missing or cannot be read.
    pub fn facts(&self) -> Result<Facts, String> {
        let needed = |field: Field| self.get(field).ok_or_else(|| format!("there is no {}", field.word()));
        let number = |field: Field| self.get(field).map(|text| decimal(field, text)).transpose();
        let owned = |field: Field| self.get(field).map(str::to_owned);
        Ok(Facts {
            at: time(needed(Field::At)?)?,
            ticker: needed(Field::Ticker)?.to_owned(),
            side: side(needed(Field::Side)?)?,
            expected: decimal(Field::Expected, needed(Field::Expected)?)?,
            actual: decimal(Field::Actual, needed(Field::Actual)?)?,
            qty: number(Field::Qty)?,
            fee: number(Field::Fee)?,
            latency_ms: self.get(Field::LatencyMs).map(milliseconds).transpose()?,
            broker: owned(Field::Broker),
            order_type: owned(Field::OrderType),
            order_id: owned(Field::OrderId),
            source: "import".to_owned(),
        })
    }
}

fn decimal(field: Field, text: &str) -> Result<Decimal, String> {
    let exact = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
    exact.map_err(|_| format!("{} '{text}' is not a decimal number of at most 28 digits", field.word()))
}

fn milliseconds(text: &str) -> Result<u32, String> {
    let whole = decimal(Field::LatencyMs, text)?.round();
    u32::try_from(whole).map_err(|_| format!("latency_ms '{text}' is not from 0 to {}", u32::MAX))
}

fn side(text: &str) -> Result<Side, String> {
    let is = |words: [&str; 2]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(["buy", "b"]) {
        Ok(Side::Buy)
    } else if is(["sell", "s"]) {
        Ok(Side::Sell)
    } else {
        Err(format!("side '{text}' is neither buy nor sell"))
    }
}

/// Reads a time: RFC 3339; a date and a time without an offset, taken for UTC; or a count since 1970, in seconds, or with
/// 13, 16 or 19 digits in milliseconds, microseconds or nanoseconds.
pub fn time(text: &str) -> Result<DateTime<Utc>, String> {
    // The usual form, read several times faster than everything that the standard allows.
    if let Some(at_ns) = instant::nanoseconds(text.as_bytes()) {
        return Ok(DateTime::from_timestamp_nanos(at_ns));
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.with_timezone(&Utc));
    }
    let wrong = || format!("at '{text}' is no time, as in 2026-01-31T12:00:00Z");
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let count = text.parse::<i64>().map_err(|_| wrong())?;
        let at = match text.len() {
            13 => DateTime::from_timestamp_millis(count),
            16 => DateTime::from_timestamp_micros(count),
            19 => Some(DateTime::from_timestamp_nanos(count)),
            9 | 10 => DateTime::from_timestamp(count, 0),
            _ => None,
        };
        return at.ok_or_else(wrong);
    }
    let naive = |format| NaiveDateTime::parse_from_str(text, format).ok();
    let read = naive("%Y-%m-%d %H:%M:%S%.f").or_else(|| naive("%Y-%m-%dT%H:%M:%S%.f"));
    let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    read.or_else(day).map(|naive| naive.and_utc()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_of_columns_are_known() {
        for (name, field) in [
            ("Symbol", Field::Ticker),
            ("fill price", Field::Actual),
            ("PRICE", Field::Actual),
            ("Expected-Price", Field::Expected),
            ("orderId", Field::OrderId),
            ("Latency (ms)", Field::LatencyMs),
            ("latencyMs", Field::LatencyMs),
        ] {
            assert_eq!(Field::of_column(name), Some(field), "{name}");
        }
        assert_eq!(Field::of_column("note"), None);
        assert!(NAMES.iter().all(|(field, word, _)| word.parse() == Ok(*field) && field.word() == *word));
        assert!(NAMES.iter().enumerate().all(|(index, (field, ..))| field.index() == index));
        assert!("price".parse::<Field>().is_err());
    }

    #[test]
    fn times_are_read_in_the_usual_forms() {
        for text in [
            "2026-11-20T10:00:00Z",
            "2026-11-20T11:00:00+01:00",
            "2026-11-20 10:00:00",
            "2026-11-20T10:00:00.000",
            "1795168800",
            "1795168800000",
            "1795168800000000",
            "1795168800000000000",
        ] {
            assert_eq!(time(text).unwrap().to_rfc3339(), "2026-11-20T10:00:00+00:00", "{text}");
        }
        assert_eq!(time("2026-11-20").unwrap().to_rfc3339(), "2026-11-20T00:00:00+00:00");
        for text in ["", "now", "20.11.2026", "20261120", "11/20/2026", "-1795168800"] {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_row_says_what_it_lacks_and_what_cannot_be_read() {
        let row = |changes: &[(Field, &'static str)]| {
            let mut row = Row::default();
            changes.iter().for_each(|(field, value)| row.set(*field, value));
            for (field, value) in [
                (Field::At, "2026-11-20T10:00:00Z"),
                (Field::Ticker, "BTC"),
                (Field::Side, " BUY "),
                (Field::Expected, "1e2"),
                (Field::Actual, "100.5"),
                (Field::LatencyMs, "12.6"),
            ] {
                if !changes.iter().any(|(changed, _)| *changed == field) {
                    row.set(field, value);
                }
            }
            row.facts()
        };
        let facts = row(&[]).unwrap();
        assert_eq!(
            (facts.expected, facts.side, facts.latency_ms),
            (Decimal::ONE_HUNDRED, Side::Buy, Some(13))
        );
        for (field, value, told) in [
            (Field::Expected, "", "there is no expected"),
            (Field::Actual, "1,5", "actual '1,5' is not a decimal"),
            (Field::Actual, "NaN", "actual 'NaN' is not a decimal"),
            (Field::Side, "long", "neither buy nor sell"),
            (Field::LatencyMs, "-1", "is not from 0"),
            (Field::At, "soon", "is no time"),
            (Field::Qty, "$5", "qty '$5' is not"),
        ] {
            let why = row(&[(field, value)]).unwrap_err();
            assert!(why.contains(told), "{why}");
        }
    }
}
