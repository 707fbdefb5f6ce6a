//! Heartbeats where processes are killed and disks fail: what is gone is on the record, and a look never says OK by mistake.

use super::errors::faults;
use super::stage::Stage;
use super::strace::{calls, inject};
use crate::common::TestEnv;

fn known(env: &TestEnv) {
    env.nija(&["init"]).run().expect(0);
    env.nija(&["heartbeat", "ping", "bot-a"]).run().expect(0);
    env.nija(&["heartbeat", "expect", "bot-a", "--interval", "1h", "--grace", "1h"]).run().expect(0);
}

#[test]
fn what_is_forgotten_is_on_the_record_before_it_is_gone() {
    let stage = Stage::new(known);
    let env = &stage.env;
    let forget = ["heartbeat", "forget", "bot-a"];
    let points = calls(env, env.nija(&forget));
    let mut wrong = Vec::new();
    for call in &points {
        stage.reset();
        let output = inject(env.nija(&forget), call, "signal=SIGKILL").run();
        let left =
            ["heartbeats", "expectations"].map(|folder| env.state(&format!("{folder}/bot-a.json")).exists());
        let told = env.nija(&["audit", "export"]).run().stdout.contains("heartbeat.forget");
        if left != [true, true] && !told || !output.stdout.is_empty() && left != [false, false] {
            wrong.push(format!("{call}: left {left:?}, on the record {told}: {}", output.render()));
        }
        let again = env.nija(&forget).run().code;
        let gone = env.nija(&["heartbeat", "status"]).run().expect(0).stdout;
        if again != if left == [false, false] { 66 } else { 0 } || gone.contains("bot-a") {
            wrong.push(format!("{call}: a second run ends with {again}: {gone}"));
        }
    }
    super::report("heartbeat forget", points.len(), &wrong);
}

#[test]
fn a_look_that_a_disk_fails_is_not_ok_or_has_seen_everything() {
    let stage = Stage::new(|env| {
        known(env);
        env.nija(&["check", "heartbeats"]).run().expect(3);
        env.nija(&["heartbeat", "ping", "bot-a"]).run().expect(0);
    });
    let env = &stage.env;
    let check = ["check", "heartbeats"];
    let (mut wrong, mut cases) = (Vec::new(), 0);
    let calls = calls(env, env.nija(&check));
    for (call, error) in calls.iter().flat_map(faults) {
        stage.reset();
        cases += 1;
        let output = inject(env.nija(&check), call, &format!("error={error}")).run();
        // The beat came since the last look, so OK is the truth as well.
        if ![0, 3].contains(&output.code) {
            wrong.push(format!("{error} at {call}: {}", output.render()));
        }
        let again = env.nija(&check).run();
        if again.code != 0 && !again.stdout.contains("UNKNOWN") {
            wrong.push(format!("{error} at {call}: the next look: {}", again.render()));
        }
    }
    assert!(cases > 10, "only {cases} faults were injected");
    super::report("check heartbeats", cases, &wrong);
}
