//! Orders: how they change and end, and when they are stuck.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use nija::domain::alert::{Facts, Finding, Input, Outcome, Severity, select};
use nija::domain::document::{Decode as _, Document as _, decode, encode};
use nija::domain::halt::Scope;
use nija::domain::pending::policy::KillScope;
use nija::domain::pending::{Glance, Outcome as End, State, Terms, Told, Tracked};
use nija::domain::policy::Policies;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::make;

const OPEN: [State; 4] = [State::Pending, State::PartiallyFilled, State::PendingCancel, State::Unknown];

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

fn figure(most: i64) -> impl Strategy<Value = Option<Decimal>> {
    option::of((0..=most).prop_map(|tenths| Decimal::new(tenths, 1)))
}

/// Something that is said of an order, sensible or not.
#[derive(Debug, Clone)]
enum Said {
    Stands(State, Option<Decimal>),
    Ended(Told),
}

fn said() -> impl Strategy<Value = Said> {
    let ends = [End::Filled, End::Cancelled, End::Rejected, End::Expired];
    let told = (0..4usize, figure(15), figure(3), figure(2)).prop_map(move |(end, filled, price, fee)| {
        Told { outcome: ends[end], filled_qty: filled, fill_price: price, fee, filled_at: None }
    });
    prop_oneof![
        4 => (0..4usize, figure(15)).prop_map(|(state, filled)| Said::Stands(OPEN[state], filled)),
        1 => told.prop_map(Said::Ended),
    ]
}

fn terms() -> impl Strategy<Value = Terms> {
    (make::name(), option::of(make::name()), figure(10), option::of(make::name())).prop_map(
        |(symbol, platform, qty, strategy)| {
            let qty = qty.filter(|qty| !qty.is_zero());
            Terms { symbol, platform, qty, strategy, ..Terms::default() }
        },
    )
}

fn apply(order: &Tracked, said: &Said, now: DateTime<Utc>) -> Result<Option<Tracked>, String> {
    match said {
        Said::Stands(state, filled) => order.update(*state, *filled, now),
        Said::Ended(told) => order.complete(told, now),
    }
}

