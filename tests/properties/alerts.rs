//! The life of an alert, whatever its rule and people say over time.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use nija::domain::alert::lifecycle::{Pulled, Resolution, State, Transition};
use nija::domain::alert::standing::{Standing, Word};
use nija::domain::alert::{Alert, Finding, Pull, RULES, Rule, Severity, TRADING_HALTED};
use nija::domain::audit::Outbox;
use nija::domain::document::Header;
use nija::domain::halt::{Actor, Mode, Scope};
use nija::domain::notify::Silence;
use nija::domain::notify::silence::Ended;
use nija::domain::notify::telling::Ack;
use proptest::prelude::*;
use serde_json::Map;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

fn ack(alert: &Alert, now: DateTime<Utc>) -> Ack {
    let by = Actor { uid: 0, user: None, operator: Some("alice".to_owned()) };
    Ack { by, at: now, until: now + TimeDelta::seconds(5), severity: alert.severity, note: String::new() }
}

const SEVERITIES: [Severity; 3] = [Severity::Warning, Severity::Critical, Severity::Emergency];

/// What may happen to an alert.
#[derive(Debug, Clone, Copy)]
enum Step {
    Seen(Severity),
    Gone,
    Doubted,
    Acked,
    Unacked,
    Resolved,
    Pulled,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => proptest::sample::select(SEVERITIES.as_slice()).prop_map(Step::Seen),
        3 => Just(Step::Gone),
        1 => Just(Step::Doubted),
        1 => Just(Step::Acked),
        1 => Just(Step::Unacked),
        1 => Just(Step::Resolved),
        1 => Just(Step::Pulled),
    ]
}

fn take(
    alert: Option<&Alert>,
    rule: &Rule,
    step: Step,
    now: DateTime<Utc>,
) -> Option<(Alert, Option<Transition>)> {
    let change = |alert: Option<Alert>| alert.map(|alert| (alert, None));
    match (step, alert) {
        (Step::Seen(severity), before) => {
            let finding = Finding::new("order:1", severity, "m");
            Alert::seen(before, rule, &finding, TimeDelta::seconds(2), now)
        }
        (_, None) => None,
        (Step::Gone, Some(before)) => before.not_seen(now),
        (Step::Doubted, Some(before)) => before.doubted("why"),
        (Step::Acked, Some(before)) => change(before.acknowledged(ack(before, now)).ok()),
        (Step::Unacked, Some(before)) => change(before.given_back()),
        (Step::Resolved, Some(before)) => {
            let by = ack(before, now).by;
            change(before.settled(Resolution { by, note: String::new() }, now).ok())
        }
        (Step::Pulled, Some(before)) => {
            let pull = Pull { scope: Scope::All, mode: Mode::Halted };
            let pulled = Pulled { halt: "h-1".to_owned(), pull, at: now };
            change((before.state == State::Firing).then(|| before.clone().pulled_for(pulled)))
        }
    }
}

