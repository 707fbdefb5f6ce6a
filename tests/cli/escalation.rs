//! Who is told when nobody acknowledges, as pages and documents, and what is wrong with it before it is needed.

use insta::assert_snapshot;

use super::golden::ask;
use super::scene::Scene;
use crate::common::TestEnv;

/// Two channels, one of which sleeps at night, and one escalation.
const NIGHT: &str = "\
[channels.ops]
kind = \"file\"
path = \"ops.jsonl\"
min_severity = \"info\"
quiet_hours = \"22:00-07:00\"
[channels.sms]
kind = \"file\"
path = \"sms.jsonl\"
min_severity = \"critical\"
[[escalation]]
name = \"night\"
min_severity = \"critical\"
steps = [{ after = \"0s\", channels = [\"ops\"] }, { after = \"5m\", channels = [\"ops\", \"sms\"] }, { after = \"15m\", channels = [\"sms\"] }]
repeat = 1
repeat_after = \"20m\"
";

fn configured(lines: &str) -> TestEnv {
    let env = TestEnv::initialised();
    env.config(lines);
    env
}

#[test]
fn pages() {
    let mut scene = Scene::new(TestEnv::initialised());
    scene.nija("escalation list");
    scene.nija("escalation simulate ORDER_STUCK --at 2026-11-20T21:40:00Z");
    scene.note("somebody configures channels and an escalation");
    scene.env.config(NIGHT);
    for line in [
        "escalation list",
        "escalation simulate order_stuck --severity critical --at 2026-11-20T21:40:00Z",
        "escalation simulate ORDER_STUCK --ack-after 7m --at 2026-11-20T21:40:00Z",
        "escalation simulate ORDER_STUCK --severity warning --at 2026-11-20T21:40:00Z",
        "escalation simulate TRADING_HALTED --ack-after 1m --at 2026-11-20T23:00:00Z",
        "escalation simulate NO_SUCH_RULE",
        "escalation simulate ORDER_STUCK --severity bad",
        "escalation simulate ORDER_STUCK --ack-after soon",
    ] {
        scene.nija(line);
    }
    assert_snapshot!(scene.text());
}

#[test]
fn documents() {
    let env = configured(NIGHT);
    let at = "2026-11-20T21:40:00Z";
    ask(
        &env,
        &[
            ("escalation-list", &["escalation", "list"]),
            (
                "escalation-simulate",
                &["escalation", "simulate", "ORDER_STUCK", "--at", at, "--ack-after", "7m"],
            ),
            ("error-not-found-rule", &["escalation", "simulate", "NO_SUCH_RULE"]),
        ],
    );
}

#[test]
fn what_reaches_nobody_is_found_before_it_is_needed() {
    let steps = |steps: &str| {
        let channels = NIGHT.split("[[").next().unwrap();
        format!("{channels}[[escalation]]\nname = \"night\"\nmin_severity = \"warning\"\nsteps = [{steps}]\n")
    };
    for (wrong, why) in [
        ("{ channels = [] }", "step 1 of escalation night names no channel"),
        (
            "{ channels = [\"ops\"] }, { after = \"5m\", channels = [\"boss\"] }",
            "names 'boss', which is no channel",
        ),
        (
            "{ channels = [\"ops\"] }, { after = \"5m\", channels = [\"sms\"] }",
            "step 2 of escalation night reaches nobody",
        ),
        (
            "{ after = \"5m\", channels = [\"ops\"] }, { after = \"1m\", channels = [\"ops\"] }",
            "not in the order of their delays",
        ),
    ] {
        let env = configured(&steps(wrong));
        let output = env.nija(&["config", "check"]).run();
        assert_eq!(output.code, 78, "{}", output.render());
        assert!(output.stderr.contains(why), "{}", output.render());
    }
    let fine = configured(&steps("{ channels = [\"ops\"] }, { after = \"5m\", channels = [\"ops\"] }"));
    assert_eq!(fine.nija(&["config", "check"]).run().code, 0);
}
