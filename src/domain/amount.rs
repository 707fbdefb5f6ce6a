//! Amounts of money as they are written, exactly, and shares of one in another.

use rust_decimal::Decimal;

/// Largest amount that is taken for one: 10^15. What is beyond is a slip of the keyboard in any currency, and sums of what is
/// below keep all their digits.
pub const AMOUNT_MAX: Decimal = Decimal::from_parts(0xA4C6_8000, 0x0003_8D7E, 0, false, 0);

const HUNDRED: Decimal = Decimal::ONE_HUNDRED;

/// Reads an amount of either sign: digits, with a point where there are decimals. Nothing is guessed: no thousands
/// separators, no exponents, no unit, and never a figure that would have to be rounded.
pub fn parse(text: &str) -> Result<Decimal, String> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    if !digits(whole) || !digits(decimals) {
        return Err(format!("'{text}' is not an amount, as in 4000 or 12.50"));
    }
    let amount = Decimal::from_str_exact(text)
        .map_err(|_| format!("'{text}' has more digits than the 28 that are kept"))?;
    if amount.abs() > AMOUNT_MAX {
        return Err(format!("'{text}' is beyond {AMOUNT_MAX}"));
    }
    Ok(amount)
}

/// Reads an amount above zero.
pub fn positive(text: &str) -> Result<Decimal, String> {
    let amount = parse(text)?;
    if amount > Decimal::ZERO { Ok(amount) } else { Err(format!("'{text}' is not above zero")) }
}

/// `part` in percent of `whole`; `None` when the whole is not above zero.
pub fn percent(part: Decimal, whole: Decimal) -> Option<Decimal> {
    if whole <= Decimal::ZERO {
        return None;
    }
    part.checked_div(whole)?.checked_mul(HUNDRED)
}

/// `percent` of `whole`.
pub fn of_percent(percent: Decimal, whole: Decimal) -> Decimal {
    whole.checked_mul(percent).and_then(|product| product.checked_div(HUNDRED)).unwrap_or(Decimal::MAX)
}

/// A figure to two decimals, and more only where it would otherwise read like a limit that it is not.
pub fn shown(figure: Decimal, limits: &[Decimal]) -> Decimal {
    let mut rounded = (2..28).map(|digits| figure.round_dp(digits));
    let tells = |rounded: &Decimal| *rounded == figure || !limits.contains(rounded);
    rounded.find(tells).unwrap_or(figure).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn an_amount_is_read_exactly_or_not_at_all() {
        for text in
            ["0", "4000", "12.50", "-3.25", "007", "1000000000000000", "0.0000000000000000000000000001"]
        {
            assert_eq!(parse(text), Ok(decimal(text)), "{text}");
        }
        for text in [
            "",
            " 1",
            "1 ",
            "+1",
            "--1",
            "-",
            ".5",
            "5.",
            "1.2.3",
            "1_000",
            "1,000",
            "1e3",
            "NaN",
            "nan",
            "inf",
            "-inf",
            "0x10",
            "85%",
            "$5",
            "4000 USD",
            "\u{664}",
            "1000000000000000.01",
            "-1000000000000001",
            "0.00000000000000000000000000001",
            "99999999999999999999999999999999999",
        ] {
            assert!(parse(text).is_err(), "{text:?} was taken");
        }
        assert!(positive("0").is_err() && positive("-1").is_err() && positive("0.01").is_ok());
    }

    #[test]
    fn a_share_is_exact_and_never_reads_like_the_limit_it_is_not() {
        assert_eq!(percent(decimal("1500"), decimal("5000")), Some(decimal("30")));
        assert_eq!(percent(decimal("1"), Decimal::ZERO), None);
        assert_eq!(percent(AMOUNT_MAX, decimal("0.01")), Some(decimal("10000000000000000000")));
        assert_eq!(of_percent(decimal("75"), decimal("20")), decimal("15"));
        let shown = |figure| shown(decimal(figure), &[decimal("30"), decimal("45")]).to_string();
        assert_eq!(shown("33.333333"), "33.33");
        assert_eq!(shown("30.00001"), "30.00001");
        assert_eq!(shown("44.99999"), "44.99999");
        assert_eq!(shown("30.000"), "30");
    }
}
