//! Days of a component: it beats, falls silent, fails, is expected, paused and forgotten, under one watch or two.

use std::time::Duration;

use nija::domain::alert::RULES;
use nija::domain::alert::lifecycle::Transition::{Fired, Resolved};
use nija::domain::heartbeat::expectation::Terms;
use nija::domain::heartbeat::life::State;
use nija::domain::heartbeat::{Report, Word};
use nija::domain::status::Status;
use nija::ops::check::{Request, Runner, Sight, look};
use nija::ops::heartbeat;

use super::world::{changes, said, seconds, world};

#[test]
fn a_component_is_unknown_until_it_is_seen_to_beat() {
    let (_env, world) = world("");
    world.beat(0);
    assert_eq!(world.status(), Status::Unknown, "that beat may be a year old");
    world.pass(10);
    world.beat(0);
    assert_eq!(world.status(), Status::Ok);
    world.pass(10);
    assert_eq!(world.status(), Status::Ok);
}

#[test]
fn silence_alarms_once_and_a_beat_resolves_it_once() {
    let (_env, world) = world("");
    world.look();
    for _ in 0..2 {
        world.beat(0);
        assert_eq!(world.status(), Status::Ok);
        world.pass(29);
        assert_eq!(world.status(), Status::Ok);
        world.pass(1);
        let late = world.look();
        assert_eq!(
            (late.status, changes(&late)),
            (Status::Warning, vec![("HEARTBEAT_MISSED".into(), Fired)])
        );
        for _ in 0..9 {
            world.pass(20);
            let still = world.look();
            assert_eq!((still.status, changes(&still)), (Status::Warning, vec![]));
        }
        world.beat(0);
        let back = world.look();
        assert_eq!((back.status, changes(&back)), (Status::Ok, vec![("HEARTBEAT_MISSED".into(), Resolved)]));
        world.pass(5);
    }
    let recorded = ["alert.fire", "alert.resolve"].map(|action| world.recorded("HEARTBEAT_MISSED", action));
    assert_eq!(recorded, [2, 2]);
}

#[test]
fn with_positions_open_it_is_critical_at_once() {
    let (_env, world) = world("");
    world.look();
    world.beat(2);
    assert_eq!(world.status(), Status::Ok);
    world.pass(30);
    let late = world.look();
    assert_eq!(late.status, Status::Critical);
    let message = &late.firing()[0].message;
    assert_eq!(message, "bot has been silent for 30s (interval 30s, grace 30s), 2 open positions");
    // Half a minute later nobody knows a price any more either.
    world.pass(30);
    let stale = world.look();
    assert_eq!(changes(&stale), [("PRICE_STALE".into(), Fired)]);
    world.beat(0);
    let flat = world.look();
    assert_eq!((flat.status, changes(&flat).len()), (Status::Ok, 2), "both are over");
}

#[test]
fn a_component_that_must_beat_and_never_does_is_an_alarm() {
    let (_env, world) = world("");
    let terms = Terms::new(seconds(10), seconds(5), Some(seconds(100)));
    assert!(world.on(|state| heartbeat::expect(state, "ghost", terms.clone()).unwrap().1));
    assert!(!world.on(|state| heartbeat::expect(state, "ghost", terms.clone()).unwrap().1), "said before");
    assert_eq!(world.status(), Status::Ok);
    world.pass(99);
    assert_eq!((world.status(), world.components()[0].1.state), (Status::Ok, State::New));
    world.pass(1);
    let never = world.look();
    assert_eq!(changes(&never), [("HEARTBEAT_NEVER".into(), Fired)]);
    assert_eq!((never.status, world.components()[0].1.state), (Status::Critical, State::Down));
    // Nobody waits for it to confirm a stop: it has never listened.
    assert!(world.on(|state| heartbeat::present(state).unwrap().1).is_empty());
    world.report("ghost", &Report::default());
    let came = world.look();
    assert_eq!((came.status, changes(&came)), (Status::Ok, vec![("HEARTBEAT_NEVER".into(), Resolved)]));
    world.pass(10);
    assert_eq!(said(&world.look(), "HEARTBEAT_MISSED"), Status::Warning, "by the terms it was given");
    world.on(|state| heartbeat::forget(state, "ghost").unwrap());
    assert_eq!((world.status(), world.components().len()), (Status::Ok, 0));
}

#[test]
fn who_only_asks_the_gate_is_not_judged() {
    let (_env, world) = world("");
    world.look();
    world.on(|state| heartbeat::saw(state, "bot", heartbeat::look(state)).unwrap());
    world.look();
    world.pass(100);
    let look = world.look();
    assert_eq!((look.status, world.components().len()), (Status::Ok, 0));
    assert_eq!(world.on(|state| heartbeat::present(state).unwrap().1).len(), 1, "it listens");
}