proptest! {
    /// Whatever is said, in whatever order: what is filled never shrinks and never exceeds the order, an end is an end, and
    /// saying the same again changes nothing.
    #[test]
    fn an_order_never_goes_back(terms in terms(), said in vec(said(), 0..30)) {
        let mut order = Tracked::new("A-1", terms, None, at(0));
        for (second, said) in (1..).zip(said) {
            let Ok(Some(next)) = apply(&order, &said, at(second)) else { continue };
            prop_assert!(order.completion.is_none(), "it went on after its end");
            prop_assert!(next.filled_qty >= order.filled_qty, "what was filled is not any more");
            if let (Some(qty), Some(filled)) = (next.terms.qty, next.filled_qty) {
                prop_assert!(filled <= qty);
            }
            let filled = next.filled_qty.is_some_and(|filled| !filled.is_zero());
            prop_assert!(next.state != State::Pending || !filled);
            prop_assert_eq!(next.contradiction(), None);
            prop_assert_eq!(&next.terms, &order.terms);
            prop_assert_eq!(apply(&next, &said, at(second + 1)), Ok(None), "the same again");
            order = next;
        }
    }

    /// A look reads the same out of a document as somebody who reads all of it.
    #[test]
    fn a_glance_agrees_with_the_document(
        terms in terms(), said in vec(said(), 0..6), sent in option::of(make::time()), extra in any::<bool>()
    ) {
        let mut order = Tracked::new("A \u{e4}/1", terms, sent, at(0));
        if extra {
            order.extra.insert("of a newer minor version".to_owned(), serde_json::json!({"state": "pending"}));
        }
        for (second, said) in (1..).zip(&said) {
            order = apply(&order, said, at(second)).ok().flatten().unwrap_or(order);
        }
        let bytes = encode(&order).unwrap();
        prop_assert_eq!(decode::<Tracked>(&bytes), Ok(order.clone()));
        let glance = Glance::decode(&bytes).unwrap();
        prop_assert_eq!((&glance.symbol, &glance.platform, &glance.strategy),
            (&order.terms.symbol, &order.terms.platform, &order.terms.strategy));
        prop_assert_eq!((glance.state, glance.out_since), (order.state, order.out_since()));
        prop_assert_eq!(glance.unsettled_since, order.unsettled_since);
        prop_assert_eq!(glance.completed_at, order.completion.as_ref().map(|completion| completion.at));
        prop_assert_eq!(glance.outcome, order.completion.as_ref().map(|completion| completion.outcome));
        prop_assert!(!glance.owes_fill);
    }

    /// What a look cannot read, somebody who reads all of it cannot read either, and for the same reason.
    #[test]
    fn a_glance_refuses_what_the_document_refuses(cut in 0usize..400, version in "[0-9]\\.[0-9]") {
        let order = Tracked::new("A-1", Terms { symbol: "X".to_owned(), ..Terms::default() }, None, at(0));
        let text = String::from_utf8(encode(&order).unwrap()).unwrap().replace("\"1.0\"", &format!("\"{version}\""));
        for bytes in [text.as_bytes(), text.get(..cut).unwrap_or(&text).as_bytes()] {
            prop_assert_eq!(Glance::decode(bytes).map(|_| ()), decode::<Tracked>(bytes).map(|_| ()));
        }
    }

    /// The older an order, the worse: never less severe, and what is stopped stays stopped.
    #[test]
    fn an_older_order_is_never_less_severe(
        ages in vec(0i64..4_000, 2..20), limit in 1i64..1000, ratio in 11i64..50, state in 0..4usize
    ) {
        let mut ages = ages;
        ages.sort_unstable();
        let mut worst = (None, false);
        for age in ages {
            let mut facts = facts(&[("A-1", Some("kraken"), OPEN[state], 0)], age);
            facts.policies.orders.stuck_after = TimeDelta::seconds(limit);
            facts.policies.orders.emergency_ratio = Decimal::new(ratio, 1);
            facts.policies.orders.auto_kill = true;
            let outcome = judged("ORDER_STUCK", &facts);
            let found = outcome.findings.first();
            let now = (found.map(|found| found.severity), found.is_some_and(|found| found.pull.is_some()));
            prop_assert!(now >= worst, "{age} s: {now:?} after {worst:?}");
            worst = now;
        }
    }
}

/// Orders by id, platform, state and the second since which they are out, judged at a second.
fn facts(orders: &[(&str, Option<&str>, State, i64)], now: i64) -> Facts {
    let glance = |(id, platform, state, since): &(&str, Option<&str>, State, i64)| {
        let glance = Glance {
            symbol: "BTC-USD".to_owned(),
            platform: platform.map(str::to_owned),
            strategy: None,
            state: *state,
            out_since: at(*since),
            unsettled_since: state.is_unsettled().then(|| at(*since)),
            completed_at: (*state == State::Completed).then(|| at(*since)),
            outcome: (*state == State::Completed).then_some(End::Filled),
            owes_fill: false,
        };
        ((*id).to_owned(), Ok(glance))
    };
    Facts { orders: Input::Known(Arc::new(orders.iter().map(glance).collect())), ..Facts::nothing(at(now)) }
}

fn judged(rule: &str, facts: &Facts) -> Outcome {
    (select(rule).first().unwrap().evaluate)(facts)
}

fn severities(rule: &str, facts: &Facts) -> Vec<(String, Severity)> {
    let outcome = judged(rule, facts);
    outcome.findings.into_iter().map(|found| (found.subject, found.severity)).collect()
}

