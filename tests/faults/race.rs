//! A stop and a release at the same time: a release never undoes a stop that came after somebody decided on it.

use std::collections::BTreeSet;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

use super::crash::{ADD_OPERATOR, on_record, passphrase};
use super::stage::Stage;
use super::strace::{Call, calls, inject_logged};
use crate::common::TestEnv;

const STOP: [&str; 2] = ["kill", "emergency"];

const RELEASE: [&str; 9] = [
    "--operator",
    "alice",
    "killswitch",
    "deactivate",
    "drill is over",
    "--all",
    "--yes",
    "--passphrase-file",
    "passphrase",
];

fn halted(env: &TestEnv) {
    passphrase(env);
    // Whoever is held here lets go of no lock.
    env.config("lock_wait = \"20ms\"\n");
    env.nija(&ADD_OPERATOR).run().expect(0);
    env.nija(&["kill", "drill"]).run().expect(0);
}

/// Runs `held` up to and including one of its system calls, then `meanwhile`, then the rest of `held`; its exit code.
fn interleave(env: &TestEnv, held: &[&str], call: &Call, meanwhile: impl FnOnce()) -> i32 {
    let log = env.path("held");
    let _ = std::fs::remove_file(&log);
    let mut run = inject_logged(env.nija(held), call, "signal=SIGSTOP", &log).spawn();
    let stopped = loop {
        if let Some(pid) = stopped(&log) {
            break Stopped(pid);
        }
        assert!(run.try_wait().unwrap().is_none(), "{held:?} ended before {call}");
        std::thread::yield_now();
    };
    meanwhile();
    drop(stopped);
    run.wait().unwrap().code().unwrap_or(-1)
}

/// A stopped process; it goes on when this is dropped, whatever happens to the test.
struct Stopped(Pid);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = kill_process(self.0, Signal::CONT);
    }
}

/// The process that strace saw being stopped, if there is one by now.
fn stopped(log: &Path) -> Option<Pid> {
    let text = std::fs::read_to_string(log).ok()?;
    let line = text.lines().find(|line| line.ends_with("stopped by SIGSTOP ---"))?;
    Pid::from_raw(line.split_whitespace().next()?.parse().ok()?)
}

/// What holds after every interleaving: looking does not change the gate, and everything is on the record.
fn settled(env: &TestEnv) -> Result<i32, String> {
    let gate = env.nija(&["gate", "BTC-USD"]).run();
    env.nija(&["status"]).run();
    let settled = env.nija(&["gate", "BTC-USD"]).run();
    if settled.code != gate.code {
        return Err(format!("looking changed the gate: {}{}", gate.render(), settled.render()));
    }
    on_record(env, "killswitch.activate").map(|()| gate.code)
}

#[test]
fn a_stop_during_a_release_stands() {
    let stage = Stage::new(halted);
    let env = &stage.env;
    let points = calls(env, env.nija(&RELEASE));
    // Before it opens the state directory it has not begun; the passphrase is asked for once the plan is made.
    let begins = points.iter().position(|call| call.mentions("/state")).unwrap();
    let decided = points.iter().position(|call| call.mentions("\"passphrase\"")).unwrap();
    let last = points.len() - 1;
    let (mut wrong, mut judged) = (Vec::new(), BTreeSet::new());
    for (index, call) in points.iter().enumerate().take(last).skip(begins) {
        stage.reset();
        let code = interleave(env, &RELEASE, call, || {
            let stop = env.nija(&STOP).run();
            assert!(matches!(stop.code, 0 | 1) && stop.stdout.starts_with("HALTED"), "{}", stop.render());
        });
        if !judged.insert((stage.fingerprint(), index >= decided)) {
            continue;
        }
        let found = settled(env).and_then(|gate| match gate {
            0 if index >= decided => Err(format!("undone by a release that ended with {code}")),
            0 if !releases(env, 2) => Err("undone by a release that never saw it".to_owned()),
            _ => Ok(()),
        });
        wrong.extend(found.err().map(|why| format!("{call}: {why}")));
    }
    super::report("a stop meanwhile", last - begins, &wrong);
}

/// Whether the record of the release names the halt with this count.
fn releases(env: &TestEnv, count: u64) -> bool {
    let export = env.nija(&["audit", "export"]).run().stdout;
    let mut records = export.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    records.any(|record| {
        record["action"] == "killswitch.release" && record["data"]["released"][0]["count"] == count
    })
}

#[test]
fn a_release_during_a_stop_releases_only_what_it_saw() {
    let stage = Stage::new(halted);
    let env = &stage.env;
    let points = calls(env, env.nija(&STOP));
    let begins = points.iter().position(|call| call.mentions("/state")).unwrap();
    let last = points.len() - 1;
    let (mut wrong, mut judged) = (Vec::new(), BTreeSet::new());
    for call in points.iter().take(last).skip(begins) {
        stage.reset();
        interleave(env, &STOP, call, || {
            let release = env.nija(&RELEASE).run();
            assert!(matches!(release.code, 0 | 75), "{}", release.render());
        });
        if !judged.insert(stage.fingerprint()) {
            continue;
        }
        let found = settled(env).and_then(|gate| match gate {
            0 if !releases(env, 2) => Err("undone by a release that never saw it".to_owned()),
            _ => Ok(()),
        });
        wrong.extend(found.err().map(|why| format!("{call}: {why}")));
    }
    super::report("a release meanwhile", last - begins, &wrong);
}

#[test]
fn two_stops_at_once_are_one_halt_with_two_causes() {
    let stage = Stage::new(|env| drop(env.nija(&["init"]).run().expect(0)));
    let env = &stage.env;
    let points = calls(env, env.nija(&STOP));
    let begins = points.iter().position(|call| call.mentions("/state")).unwrap();
    let last = points.len() - 1;
    let (mut wrong, mut judged) = (Vec::new(), BTreeSet::new());
    for call in points.iter().take(last).skip(begins) {
        stage.reset();
        interleave(env, &STOP, call, || {
            let stop = env.nija(&["kill", "me too"]).run();
            assert!(matches!(stop.code, 0 | 1) && stop.stdout.starts_with("HALTED"), "{}", stop.render());
        });
        if judged.insert(stage.fingerprint()) {
            wrong.extend(counted_twice(env).err().map(|why| format!("{call}: {why}")));
        }
    }
    super::report("a stop meanwhile", last - begins, &wrong);
}

fn counted_twice(env: &TestEnv) -> Result<(), String> {
    settled(env)?;
    let status = env.nija(&["killswitch", "status", "--json"]).run().stdout;
    let status: serde_json::Value = serde_json::from_str(&status).map_err(|why| why.to_string())?;
    let halts = status["data"]["halts"].as_array().ok_or_else(|| status.to_string())?;
    let causes: Vec<_> = halts.iter().map(|halt| (&halt["cause"]["reason"], &halt["count"])).collect();
    let export = env.nija(&["audit", "export"]).run().stdout;
    let recorded = ["emergency", "me too"].iter().all(|reason| export.contains(reason));
    match halts.as_slice() {
        [halt] if halt["count"] == 2 && recorded => Ok(()),
        _ => Err(format!("{causes:?}, and both on the record: {recorded}")),
    }
}
