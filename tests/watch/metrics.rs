//! Metrics for Prometheus: clean for its own checker, whole at any time, and never the reason for another answer.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::{Watching, expose};
use crate::common::TestEnv;

/// The metrics in this directory, held to `promtool check metrics`.
fn checked(env: &TestEnv, dir: &str) -> String {
    let text = std::fs::read_to_string(env.path(dir).join("nija.prom")).unwrap();
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool; try scripts/setup.sh");
    promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}\n{text}");
    text
}

fn has(text: &str, sample: &str) -> bool {
    text.lines().any(|line| line == sample)
}

#[test]
fn a_check_writes_what_it_found() {
    let env = TestEnv::initialised();
    env.nija(&["heartbeat", "ping", "bot \"a\"\\1", "--open-positions", "3"]).run().expect(0);
    expose(&env, 4000);
    env.nija(&["kill", "--scope", "symbol:BTC-USD", "prices"]).run().expect(0);
    let dir = env.path("prom");
    std::fs::create_dir(&dir).unwrap();
    env.nija(&["check", "--textfile", &dir.display().to_string()]).run().expect(2);
    let text = checked(&env, "prom");
    for sample in [
        "nija_state_readable 1",
        "nija_trading_permitted 0",
        "nija_killswitch_engaged{scope=\"all\"} 0",
        "nija_killswitch_engaged{scope=\"symbol:BTC-USD\"} 1",
        "nija_listeners{state=\"unconfirmed\"} 1",
        "nija_heartbeat_missing{source=\"bot \\\"a\\\"\\\\1\"} 0",
        "nija_open_positions{source=\"bot \\\"a\\\"\\\\1\"} 3",
        "nija_platform_exposure_ratio{platform=\"Kraken\"} 0.4",
        "nija_alerts_firing{alert=\"PLATFORM_EXPOSURE\",severity=\"critical\"} 1",
        "nija_alerts_unacknowledged{severity=\"critical\"} 1",
        "nija_alerts_unacknowledged{severity=\"emergency\"} 0",
        "nija_silences_active 0",
        "nija_check_state{state=\"critical\"} 1",
        "nija_check_state{state=\"ok\"} 0",
    ] {
        assert!(has(&text, sample), "no {sample} in\n{text}");
    }
    assert!(text.contains("\nnija_alert_oldest_unacknowledged_timestamp_seconds 1"), "{text}");
    env.nija(&["alerts", "ack", "--rule", "*"]).run().expect(0);
    env.nija(&["alerts", "silence", "ORDER_*", "--for", "1h", "--reason", "known"]).run().expect(0);
    env.nija(&["check", "--textfile", &dir.display().to_string()]).run().expect(2);
    let text = checked(&env, "prom");
    assert!(has(&text, "nija_alerts_unacknowledged{severity=\"critical\"} 0"), "{text}");
    assert!(has(&text, "nija_silences_active 1") && !text.contains("nija_alert_oldest"), "{text}");
    let names: Vec<_> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["nija.prom"], "nothing else is left for the collector to find");
}

#[test]
fn channels_and_what_waits_for_them_are_counted() {
    let env = TestEnv::initialised();
    std::fs::create_dir(env.path("prom")).unwrap();
    env.config(
        "[channels.ops]\nkind = \"file\"\npath = \"ops.jsonl\"\n\
         [channels.sms]\nkind = \"file\"\npath = \"nowhere/sms.jsonl\"\n",
    );
    env.nija(&["drill", "--channels"]).run().expect(69);
    env.nija(&["kill", "drill"]).run().expect(0);
    env.nija(&["check", "--textfile", "../prom"]).run().expect(2);
    let text = checked(&env, "prom");
    for sample in [
        "nija_notifications_total{channel=\"ops\"} 2",
        "nija_notifications_total{channel=\"sms\"} 0",
        "nija_notification_failures_total{channel=\"sms\",reason=\"local\"} 2",
        "nija_notifications_abandoned_total{channel=\"sms\"} 0",
        "nija_outbox_entries{channel=\"ops\"} 0",
        "nija_outbox_entries{channel=\"sms\"} 1",
    ] {
        assert!(has(&text, sample), "no {sample} in\n{text}");
    }
    for family in ["nija_outbox_oldest_timestamp_seconds ", "nija_channel_last_success_timestamp_seconds{"] {
        assert!(text.contains(&format!("\n{family}")), "no {family} in\n{text}");
    }
}

#[test]
fn a_check_of_one_rule_writes_all_the_same() {
    let env = TestEnv::initialised();
    expose(&env, 4000);
    std::fs::create_dir(env.path("prom")).unwrap();
    // A relative directory is where it was typed.
    env.nija(&["check", "killswitch", "--textfile", "../prom"]).run().expect(0);
    let text = checked(&env, "prom");
    assert!(has(&text, "nija_platform_exposure_ratio{platform=\"Kraken\"} 0.4"), "{text}");
    assert!(has(&text, "nija_check_state{state=\"ok\"} 1"), "{text}");
}

#[test]
fn metrics_that_cannot_be_written_change_no_answer() {
    let env = TestEnv::initialised();
    expose(&env, 4000);
    let output = env.nija(&["check", "--textfile", "nowhere"]).run().expect(2);
    assert!(output.stderr.contains("work/nowhere/nija.prom"), "{}", output.render());
}

#[test]
fn what_cannot_be_read_is_not_permitted() {
    let env = TestEnv::initialised();
    std::fs::create_dir(env.path("prom")).unwrap();
    std::fs::write(env.state("killswitch.json"), "{").unwrap();
    env.nija(&["check", "--textfile", "../prom"]).run().expect(3);
    let text = checked(&env, "prom");
    for sample in
        ["nija_state_readable 0", "nija_trading_permitted 0", "nija_killswitch_engaged{scope=\"all\"} 1"]
    {
        assert!(has(&text, sample), "no {sample} in\n{text}");
    }
}

#[test]
fn a_watch_writes_at_each_tick_that_is_due_and_with_each_change_of_an_alert() {
    let env = TestEnv::initialised();
    std::fs::create_dir(env.path("prom")).unwrap();
    env.config("[watch]\ntextfile_dir = \"prom\"\n");
    let mut watching = Watching::of(&env);
    let text = checked(&env, "prom");
    assert!(has(&text, "nija_watch_cycles_total 1"), "{text}");
    assert!(text.contains("\nnija_watch_last_tick_timestamp_seconds "), "{text}");
    assert!(has(&text, "nija_watch_cycle_duration_seconds_bucket{le=\"+Inf\"} 1"), "{text}");
    expose(&env, 4000);
    watching.alert("fired", "PLATFORM_EXPOSURE");
    watching.signal(rustix::process::Signal::HUP);
    watching.tick("reload");
    let fires = "nija_alerts_firing{alert=\"PLATFORM_EXPOSURE\",severity=\"critical\"} 1";
    while !has(&checked(&env, "prom"), fires) {
        std::thread::yield_now();
    }
}

#[test]
fn a_watch_without_a_place_for_metrics_says_so_once() {
    let env = TestEnv::initialised();
    let run = env.nija(&["watch", "--interval", "1s"]).env("NIJA_TEXTFILE_DIR", env.path("nowhere"));
    let mut watching = Watching::start(run);
    watching.notice("METRICS_NOT_WRITTEN");
    watching.tick("interval");
    watching.tick("interval");
    let (left, code) = watching.end(rustix::process::Signal::TERM);
    assert_eq!((left.iter().filter(|line| line["event"] == "notice").count(), code), (0, Some(0)));
}
