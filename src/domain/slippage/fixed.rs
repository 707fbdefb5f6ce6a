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

/// Appends a decimal as [`Decimal`] shows it, several times faster where its digits fit 64 bits, as nearly all do.
pub fn write(value: Decimal, into: &mut Vec<u8>) {
    let (mantissa, scale) = (value.mantissa(), value.scale() as usize);
    let Ok(mut rest) = u64::try_from(mantissa.unsigned_abs()) else {
        into.extend_from_slice(value.to_string().as_bytes());
        return;
    };
    // From the end: 20 digits at most, a point, and zeros in front of a fraction.
    let mut text = [b'0'; 52];
    let (mut at, mut digits) = (text.len(), 0);
    while rest > 0 || digits <= scale {
        if digits == scale && scale > 0 {
            at -= 1;
            if let Some(slot) = text.get_mut(at) {
                *slot = b'.';
            }
        }
        at -= 1;
        if let Some(slot) = text.get_mut(at) {
            *slot = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        }
        rest /= 10;
        digits += 1;
    }
    if value.is_sign_negative() {
        into.push(b'-');
    }
    into.extend_from_slice(text.get(at..).unwrap_or_default());
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
    let (magnitude, fraction) = if digits.len() <= 19 { short(digits)? } else { long(digits)? };
    let missing = places.checked_sub(u32::try_from(fraction).ok()?)?;
    let units = match 10u64.checked_pow(missing) {
        // Of two 64-bit numbers the product fits, without asking.
        Some(ten) if magnitude <= i128::from(u64::MAX) && missing < 19 => magnitude * i128::from(ten),
        _ => magnitude.checked_mul(10i128.checked_pow(missing)?)?,
    };
    Some(if negative { -units } else { units })
}

/// The digits of a decimal as one number, and how many of them stand behind its point. Nearly every amount is short, and adding
/// up 64-bit digits is several times faster.
#[inline]
fn short(text: &[u8]) -> Option<(i128, usize)> {
    let (mut magnitude, mut point) = (0_u64, None);
    for (at, byte) in text.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            magnitude = magnitude.wrapping_mul(10).wrapping_add(u64::from(digit));
        } else if *byte == b'.' && point.is_none() && at > 0 {
            point = Some(at);
        } else {
            return None;
        }
    }
    match point {
        None if text.is_empty() => None,
        None => Some((magnitude.into(), 0)),
        Some(at) if at + 1 < text.len() => Some((magnitude.into(), text.len() - at - 1)),
        Some(_) => None,
    }
}

/// As [`short`], of any length.
#[cold]
fn long(text: &[u8]) -> Option<(i128, usize)> {
    let (whole, fraction) = match text.iter().position(|byte| *byte == b'.') {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?),
        None => (text, &[][..]),
    };
    if whole.is_empty() || whole.len() + 1 == text.len() {
        return None;
    }
    let magnitude = whole.iter().chain(fraction).try_fold(0i128, |sum, byte| {
        let value = byte.is_ascii_digit().then(|| i128::from(byte - b'0'))?;
        sum.checked_mul(10)?.checked_add(value)
    });
    Some((magnitude?, fraction.len()))
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
        for text in [
            "12345678901234567890.",
            ".12345678901234567890",
            "1234567890.1234567890.1",
            "1234567890123456789x",
        ] {
            assert_eq!(parse(text.as_bytes(), 20), None, "{text}");
        }
        assert_eq!(parse(b"9999999999999999999", 10), Some(99_999_999_999_999_999_990_000_000_000));
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
        fn a_decimal_is_written_as_it_is_shown(
            mantissa in -(1i128 << 95)..(1i128 << 95), cut in 0u32..97, scale in 0u32..=28, negated: bool,
        ) {
            let value = Decimal::from_i128_with_scale(mantissa >> cut, scale);
            let value = if negated { -value } else { value };
            let mut written = Vec::new();
            write(value, &mut written);
            prop_assert_eq!(String::from_utf8(written).unwrap(), value.to_string());
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
