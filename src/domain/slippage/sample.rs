//! What statistics run over: a fill as a few integers, read from its line without allocating.

use super::fixed::{self, BPS_PLACES, MONEY_PLACES};
use super::line::{self, Why};
use crate::domain::instant;
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
#[inline]
pub fn scan(line: &[u8]) -> Result<Sample<'_>, Why> {
    let mut rest = Rest(line::checked(line)?);
    let id = rest.needed(b"{\"id\":\"").and_then(text).ok_or(Why::Part("id"))?;
    let at_ns = rest.needed(b",\"at\":\"").and_then(instant::nanoseconds).ok_or(Why::Part("at"))?;
    let ticker = rest.needed(b",\"ticker\":\"").and_then(text).ok_or(Why::Part("ticker"))?;
    let side = match rest.needed(b",\"side\":\"") {
        Some(b"buy") => Side::Buy,
        Some(b"sell") => Side::Sell,
        _ => return Err(Why::Part("side")),
    };
    let bps = |digits| i64::try_from(fixed::parse(digits, BPS_PLACES)?).ok();
    let money = |digits| fixed::parse(digits, MONEY_PLACES);
    Ok(Sample {
        id,
        at_ns,
        ticker,
        side,
        slippage: rest.needed(b",\"slippage_bps\":\"").and_then(bps).ok_or(Why::Part("slippage_bps"))?,
        high: rest.needed(b",\"high_bps\":\"").and_then(bps).ok_or(Why::Part("high_bps"))?,
        notional: rest.optional(b",\"notional\":\"", money).ok_or(Why::Part("notional"))?,
        cash: rest.optional(b",\"cash\":\"", money).ok_or(Why::Part("cash"))?,
        fee: rest.optional(b",\"fee\":\"", money).ok_or(Why::Part("fee"))?,
        latency_ms: rest.integer(b",\"latency_ms\":").ok_or(Why::Part("latency_ms"))?,
        broker: rest.optional(b",\"broker\":\"", text).ok_or(Why::Part("broker"))?,
        order_type: rest.optional(b",\"order_type\":\"", text).ok_or(Why::Part("order_type"))?,
    })
}

#[inline]
fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// What of a line has not been read yet. Names come as arrays, so that comparing one is a few instructions and no call.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    /// Takes a field's name; `None`, and nothing is taken, when another one stands here.
    #[inline]
    fn field<const N: usize>(&mut self, name: &[u8; N]) -> Option<()> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        if head != name {
            return None;
        }
        self.0 = rest;
        Some(())
    }

    /// Takes what stands up to the next quote, and that.
    #[inline]
    fn value(&mut self) -> Option<&'a [u8]> {
        let (value, rest) = self.0.split_at_checked(quote(self.0)?)?;
        // A backslash would make the text another one than its bytes; nothing that is written has one.
        self.0 = rest.strip_prefix(b"\"")?;
        Some(value)
    }

    /// Takes a field whose value stands between quotes.
    #[inline]
    fn needed<const N: usize>(&mut self, name: &[u8; N]) -> Option<&'a [u8]> {
        self.field(name)?;
        self.value()
    }

    /// The same of a field that may be missing; `None` when its value is not as it has to be.
    #[inline]
    fn optional<T, const N: usize>(
        &mut self,
        name: &[u8; N],
        read: impl Fn(&'a [u8]) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.field(name) {
            Some(()) => self.value().and_then(read).map(Some),
            None => Some(None),
        }
    }

    #[inline]
    fn integer<const N: usize>(&mut self, name: &[u8; N]) -> Option<Option<u32>> {
        if self.field(name).is_none() {
            return Some(None);
        }
        let (digits, rest) =
            self.0.split_at_checked(self.0.iter().position(|byte| !byte.is_ascii_digit())?)?;
        self.0 = rest;
        Some(Some(u32::try_from(fixed::parse(digits, 0)?).ok()?))
    }
}

/// Where the first quote or backslash stands. Values are short, so eight bytes at a time are looked at in one word (Warren,
/// "Hacker's Delight", 6-1) instead of calling somebody who is good at long ones.
#[inline]
fn quote(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    /// The top bit of the first byte of `word` that is zero, and perhaps of later ones.
    fn zero(word: u64) -> u64 {
        word.wrapping_sub(ONES) & !word & (ONES << 7)
    }
    let (words, rest) = bytes.as_chunks::<8>();
    for (number, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\')));
        if found != 0 {
            return Some(number * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let at = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
    Some(words.len() * 8 + at)
}
