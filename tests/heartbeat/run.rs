//! Commands run on behalf of a component: their streams, signals and exit codes are their own, whatever can be recorded.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::Value;

use crate::common::{Output, Run, TestEnv};

fn run(env: &TestEnv, words: &[&str]) -> Run {
    env.nija(&[&["heartbeat", "run", "job", "--"], words].concat())
}

/// A shell that runs the tests in the background has them ignore what is typed at its terminal.
const INTERRUPTIBLE: [&str; 2] = ["env", "--default-signal=INT,QUIT"];

fn sh(env: &TestEnv, script: &str) -> Run {
    run(env, &["sh", "-c", script])
}

/// The record of the component.
fn record(env: &TestEnv) -> Value {
    serde_json::from_slice(&std::fs::read(env.state("heartbeats/job.json")).unwrap()).unwrap()
}

/// Exit code, whether it failed, and its last words.
fn ended(env: &TestEnv) -> (Value, Value, Value) {
    let record = record(env);
    assert!(record["run"].is_null(), "{record}");
    (record["beat"]["exit_code"].clone(), record["beat"]["failed"].clone(), record["note"].clone())
}

/// Waits for a line of its output.
fn line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::with_capacity(1, child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// What it printed after what was read, and how it ended.
fn finish(child: Child) -> (String, Option<i32>) {
    let output = child.wait_with_output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

#[test]
fn streams_and_exit_code_are_the_commands_own() {
    let env = TestEnv::initialised();
    for code in [0, 1, 2, 3, 64, 255] {
        let script = format!("tr a-z A-Z; echo aside >&2; exit {code}");
        let output = sh(&env, &script).stdin("hello\n").run().expect(code);
        assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("HELLO\n", "aside\n"));
        assert_eq!(ended(&env), (code.into(), (code != 0).into(), Value::Null));
    }
    assert!(record(&env)["beat"]["duration_ms"].is_number());
}

#[test]
fn what_cannot_be_started_is_told_as_shells_tell_it() {
    let env = TestEnv::initialised();
    let missing = run(&env, &["no-such-command", "x"]).run().expect(127);
    assert!(missing.stderr.contains("no-such-command cannot be started"), "{}", missing.render());
    assert!(missing.stderr.contains("try: command -v no-such-command"), "{}", missing.render());
    let (code, failed, note) = ended(&env);
    assert_eq!((code, failed), (127.into(), true.into()));
    assert!(note.as_str().unwrap().starts_with("cannot be started"), "{note}");
    run(&env, &["/"]).run().expect(126);
    let script = env.path("work/script");
    std::fs::write(&script, "#!/bin/sh\n").unwrap();
    run(&env, &[script.to_str().unwrap()]).run().expect(126);
    assert_eq!(ended(&env).0, 126);
}

#[test]
fn a_signal_that_ends_it_is_its_end() {
    let env = TestEnv::initialised();
    sh(&env, "kill -KILL $$").run().expect(137);
    assert_eq!(ended(&env), (137.into(), true.into(), "ended by signal 9".into()));
    // The next success leaves no trace of that.
    sh(&env, "true").run().expect(0);
    assert_eq!(ended(&env), (0.into(), false.into(), Value::Null));
}

#[test]
fn signals_go_on_to_the_command_which_decides() {
    let env = TestEnv::initialised();
    for (sent, name, code) in [
        (Signal::TERM, "TERM", 7),
        (Signal::INT, "INT", 0),
        (Signal::HUP, "HUP", 9),
        (Signal::USR1, "USR1", 1),
    ] {
        let script =
            format!("trap 'echo got {name}; exit {code}' {name}; echo ready; while :; do sleep 0.01; done");
        let mut child = sh(&env, &script).under(INTERRUPTIBLE).spawn();
        assert_eq!(line(&mut child), "ready");
        signal(&child, sent);
        assert_eq!(finish(child), (format!("got {name}\n"), Some(code)), "{name}");
        assert_eq!(ended(&env).0, code, "{name}");
    }
    let mut child = sh(&env, "echo ready; exec sleep 60").spawn();
    assert_eq!(line(&mut child), "ready");
    assert_eq!(record(&env)["beat"]["exit_code"], 1, "the one before; this one has begun");
    assert!(record(&env)["run"]["rid"].is_string());
    signal(&child, Signal::TERM);
    assert_eq!(finish(child).1, Some(143));
    assert_eq!(ended(&env).2, "ended by signal 15");
}

#[test]
fn many_signals_at_once_are_survived() {
    let env = TestEnv::initialised();
    let mut child = sh(&env, "trap : USR1 USR2; echo ready; read line; echo $line").spawn();
    assert_eq!(line(&mut child), "ready");
    for _ in 0..200 {
        signal(&child, Signal::USR1);
        signal(&child, Signal::USR2);
    }
    assert_eq!(finish(child).1, Some(0));
    assert_eq!(ended(&env).0, 0);
}

#[test]
fn what_is_ignored_stays_ignored() {
    let env = TestEnv::initialised();
    let script = "grep SigIgn /proc/self/status";
    let mask = |text: &str| u64::from_str_radix(text.trim_start_matches("SigIgn:").trim(), 16).unwrap();
    let here = Command::new("sh").args(["-c", script]).output().unwrap();
    let here = mask(std::str::from_utf8(&here.stdout).unwrap());
    let plain = sh(&env, script).run().expect(0).stdout;
    assert_eq!(mask(&plain), here, "nija's own habits are not the command's");
    let quiet = ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh"];
    let nohup = sh(&env, script).under(quiet).run().expect(0).stdout;
    assert_eq!(mask(&nohup), here | 1);
    let mut child = sh(&env, "echo ready; read line; exit 5").under(quiet).spawn();
    assert_eq!(line(&mut child), "ready");
    signal(&child, Signal::HUP);
    assert_eq!(finish(child).1, Some(5));
}

#[test]
fn when_the_one_who_runs_it_is_killed_the_start_stays_open() {
    let env = TestEnv::initialised();
    let mut child = sh(&env, "echo $$; exec sleep 60").spawn();
    let pid: i32 = line(&mut child).parse().unwrap();
    signal(&child, Signal::KILL);
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
    assert_eq!(finish(child).1, None);
    let record = record(&env);
    assert!(record["run"].is_object() && record["beat"].is_null(), "{record}");
}

/// Runs it where nothing can be recorded.
fn unrecorded(output: Output, why: &str) {
    let output = output.expect(3);
    assert_eq!(output.stdout, "done\n");
    assert!(output.stderr.matches("job started was not recorded").count() == 1, "{}", output.render());
    assert!(output.stderr.matches("job ended was not recorded").count() == 1, "{}", output.render());
    assert!(output.stderr.contains(why), "{}", output.render());
}

#[test]
fn what_cannot_be_recorded_changes_nothing_about_the_command() {
    let script = "echo done; exit 3";
    let env = TestEnv::new();
    unrecorded(sh(&env, script).run(), "does not exist");
    let env = TestEnv::initialised();
    env.config("nonsense = true\n");
    unrecorded(sh(&env, script).run(), "there is no setting 'nonsense'");
    env.config("");
    std::fs::write(env.state("heartbeats"), "in the way").unwrap();
    unrecorded(sh(&env, script).run(), "heartbeats");
    let quiet = env.nija(&["--quiet", "heartbeat", "run", "job", "--", "sh", "-c", "exit 4"]).run().expect(4);
    assert_eq!(quiet.render(), "--- stderr\n--- exit 4\n");
}

#[test]
fn mistakes_are_told_before_anything_runs() {
    let env = TestEnv::initialised();
    let touch = env.path("work/touched").display().to_string();
    for words in [
        &["heartbeat", "run", "", "--", "touch", &touch][..],
        &["heartbeat", "run", "job", "--"],
        &["heartbeat", "run", "job", "touch", &touch],
        &["heartbeat", "run", "job", "--grace", "0s", "--", "touch", &touch],
        &["heartbeat", "run", "job", "--interval", "soon", "--", "touch", &touch],
        &["heartbeat", "run", &"x".repeat(201), "--", "touch", &touch],
    ] {
        let output = env.nija(words).run().expect(64);
        assert!(output.stderr.contains("error: ") && output.stderr.contains("try: "), "{}", output.render());
    }
    assert!(!env.path("work/touched").exists() && !env.state("heartbeats").exists());
}

#[test]
fn with_json_stdout_holds_one_document() {
    let env = TestEnv::initialised();
    let words = ["heartbeat", "run", "job", "--json", "--", "sh", "-c", "echo out; echo aside >&2; exit 2"];
    let output = env.nija(&words).run().expect(2);
    let document: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((&document["data"]["exit_code"], &document["exit_code"]), (&2.into(), &2.into()));
    assert_eq!(document["data"]["recorded"], true);
    assert_eq!(output.stderr, "out\naside\n");
    // Behind the dashes everything is the command's.
    let output = run(&env, &["echo", "--json"]).run().expect(0);
    assert_eq!(output.stdout, "--json\n");
}

/// What is typed at a terminal reaches everybody in its foreground by itself.
#[test]
fn a_typed_interrupt_reaches_the_command_once() {
    let env = TestEnv::initialised();
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
    let side = || File::options().read(true).write(true).open(&name).unwrap();
    let script = "n=40; trap 'n=41' INT; echo ready; read line; read line; exit $n";
    let calls = env.path("calls").display().to_string();
    let mut child = Command::new("setsid")
        .args(["--ctty", "--wait"])
        .args(INTERRUPTIBLE)
        .args(["strace", "-f", "-e", "trace=kill", "-o", &calls])
        .args([env!("CARGO_BIN_EXE_nija"), "heartbeat", "run", "job", "--"])
        .args(["sh", "-c", script])
        .env_clear()
        .env("NIJA_CONFIG", env.path("nija.toml"))
        .env("PATH", "/usr/bin:/bin")
        .stdin(side())
        .stdout(Stdio::piped())
        .stderr(side())
        .spawn()
        .unwrap();
    let mut terminal = File::from(terminal);
    assert_eq!(line(&mut child), "ready");
    terminal.write_all(b"\x03").unwrap();
    // The interrupt is shown before anything that is typed later.
    let mut shown = [0; 2];
    terminal.read_exact(&mut shown).unwrap();
    assert_eq!(&shown, b"^C");
    terminal.write_all(b"\n\n").unwrap();
    assert_eq!(finish(child).1, Some(41));
    assert_eq!(ended(&env).0, 41);
    let calls = std::fs::read_to_string(calls).unwrap();
    assert!(calls.contains("--- SIGINT") && !calls.contains("kill("), "{calls}");
}
