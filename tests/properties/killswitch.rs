//! Transitions of the kill switch.

use chrono::TimeDelta;
use nija::domain::halt::{Actor, Halt, Mode, Scope};
use nija::domain::heartbeat::{Awaited, Confirmation};
use nija::domain::killswitch::{Change, KillSwitch};
use nija::domain::release::Seen;
use proptest::collection::vec;
use proptest::prelude::*;

use super::make::{self, Happening};

fn consistent(killswitch: &KillSwitch) {
    assert_eq!(killswitch.is_active, !killswitch.halts.is_empty());
    let everything = killswitch.halts.iter().filter(|halt| halt.scope == Scope::All);
    assert_eq!(killswitch.mode, everything.map(|halt| halt.mode).max());
    let total = killswitch.halts.iter().any(|halt| halt.scope == Scope::All && halt.mode == Mode::Halted);
    assert_eq!(killswitch.needs_stop_file(), total);
    let mut ids: Vec<&str> = killswitch.halts.iter().map(|halt| halt.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), killswitch.halts.len(), "two halts share an id");
}

proptest! {
    #[test]
    fn the_summary_agrees_with_the_halts_after_any_history(history in vec(make::happening(), 0..20)) {
        let (mut killswitch, mut counter) = (KillSwitch::new(chrono::DateTime::UNIX_EPOCH), 0);
        for happening in &history {
            make::apply(&mut killswitch, happening, &mut counter);
            consistent(&killswitch);
        }
    }

    #[test]
    fn the_same_activation_counts_once(start in make::killswitch(), activation in make::activation()) {
        let mut once = start;
        let first = once.activate(&activation);
        // A repeat leaves no id of its own behind unless it came through the stop file.
        if matches!(first, Change::Repeated(_)) {
            once.stop_file_applied.push(activation.id.clone());
        }
        let mut twice = once.clone();
        prop_assert_eq!(twice.activate(&activation), Change::Known);
        prop_assert_eq!(twice, once);
    }

    #[test]
    fn an_activation_covers_what_it_names(start in make::killswitch(), activation in make::activation()) {
        let mut killswitch = start.clone();
        let covered = |halt: &&Halt| halt.scope == activation.scope && halt.mode >= activation.mode;
        match killswitch.activate(&activation) {
            Change::Known => prop_assert_eq!(killswitch, start),
            Change::Added(halt) => {
                prop_assert_eq!(killswitch.halts.len(), start.halts.len() + 1);
                prop_assert_eq!((&halt.cause, halt.count), (&activation.cause, 1));
                prop_assert!(killswitch.halts.iter().find(covered).is_some());
            }
            Change::Repeated(halt) => {
                let before = start.halts.iter().find(|h| h.id == halt.id).unwrap();
                prop_assert_eq!((halt.count, &halt.cause), (before.count + 1, &before.cause), "never diluted");
                prop_assert!(halt.last_seen >= before.last_seen);
                prop_assert!(killswitch.halts.iter().find(covered).is_some());
            }
        }
    }

    #[test]
    fn adopting_twice_is_adopting_once(
        start in make::killswitch(), content in make::content(), file in make::found(),
    ) {
        let (mut killswitch, mut counter) = (start, 0);
        make::adopt(&mut killswitch, &content, &file, &mut counter);
        let once = killswitch.clone();
        prop_assert_eq!(make::adopt(&mut killswitch, &content, &file, &mut counter), 0);
        prop_assert_eq!(killswitch, once);
    }

    #[test]
    fn a_standing_file_is_a_halt_of_everything_once_adopted(
        start in make::killswitch(), content in make::content(), file in make::found(),
    ) {
        let (mut killswitch, mut counter) = (start, 0);
        make::adopt(&mut killswitch, &content, &file, &mut counter);
        prop_assert!(killswitch.needs_stop_file(), "the file stands, the document says nothing of it");
        prop_assert!(killswitch.has_adopted(&content, &file));
    }

    #[test]
    fn an_adopted_line_is_not_activated_again(content in make::content(), file in make::found()) {
        let (mut killswitch, mut counter) = (KillSwitch::new(chrono::DateTime::UNIX_EPOCH), 0);
        make::adopt(&mut killswitch, &content, &file, &mut counter);
        for activation in &content.activations {
            prop_assert_eq!(killswitch.activate(activation), Change::Known);
        }
    }

    #[test]
    fn a_release_takes_exactly_what_it_names(start in make::killswitch(), chosen in vec(any::<bool>(), 12)) {
        let named = |halt: &Halt, at: usize| chosen.get(at).copied().unwrap_or(false) && !halt.id.is_empty();
        let (mut out, mut kept) = (Vec::new(), Vec::new());
        for (at, halt) in start.halts.iter().enumerate() {
            if named(halt, at) { out.push(halt.clone()) } else { kept.push(halt.clone()) }
        }
        let ids: Vec<String> = out.iter().map(|halt| halt.id.clone()).collect();
        let mut killswitch = start.clone();
        prop_assert_eq!(killswitch.release(&ids), out);
        consistent(&killswitch);
        prop_assert_eq!(&killswitch.halts, &kept);
        let touched = |seen: &Seen| ids.contains(&seen.id);
        let open: Vec<_> = start.requests.into_iter().filter(|r| !r.halts.iter().any(touched)).collect();
        prop_assert_eq!(killswitch.requests, open);
    }

    #[test]
    fn whoever_looked_learns_of_every_later_activation(
        start in make::killswitch(), later in vec(make::happening(), 0..8),
    ) {
        let seen = start.seen();
        let (mut killswitch, mut counter) = (start.clone(), 100);
        for happening in later.iter().filter(|happening| !matches!(happening, Happening::Release(_))) {
            make::apply(&mut killswitch, happening, &mut counter);
        }
        let ids: Vec<String> = killswitch.halts.iter().map(|halt| halt.id.clone()).collect();
        let told = killswitch.changed_since(&ids, &seen);
        for halt in &killswitch.halts {
            let news = start.halts.iter().find(|old| old.id == halt.id).is_none_or(|old| old.count != halt.count);
            prop_assert_eq!(told.contains(&halt.id), news, "{}", halt.id);
        }
        prop_assert!(killswitch.changed_since(&ids, &killswitch.seen()).is_empty());
        prop_assert!(killswitch.changed_since(&[], &seen).is_empty());
    }

    #[test]
    fn the_stronger_mode_wins(start in make::killswitch(), at in make::time()) {
        let mut killswitch = start;
        killswitch.activate(&make::total("t-1", at));
        prop_assert_eq!(killswitch.mode, Some(Mode::Halted));
        let ids: Vec<String> =
            killswitch.halts.iter().filter(|halt| halt.is_total()).map(|halt| halt.id.clone()).collect();
        let weaker = killswitch.halts.iter().any(|halt| halt.scope == Scope::All && !halt.is_total());
        killswitch.release(&ids);
        prop_assert_eq!(killswitch.mode, weaker.then_some(Mode::ReduceOnly));
    }

    #[test]
    fn a_recovered_document_halts_everything(at in make::time(), reason in make::text(), actor in make::actor()) {
        let killswitch = KillSwitch::recovered(at, "h-1", reason, actor, "host");
        consistent(&killswitch);
        prop_assert!(killswitch.needs_stop_file());
    }

    #[test]
    fn having_seen_a_lost_document_is_not_having_seen_its_successor(
        mut client in make::client(), revision in 0u64..1_000_000, age_s in 0i64..100_000,
    ) {
        let at = client.killswitch.at + TimeDelta::seconds(age_s) + TimeDelta::days(365);
        let actor = Actor { uid: 0, user: None, operator: None };
        let recovered = KillSwitch::recovered(at, "h-1", String::new(), actor, "host");
        client.killswitch.revision = revision;
        let awaited = Awaited { revision: recovered.header.revision + 1, stop_file: false, since: None };
        prop_assert_ne!(client.confirmation(awaited, TimeDelta::MAX, at), Confirmation::Confirmed);
    }
}

/// `cp -p`, `git checkout` and configuration management put back a file with the owner and time it had before.
#[test]
fn a_stop_file_put_back_with_its_old_time_halts_again() {
    let file =
        nija::domain::sentinel::Found { uid: 0, at: chrono::DateTime::UNIX_EPOCH, text: String::new() };
    let content = nija::domain::sentinel::Content::default();
    let (mut killswitch, mut counter) = (KillSwitch::new(chrono::DateTime::UNIX_EPOCH), 0);
    assert_eq!(make::adopt(&mut killswitch, &content, &file, &mut counter), 1);
    let ids: Vec<String> = killswitch.halts.iter().map(|halt| halt.id.clone()).collect();
    killswitch.release(&ids);
    assert_eq!(
        make::adopt(&mut killswitch, &content, &file, &mut counter),
        1,
        "the document does not show this stop"
    );
    assert!(killswitch.has_adopted(&content, &file));
}
