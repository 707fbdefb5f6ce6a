//! What statistics run over: a fill as a few integers, read from its line without allocating.

use super::fixed::{self, BPS_PLACES, MONEY_PLACES};
use super::instant;
use super::line::{self, Why};
use crate::domain::order::Side;

/// A fill, as far as statistics need it. Names are those of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample<'a> {
    /// Names the fill within its month.
    pub id: &'a str,
    /// When, in nanoseconds since 1970 UTC.
    pub at_ns: i64,
    /// The instrument's canonical spelling.
    pub ticker: &'a str,
    /// Which way.
    pub side: Side,
    /// Slippage in 1e-4 bps; positive is adverse.
    pub slippage: i64,
    /// Above this it counted as high when it was recorded, in 1e-4 bps.
    pub high: i64,
    /// What it weighs, in 1e-10 of the price's currency; known with the quantity.
    pub notional: Option<i128>,
    /// What slippage cost, in 1e-10 of the price's currency; known with the quantity.
    pub cash: Option<i128>,
    /// Fee in 1e-10 of the price's currency; negative for a rebate.
    pub fee: Option<i128>,
    /// From sending the order to its fill.
    pub latency_ms: Option<u32>,
    /// The broker or exchange, in lower case.
    pub broker: Option<&'a str>,
    /// As in `market`, in lower case.
    pub order_type: Option<&'a str>,
}

impl Sample<'_> {
    /// Whether it cost more than what counted as high when it was recorded.
    pub fn is_high(&self) -> bool {
        self.slippage > self.high
    }

    /// The hour of the day in UTC, 0 to 23.
    pub fn hour(&self) -> u8 {
        const HOUR_NS: i64 = 3_600_000_000_000;
        u8::try_from(self.at_ns.div_euclid(HOUR_NS).rem_euclid(24)).unwrap_or(0)
    }
}

/// Reads a line, without its newline, as [`line::write`] writes it, up to what statistics need; the checksum vouches for
/// the rest. Allocates nothing.
pub fn scan(line: &[u8]) -> Result<Sample<'_>, Why> {
    let mut rest = Rest(line::checked(line)?);
    let id = rest.text(b"{\"id\":\"").ok_or(Why::Part("id"))?;
    let at = rest.quoted(b",\"at\":\"").and_then(instant::nanoseconds);
    let ticker = rest.text(b",\"ticker\":\"").ok_or(Why::Part("ticker"))?;
    let side = match rest.quoted(b",\"side\":\"") {
        Some(b"buy") => Side::Buy,
        Some(b"sell") => Side::Sell,
        _ => return Err(Why::Part("side")),
    };
    let mut bps = |name| {
        let units = fixed::parse(rest.quoted(name)?, BPS_PLACES)?;
        i64::try_from(units).ok()
    };
    let slippage = bps(b",\"slippage_bps\":\"").ok_or(Why::Part("slippage_bps"))?;
    let high = bps(b",\"high_bps\":\"").ok_or(Why::Part("high_bps"))?;
    Ok(Sample {
        id,
        at_ns: at.ok_or(Why::Part("at"))?,
        ticker,
        side,
        slippage,
        high,
        notional: rest.money(b",\"notional\":\"").map_err(|()| Why::Part("notional"))?,
        cash: rest.money(b",\"cash\":\"").map_err(|()| Why::Part("cash"))?,
        fee: rest.money(b",\"fee\":\"").map_err(|()| Why::Part("fee"))?,
        latency_ms: rest.integer(b",\"latency_ms\":").map_err(|()| Why::Part("latency_ms"))?,
        broker: rest.optional(b",\"broker\":\"").map_err(|()| Why::Part("broker"))?,
        order_type: rest.optional(b",\"order_type\":\"").map_err(|()| Why::Part("order_type"))?,
    })
}

/// What of a line has not been read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    /// Takes a field's name; `None`, and nothing is taken, when another one stands here.
    fn field(&mut self, name: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(name)?;
        Some(())
    }

    /// Takes a field whose value stands between quotes: its bytes.
    fn quoted(&mut self, name: &[u8]) -> Option<&'a [u8]> {
        self.field(name)?;
        let end = memchr::memchr2(b'"', b'\\', self.0)?;
        let (value, rest) = self.0.split_at_checked(end)?;
        // A backslash would make the text another one than its bytes; nothing that is written has one.
        self.0 = rest.strip_prefix(b"\"")?;
        Some(value)
    }

    fn text(&mut self, name: &[u8]) -> Option<&'a str> {
        std::str::from_utf8(self.quoted(name)?).ok()
    }

    fn optional(&mut self, name: &[u8]) -> Result<Option<&'a str>, ()> {
        if self.0.starts_with(name) { self.text(name).ok_or(()).map(Some) } else { Ok(None) }
    }

    fn money(&mut self, name: &[u8]) -> Result<Option<i128>, ()> {
        if !self.0.starts_with(name) {
            return Ok(None);
        }
        let digits = self.quoted(name).ok_or(())?;
        fixed::parse(digits, MONEY_PLACES).ok_or(()).map(Some)
    }

    fn integer(&mut self, name: &[u8]) -> Result<Option<u32>, ()> {
        if self.field(name).is_none() {
            return Ok(None);
        }
        let end = self.0.iter().position(|byte| !byte.is_ascii_digit()).ok_or(())?;
        let (digits, rest) = self.0.split_at_checked(end).ok_or(())?;
        self.0 = rest;
        let units = fixed::parse(digits, 0).ok_or(())?;
        u32::try_from(units).map(Some).map_err(drop)
    }
}
