//! Messages sent by the watch: what others store as well, beside its ticks, and to the end.

use rustix::process::Signal;
use serde_json::Value;

use super::{Watching, expose};
use crate::common::{TestEnv, World};

const OPS: &str = "[channels.ops]\nkind = \"file\"\npath = \"ops.jsonl\"\n";

fn lines(env: &TestEnv) -> Vec<Value> {
    let text = std::fs::read_to_string(env.path("ops.jsonl")).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Waits until so many messages are out.
fn told(env: &TestEnv, count: usize) -> Vec<Value> {
    while lines(env).len() < count {
        std::thread::yield_now();
    }
    lines(env)
}

#[test]
fn what_it_finds_and_what_others_store_goes_out_and_causes_no_tick() {
    let env = TestEnv::initialised();
    // A command that leaves its message to the watch.
    env.config(&format!("[notify]\ncommand_wait = \"0s\"\n[exposure]\nauto_kill = false\n{OPS}"));
    let mut watching = Watching::of(&env);
    expose(&env, 9000);
    watching.alert("fired", "PLATFORM_EXPOSURE");
    let first = told(&env, 1);
    assert_eq!((&first[0]["rule"], &first[0]["reason"]), (&"PLATFORM_EXPOSURE".into(), &"first".into()));
    env.nija(&["kill", "drill"]).run().expect(0);
    watching.alert("fired", "TRADING_HALTED");
    told(&env, 2);
    env.nija(&["killswitch", "deactivate", "over", "--yes"]).run().expect(0);
    assert_eq!(told(&env, 3)[2]["reason"], "resolved");
    let (left, code) = watching.end(Signal::TERM);
    assert_eq!(code, Some(0));
    let ticks = left.iter().filter(|line| line["event"] == "tick").count();
    assert!(ticks < 6, "sending causes ticks: {left:?}");
    assert_eq!(lines(&env).len(), 3, "nobody is told twice");
}

#[test]
fn a_watch_of_one_tick_tells_what_it_finds() {
    let env = TestEnv::initialised();
    env.config(&format!("[exposure]\nauto_kill = false\n{OPS}"));
    expose(&env, 9000);
    env.nija(&["watch", "--once"]).run().expect(0);
    assert_eq!(lines(&env).len(), 1);
}

#[test]
fn a_watch_that_died_is_down_and_one_that_was_ended_is_not() {
    let env = TestEnv::initialised();
    // By its own clock this process was started on another day than the machine of the watch.
    let world = World::of(&env, "");
    let firing = || world.check("watch").firing().len();
    assert_eq!(firing(), 0, "none is expected");
    Watching::of(&env).end(Signal::KILL);
    assert_eq!(firing(), 1);
    env.nija(&["watch", "--once"]).run().expect(0);
    assert_eq!(firing(), 0, "ended by itself");
    assert_eq!(World::of(&env, "[watch]\nexpected = true\n").check("watch").firing().len(), 1);
}
