//! Exact decimals as integers: how slippage and money are counted where millions of them are added up.

use std::fmt;

use rust_decimal::Decimal;

/// Decimal places of slippage: it is counted in ten-thousandths of a basis point.
pub const BPS_PLACES: u32 = 4;

/// Decimal places of money: notional, cash and fees are counted in units of 1e-10.
pub const MONEY_PLACES: u32 = 10;

/// An integer shown as the decimal it stands for, without trailing zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fixed {
    /// The value times ten to the power of `places`.
    pub units: i128,
    /// How many of its digits stand behind the point.
    pub places: u32,
}

impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = 10u128.pow(self.places);
        let (mut fraction, mut places) = (self.units.unsigned_abs() % scale, self.places as usize);
        let sign = if self.units < 0 { "-" } else { "" };
        write!(f, "{sign}{}", self.units.unsigned_abs() / scale)?;
        if fraction == 0 {
            return Ok(());
        }
        while fraction % 10 == 0 {
            fraction /= 10;
            places -= 1;
        }
        write!(f, ".{fraction:0places$}")
    }
}

/// A decimal in units of ten to the power of minus `places`, rounded half to even.
pub fn units(value: Decimal, places: u32) -> i128 {
    let value = value.round_dp(places);
    value.mantissa() * 10i128.pow(places.saturating_sub(value.scale()))
}

/// The decimal that so many units stand for; `None` beyond what a [`Decimal`] holds, about 7.9e28 units.
pub fn decimal(units: i128, places: u32) -> Option<Decimal> {
    Decimal::try_from_i128_with_scale(units, places).ok().map(|value| value.normalize())
}

/// Reads a decimal as it is shown: digits, and behind a point at most `places` more. Anything else is `None`.
pub fn parse(text: &[u8], places: u32) -> Option<i128> {
    let (digits, negative) = match text.split_first() {
        Some((b'-', rest)) => (rest, true),
        _ => (text, false),
    };
    let point = digits.iter().position(|byte| *byte == b'.');
    let (whole, fraction) = match point {
        Some(at) => (digits.get(..at)?, digits.get(at + 1..)?),
        None => (digits, &[][..]),
    };
    let missing = places.checked_sub(u32::try_from(fraction.len()).ok()?)?;
    if whole.is_empty() || (point.is_some() && fraction.is_empty()) {
        return None;
    }
    // Nearly every amount fits 19 digits, where adding up 64-bit digits is several times faster.
    let magnitude = if whole.len() + fraction.len() <= 19 {
        let digit = |sum: u64, byte: &u8| byte.is_ascii_digit().then(|| sum * 10 + u64::from(byte - b'0'));
        i128::from(fraction.iter().try_fold(whole.iter().try_fold(0, digit)?, digit)?)
    } else {
        let digit = |sum: i128, byte: &u8| {
            let value = byte.is_ascii_digit().then(|| i128::from(byte - b'0'))?;
            sum.checked_mul(10)?.checked_add(value)
        };
        fraction.iter().try_fold(whole.iter().try_fold(0, digit)?, digit)?
    };
    let units = magnitude.checked_mul(10i128.checked_pow(missing)?)?;
    Some(if negative { -units } else { units })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_plain_decimals_are_read() {
        assert_eq!(parse(b"-0.25", 4), Some(-2500));
        assert_eq!(parse(b"170141183460469231731687303715884105727", 0), Some(i128::MAX));
        for text in ["", "-", ".", "1.", ".5", "1.23456", "1e3", "+1", "1 ", "1,5", "--1", "1.2.3", "0x1"] {
            assert_eq!(parse(text.as_bytes(), 4), None, "{text}");
        }
        assert_eq!(parse(&[b'9'; 40], 0), None);
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(value in any::<i64>(), factor in 1i64.., places in 0u32..=10) {
            let units = i128::from(value) * i128::from(factor);
            let shown = Fixed { units, places }.to_string();
            prop_assert_eq!(parse(shown.as_bytes(), places), Some(units));
        }

        #[test]
        fn a_decimal_is_the_same_in_units(value in -i64::MAX / 2..i64::MAX / 2, scale in 0u32..=10) {
            let decimal_value = Decimal::new(value, scale);
            let counted = units(decimal_value, 10);
            prop_assert_eq!(decimal(counted, 10), Some(decimal_value.normalize()));
            prop_assert_eq!(Fixed { units: counted, places: 10 }.to_string(), decimal_value.normalize().to_string());
        }
    }
}
