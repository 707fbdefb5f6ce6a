//! Resuming with a second person over time, through the library and a clock moved by hand.

use std::time::Duration;

use chrono::{DateTime, Utc};
use nija::clock::{Clock as _, Manual};
use nija::config::{Config, Environment, StopTarget};
use nija::domain::halt::{Mode, Scope, Source};
use nija::error::Kind;
use nija::ops::killswitch::activate::{Request, activate};
use nija::ops::killswitch::release::{Outcome, Target, plan, release};
use nija::ops::killswitch::request;
use nija::ops::operator::{self, Authenticated};
use nija::ops::{Context, Identity, State, confirm, identity::random_id};

use crate::common::TestEnv;

/// A process with its own clock, over the state directory of an environment.
pub(super) struct World {
    config: Config,
    clock: Manual,
    identity: Identity,
}

impl World {
    pub(super) fn of(env: &TestEnv) -> Self {
        let surroundings =
            Environment { cwd: Some(env.path("work")), uid: 4_000_000, ..Environment::default() };
        let config = Config {
            state_dir: env.path("state"),
            fallback_dirs: vec![env.path("fallback")],
            approvals: 2,
            ..Config::defaults(&surroundings)
        };
        let now: DateTime<Utc> = "2026-03-02T09:30:00Z".parse().unwrap();
        let identity = Identity::find(&surroundings, None);
        Self { config, clock: Manual::at(now), identity }
    }

    fn context(&self) -> Context<'_> {
        Context { config: &self.config, clock: &self.clock, identity: &self.identity, new_id: &random_id }
    }

    fn stop(&self) {
        self.stop_at(StopTarget { config: self.config.clone(), also: Vec::new(), problem: None });
    }

    /// Stops everything at the place that was resolved.
    pub(super) fn stop_at(&self, target: StopTarget) {
        let context = Context { config: &target.config, ..self.context() };
        let request = Request {
            reason: "drill".to_owned(),
            mode: Mode::Halted,
            scope: Scope::All,
            source: Source::Cli,
            rule: None,
            also: target.also,
        };
        assert!(activate(&context, &request, &mut |_| {}).unwrap().durable);
    }
}

fn authenticated(state: &State<'_>, name: &str) -> Authenticated {
    operator::authenticate(state, name, "correct horse").unwrap()
}

/// Alice asks to resume what she sees; the request's id.
fn asked(state: &State<'_>) -> String {
    let plan = plan(state, &Target::All).unwrap().unwrap();
    let confirmed = confirm::by_flag(&plan, Some(authenticated(state, "alice"))).unwrap();
    match release(state, &confirmed, "drill is over").unwrap() {
        Outcome::Requested { request, missing: 1 } => request.id,
        other => panic!("{other:?}"),
    }
}

/// A halted environment with two operators.
fn halted() -> (TestEnv, World) {
    let env = TestEnv::initialised();
    let world = World::of(&env);
    {
        let context = world.context();
        let state = context.open().unwrap();
        operator::add(&state, "alice", "correct horse", None).unwrap();
        operator::add(&state, "bob", "correct horse", Some(authenticated(&state, "alice"))).unwrap();
    }
    world.stop();
    (env, world)
}

#[test]
fn two_people_resume() {
    let (env, world) = halted();
    let context = world.context();
    let state = context.open().unwrap();
    let id = asked(&state);
    assert!(env.state("EMERGENCY_STOP").exists());
    let same = request::approve(&state, &id, authenticated(&state, "alice")).unwrap_err();
    assert_eq!(same.kind, Kind::NotPermitted, "{same:?}");
    let Outcome::Released { remaining, .. } =
        request::approve(&state, &id, authenticated(&state, "bob")).unwrap()
    else {
        panic!("still waiting")
    };
    assert!(remaining.is_empty() && !env.state("EMERGENCY_STOP").exists());
    let again = request::approve(&state, &id, authenticated(&state, "bob")).unwrap_err();
    assert_eq!(again.kind, Kind::NotFound, "{again:?}");
    env.nija(&["gate", "X"]).run().expect(0);
}

#[test]
fn a_request_ends_at_its_instant() {
    let (env, world) = halted();
    let context = world.context();
    let state = context.open().unwrap();
    let id = asked(&state);
    world.clock.advance(Duration::from_secs(15 * 60) - Duration::from_nanos(1));
    assert_eq!(request::open(&state).unwrap().len(), 1);
    world.clock.advance(Duration::from_nanos(1));
    assert_eq!(request::open(&state).unwrap().len(), 0);
    let late = request::approve(&state, &id, authenticated(&state, "bob")).unwrap_err();
    assert_eq!(late.kind, Kind::NotFound, "{late:?}");
    assert!(late.message.contains("expired"), "{late:?}");
    assert!(env.state("EMERGENCY_STOP").exists());
}

#[test]
fn a_new_stop_voids_a_request() {
    let (env, world) = halted();
    let context = world.context();
    let state = context.open().unwrap();
    for touch in [true, false] {
        let id = asked(&state);
        if touch {
            let file = std::fs::File::options().append(true).open(env.state("EMERGENCY_STOP")).unwrap();
            file.set_modified(std::time::SystemTime::now() + Duration::from_secs(1)).unwrap();
        } else {
            world.stop();
        }
        let changed = request::approve(&state, &id, authenticated(&state, "bob")).unwrap_err();
        assert_eq!(changed.kind, Kind::Conflict, "{changed:?}");
        assert!(env.state("EMERGENCY_STOP").exists());
    }
}

#[test]
fn a_lock_after_wrong_passphrases_ends() {
    let (_env, world) = halted();
    let context = world.context();
    let state = context.open().unwrap();
    let attempt = |passphrase| operator::authenticate(&state, "bob", passphrase);
    for _ in 0..3 {
        assert!(attempt("wrong horse").unwrap_err().message.contains("on the record"));
    }
    assert!(attempt("correct horse").unwrap_err().message.contains("try again in 31 s"));
    world.clock.advance(Duration::from_secs(30) - Duration::from_nanos(1));
    assert!(attempt("correct horse").unwrap_err().message.contains("try again in 1 s"));
    world.clock.advance(Duration::from_nanos(1));
    attempt("correct horse").unwrap();
    assert!(operator::list(&state).unwrap().iter().all(|listed| listed.failures == 0));
}

#[test]
fn a_clock_set_back_keeps_a_lock_and_no_request_longer_than_it_says() {
    let (_env, world) = halted();
    let context = world.context();
    let state = context.open().unwrap();
    let before = world.clock.now();
    for _ in 0..3 {
        operator::authenticate(&state, "bob", "wrong horse").unwrap_err();
    }
    world.clock.set_wall(before - Duration::from_secs(3600));
    let locked = operator::authenticate(&state, "bob", "correct horse").unwrap_err();
    assert_eq!(locked.kind, Kind::NotPermitted, "{locked:?}");
}