proptest! {
    /// Whatever a rule and people say over time, an alert fires and ends in turn, doubt never ends it, and what latched is
    /// ended by a person alone.
    #[test]
    fn it_fires_and_ends_in_turn(steps in proptest::collection::vec(step(), 0..60), latches: bool) {
        let from = latches.then_some(Severity::Emergency);
        let rule = Rule { latches: from, ..*RULES[0] };
        let mut alert = None::<Alert>;
        // The second opinion: whether it fires, whether it must latch, and which episode this is.
        let (mut firing, mut must_latch, mut episodes) = (false, false, 0);
        for (second, step) in (0i64..).zip(steps) {
            let now = at(second);
            let before = alert.clone();
            let Some((next, transition)) = take(before.as_ref(), &rule, step, now) else { continue };
            let was = before.as_ref().map_or(State::Resolved, |before| before.state);
            match transition {
                Some(Transition::Fired) => {
                    prop_assert!(!firing && was == State::Resolved);
                    (firing, must_latch, episodes) = (true, false, episodes + 1);
                }
                Some(Transition::Returned) => {
                    prop_assert!(!firing && was == State::Latched && next.pulled.is_none());
                    firing = true;
                }
                Some(Transition::Latched) => {
                    prop_assert!(firing && must_latch && next.state == State::Latched);
                    firing = false;
                }
                Some(Transition::Resolved) => {
                    prop_assert!(firing && !must_latch && next.state == State::Resolved);
                    firing = false;
                }
                Some(Transition::Escalated | Transition::Eased) => prop_assert!(firing),
                None if was == State::Latched && next.state == State::Resolved => {
                    prop_assert!(matches!(step, Step::Resolved) && next.resolved_by.is_some());
                }
                None => prop_assert_eq!(was, next.state),
            }
            must_latch |= firing && latches && next.severity == Severity::Emergency;
            must_latch |= matches!(step, Step::Pulled);
            prop_assert_eq!(next.state == State::Firing, firing);
            prop_assert_eq!(next.count, episodes);
            alert = Some(next);
        }
    }

    /// What was CRITICAL or worse stays unseen until somebody acknowledges it after that, whatever else happens.
    #[test]
    fn it_is_unseen_until_somebody_says_so(steps in proptest::collection::vec(step(), 0..60)) {
        let mut alert = None::<Alert>;
        for (second, step) in (0i64..).zip(steps) {
            let now = at(second);
            let before = alert.clone();
            let Some((next, transition)) = take(before.as_ref(), RULES[0], step, now) else { continue };
            let was = before.as_ref().is_some_and(|before| before.unseen);
            if was && !next.unseen {
                let says = matches!(step, Step::Acked | Step::Resolved);
                prop_assert!(says || transition == Some(Transition::Fired), "{:?}", step);
            }
            let bad = next.severity >= Severity::Critical;
            if transition.is_some() && next.state == State::Firing && bad {
                prop_assert!(next.unseen || next.is_acked(now));
            }
            alert = Some(next);
        }
    }
}

#[test]
fn an_acknowledgement_ends_by_time_by_a_rise_and_by_a_new_episode() {
    let seen = |before: Option<&Alert>, severity, second| {
        let finding = Finding::new("order:1", severity, "m");
        Alert::seen(before, RULES[0], &finding, TimeDelta::seconds(2), at(second)).unwrap().0
    };
    let fired = seen(None, Severity::Critical, 0);
    assert!(fired.unseen && !fired.is_acked(at(0)));
    let acked = fired.acknowledged(ack(&fired, at(1))).unwrap();
    assert!(acked.is_acked(at(1)) && acked.is_acked(at(5)) && !acked.is_acked(at(6)) && !acked.unseen);
    let worse = seen(Some(&acked), Severity::Emergency, 3);
    assert!(!worse.is_acked(at(3)) && worse.unseen);
    let better = seen(Some(&acked), Severity::Warning, 3);
    assert!(better.is_acked(at(3)) && !better.unseen);
    let (gone, _) = acked.not_seen(at(2)).unwrap();
    assert!(seen(Some(&gone), Severity::Critical, 3).is_acked(at(3)), "it only flickered");
    let anew = seen(Some(&gone), Severity::Critical, 4);
    assert!(!anew.is_acked(at(4)) && anew.unseen, "it is another one");
}

/// A silence of everything, made at that second for so long.
fn silence(at_second: i64, length: TimeDelta) -> Silence {
    Silence {
        header: Header::new::<Silence>(at(at_second)),
        id: "s-1".to_owned(),
        rule: "*".to_owned(),
        labels: BTreeMap::new(),
        reason: "known".to_owned(),
        by: Actor { uid: 0, user: None, operator: Some("bob".to_owned()) },
        at: at(at_second),
        until: at(at_second) + length,
        ended: None,
        audit_outbox: Outbox::default(),
        extra: Map::new(),
    }
}

fn of_rule<'a>(id: &str) -> &'a Rule {
    RULES.iter().find(|rule| rule.id == id).unwrap()
}

fn fired(rule: &Rule, severity: Severity) -> Alert {
    let finding = Finding::new("order:1", severity, "m").label("platform", "kraken");
    Alert::seen(None, rule, &finding, TimeDelta::zero(), at(0)).unwrap().0
}

