//! Slippage: its sign and size follow the prices, and a recorded line says exactly what was recorded.

use chrono::DateTime;
use nija::domain::order::Side;
use nija::domain::slippage::{Facts, Fill, Policy, line, sample};
use nija::domain::ticker;
use proptest::option;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::make;

fn price() -> impl Strategy<Value = Decimal> {
    (1i64..1_000_000_000_000, 0u32..10).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale))
}

fn money() -> impl Strategy<Value = Decimal> {
    (any::<i32>(), 0u32..14).prop_map(|(mantissa, scale)| Decimal::new(mantissa.into(), scale))
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![Just("kraken"), Just("IBKR"), Just("Stop Limit"), Just("börse"), Just("{a:b}"), Just("É,'")]
        .prop_map(str::to_owned)
}

/// Facts that can nearly always be recorded: of ten prices, one pair is too far apart to be believed.
pub(crate) fn facts() -> impl Strategy<Value = Facts> {
    let traded = (make::time(), word(), any::<bool>(), price(), -9_000i64..90_000, option::of(price()));
    let around = (
        option::of(money()),
        option::of(any::<u32>()),
        option::of(word()),
        option::of(word()),
        option::of(word()),
    );
    (traded, around).prop_map(|((at, ticker, buy, expected, moved, qty), around)| Facts {
        at,
        ticker,
        side: if buy { Side::Buy } else { Side::Sell },
        expected,
        actual: expected + expected * Decimal::new(moved, 4),
        qty,
        fee: around.0,
        latency_ms: around.1,
        broker: around.2,
        order_type: around.3,
        order_id: around.4,
        source: "test".to_owned(),
    })
}

fn fill(facts: Facts) -> Result<Fill, TestCaseError> {
    Fill::new("f-1", facts, &ticker::Policy::default(), &Policy::default()).map_err(TestCaseError::reject)
}

fn line_of(fill: &Fill) -> Vec<u8> {
    let mut bytes = Vec::new();
    line::write(fill, &mut bytes);
    assert_eq!(bytes.pop(), Some(b'\n'));
    bytes
}

proptest! {
    #[test]
    fn a_scan_sees_what_a_full_reading_sees(facts in facts()) {
        let fill = fill(facts)?;
        let line = line_of(&fill);
        let read = line::read(&line).unwrap();
        prop_assert_eq!(&read, &fill);
        prop_assert_eq!(sample::scan(&line), Ok(read.sample()), "{}", String::from_utf8_lossy(&line));
        prop_assert_eq!(read.contradiction(), None);
        prop_assert_eq!(line_of(&read), line);
    }

    #[test]
    fn a_line_is_what_serde_makes_of_a_fill(facts in facts(), odd in make::text(), at in any::<i64>(), leap: bool) {
        // What no checked fill holds is written all the same, as long as it is a fill.
        let checked = fill(facts)?;
        let at = DateTime::from_timestamp(at / 2_000_000_000, if leap { 1_500_000_000 } else { 7_000 });
        let order_id = Some(odd.clone());
        let at = at.unwrap_or(checked.at);
        let other = Fill { at, id: odd, order_id, slippage_bps: -Decimal::ZERO, qty: Some(Decimal::MAX), ..checked.clone() };
        for fill in [checked, other] {
            let mut expected = serde_json::to_vec(&fill).unwrap();
            nija::domain::line::seal(&mut expected, 0);
            let mut written = Vec::new();
            line::write(&fill, &mut written);
            prop_assert_eq!(String::from_utf8(written), String::from_utf8(expected));
        }
    }

    #[test]
    fn a_damaged_line_is_never_read(facts in facts(), at in any::<prop::sample::Index>(), flip in 1u8..=255) {
        let mut line = line_of(&fill(facts)?);
        let at = at.index(line.len());
        line[at] ^= flip;
        prop_assert!(sample::scan(&line).is_err() && line::read(&line).is_err());
        line.truncate(at);
        prop_assert!(sample::scan(&line).is_err() && line::read(&line).is_err());
    }

    #[test]
    fn anything_else_is_refused_by_both(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        prop_assert!(sample::scan(&bytes).is_err() && line::read(&bytes).is_err());
    }

    #[test]
    fn positive_is_adverse(facts in facts()) {
        let fill = fill(facts.clone())?;
        let paid_more = facts.actual > facts.expected;
        let adverse = if facts.side == Side::Buy { paid_more } else { facts.actual < facts.expected };
        prop_assert!(fill.slippage_bps.is_zero() || adverse == (fill.slippage_bps > Decimal::ZERO));
        let other = if facts.side == Side::Buy { Side::Sell } else { Side::Buy };
        let mirrored = self::fill(Facts { side: other, ..facts })?;
        prop_assert_eq!(mirrored.slippage_bps, -fill.slippage_bps);
        prop_assert_eq!(mirrored.cash, fill.cash.map(|cash| -cash));
        prop_assert_eq!(mirrored.notional, fill.notional);
    }

    #[test]
    fn slippage_is_free_of_the_currency(facts in facts(), by in 1i64..1000) {
        let fill = fill(facts.clone())?;
        let by = Decimal::from(by);
        let scaled = self::fill(Facts { expected: facts.expected * by, actual: facts.actual * by, ..facts })?;
        prop_assert_eq!(scaled.slippage_bps, fill.slippage_bps);
    }
}