#[test]
fn at_exactly_the_limit_it_is_not_stuck_and_at_exactly_three_times_it_is_an_emergency() {
    let one = |age| severities("ORDER_STUCK", &facts(&[("A", None, State::Pending, 0)], age));
    let is = |severity| vec![("order:A".to_owned(), severity)];
    assert_eq!(one(300), []);
    assert_eq!(one(301), is(Severity::Critical));
    assert_eq!(one(899), is(Severity::Critical));
    assert_eq!(one(900), is(Severity::Emergency));
    let unknown = |age| severities("ORDER_UNKNOWN", &facts(&[("A", None, State::Unknown, 0)], age));
    assert_eq!(unknown(60), []);
    assert_eq!(unknown(61), is(Severity::Critical));
}

/// A watch looks again when time alone changes what the rules say, to the nanosecond, and at no other time.
#[test]
fn what_is_said_of_an_order_changes_when_it_was_foretold() {
    for state in OPEN.into_iter().chain([State::Completed]) {
        let mut facts = facts(&[("A", None, state, 0)], 0);
        let Input::Known(orders) = facts.orders.clone() else { panic!("they are known") };
        let mut said_at = |now| {
            facts.now = now;
            ["ORDER_STUCK", "ORDER_UNKNOWN"].map(|rule| severities(rule, &facts))
        };
        let (mut now, mut changes) = (at(0), 0);
        let foretold = |now| orders["A"].as_ref().unwrap().next_change(&Policies::default().orders, now);
        while let Some(left) = foretold(now) {
            let (before, left) = (said_at(now), TimeDelta::from_std(left).unwrap());
            assert_eq!(said_at(now + left - TimeDelta::nanoseconds(1)), before);
            now += left;
            assert_ne!(said_at(now), before, "{state:?} at {now}");
            changes += 1;
        }
        assert_eq!(said_at(now + TimeDelta::days(9)), said_at(now));
        let wanted = if state == State::Completed { 0 } else { 2 + usize::from(state.is_unsettled()) };
        assert_eq!(changes, wanted, "{state:?}");
    }
}

#[test]
fn a_platform_may_have_a_limit_of_its_own() {
    let orders = [
        ("A", Some("Kraken"), State::Pending, 0),
        ("B", Some("gemini"), State::Pending, 0),
        ("C", None, State::Pending, 0),
    ];
    let mut facts = facts(&orders, 400);
    facts.policies.orders.stuck_after_by_platform = BTreeMap::from([
        ("kraken".to_owned(), TimeDelta::seconds(600)),
        ("gemini".to_owned(), TimeDelta::seconds(100)),
    ]);
    let expected = [("order:B".to_owned(), Severity::Emergency), ("order:C".to_owned(), Severity::Critical)];
    assert_eq!(severities("ORDER_STUCK", &facts), expected);
}

#[test]
fn whatever_its_state_an_order_is_out_until_it_is_completed() {
    let states =
        [State::Pending, State::PartiallyFilled, State::PendingCancel, State::Unknown, State::Completed];
    let orders: Vec<_> =
        ["A", "B", "C", "D", "E"].into_iter().zip(states).map(|(id, state)| (id, None, state, 0)).collect();
    let stuck = severities("ORDER_STUCK", &facts(&orders, 301));
    assert_eq!(
        stuck.iter().map(|(subject, _)| subject.as_str()).collect::<Vec<_>>(),
        ["order:A", "order:B", "order:C", "order:D"]
    );
    let unsettled = severities("ORDER_UNKNOWN", &facts(&orders, 301));
    assert_eq!(
        unsettled.iter().map(|(subject, _)| subject.as_str()).collect::<Vec<_>>(),
        ["order:C", "order:D"]
    );
}

#[test]
fn the_oldest_comes_first_and_the_figures_count_all() {
    let orders =
        [("A", None, State::Pending, 50), ("B", None, State::Pending, 0), ("C", None, State::Pending, 900)];
    let outcome = judged("ORDER_STUCK", &facts(&orders, 1000));
    let subjects: Vec<&str> = outcome.findings.iter().map(|found| found.subject.as_str()).collect();
    assert_eq!(subjects, ["order:B", "order:A"]);
    let figures: Vec<String> =
        outcome.figures.iter().map(|f| format!("{}={}{}", f.label, f.value, f.unit)).collect();
    assert_eq!(figures, ["pending_orders=3", "stuck_orders=2", "oldest_order_age=1000s"]);
}

