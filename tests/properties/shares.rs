//! PLATFORM_EXPOSURE and ADOPTION_GUARDRAIL: more is never less severe, the limit itself is no breach, and nothing old counts.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use nija::domain::adoption::Adoption;
use nija::domain::alert::{Facts, Finding, Input, Outcome, Severity, select};
use nija::domain::exposure::{Book, Entry, Exposure, Stated};
use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

fn entry(platform: &str, cents: i64, second: i64, report: u64) -> Entry {
    Entry {
        platform: platform.to_owned(),
        balance: Decimal::new(cents, 2),
        recorded_at: at(second),
        report,
        extra: serde_json::Map::new(),
    }
}

fn exposure(balances: &BTreeMap<String, i64>, total: Option<i64>) -> Exposure {
    let balances =
        balances.iter().map(|(name, cents)| (name.clone(), Ok(entry(name, *cents, 0, 1)))).collect();
    let total = total.map(|cents| Stated {
        amount: Decimal::new(cents, 2),
        recorded_at: at(0),
        extra: serde_json::Map::new(),
    });
    Exposure { total, balances }
}

fn judge(exposure: Exposure, now: i64) -> Outcome {
    let facts = Facts { exposure: Input::Known(exposure), ..Facts::nothing(at(now)) };
    (select("PLATFORM_EXPOSURE")[0].evaluate)(&facts)
}

fn severity<'a>(outcome: &'a Outcome, subject: &str) -> Option<Severity> {
    let about = |finding: &&'a Finding| finding.subject == subject;
    outcome.findings.iter().find(about).map(|finding| finding.severity)
}

fn balances() -> impl Strategy<Value = BTreeMap<String, i64>> {
    btree_map("[a-e]", 1i64..1_000_000, 1..5)
}

