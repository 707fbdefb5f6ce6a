//! The gate: more reasons to stop never turn a no into a yes.

use nija::domain::cooldown::{Cooldown, Lock, Side as LockSide, Touch};
use nija::domain::gate::{Code, Duplicate, View, decide};
use nija::domain::halt::{Mode, Scope, symbols_match};
use nija::domain::killswitch::KillSwitch;
use nija::domain::order::{Order, Side};
use nija::domain::sentinel::Activation;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::make;

fn view(document: &KillSwitch) -> View<'_> {
    View::of(document, chrono::DateTime::UNIX_EPOCH)
}

fn halted(scope: Scope, mode: Mode) -> KillSwitch {
    let mut killswitch = KillSwitch::new(chrono::DateTime::UNIX_EPOCH);
    let activation = make::total("h-1", chrono::DateTime::UNIX_EPOCH);
    killswitch.activate(&Activation { scope, mode, ..activation });
    killswitch
}

/// Locks that are over, that stand, and that a person ended, at the time of [`view`].
fn locks() -> impl Strategy<Value = Cooldown> {
    let lock = (0usize..3, -2i64..3, any::<bool>()).prop_map(|(side, until, released)| {
        let activation = make::total("c", chrono::DateTime::UNIX_EPOCH);
        let (cause, at) = (activation.cause, chrono::DateTime::UNIX_EPOCH);
        let actor = cause.actor.clone();
        let touch = Touch { at, reason: String::new(), actor, extra: serde_json::Map::new() };
        Lock {
            id: "c-1".to_owned(),
            side: [LockSide::Long, LockSide::Short, LockSide::Both][side],
            until: at + chrono::TimeDelta::seconds(until),
            cause,
            stop_losses: Vec::new(),
            extended: None,
            released: released.then_some(touch),
            extra: serde_json::Map::new(),
        }
    });
    proptest::collection::vec(lock, 0..4)
        .prop_map(|locks| Cooldown { locks, ..Cooldown::new("X", chrono::DateTime::UNIX_EPOCH) })
}