#[test]
fn an_order_of_the_future_is_in_doubt_and_a_clock_a_little_back_is_not() {
    let outcome = |since| judged("ORDER_STUCK", &facts(&[("A", None, State::Unknown, since)], 0));
    assert!(outcome(5).doubts.is_empty() && outcome(5).findings.is_empty());
    let doubts = outcome(6).doubts;
    assert_eq!(doubts.len(), 1);
    assert_eq!(doubts[0].subject.as_deref(), Some("order:A"));
    assert!(doubts[0].why.contains("6s ahead of this clock"), "{}", doubts[0].why);
    assert_eq!(judged("ORDER_UNKNOWN", &facts(&[("A", None, State::Unknown, 6)], 0)).doubts.len(), 1);
}

#[test]
fn a_document_that_cannot_be_read_is_a_doubt_about_its_order_and_many_are_one_doubt() {
    let unreadable = |count: usize| {
        let mut all = BTreeMap::<String, Result<Glance, String>>::new();
        all.extend((0..count).map(|number| (format!("A-{number}"), Err("torn".to_owned()))));
        Facts { orders: Input::Known(Arc::new(all)), ..Facts::nothing(at(0)) }
    };
    let subjects = |count| -> Vec<Option<String>> {
        judged("ORDER_STUCK", &unreadable(count)).doubts.into_iter().map(|doubt| doubt.subject).collect()
    };
    assert_eq!(subjects(2), [Some("order:A-0".to_owned()), Some("order:A-1".to_owned())]);
    assert_eq!(subjects(21), [None]);
    let gone = Facts { orders: Input::Unreadable("EIO".to_owned()), ..Facts::nothing(at(0)) };
    assert_eq!(judged("ORDER_UNKNOWN", &gone).doubts.len(), 1);
}

#[test]
fn nothing_is_tracked_is_neither_fine_nor_unknown() {
    let outcome = judged("ORDER_STUCK", &facts(&[], 0));
    assert_eq!(outcome.idle.as_deref(), Some("no orders are tracked"));
    assert!(outcome.doubts.is_empty() && outcome.findings.is_empty());
}

/// However many are stuck: few findings, every order counted, and everything stopped that has to be.
#[test]
fn thousands_of_stuck_orders_are_few_findings_and_stop_all_they_should() {
    for (scope, platforms) in [(KillScope::Platform, 3), (KillScope::Platform, 40), (KillScope::All, 40)] {
        let names: Vec<(String, String)> = (0..5000)
            .map(|number| (format!("A-{number}"), format!("venue-{}", number % platforms)))
            .collect();
        // The later they were sent, the more platforms are in trouble: the first eighty are of one.
        let orders: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(number, (id, platform))| {
                let platform = if number < 80 { "venue-0" } else { platform };
                (id.as_str(), Some(platform), State::Pending, i64::from(number >= 80))
            })
            .collect();
        let mut facts = facts(&orders, 5000);
        facts.policies.orders.auto_kill = true;
        facts.policies.orders.auto_kill_scope = scope;
        let findings = judged("ORDER_STUCK", &facts).findings;
        assert!(findings.len() <= 100, "{}", findings.len());
        assert_eq!(findings.iter().map(counted).sum::<usize>(), 5000);
        let stops = |wanted: &Scope| {
            findings.iter().any(|found| found.pull.as_ref().is_some_and(|pull| pull.scope == *wanted))
        };
        for platform in 0..platforms {
            let scope = Scope::Platform(format!("venue-{platform}"));
            assert!(stops(&Scope::All) || stops(&scope), "{scope} is not stopped");
        }
        assert_eq!(stops(&Scope::All), scope == KillScope::All || platforms > 16);
    }
}

/// How many orders a finding stands for.
fn counted(finding: &Finding) -> usize {
    if finding.subject.starts_with("more") { finding.value.unwrap().try_into().unwrap() } else { 1 }
}
