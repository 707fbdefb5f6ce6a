//! The duplicate guard: of orders that are the same, one goes out, whoever asks and however many at once.

use std::sync::Arc;
use std::time::Duration;

use nija::clock::Manual;
use nija::domain::gate::Policy;
use nija::{Decimal, Gate, Order, Settings, Side};

use crate::common::TestEnv;

const WINDOW: &str = "gate.dedupe_window = \"10m\"\n";

fn guarded() -> TestEnv {
    let env = TestEnv::initialised();
    env.config(WINDOW);
    env
}

fn settings(window: Duration) -> Settings {
    let policy = Policy { dedupe_window: Some(window), ..Policy::default() };
    Settings { policy, ..Settings::default() }
}

fn order(qty: i64) -> Order<'static> {
    Order { symbol: "BTC-USD", side: Some(Side::Buy), qty: Some(Decimal::from(qty)), ..Order::default() }
}

const ARGS: [&str; 6] = ["gate", "BTC-USD", "--side", "buy", "--qty", "1"];

fn script(env: &TestEnv) -> std::process::Command {
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/nija_gate.py");
    let mut command = std::process::Command::new("python3");
    command.args(["-B", "-S", "-E"]).arg(script).args(&ARGS[1..]).env_clear().env("PATH", "/usr/bin:/bin");
    command.args(["--dedupe-window-seconds=600", "--quiet"]).stdout(std::process::Stdio::null());
    command.arg("--state-dir").arg(env.path("state")).arg("--fallback-dir").arg(env.path("fallback"));
    command
}

#[test]
fn of_processes_that_ask_at_once_one_is_let_out() {
    let env = guarded();
    let programs = (0..12).map(|_| env.nija(&ARGS).spawn());
    let scripts = (0..4).map(|_| script(&env).spawn().unwrap());
    let mut asked: Vec<_> = programs.chain(scripts).collect();
    let mut codes: Vec<i32> = asked.iter_mut().map(|child| child.wait().unwrap().code().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 1, "{codes:?}");
    assert!(codes.iter().skip(1).all(|code| *code == 1), "{codes:?}");
}

#[test]
fn of_threads_that_ask_at_once_one_is_let_out_per_order() {
    let env = guarded();
    let dir = env.path("state");
    let allowed = |_| {
        let dir = dir.clone();
        std::thread::spawn(move || {
            let mut gate = Gate::with(&dir, settings(Duration::from_secs(600)));
            (1..=20).filter(|qty| gate.check(&order(*qty)).is_allowed()).count()
        })
    };
    let threads: Vec<_> = (0..4).map(allowed).collect();
    let total: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    assert_eq!(total, 20);
}

#[test]
fn the_program_the_script_and_the_library_share_what_was_let_out() {
    for first in 0..3 {
        let env = guarded();
        let mut gate = Gate::with(&env.path("state"), settings(Duration::from_secs(600)));
        let mut ask = |who| match who {
            0 => env.nija(&ARGS).run().code,
            1 => script(&env).status().unwrap().code().unwrap(),
            _ => i32::from(gate.check(&order(1)).exit()),
        };
        assert_eq!(ask(first), 0, "{first} asks first");
        for second in 0..3 {
            assert_eq!(ask(second), 1, "{first} asked first, then {second}");
        }
    }
}

#[test]
fn the_window_ends_by_the_clock_that_never_steps() {
    let env = guarded();
    let start = chrono::DateTime::from_timestamp(1_750_000_000, 0).unwrap();
    let clock = Arc::new(Manual::at(start));
    let settings = Settings { clock: Arc::clone(&clock) as _, ..settings(Duration::from_secs(60)) };
    let mut gate = Gate::with(&env.path("state"), settings.clone());
    let codes = |gate: &mut Gate| gate.check(&order(1)).exit();
    assert_eq!(codes(&mut gate), 0);
    clock.set_wall(start + Duration::from_secs(9999));
    assert_eq!(codes(&mut gate), 1, "a step ahead ends nothing");
    clock.suspend(Duration::from_secs(59));
    clock.set_wall(start - Duration::from_secs(9999));
    assert_eq!(codes(&mut gate), 1, "nor does a step back");
    clock.advance(Duration::from_secs(1));
    assert_eq!(codes(&mut gate), 0, "at exactly its end it may go out");
    // After a restart there is only the wall clock, and the claim lies ahead of it.
    clock.reboot(Duration::from_secs(30));
    clock.set_wall(start - Duration::from_secs(99_999));
    let mut gate = Gate::with(&env.path("state"), settings);
    assert_eq!(codes(&mut gate), 1);
    clock.advance(Duration::from_secs(59));
    assert_eq!(codes(&mut gate), 1, "dated anew when it was met first");
    clock.advance(Duration::from_secs(1));
    assert_eq!(codes(&mut gate), 0, "and no longer than one window from then");
}

#[test]
fn what_is_not_let_out_is_not_noted() {
    let env = guarded();
    env.nija(&["kill", "drill"]).run().expect(0);
    env.nija(&ARGS).run().expect(1);
    assert!(!env.state("claims").exists());
    env.nija(&["killswitch", "deactivate", "over", "--yes"]).run().expect(0);
    env.nija(&ARGS).run().expect(0);
}

#[test]
fn a_look_removes_claims_that_are_over_and_no_others() {
    let env = guarded();
    env.nija(&ARGS).run().expect(0);
    let folder = env.state("claims");
    let name = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let standing = std::fs::read_to_string(&name).unwrap();
    let line = |text: &str, field: &str, value: &str| {
        let lines = text.lines().map(|line| match line.trim_start().starts_with(&format!("\"{field}\"")) {
            true => format!("  \"{field}\": {value}{}", if line.ends_with(',') { "," } else { "" }),
            false => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    // Without the guard in the configuration, each claim's own window counts.
    env.config("");
    let over = line(&line(&standing, "since_boot_ns", "0"), "window_ms", "1");
    let before_a_restart = line(&line(&over, "boot_id", "\"x\""), "claimed_at", "\"2001-01-01T00:00:00Z\"");
    let ahead = line(&line(&over, "boot_id", "\"x\""), "claimed_at", "\"2999-01-01T00:00:00Z\"");
    for (name, text) in [("a", &over), ("b", &before_a_restart), ("c", &ahead)] {
        std::fs::write(folder.join(format!("{name}.json")), text).unwrap();
    }
    std::fs::write(folder.join("d.json"), "corrupt").unwrap();
    let left = |expected: &[&str]| {
        let names = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(names, expected);
    };
    env.nija(&["check"]).run();
    let kept = name.file_name().unwrap().to_str().unwrap();
    // One lies ahead and is dated anew, one is for people.
    left(&["c.json", "d.json", kept]);
    assert_eq!(std::fs::read_to_string(&name).unwrap(), standing);
    env.nija(&["check"]).run();
    left(&["d.json", kept]);
}