#[test]
fn a_pause_is_quiet_until_it_is_taken_back() {
    let (_env, world) = world("");
    world.live(2, 1);
    world.pass(30);
    assert_eq!(world.status(), Status::Critical);
    assert!(world.on(|state| heartbeat::pause(state, "bot", "on holiday").unwrap().1));
    let paused = world.look();
    assert_eq!((paused.status, changes(&paused)), (Status::Ok, vec![("HEARTBEAT_MISSED".into(), Resolved)]));
    // Beating does not end it.
    world.live(10, 1).iter().for_each(|look| assert_eq!(look.status, Status::Ok));
    world.pass(170);
    assert_eq!((world.status(), world.components()[0].1.state), (Status::Ok, State::Paused));
    assert!(world.on(|state| heartbeat::unpause(state, "bot").unwrap().1));
    assert_eq!(world.status(), Status::Unknown);
    world.beat(1);
    assert_eq!(world.status(), Status::Ok);
}

#[test]
fn stale_prices_pull_the_lever_once_an_episode_where_it_is_configured() {
    let (env, world) = world("[heartbeats]\nauto_kill = true\n");
    let prices = |age| {
        let price_age = Some(Duration::from_secs(age));
        world.report("bot", &Report { open_positions: Some(1), price_age, ..Report::default() });
        world.look()
    };
    world.look();
    assert_eq!((prices(59).status, prices(59).pulled.len()), (Status::Ok, 0));
    let stale = prices(60);
    assert_eq!((stale.status, stale.pulled.len()), (Status::Critical, 1));
    env.nija(&["gate", "X"]).run().expect(1);
    let resume = ["killswitch", "deactivate", "prices", "are", "back", "--yes"];
    env.nija(&resume).run().expect(0);
    assert_eq!(prices(90).pulled.len(), 0, "a person has seen this episode");
    assert_eq!(prices(1).status, Status::Warning, "it pulled the lever, so a person has to look");
    assert_eq!(prices(60).pulled.len(), 1);
    env.nija(&["gate", "X"]).run().expect(1);
}

#[test]
fn a_price_from_the_future_is_no_price() {
    let (_env, world) = world("");
    let at = |seconds| {
        world.on(|state| heartbeat::price_age(state, state.now() + chrono::TimeDelta::seconds(seconds)))
    };
    assert_eq!(at(-90).unwrap(), seconds(90));
    assert_eq!(at(2).unwrap(), seconds(0), "as far as a clock may be off");
    assert_eq!(at(3).unwrap_err().code, "PRICE_AHEAD");
}

#[test]
fn a_check_from_cron_and_a_watch_go_by_the_same_memory() {
    let (_env, world) = world("");
    let (mut sight, mut runner) = (Sight::default(), Runner::default());
    let mut tick = || {
        world.on(|state| {
            let request = Request { rules: &RULES, policies: &world.config.policies };
            look(state, &request, &mut sight, &mut runner).unwrap()
        })
    };
    tick();
    world.beat(0);
    assert_eq!(tick().status, Status::Ok);
    world.pass(20);
    assert_eq!(world.status(), Status::Ok, "cron knows what the watch saw");
    world.beat(0);
    world.pass(20);
    assert_eq!(world.status(), Status::Ok);
    world.pass(29);
    assert_eq!(tick().status, Status::Ok, "the watch knows what cron saw");
    world.pass(1);
    let late = tick();
    assert_eq!(changes(&late), [("HEARTBEAT_MISSED".into(), Fired)]);
    assert!(changes(&world.look()).is_empty(), "told once");
}

#[test]
fn a_job_reports_its_start_and_its_end() {
    let (_env, world) = world("");
    let say = |word, rid: &str, exit_code| {
        let grace = Some(seconds(60));
        let report = Report { word, rid: Some(rid.to_owned()), grace, exit_code, ..Report::default() };
        world.report("backup", &report);
        world.status()
    };
    world.look();
    assert_eq!(say(Word::Start, "a", None), Status::Ok);
    assert_eq!(world.components()[0].1.state, State::New);
    world.pass(59);
    assert_eq!(world.status(), Status::Ok);
    world.pass(1);
    assert_eq!((world.status(), world.components()[0].1.state), (Status::Warning, State::Down));
    assert_eq!(say(Word::Fail, "a", Some(3)), Status::Warning);
    assert_eq!(world.components()[0].1.exit_code, Some(3));
    assert_eq!(say(Word::Start, "b", None), Status::Warning, "to begin again is not to succeed");
    assert_eq!(say(Word::Ok, "b", Some(0)), Status::Ok);
}
