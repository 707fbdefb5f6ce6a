//! Components at the shell: what is reported, expected, paused and shown, and what is refused.

use insta::assert_snapshot;
use serde_json::Value;

use super::golden::ask;
use super::scene::Scene;
use crate::common::{TestEnv, World};

#[test]
fn pages() {
    let mut scene = Scene::new(TestEnv::initialised());
    for line in [
        "check heartbeats",
        "heartbeat ping bot-a --open-positions 2 --price-age 1.5 --interval 1h --grace 30m --note 'all set'",
        "heartbeat expect reconciler --interval 1day --grace 1h",
        "heartbeat expect reconciler --interval 1day --grace 1h",
        "heartbeat expect bot-a --interval 10m --start-up 5m",
        "heartbeat status",
        "check heartbeats",
    ] {
        scene.nija(line);
    }
    // A figure differs from run to run.
    let figures = |text: &str| {
        let line = |line: &str| line.split(" | ").next().unwrap_or_default().to_owned() + "\n";
        let ages = |word: &str| match word.trim_end_matches(['s', 'm']).parse::<f64>() {
            Ok(_) if word.ends_with('s') => "[AGE]".to_owned(),
            _ => word.to_owned(),
        };
        let aged = |line: String| line.split(' ').map(ages).collect::<Vec<_>>().join(" ");
        text.lines().map(line).map(aged).collect::<String>()
    };
    scene.note("bot-a was seen now");
    for line in [
        "heartbeat ping bot-a --price-age 0",
        "check heartbeats",
        "heartbeat ping bot-a --exit-code 3",
        "heartbeat ping bot-a --status log --note 'restarting the feed'",
        "heartbeat ping bot-a --status log --note 'restarting the feed'",
        "check heartbeats",
        "heartbeat ping bot-a --price-age 75s",
        "check heartbeats",
        "heartbeat ping job --status start",
        "heartbeat status",
        "heartbeat pause bot-a --reason 'moved to another host'",
        "heartbeat pause bot-a",
        "check heartbeats",
        "heartbeat status",
        "heartbeat unpause bot-a",
        "heartbeat unpause bot-a",
        "heartbeat unpause nobody",
        "heartbeat forget bot-a",
        "heartbeat forget reconciler",
        "heartbeat forget job",
        "heartbeat status",
        "audit show --action heartbeat.pause",
        "heartbeat run job -- true",
        "heartbeat run job -- false",
    ] {
        scene.nija(line);
    }
    assert_snapshot!(figures(&scene.text()));
}

#[test]
fn the_json_contract() {
    let env = TestEnv::initialised();
    env.nija(&["check", "heartbeats"]).run().expect(0);
    let full = [
        "heartbeat",
        "ping",
        "bot-a",
        "--open-positions",
        "2",
        "--price-age",
        "1m30s",
        "--exit-code",
        "0",
        "--interval",
        "30s",
        "--grace",
        "1m",
        "--note",
        "all set",
        "--rid",
        "7",
    ];
    ask(
        &env,
        &[
            ("heartbeat-ping-full", &full),
            ("heartbeat-ping-start", &["heartbeat", "ping", "job", "--status", "start", "--rid", "8"]),
            ("heartbeat-expect", &["heartbeat", "expect", "bot-a"]),
            ("heartbeat-expect-again", &["heartbeat", "expect", "bot-a"]),
            ("heartbeat-pause", &["heartbeat", "pause", "bot-a", "--reason", "moved"]),
            ("heartbeat-status-full", &["heartbeat", "status"]),
            ("heartbeat-unpause", &["heartbeat", "unpause", "bot-a"]),
            ("heartbeat-run", &["heartbeat", "run", "job", "--json", "--", "test", "-z"]),
            ("error-not-found-heartbeat", &["heartbeat", "pause", "nobody"]),
            ("error-usage-heartbeat", &["heartbeat", "ping", "bot-a", "--status", "fine"]),
            ("heartbeat-price-ahead", &["heartbeat", "ping", "bot-a", "--price-at", "2999-01-01T00:00:00Z"]),
        ],
    );
}

fn record(env: &TestEnv, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(env.state(&format!("heartbeats/{name}.json"))).unwrap()).unwrap()
}

#[test]
fn bad_input_is_refused_and_loses_nothing() {
    let env = TestEnv::initialised();
    env.nija(&["heartbeat", "ping", "bot-a", "--open-positions", "2"]).run().expect(0);
    let before = record(&env, "bot-a");
    for words in [
        &["--open-positions", "-1"][..],
        &["--open-positions", "1.5"],
        &["--open-positions", "NaN"],
        &["--open-positions", ""],
        &["--open-positions", "99999999999999999999"],
        &["--price-age", "-1"],
        &["--price-age", "NaN"],
        &["--price-age", "inf"],
        &["--price-age", "1.2.3"],
        &["--price-age", "."],
        &["--price-age", ""],
        &["--price-age", "soon"],
        &["--price-age", "367days"],
        &["--price-age", "99999999999999999999999"],
        &["--price-at", "yesterday"],
        &["--price-at", "2026-13-01T00:00:00Z"],
        &["--price-at", "2026-01-01T00:00:00Z", "--price-age", "1"],
        &["--exit-code", "256"],
        &["--exit-code", "-1"],
        &["--exit-code", "1", "--status", "ok"],
        &["--exit-code", "0", "--status", "fail"],
        &["--exit-code", "0", "--status", "start"],
        &["--exit-code", "0", "--status", "log"],
        &["--status", "OK"],
        &["--status", ""],
        &["--status", "log"],
        &["--status", "log", "--note", "x", "--open-positions", "1"],
        &["--status", "log", "--note", "x", "--price-age", "1"],
        &["--status", "log", "--note", "x", "--interval", "1s"],
        &["--interval", "0s"],
        &["--interval", "500ms"],
        &["--interval", "1s500ms"],
        &["--interval", "32days"],
        &["--interval", "30"],
        &["--interval", "-30s"],
        &["--grace", "forever"],
        &["--note", &"x".repeat(1001)],
    ] {
        let output = env.nija(&[&["heartbeat", "ping", "bot-a"], words].concat()).run().expect(64);
        assert!(output.stderr.contains("error: ") && output.stderr.contains("try: "), "{}", output.render());
        assert!(output.stdout.is_empty());
    }
    for words in [
        &["expect", "bot-a", "--interval", "0s"][..],
        &["expect", "", "--interval", "1s"],
        &["expect"],
        &["pause"],
        &["pause", "bot-a", "--reason", &"x".repeat(1001)],
        &["ping", &"x".repeat(201)],
        &["ping", "bot-a", "bot-b"],
    ] {
        env.nija(&[&["heartbeat"], words].concat()).run().expect(64);
    }
    assert_eq!(record(&env, "bot-a"), before);
    assert!(!env.state("expectations").exists());
}