proptest! {
    #[test]
    fn more_on_one_platform_is_never_less_severe(
        before in balances(), which in 0usize..5, more in 0i64..1_000_000, stated: bool,
    ) {
        let name = before.keys().nth(which % before.len()).unwrap().clone();
        let mut after = before.clone();
        *after.get_mut(&name).unwrap() += more;
        let total = stated.then(|| after.values().sum::<i64>());
        let subject = format!("platform:{name}");
        let (less, more) = (judge(exposure(&before, total), 0), judge(exposure(&after, total), 0));
        prop_assert!(severity(&less, &subject) <= severity(&more, &subject));
        prop_assert!(less.doubts.is_empty() && more.doubts.is_empty());
    }

    #[test]
    fn a_larger_total_is_never_more_severe(balances in balances(), elsewhere in 0i64..1_000_000, more in 0i64..1_000_000) {
        let sum = balances.values().sum::<i64>();
        let (small, large) = (
            judge(exposure(&balances, Some(sum + elsewhere)), 0),
            judge(exposure(&balances, Some(sum + elsewhere + more)), 0),
        );
        for name in balances.keys() {
            let subject = format!("platform:{name}");
            prop_assert!(severity(&large, &subject) <= severity(&small, &subject));
        }
    }

    #[test]
    fn the_limit_itself_is_no_breach_and_a_cent_more_is(hundreds in 1i64..1_000_000) {
        let total = hundreds * 100;
        let held = |cents| {
            let balances = BTreeMap::from([("a".to_owned(), cents)]);
            severity(&judge(exposure(&balances, Some(total)), 0), "platform:a")
        };
        prop_assert_eq!(held(hundreds * 30), None);
        prop_assert_eq!(held(hundreds * 30 + 1), Some(Severity::Critical));
        prop_assert_eq!(held(hundreds * 45), Some(Severity::Critical));
        prop_assert_eq!(held(hundreds * 45 + 1), Some(Severity::Emergency));
    }

    #[test]
    fn what_is_old_or_ahead_neither_fires_nor_is_fine(
        balances in balances(), total in option::of(0i64..1_000_000), late in 900i64..100_000, ahead: bool,
    ) {
        let total = total.map(|more| balances.values().sum::<i64>() + more);
        let outcome = judge(exposure(&balances, total), if ahead { -late } else { late });
        prop_assert!(outcome.findings.is_empty() && outcome.figures.is_empty());
        prop_assert!(!outcome.doubts.is_empty() && outcome.idle.is_none());
    }

    #[test]
    fn without_a_stated_total_one_old_balance_leaves_all_in_doubt(balances in balances(), late in 900i64..100_000) {
        let mut known = exposure(&balances, None);
        known.balances.insert("old".to_owned(), Ok(entry("old", 1, -late, 1)));
        let outcome = judge(known.clone(), 0);
        prop_assert!(outcome.findings.is_empty() && !outcome.doubts.is_empty());
        // Forgotten, it is in nobody's way.
        known.balances.remove("old");
        prop_assert!(judge(known, 0).doubts.is_empty());
    }

    #[test]
    fn with_a_fresh_total_one_old_balance_leaves_only_itself_in_doubt(cents in 1i64..1_000_000, late in 900i64..100_000) {
        let mut known = exposure(&BTreeMap::from([("a".to_owned(), cents)]), Some(cents));
        known.balances.insert("old".to_owned(), Ok(entry("old", 1, -late, 1)));
        let outcome = judge(known, 0);
        prop_assert_eq!(severity(&outcome, "platform:a"), Some(Severity::Emergency));
        let subjects: Vec<_> = outcome.doubts.iter().map(|doubt| doubt.subject.clone()).collect();
        prop_assert_eq!(subjects, [Some("platform:old".to_owned())]);
    }

    #[test]
    fn a_report_is_seen_as_a_whole_however_much_of_it_reached_its_documents(
        before in btree_map("[a-e]", 1i64..1000, 1..5), after in btree_map("[a-e]", 1i64..1000, 1..5),
        reached in proptest::collection::vec(any::<bool>(), 5),
    ) {
        let documents = |balances: &BTreeMap<String, i64>, second, report| {
            balances.iter().map(|(name, cents)| (name.clone(), Ok(entry(name, *cents, second, report)))).collect::<BTreeMap<_, _>>()
        };
        // The clock may step back between two reports: what counts is their number.
        let (old, new) = (documents(&before, 100, 1), documents(&after, 50, 2));
        let mut whole = old.clone();
        whole.extend(new.clone());
        let mut torn = old;
        torn.extend(new.clone().into_iter().zip(&reached).filter(|(_, reached)| **reached).map(|(one, _)| one));
        let mut book = Book::new(at(0));
        book.last_report = new.into_values().map(Result::<_, String>::unwrap).collect();
        prop_assert_eq!(Exposure::of(Some(&book), torn).balances, whole);
    }

    #[test]
    fn more_active_users_are_never_less_severe(total in 1u64..1000, a in 0u64..1000, b in 0u64..1000) {
        let found = |active: u64| {
            let adoption = Input::Known(Adoption::new(active, total, at(0)));
            let facts = Facts { adoption, ..Facts::nothing(at(0)) };
            let outcome = (select("ADOPTION_GUARDRAIL")[0].evaluate)(&facts);
            outcome.findings.first().map(|finding| finding.severity)
        };
        let (few, many) = (a.min(b).min(total), a.max(b).min(total));
        prop_assert!(found(few) <= found(many));
        prop_assert_eq!(found(many).is_some(), many * 100 > total * 80);
    }

    #[test]
    fn old_users_are_in_doubt(late in 3600i64..1_000_000, ahead: bool) {
        let adoption = Input::Known(Adoption::new(100, 100, at(0)));
        let now = at(0) + TimeDelta::seconds(if ahead { -late } else { late });
        let outcome = (select("ADOPTION_GUARDRAIL")[0].evaluate)(&Facts { adoption, ..Facts::nothing(now) });
        prop_assert!(outcome.findings.is_empty() && !outcome.doubts.is_empty());
    }
}
