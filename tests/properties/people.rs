//! Who may resume: approvals by different people, and the wait after wrong passphrases.

use chrono::{DateTime, TimeDelta, Utc};
use nija::domain::operator::{FREE_ATTEMPTS, LOCKED_MAX, Operator};
use nija::domain::release::{Outcome, Request};
use proptest::collection::vec;
use proptest::prelude::*;

use super::make;

fn operator() -> Operator {
    let now = DateTime::UNIX_EPOCH;
    let (passphrase_hash, added_by) = (String::new(), String::new());
    Operator {
        passphrase_hash,
        added_at: now,
        added_by,
        failures: 0,
        locked_until: None,
        extra: serde_json::Map::new(),
    }
}

fn request(now: DateTime<Utc>) -> Request {
    let (id, reason) = ("r-1".to_owned(), String::new());
    let expires_at = now + TimeDelta::minutes(10);
    Request {
        id,
        reason,
        halts: Vec::new(),
        at: now,
        expires_at,
        approvals: Vec::new(),
        extra: serde_json::Map::new(),
    }
}

proptest! {
    #[test]
    fn exactly_so_many_different_people_grant(
        now in make::time(), needed in 1usize..5, people in vec("[a-f]", 0..12), late_s in 0i64..1200,
    ) {
        let mut request = request(now);
        let at = now + TimeDelta::seconds(late_s);
        let mut agreed: Vec<String> = Vec::new();
        for person in &people {
            let outcome = request.approve(person, needed, at);
            let expected = if late_s >= 600 {
                Outcome::Expired
            } else if agreed.contains(person) {
                Outcome::SamePerson
            } else {
                agreed.push(person.clone());
                match needed.saturating_sub(agreed.len()) {
                    0 => Outcome::Granted,
                    missing => Outcome::Waiting(missing),
                }
            };
            prop_assert_eq!(outcome, expected);
        }
        let names: Vec<&String> = request.approvals.iter().map(|approval| &approval.operator).collect();
        prop_assert_eq!(names, agreed.iter().collect::<Vec<_>>());
    }

    #[test]
    fn the_wait_grows_to_its_cap_and_a_right_passphrase_ends_it(
        now in make::time(), gaps_s in vec(0i64..2000, 1..40), right_after in 0usize..40,
    ) {
        let (mut operator, mut now, mut longest) = (operator(), now, TimeDelta::zero());
        for (attempt, gap_s) in gaps_s.iter().enumerate() {
            operator.failed(now);
            let wait = operator.wait(now);
            prop_assert!(wait >= longest && wait <= LOCKED_MAX, "{} after {}", wait, longest);
            prop_assert_eq!(wait > TimeDelta::zero(), attempt + 1 >= FREE_ATTEMPTS as usize);
            prop_assert_eq!(operator.wait(now + wait), TimeDelta::zero(), "at the exact end it is over");
            longest = wait;
            now += TimeDelta::seconds(*gap_s);
            if attempt == right_after {
                operator.succeeded();
                prop_assert_eq!((operator.failures, operator.wait(now)), (0, TimeDelta::zero()));
                longest = TimeDelta::zero();
                break;
            }
        }
        prop_assert!(longest <= LOCKED_MAX);
    }

    #[test]
    fn any_number_of_failures_is_survived(now in make::time(), failures: u32) {
        let mut operator = Operator { failures, ..operator() };
        operator.failed(now);
        prop_assert!(operator.wait(now) <= LOCKED_MAX && operator.failures >= failures);
        prop_assert_eq!(operator.wait(now) == LOCKED_MAX, failures >= 7);
    }
}