#[test]
fn a_ping_without_a_name_is_about_this_host_or_whom_the_configuration_names() {
    let env = TestEnv::initialised();
    env.nija(&["heartbeat", "ping"]).run().expect(0);
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    assert_eq!(record(&env, &host)["seq"], 1);
    env.config("[heartbeats]\nname = \"desk-3\"\ninterval = \"1h\"\n");
    env.nija(&["heartbeat", "ping", "--price-at", "2026-01-01T00:00:00+01:00"]).run().expect(0);
    assert_eq!(record(&env, "desk-3")["seq"], 1);
    assert!(record(&env, "desk-3")["price"]["age_ms"].as_u64().is_some_and(|age| age > 0));
    let status = env.nija(&["heartbeat", "status"]).run().expect(0).stdout;
    assert!(status.contains("desk-3 beat at ") && status.contains("interval 1h, grace 30s"), "{status}");
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let env = TestEnv::initialised();
    for line in [
        "interval = \"0s\"",
        "interval = 30",
        "grace = \"32days\"",
        "price_limit = \"500ms\"",
        "auto_kill = \"yes\"",
        "auto_kill = 1",
        "look_interval = \"2days\"",
        "looks_missed = 0",
        "looks_missed = 101",
        "clock_jump = \"10ms\"",
        "reported_for = \"0s\"",
        "name = \"\"",
        "name = 7",
        "nmae = \"bot\"",
    ] {
        env.config(&format!("[heartbeats]\n{line}\n"));
        let output = env.nija(&["heartbeat", "status"]).run().expect(78);
        assert!(output.stderr.contains("line 4") && output.stderr.contains("try: "), "{}", output.render());
    }
}

#[test]
fn a_record_from_before_is_read_and_becomes_of_this_version() {
    let env = TestEnv::initialised();
    env.nija(&["gate", "X", "--client", "bot-a"]).run().expect(0);
    let path = env.state("heartbeats/bot-a.json");
    let old = r#"{"format":"nija.heartbeat","version":"1.0","revision":7,"updated_at":"2026-01-01T00:00:00Z","name":"bot-a",
        "seq":9,"last_seen":"2026-01-01T00:00:00Z","pid":1,"host":"h","killswitch":{"revision":1,"stop_file":false,
        "at":"2026-01-01T00:00:00Z"},"x_own":[1]}"#;
    std::fs::write(&path, old).unwrap();
    let status = env.nija(&["heartbeat", "status"]).run().expect(0).stdout;
    assert!(!status.contains("UNKNOWN"), "it never beat by the new meaning, so nobody judges it: {status}");
    env.nija(&["heartbeat", "ping", "bot-a"]).run().expect(0);
    let now = record(&env, "bot-a");
    assert_eq!((&now["version"], &now["seq"], &now["beat"]["seq"]), (&"1.1".into(), &10.into(), &10.into()));
    assert_eq!(now["x_own"], serde_json::json!([1]), "what it does not know it keeps");
    // One of a newer minor version keeps its word.
    let newer = std::fs::read_to_string(&path).unwrap().replace("\"1.1\"", "\"1.7\"");
    std::fs::write(&path, newer).unwrap();
    env.nija(&["heartbeat", "ping", "bot-a"]).run().expect(0);
    assert_eq!(record(&env, "bot-a")["version"], "1.7");
}

#[test]
fn looking_by_hand_is_no_look_of_the_watch() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "");
    env.nija(&["heartbeat", "ping", "bot-a"]).run().expect(0);
    for words in [&["heartbeat", "status"][..], &["status"], &["check", "TRADING_HALTED"]] {
        env.nija(words).run().expect(0);
        assert!(!env.state("observations.json").exists(), "{words:?}");
    }
    world.check("heartbeats");
    assert!(env.state("observations.json").exists());
}

#[test]
fn a_folder_that_cannot_be_listed_is_unknown() {
    let env = TestEnv::initialised();
    std::fs::write(env.state("expectations"), "in the way").unwrap();
    let output = env.nija(&["check", "heartbeats"]).run().expect(3);
    assert!(
        output.stdout.contains("HEARTBEAT_NEVER") && output.stdout.contains("expectations"),
        "{}",
        output.stdout
    );
    env.nija(&["heartbeat", "status"]).run().expect(74);
    env.nija(&["heartbeat", "ping", "bot-a"]).run().expect(0);
}