proptest! {
    /// Where an alert stands follows from what is written down, and nothing that somebody has to see is ever hidden.
    #[test]
    fn nothing_hides_what_must_be_seen(
        severity in proptest::sample::select(vec![Severity::Info, Severity::Warning, Severity::Critical, Severity::Emergency]),
        halted: bool,
        acked: bool,
        minutes in 0i64..600,
        now in 0i64..40_000,
    ) {
        let rule = of_rule(if halted { TRADING_HALTED } else { "ORDER_STUCK" });
        let mut alert = fired(rule, severity);
        if acked {
            alert = alert.acknowledged(ack(&alert, at(10))).unwrap();
        }
        let silences = [silence(5, TimeDelta::minutes(minutes))];
        let standing = Standing::of(&alert, &silences, at(now));
        let holds = acked && (10..15).contains(&now);
        prop_assert_eq!(standing.acked.is_some(), holds);
        let most = if severity == Severity::Critical { minutes.min(60) } else { minutes };
        let hidden = severity < Severity::Emergency && !halted && (5..5 + most * 60).contains(&now);
        prop_assert_eq!(standing.shelved.is_some(), hidden);
        if let Some(shelf) = &standing.shelved {
            prop_assert!(shelf.until > at(now) && shelf.until <= silences[0].until);
        }
        let word = if holds { Word::Acked } else if hidden { Word::Shelved } else { Word::Firing };
        prop_assert_eq!(standing.word, word);
        prop_assert_eq!(standing.is_unacknowledged(), word == Word::Firing);
    }
}

#[test]
fn a_silence_is_of_what_it_says_and_over_when_it_was_ended() {
    let alert = fired(of_rule("ORDER_STUCK"), Severity::Critical);
    let hides = |rule: &str, label: Option<(&str, &str)>| {
        let mut silence = silence(0, TimeDelta::hours(8));
        silence.rule = rule.to_owned();
        silence.labels.extend(label.map(|(name, mask)| (name.to_owned(), mask.to_owned())));
        silence.hides(&alert, at(3599)).is_some()
    };
    assert!(hides("ORDER_*", None) && hides("order_stuck", Some(("platform", "KRAKEN"))));
    assert!(hides("ORDER_STUCK", Some(("platform", "kr*"))));
    assert!(!hides("ORDER_UNKNOWN", None) && !hides("ORDER_STUCK", Some(("platform", "coinbase"))));
    assert!(!hides("ORDER_STUCK", Some(("symbol", "*"))), "a label that is not there is not any label");
    let mut silence = silence(0, TimeDelta::hours(8));
    assert_eq!(silence.hides(&alert, at(3600)), None, "what is CRITICAL is hidden for an hour");
    assert_eq!(silence.hides(&alert, at(-1)), None, "a clock that steps back makes it no longer");
    silence.ended = Some(Ended { by: silence.by.clone(), at: at(60) });
    assert_eq!(silence.hides(&alert, at(59)), None);
    assert_eq!(silence.over_since(at(61)), Some(at(60)));
    let labels = [("b", "2"), ("a", "1")].map(|(name, mask)| (name.to_owned(), mask.to_owned()));
    silence.labels.extend(labels);
    assert_eq!(silence.matcher(), "*=a:1,b:2");
}

#[test]
fn what_is_over_is_seen_when_somebody_says_so_and_a_halt_when_it_is_resumed() {
    let over = |id: &str, severity| fired(of_rule(id), severity).not_seen(at(9)).unwrap().0;
    let word = |alert: &Alert| Standing::of(alert, [], at(10)).word;
    let unseen = over("ORDER_STUCK", Severity::Critical);
    assert_eq!(word(&unseen), Word::ResolvedUnseen);
    assert!(unseen.settled(Resolution { by: ack(&unseen, at(9)).by, note: String::new() }, at(9)).is_err());
    let seen = unseen.acknowledged(ack(&unseen, at(10))).unwrap();
    assert_eq!(word(&seen), Word::Resolved);
    assert!(seen.acknowledged(ack(&unseen, at(11))).is_err(), "there is nothing left to say");
    assert_eq!(word(&over("ORDER_STUCK", Severity::Warning)), Word::Resolved);
    assert_eq!(word(&over(TRADING_HALTED, Severity::Critical)), Word::Resolved);
    let latched = over("DRAWDOWN", Severity::Emergency);
    assert_eq!(
        (word(&latched), Standing::of(&latched, [], at(10)).is_unacknowledged()),
        (Word::Latched, true)
    );
    let acked = latched.acknowledged(ack(&latched, at(10))).unwrap();
    assert_eq!((word(&acked), Standing::of(&acked, [], at(10)).is_unacknowledged()), (Word::Latched, false));
    assert_eq!(word(&over("DRAWDOWN", Severity::Warning)), Word::Resolved);
}
