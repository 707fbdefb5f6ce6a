//! What people say to alerts beside looks that know nothing of it yet: none of it is lost.

use nija::domain::alert::lifecycle::Transition;
use nija::domain::alert::select;
use nija::ops::alerts::answer;
use nija::ops::check::changes::{Changes, Feed};
use nija::ops::check::{Report, Request, Runner, Sight, look};

use crate::common::{TestEnv, World};

/// Tells of everything at the first look, and then of nothing but the balances.
struct Deaf(bool);

impl Feed for Deaf {
    fn take(&mut self) -> Changes {
        if std::mem::replace(&mut self.0, true) { Changes::default() } else { Changes::everything() }
    }
}

/// A watch that hears of no alert that another changes.
struct Watch<'a> {
    world: &'a World,
    sight: Sight,
}

impl Watch<'_> {
    fn look(&mut self) -> Report {
        let rules = select("exposure");
        self.world.on(|state| {
            let request = Request { rules: &rules, policies: &self.world.config.policies };
            look(state, &request, &mut self.sight, &mut Runner::default()).unwrap()
        })
    }
}

fn everything() -> answer::Selection {
    answer::Selection { words: Vec::new(), rule: Some("*".to_owned()) }
}

fn transitions(report: &Report) -> Vec<Transition> {
    report.changes.iter().map(|change| change.transition).collect()
}

#[test]
fn a_look_that_did_not_hear_of_an_acknowledgement_keeps_it() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "");
    world.set_share(40);
    let mut watch = Watch { world: &world, sight: Sight::following(Box::new(Deaf(false))) };
    assert_eq!(transitions(&watch.look()), [Transition::Fired]);
    world.on(|state| answer::ack(state, &everything(), None, "mine").unwrap());
    world.set_share(50);
    assert_eq!(transitions(&watch.look()), [Transition::Escalated]);
    let alert = &world.on(|state| nija::ops::alerts::list(state, true).unwrap().alerts)[0];
    assert_eq!(alert.acked.as_ref().map(|ack| ack.note.as_str()), Some("mine"));
    assert!(alert.unseen && alert.standing.acked.is_none(), "it got worse since");
}

#[test]
fn a_look_that_did_not_hear_of_a_resolution_begins_anew() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "[exposure]\nauto_kill = true\n");
    world.set_share(50);
    let mut watch = Watch { world: &world, sight: Sight::following(Box::new(Deaf(false))) };
    assert_eq!(watch.look().pulled.len(), 1);
    world.set_share(10);
    assert_eq!(transitions(&watch.look()), [Transition::Latched]);
    world.on(|state| answer::resolve(state, &everything(), "looked").unwrap());
    world.set_share(50);
    let report = watch.look();
    assert_eq!((transitions(&report), report.pulled.len()), (vec![Transition::Fired], 1));
}

#[test]
fn an_alert_that_another_look_ended_is_not_ended_twice() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "");
    world.set_share(40);
    let mut watch = Watch { world: &world, sight: Sight::following(Box::new(Deaf(false))) };
    watch.look();
    world.set_share(10);
    assert_eq!(transitions(&world.check("exposure")), [Transition::Resolved]);
    assert_eq!(transitions(&watch.look()), []);
    assert_eq!(transitions(&watch.look()), []);
}

/// Looks that change an alert all the time, and a person who takes it and gives it back all the time: whatever was said last
/// stands.
#[test]
fn nothing_that_is_said_is_lost_among_looks() {
    let env = TestEnv::initialised();
    let first = World::of(&env, "");
    first.set_share(40);
    first.check("exposure");
    let (mut acks, mut unacks) = (0, 0);
    std::thread::scope(|scope| {
        let looks = scope.spawn(|| {
            let world = World::of(&env, "");
            for share in [50, 40].repeat(20) {
                world.set_share(share);
                assert_eq!(world.check("exposure").changes.len(), 1, "each of them changes it");
            }
        });
        let world = World::of(&env, "");
        let stored =
            || world.on(|state| nija::ops::alerts::list(state, true).unwrap().alerts[0].acked.clone());
        while !looks.is_finished() {
            let note = format!("round {acks}");
            world.on(|state| answer::ack(state, &everything(), None, &note).unwrap());
            assert_eq!(stored().map(|ack| ack.note), Some(note));
            acks += 1;
            if acks % 2 == 0 {
                world.on(|state| answer::unack(state, &everything()).unwrap());
                assert_eq!(stored(), None);
                unacks += 1;
            }
        }
        looks.join().unwrap();
    });
    let recorded = |action: &str| {
        let words = ["audit", "show", "--limit", "10000", "--action", action];
        env.nija(&words).run().stdout.matches(action).count()
    };
    assert_eq!((recorded("alert.ack"), recorded("alert.unack")), (acks, unacks));
    env.nija(&["audit", "verify"]).run().expect(0);
}
