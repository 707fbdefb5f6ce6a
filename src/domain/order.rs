//! An order as the gate judges it, before it goes out.

use std::fmt;
use std::str::FromStr;

pub use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Which way an order trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Adds to a long position or covers a short one.
    Buy,
    /// Reduces a long position or adds to a short one.
    Sell,
}

impl Side {
    /// Its word, as it is written everywhere.
    pub fn word(self) -> &'static str {
        if self == Self::Buy { "buy" } else { "sell" }
    }
}

impl FromStr for Side {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "buy" => Ok(Self::Buy),
            "sell" => Ok(Self::Sell),
            _ => Err(format!("'{text}' is neither 'buy' nor 'sell'")),
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Reads a quantity or a price of either sign, as programs write them: `0.5`, `-3`, `1e-8`.
///
/// Exactly: a figure that would be rounded could pass for one that only just reduces a position.
pub fn figure(text: &str) -> Result<Decimal, String> {
    let exact = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
    exact.map_err(|_| format!("'{text}' is not a decimal number of at most 28 digits"))
}

/// What is known of an order. What is not known counts against it where it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Order<'a> {
    /// The instrument.
    pub symbol: &'a str,
    /// Which way.
    pub side: Option<Side>,
    /// How much, in units of the instrument; positive.
    pub qty: Option<Decimal>,
    /// The position it meets, in the same units: positive is long, negative is short.
    pub position: Option<Decimal>,
    /// Whether the order claims to only reduce.
    pub reduce_only: bool,
    /// The broker or exchange it goes to.
    pub platform: Option<&'a str>,
    /// The strategy it belongs to.
    pub strategy: Option<&'a str>,
    /// The account it trades on.
    pub account: Option<&'a str>,
}

impl Order<'_> {
    /// Whether the order is known to shrink its position: opposite side, and no larger than the position.
    ///
    /// Side alone is not enough: an oversized sell turns a long position short (as in NautilusTrader's REDUCING state).
    pub fn reduces(&self) -> bool {
        let (Some(side), Some(qty), Some(position)) = (self.side, self.qty, self.position) else {
            return false;
        };
        let opposite = match side {
            Side::Buy => position.is_sign_negative(),
            Side::Sell => position.is_sign_positive(),
        };
        !position.is_zero() && opposite && qty > Decimal::ZERO && qty <= position.abs()
    }

    /// Whether the figures given contradict the claim to only reduce.
    pub fn contradicts_claim(&self) -> bool {
        self.reduce_only
            && self.side.is_some()
            && self.qty.is_some()
            && self.position.is_some()
            && !self.reduces()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn order(side: Side, qty: i64, position: i64) -> Order<'static> {
        Order {
            symbol: "X",
            side: Some(side),
            qty: Some(qty.into()),
            position: Some(position.into()),
            ..Order::default()
        }
    }

    #[test]
    fn side_alone_is_not_enough() {
        assert!(order(Side::Sell, 5, 5).reduces() && order(Side::Buy, 1, -5).reduces());
        assert!(!order(Side::Sell, 6, 5).reduces(), "an oversized sell flips the position");
        assert!(!order(Side::Buy, 1, 5).reduces() && !order(Side::Sell, 1, 0).reduces());
        assert!(!Order { qty: None, ..order(Side::Sell, 1, 5) }.reduces());
    }

    proptest! {
        #[test]
        fn a_reducing_order_never_grows_or_flips(qty in 1i64..1000, position in -1000i64..1000, buy: bool) {
            let side = if buy { Side::Buy } else { Side::Sell };
            if order(side, qty, position).reduces() {
                let after = if buy { position + qty } else { position - qty };
                prop_assert!(after.abs() < position.abs());
                prop_assert!(after.signum() * position.signum() >= 0);
            }
        }
    }
}
