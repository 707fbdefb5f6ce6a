//! What people say to alerts, killed at every system call and on failing disks: exit 0 means said, on the record, and once more
//! completes it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::errors::faults;
use super::stage::Stage;
use super::strace::{calls, inject};
use crate::common::TestEnv;

const ACK: [&str; 6] = ["alerts", "ack", "a-4bb2d272", "--for", "1h", "--note=mine"];
const RESOLVE: [&str; 5] = ["alerts", "resolve", "a-4bb2d272", "--note", "looked"];
const SILENCE: [&str; 7] = ["alerts", "silence", "ORDER_STUCK", "--for", "1h", "--reason", "known"];

/// An alert that latched, of which everything can be said.
fn latched(env: &TestEnv) {
    env.nija(&["init"]).run().expect(0);
    env.nija(&["check", "exposure", "Coinbase=4000", "--total", "5000", "--auto-kill"]).run().expect(2);
    env.nija(&["check", "exposure", "Coinbase=400"]).run().expect(1);
}

/// Whether it was said, as anybody reads it.
fn is_said(env: &TestEnv, args: &[&str]) -> bool {
    let words = if args[1] == "silence" { ["alerts", "silences"] } else { ["alerts", "--all"] };
    let output = env.nija(&[&words[..], &["--json"]].concat()).run().expect(0);
    let data = serde_json::from_str::<Value>(&output.stdout).unwrap()["data"].take();
    match args[1] {
        "ack" => data["alerts"][0]["acked"]["note"] == "mine",
        "resolve" => data["alerts"][0]["standing"] == "resolved",
        _ => data["silences"].as_array().is_some_and(|silences| !silences.is_empty()),
    }
}

/// A second run, or the next look, leaves it said, with nothing torn and nothing missing on the record.
fn completes(env: &TestEnv, args: &[&str]) -> Result<(), String> {
    let again = env.nija(args).run();
    let resolved = args[1] == "resolve" && again.code == 64;
    if (again.code != 0 && !resolved) || !is_said(env, args) {
        return Err(format!("the second run: {}", again.render()));
    }
    let action = ["alert.ack", "alert.resolve-latched", "silence.create"]
        .into_iter()
        .find(|action| action.contains(args[1]))
        .unwrap();
    let look = env.nija(&["check", "exposure", "Coinbase=4100"]).run();
    let verified = env.nija(&["audit", "verify"]).run();
    let recorded = env.nija(&["audit", "show", "--action", action]).run().stdout.contains(action);
    if (look.code, verified.code, recorded) == (2, 0, true) {
        return Ok(());
    }
    Err(format!("{recorded} {}{}", look.render(), verified.render()))
}

#[test]
fn killed_at_any_call_it_was_said_or_it_was_not() {
    for args in [&ACK[..], &RESOLVE, &SILENCE] {
        let stage = Stage::new(latched);
        let env = &stage.env;
        let calls = calls(env, env.nija(args));
        let (mut wrong, mut judged) = (Vec::new(), BTreeSet::new());
        for call in &calls {
            stage.reset();
            inject(env.nija(args), call, "signal=SIGKILL").run();
            if judged.insert(stage.fingerprint()) {
                wrong.extend(completes(env, args).err().map(|why| format!("{call}: {why}")));
            }
        }
        super::report(&format!("{args:?}"), calls.len(), &wrong);
    }
}

#[test]
fn a_failing_disk_is_told_and_exit_0_means_said() {
    for args in [&ACK[..], &RESOLVE, &SILENCE] {
        let stage = Stage::new(latched);
        let env = &stage.env;
        let calls = calls(env, env.nija(args));
        let (mut wrong, mut cases, mut judged) = (Vec::new(), 0, BTreeSet::new());
        for (call, error) in calls.iter().flat_map(faults) {
            stage.reset();
            cases += 1;
            let output = inject(env.nija(args), call, &format!("error={error}")).run();
            if !matches!(output.code, 0 | 64..) || (output.code == 0 && !is_said(env, args)) {
                wrong.push(format!("{error} at {call}: {}", output.render()));
            }
            if judged.insert(stage.fingerprint()) {
                wrong.extend(completes(env, args).err().map(|why| format!("{error} at {call}: {why}")));
            }
        }
        assert!(cases > 10, "only {cases} faults were injected into {args:?}");
        super::report(&format!("{args:?}"), cases, &wrong);
    }
}