proptest! {
    #[test]
    fn more_halts_never_turn_no_into_yes(
        order in make::order(), all in make::killswitch(), kept in proptest::collection::vec(any::<bool>(), 12),
    ) {
        let mut fewer = all.clone();
        let mut keep = kept.iter();
        fewer.halts.retain(|_| *keep.next().unwrap_or(&true));
        fewer.is_active = !fewer.halts.is_empty();
        let (few, many) = (decide(&order.order(), &view(&fewer)), decide(&order.order(), &view(&all)));
        prop_assert!(few.is_allowed() || !many.is_allowed());
        prop_assert!(few.count() <= many.count());
    }

    #[test]
    fn any_doubt_and_any_stop_refuses(order in make::order(), document in make::killswitch(), which in 0usize..10) {
        let order = order.order();
        let clear = view(&document);
        let view = match which {
            0 => View { env_stop: Some(""), ..clear },
            1 => View { stop_file: Ok(Some("")), ..clear },
            2 => View { stop_file: Err("EACCES"), ..clear },
            3 => View { document: Err((Code::StateMissing, "")), ..clear },
            4 => View { document: Err((Code::StateUnreadable, "")), ..clear },
            5 => View { document: Err((Code::StateNewer, "")), ..clear },
            6 => View { watch: Err((Code::WatchMissing, "")), ..clear },
            7 => View { duplicate: Duplicate::Until(clear.now), ..clear },
            8 => View { duplicate: Duplicate::Unknown((Code::DuplicateUnknown, "")), ..clear },
            _ if order.reduces() => View { env_stop: Some(""), ..clear },
            _ => View { cooldowns: [Ok(None), Err((Code::StateUnreadable, ""))], ..clear },
        };
        let verdict = decide(&order, &view);
        prop_assert!(!verdict.is_allowed() && verdict.count() > 0 && verdict.exit() != 0);
        prop_assert_eq!(decide(&order, &clear).exit() == 0, decide(&order, &clear).is_allowed());
    }

    #[test]
    fn a_cooldown_keeps_from_entering_and_never_from_leaving(
        order in make::order(), own in locks(), every in locks(), document in make::killswitch(),
    ) {
        let order = order.order();
        let clear = view(&document);
        let cooling = View { cooldowns: [Ok(Some(&own)), Ok(Some(&every))], ..clear };
        let (before, after) = (decide(&order, &clear), decide(&order, &cooling));
        let blocks = [&own, &every].iter().filter(|locks| locks.blocks(order.side, clear.now).is_some()).count();
        let added = if order.reduces() { 0 } else { blocks };
        prop_assert_eq!(after.count(), before.count() + added);
        let told = after.reasons().filter(|reason| reason.code == Code::CooldownActive);
        for reason in told {
            prop_assert_eq!(reason.until, reason.cooling.map(|cooling| cooling.lock.until));
            prop_assert!(reason.until.is_some_and(|until| until > clear.now));
        }
    }

    #[test]
    fn a_stronger_mode_refuses_at_least_as_much(order in make::order(), scope in make::scope()) {
        let (weak, strong) = (halted(scope.clone(), Mode::ReduceOnly), halted(scope, Mode::Halted));
        let refused = !decide(&order.order(), &view(&weak)).is_allowed();
        prop_assert!(!refused || !decide(&order.order(), &view(&strong)).is_allowed());
    }

    #[test]
    fn saying_less_never_turns_no_into_yes(order in make::order(), document in make::killswitch()) {
        let full = order.order();
        if !decide(&full, &view(&document)).is_allowed() {
            for less in [
                Order { platform: None, ..full },
                Order { platform: Some(""), ..full },
                Order { platform: Some(" "), ..full },
                Order { strategy: None, ..full },
                Order { account: None, ..full },
                Order { account: Some(""), ..full },
                Order { symbol: "", ..full },
                Order { symbol: " / ", ..full },
            ] {
                // A contradicted claim is dropped together with the figures that contradict it; these keep their figures.
                prop_assert!(!decide(&less, &view(&document)).is_allowed(), "{:?}", less);
            }
        }
    }

    #[test]
    fn spelling_does_not_lead_around_a_halt(scope in make::scope(), upper: bool) {
        let document = halted(scope.clone(), Mode::Halted);
        let spell = |name: &str| if upper { name.to_uppercase() } else { format!(" {} ", name.to_lowercase()) };
        let (platform, strategy, account, symbol) = match &scope {
            Scope::All => (String::new(), String::new(), String::new(), String::new()),
            Scope::Platform(name) => (spell(name), "x".to_owned(), "x".to_owned(), "x".to_owned()),
            Scope::Strategy(name) => ("x".to_owned(), spell(name), "x".to_owned(), "x".to_owned()),
            Scope::Account(name) => ("x".to_owned(), "x".to_owned(), spell(name), "x".to_owned()),
            Scope::Symbol(name) => ("x".to_owned(), "x".to_owned(), "x".to_owned(), spell(name)),
        };
        let order = Order {
            symbol: &symbol,
            platform: Some(&platform),
            strategy: Some(&strategy),
            account: Some(&account),
            ..Order::default()
        };
        let verdict = decide(&order, &view(&document));
        prop_assert_eq!(verdict.reasons().next().map(|reason| reason.code), Some(Code::KillSwitchHalted));
    }

    #[test]
    fn only_an_order_that_shrinks_its_position_passes_reduce_only(order in make::order()) {
        let document = halted(Scope::All, Mode::ReduceOnly);
        let order = order.order();
        let shrinks = match (order.side, order.qty, order.position) {
            (Some(side), Some(qty), Some(position)) => {
                let after = if side == Side::Buy { position + qty } else { position - qty };
                let flips = !after.is_zero() && after.is_sign_negative() != position.is_sign_negative();
                qty > Decimal::ZERO && after.abs() < position.abs() && !flips
            }
            _ => false,
        };
        prop_assert_eq!(decide(&order, &view(&document)).is_allowed(), shrinks);
    }

    #[test]
    fn naming_the_same_instrument_is_an_equivalence(
        a in "[aAbBß/ _ßǅıİΣσς-]{0,4}", b in "[aAbBß/ _ßǅıİΣσς-]{0,4}", c in "[aAbBß/ _ßǅıİΣσς-]{0,4}",
    ) {
        prop_assert!(symbols_match(&a, &a));
        prop_assert_eq!(symbols_match(&a, &b), symbols_match(&b, &a));
        prop_assert!(!(symbols_match(&a, &b) && symbols_match(&b, &c)) || symbols_match(&a, &c));
    }
}

#[test]
fn a_document_that_says_active_and_names_no_halt_is_not_a_yes() {
    let bytes =
        br#"{"format":"nija.killswitch","version":"1.0","revision":3,"updated_at":"2026-01-01T00:00:00Z",
        "is_active":true,"mode":"halted","halts":[]}"#;
    if let Ok(document) = nija::domain::document::decode::<KillSwitch>(bytes) {
        assert!(!decide(&Order::default(), &view(&document)).is_allowed(), "an edit by hand resumed trading");
    }
}
