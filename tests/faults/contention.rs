//! 32 writers at once, threads and real processes: no update is lost, none waits for ever, and the audit chain is whole.

use std::process::Child;

use nija::clock::System;
use nija::config::{Config, Environment};
use nija::domain::document::{Document, decode};
use nija::domain::halt::{Mode, Scope, Source};
use nija::domain::heartbeat::{Heartbeat, Report};
use nija::domain::killswitch::KillSwitch;
use nija::ops::identity::random_id;
use nija::ops::killswitch::activate::{Request, activate};
use nija::ops::{Context, Identity, heartbeat};

use crate::common::TestEnv;

const WRITERS: usize = 32;
const CHANGES: usize = 100;

/// Runs `work` in every writer at once, each with a context of its own, as separate processes have.
fn writers(env: &TestEnv, work: impl Fn(usize, &Context<'_>) + Sync) {
    let environment = Environment { cwd: Some(env.path("work")), ..Environment::default() };
    let mut config = Config::defaults(&environment);
    config.state_dir = env.state("");
    config.fallback_dirs = vec![env.path("fallback")];
    config.lock_wait = std::time::Duration::from_secs(60);
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (config, environment, work) = (&config, &environment, &work);
            scope.spawn(move || {
                let (clock, identity) = (System::new(), Identity::find(environment, None));
                work(writer, &Context { config, clock: &clock, identity: &identity, new_id: &random_id });
            });
        }
    });
}

fn read<T: Document>(env: &TestEnv, name: &str) -> T {
    decode(&std::fs::read(env.state(name)).unwrap()).unwrap()
}

#[test]
fn no_heartbeat_is_lost() {
    let env = TestEnv::initialised();
    writers(&env, |writer, context| {
        let state = context.open().unwrap();
        for change in 0..CHANGES {
            let own = format!("bot-{writer}");
            heartbeat::ping(&state, if change % 2 == 0 { "shared" } else { &own }, &Report::default())
                .unwrap();
        }
    });
    assert_eq!(read::<Heartbeat>(&env, "heartbeats/shared.json").seq, (WRITERS * CHANGES / 2) as u64);
    for writer in 0..WRITERS {
        assert_eq!(
            read::<Heartbeat>(&env, &format!("heartbeats/bot-{writer}.json")).seq,
            (CHANGES / 2) as u64
        );
    }
}

#[test]
fn no_activation_is_lost() {
    let env = TestEnv::initialised();
    let request = Request {
        reason: "venue trouble".to_owned(),
        mode: Mode::Halted,
        scope: Scope::Platform("kraken".to_owned()),
        source: Source::Cli,
        rule: None,
        also: Vec::new(),
    };
    writers(&env, |_, context| {
        for _ in 0..CHANGES {
            let report = activate(context, &request, &mut |_| {}).unwrap();
            assert!(report.is_complete(), "{report:?}");
        }
    });
    let killswitch: KillSwitch = read(&env, "killswitch.json");
    let counts: Vec<u64> = killswitch.halts.iter().map(|halt| halt.count).collect();
    assert_eq!(counts, [(WRITERS * CHANGES) as u64]);
    recorded(&env, WRITERS * CHANGES);
}

/// The chain verifies and holds this many activations.
fn recorded(env: &TestEnv, activations: usize) {
    env.nija(&["audit", "verify"]).run().expect(0);
    let export = env.nija(&["audit", "export"]).run().expect(0).stdout;
    let found = export
        .lines()
        .filter(|l| l.contains("killswitch.activate") || l.contains("killswitch.repeat"))
        .count();
    assert_eq!(found, activations);
}

#[test]
fn real_processes_lose_nothing() {
    const ROUNDS: usize = 3;
    let env = TestEnv::initialised();
    env.config("lock_wait = \"60s\"\n");
    for _ in 0..ROUNDS {
        let start = |args: &[&str]| -> Vec<Child> { (0..WRITERS).map(|_| env.nija(args).spawn()).collect() };
        let scoped = ["killswitch", "activate", "--scope", "platform:kraken", "venue trouble"];
        for child in start(&scoped).into_iter().chain(start(&["heartbeat", "ping", "shared"])) {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
    assert_eq!(read::<KillSwitch>(&env, "killswitch.json").halts[0].count, (WRITERS * ROUNDS) as u64);
    assert_eq!(read::<Heartbeat>(&env, "heartbeats/shared.json").seq, (WRITERS * ROUNDS) as u64);
    recorded(&env, WRITERS * ROUNDS);
}

#[test]
fn stops_at_the_same_time_all_stand() {
    let env = TestEnv::initialised();
    let reasons: Vec<String> = (0..WRITERS).map(|writer| format!("emergency {writer};")).collect();
    let children: Vec<Child> = reasons.iter().map(|reason| env.nija(&["kill", reason]).spawn()).collect();
    for child in children {
        let code = child.wait_with_output().unwrap().status.code();
        assert!(matches!(code, Some(0 | 1)), "{code:?}");
    }
    env.nija(&["gate", "BTC-USD"]).run().expect(1);
    // Who did not get the lock in time left its cause in the stop file.
    env.nija(&["status"]).run().expect(0);
    let killswitch: KillSwitch = read(&env, "killswitch.json");
    let counts: Vec<u64> = killswitch.halts.iter().map(|halt| halt.count).collect();
    assert_eq!(counts, [WRITERS as u64], "{:#?}", killswitch.halts);
    let export = env.nija(&["audit", "export"]).run().stdout;
    for reason in reasons {
        assert!(export.contains(&reason), "'{reason}' is not on the record");
    }
    recorded(&env, WRITERS);
}