#[test]
fn figures_are_those_of_the_formulas() {
    let facts = Facts {
        at: "2026-11-21T10:00:00.5Z".parse().unwrap(),
        ticker: "btc-usd".to_owned(),
        side: Side::Sell,
        expected: Decimal::from(100),
        actual: Decimal::new(9985, 2),
        qty: Some(Decimal::from(2)),
        fee: Some(Decimal::new(-1, 2)),
        latency_ms: Some(7),
        broker: Some("Kraken".to_owned()),
        order_type: Some("Limit".to_owned()),
        order_id: None,
        source: "cli".to_owned(),
    };
    let fill = fill(facts).unwrap();
    assert!(fill.is_high() && fill.slippage_pct() == Decimal::new(15, 2));
    let line = String::from_utf8(line_of(&fill)).unwrap();
    let expected = concat!(
        r#"{"id":"f-1","at":"2026-11-21T10:00:00.500Z","ticker":"BTCUSD","side":"sell","slippage_bps":"15","#,
        r#""high_bps":"10","notional":"200","cash":"0.3","fee":"-0.01","latency_ms":7,"broker":"kraken","#,
        r#""order_type":"limit","ticker_given":"btc-usd","expected":"100","actual":"99.85","qty":"2","#,
        r#""source":"test","crc":"00000000"}"#
    )
    .replace("test", "cli");
    assert_eq!(line[..line.len() - 18], expected[..expected.len() - 18]);
}

#[test]
fn what_cannot_be_is_refused_and_named() {
    let good = Facts {
        at: "2026-11-21T10:00:00Z".parse().unwrap(),
        ticker: "BTC".to_owned(),
        side: Side::Buy,
        expected: Decimal::ONE,
        actual: Decimal::ONE,
        qty: None,
        fee: None,
        latency_ms: None,
        broker: None,
        order_type: None,
        order_id: None,
        source: "cli".to_owned(),
    };
    let refused = |change: fn(&mut Facts)| {
        let mut facts = good.clone();
        change(&mut facts);
        Fill::new("f-1", facts, &ticker::Policy::default(), &Policy::default()).unwrap_err()
    };
    for (change, names) in [
        ((|facts| facts.expected = Decimal::ZERO) as fn(&mut Facts), "the expected price is 0"),
        (|facts| facts.actual = Decimal::NEGATIVE_ONE, "the actual price is -1"),
        (|facts| facts.actual = Decimal::from(10_002), "over 10000 times"),
        (|facts| facts.qty = Some(Decimal::ZERO), "the quantity is 0"),
        (|facts| facts.qty = Some(Decimal::MAX), "the value of the fill"),
        (|facts| facts.fee = Some(Decimal::MAX), "the fee is"),
        (|facts| facts.ticker = "-/-".to_owned(), "names no ticker"),
        (|facts| facts.broker = Some("a\"b".to_owned()), "the broker has a quote"),
        (|facts| facts.order_type = Some("\n".to_owned()), "the order type is empty"),
        (|facts| facts.order_id = Some("x".repeat(129)), "the order id has 129 bytes"),
        (
            |facts| facts.at = DateTime::UNIX_EPOCH - chrono::TimeDelta::seconds(1),
            "not between 1970 and 2261",
        ),
    ] {
        let why = refused(change);
        assert!(why.contains(names), "{why}");
    }
}
