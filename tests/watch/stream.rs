//! What the watch says to programs, line by line, and how it ends.

use std::fmt::Write as _;

use insta::assert_snapshot;
use rustix::process::Signal;
use serde_json::{Value, json};

use super::Watching;
use crate::common::TestEnv;

/// A line without what differs from run to run.
fn settled(mut line: Value) -> Value {
    for (key, value) in line.as_object_mut().unwrap() {
        match key.as_str() {
            "duration_ms" => *value = json!("[MS]"),
            "pid" => *value = json!("[PID]"),
            "number" | "ticks" | "rules" => *value = json!("[COUNT]"),
            "hint" if value.as_str().unwrap().starts_with("kill ") => *value = json!("kill -HUP [PID]"),
            "halt" if value.is_object() => value["cause"]["actor"]["uid"] = json!("[UID]"),
            _ => {}
        }
    }
    line
}

#[test]
fn every_kind_of_line() {
    let env = TestEnv::initialised();
    let mut watching = Watching::start(env.nija(&["watch"]));
    let mut said = vec![watching.event("start", |_| true), watching.tick("start")];
    std::fs::write(env.state("EMERGENCY_STOP"), "fat finger on desk 3").unwrap();
    said.push(watching.halt("adopted"));
    said.push(watching.alert("fired", "TRADING_HALTED"));
    said.push(watching.tick("stop"));
    env.nija(&["killswitch", "deactivate", "positions checked", "--yes"]).run().expect(0);
    said.push(watching.halt("released"));
    said.push(watching.alert("resolved", "TRADING_HALTED"));
    std::fs::write(env.path("nija.toml"), "state_dir = \"elsewhere\"\n").unwrap();
    said.push(watching.notice("CONFIG_CHANGED"));
    watching.signal(Signal::HUP);
    said.push(watching.event("reload", |_| true));
    let (left, code) = watching.end(Signal::TERM);
    assert_eq!(code, Some(0));
    said.push(left.last().unwrap().clone());
    let mut text = String::new();
    for line in said {
        writeln!(text, "{}", serde_json::to_string_pretty(&settled(line)).unwrap()).unwrap();
    }
    assert_snapshot!(env.stable(&text));
}

#[test]
fn a_watch_of_one_tick() {
    let env = TestEnv::initialised();
    let output = env.nija(&["watch", "--once"]).run().expect(0);
    let lines: Vec<Value> = output.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<&Value> = lines.iter().map(|line| &line["event"]).collect();
    assert_eq!(events, ["start", "tick", "end"], "{}", output.render());
    assert_eq!(lines[2]["reason"], "once");
    assert_eq!(output.stderr, "");
    let document: Value = serde_json::from_slice(&std::fs::read(env.state("watch.json")).unwrap()).unwrap();
    assert_eq!((&document["format"], &document["interval_seconds"]), (&json!("nija.watch"), &json!(30)));
}

#[test]
fn every_signal_that_asks_for_the_end_gets_a_clean_one() {
    for (signal, name) in [(Signal::TERM, "SIGTERM"), (Signal::INT, "SIGINT"), (Signal::QUIT, "SIGQUIT")] {
        let env = TestEnv::initialised();
        let (left, code) = Watching::of(&env).end(signal);
        let end = left.last().unwrap();
        assert_eq!((code, &end["event"], &end["reason"]), (Some(0), &json!("end"), &json!(name)));
    }
}

#[test]
fn there_is_one_watch_of_a_state_directory() {
    let env = TestEnv::initialised();
    let watching = Watching::of(&env);
    let second = env.nija(&["watch", "--once"]).run().expect(75);
    let holder = format!("process {}", watching.child.id());
    assert!(second.stderr.contains(&holder) && second.stdout.is_empty(), "{}", second.render());
    let second = env.nija(&["watch", "--json"]).run().expect(75);
    let document: Value = serde_json::from_str(&second.stdout).unwrap();
    assert_eq!((&document["format"], &document["error"]["code"]), (&json!("nija.stream"), &json!("E_BUSY")));
    drop(watching);
    env.nija(&["watch", "--once"]).run().expect(0);
}

#[test]
fn what_cannot_be_watched_is_said_at_once() {
    let env = TestEnv::new();
    let output = env.nija(&["watch"]).run().expect(66);
    assert!(output.stderr.contains("nija init"), "{}", output.render());
    let env = TestEnv::initialised();
    for interval in ["0s", "999ms", "2h", "soon"] {
        env.nija(&["watch", "--interval", interval]).run().expect(64);
    }
    env.config("[watch]\ninterval = \"10ms\"\n");
    let output = env.nija(&["watch"]).run().expect(78);
    assert!(output.stderr.contains("1s to 1h"), "{}", output.render());
}

#[test]
fn a_watch_that_nobody_reads_ends() {
    let env = TestEnv::initialised();
    let mut child = env.nija(&["watch"]).spawn();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_reader_that_hangs_holds_nothing_up() {
    let env = TestEnv::initialised();
    // Its lines are never read: what the pipe does not hold stays where it is.
    let mut child = env.nija(&["watch", "--interval", "1s"]).spawn();
    let ticked = || {
        let bytes = std::fs::read(env.state("watch.json")).ok()?;
        serde_json::from_slice::<Value>(&bytes).unwrap()["revision"].as_u64()
    };
    for round in 0..400 {
        env.nija(&["heartbeat", "ping", &format!("a{}", "x".repeat(round % 100))]).run().expect(0);
    }
    while ticked().is_none_or(|ticks| ticks < 3) {
        std::thread::yield_now();
    }
    kill(&child);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

fn kill(child: &std::process::Child) {
    rustix::process::kill_process(rustix::process::Pid::from_child(child), Signal::TERM).unwrap();
}

#[test]
fn quiet_leaves_out_what_is_well() {
    let env = TestEnv::initialised();
    let mut watching = Watching::start(env.nija(&["watch", "--quiet", "--interval", "1s"]));
    env.nija(&["kill", "drill"]).run().expect(0);
    let tick = watching.event("tick", |_| true);
    assert_ne!(tick["status"], "ok");
}
