//! The documents of exposure, adoption and equity come back as they were written, fields of newer minor versions included.

use chrono::{DateTime, NaiveDate, Utc};
use nija::domain::adoption::Adoption;
use nija::domain::document::{Document, Header, decode, encode};
use nija::domain::equity::{Equity, Policy, Reading};
use nija::domain::exposure::{Balance, Book, Entry, Stated};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::make;

fn above_zero() -> impl Strategy<Value = Decimal> {
    (1i64..i64::MAX, 0u32..18).prop_map(|(units, digits)| Decimal::new(units, digits))
}

fn entry() -> impl Strategy<Value = Entry> {
    (make::text(), above_zero(), make::time(), any::<u64>(), make::extra()).prop_map(
        |(platform, balance, recorded_at, report, extra)| Entry {
            platform,
            balance,
            recorded_at,
            report,
            extra,
        },
    )
}

fn book() -> impl Strategy<Value = Book> {
    let total = option::of((above_zero(), make::time(), make::extra()));
    (total, vec(entry(), 0..4), make::extra()).prop_map(|(total, last_report, extra)| Book {
        total: total.map(|(amount, recorded_at, extra)| Stated { amount, recorded_at, extra }),
        last_report,
        extra,
        ..Book::new(DateTime::UNIX_EPOCH)
    })
}

fn reading() -> impl Strategy<Value = Reading> {
    let value = (any::<i64>(), 0u32..18).prop_map(|(units, digits)| Decimal::new(units, digits));
    (value, make::time(), make::extra())
        .prop_map(|(value, at, extra)| Reading { extra, ..Reading::new(value, at) })
}

fn equity() -> impl Strategy<Value = Equity> {
    let date = (0i32..3_000_000).prop_map(|day| NaiveDate::from_num_days_from_ce_opt(day).unwrap());
    (option::of(make::text()), option::of(reading()), vec(reading(), 0..5), date, make::extra()).prop_map(
        |(account, peak, readings, date, extra)| {
            let mut equity = Equity::new(account, &Policy::default(), DateTime::UNIX_EPOCH);
            equity.confirmed = peak.as_ref().map(|peak| peak.value);
            (equity.peak, equity.readings) = (peak, readings);
            (equity.day.date, equity.day.opening) = (date, equity.confirmed);
            equity.day.extra.clone_from(&extra);
            Equity { extra, ..equity }
        },
    )
}

fn comes_back<T: Document + PartialEq + std::fmt::Debug>(document: &T) {
    let bytes = encode(document).unwrap();
    let read = decode::<T>(&bytes).unwrap();
    assert_eq!(&read, document);
    assert_eq!(encode(&read).unwrap(), bytes);
    let text = String::from_utf8(bytes).unwrap();
    let twice = serde_json::from_str::<Value>(&text).unwrap();
    assert_eq!(
        serde_json::to_string_pretty(&twice).unwrap().lines().count(),
        text.lines().count(),
        "no field twice"
    );
}

fn header<T: Document>(at: DateTime<Utc>) -> Header {
    Header { revision: 7, ..Header::new::<T>(at) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn documents_come_back(
        entry in entry(), mut book in book(), mut equity in equity(), at in make::time(),
        active in 0u64..1000, more in 1u64..1000, extra in make::extra(),
    ) {
        comes_back(&Balance { header: header::<Balance>(at), ..Balance::new(entry, at) });
        (book.header, equity.header) = (header::<Book>(at), header::<Equity>(at));
        comes_back(&book);
        comes_back(&equity);
        comes_back(&Adoption { extra, ..Adoption::new(active, active + more, at) });
    }
}

#[test]
fn figures_that_cannot_be_are_damage() {
    let refused = |text: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{from} in {text}");
        text.replace(from, to)
    };
    let at = DateTime::UNIX_EPOCH;
    let entry =
        Entry { platform: "a".into(), balance: 5.into(), recorded_at: at, report: 1, extra: Map::new() };
    let balance = String::from_utf8(encode(&Balance::new(entry, at)).unwrap()).unwrap();
    let users = String::from_utf8(encode(&Adoption::new(5, 10, at)).unwrap()).unwrap();
    for wrong in ["\"0\"", "\"-5\"", "\"NaN\"", "5", "null", "\"five\""] {
        assert!(decode::<Balance>(refused(&balance, "\"5\"", wrong).as_bytes()).is_err(), "{wrong}");
    }
    for wrong in ["\"total\": 4", "\"total\": 0", "\"total\": -10", "\"total\": 10.5", "\"total\": null"] {
        assert!(decode::<Adoption>(refused(&users, "\"total\": 10", wrong).as_bytes()).is_err(), "{wrong}");
    }
}
