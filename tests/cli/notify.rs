//! Channels as people and programs meet them: tried, shown, drilled, and what waits for them.

use insta::assert_snapshot;

use super::golden::ask;
use super::scene::Scene;
use crate::common::TestEnv;

/// A channel that takes everything, and one that never does.
fn env() -> TestEnv {
    let env = TestEnv::initialised();
    env.config(
        "[notify]\ncommand_wait = \"1s\"\n\
         [channels.ops]\nkind = \"file\"\npath = \"ops.jsonl\"\nrate_limit = \"9/1h\"\n\
         [channels.sms]\nkind = \"file\"\npath = \"nowhere/sms.jsonl\"\nmin_severity = \"critical\"\n",
    );
    env
}

#[test]
fn answers() {
    let env = env();
    ask(
        &env,
        &[
            ("notify-channels-unused", &["notify", "channels"]),
            ("notify-test", &["notify", "test", "ops"]),
            ("notify-outbox-empty", &["notify", "outbox"]),
            ("notify-outbox-all", &["notify", "outbox", "--all"]),
            ("notify-channels", &["notify", "channels"]),
            ("error-not-found-channel", &["notify", "test", "nobody"]),
            ("error-usage-several-channels", &["notify", "test"]),
            ("notify-flush-nothing", &["notify", "flush"]),
        ],
    );
}

#[test]
fn trouble() {
    let env = env();
    ask(
        &env,
        &[("notify-test-failed", &["notify", "test", "--all"]), ("drill-failed", &["drill", "--channels"])],
    );
    env.config("");
    ask(&env, &[("notify-channels-none", &["notify", "channels"])]);
    env.nija(&["drill", "--channels"]).run().expect(66);
}

#[test]
fn pages() {
    let mut scene = Scene::new(env());
    for line in [
        "notify channels",
        "drill --channels",
        "kill fat finger",
        "notify outbox",
        "notify flush",
        "notify channels",
        "killswitch deactivate checked --yes --quiet",
        "notify outbox --all",
        "drill",
    ] {
        scene.nija(line);
    }
    assert_snapshot!(settled(&scene.text()));
}

/// The text without how long each message took.
fn settled(text: &str) -> String {
    let mut words = text.split_inclusive(' ').peekable();
    let mut out = String::new();
    while let Some(word) = words.next() {
        let is_length = words.peek().is_some_and(|next| next.starts_with("ms"));
        let number = word.trim_end().parse::<u64>().is_ok();
        out.push_str(if is_length && number { "[N] " } else { word });
    }
    out
}

#[test]
fn one_document_answers_a_stop_however_many_channels_are_told() {
    let env = env();
    let output = env.nija(&["kill", "drill", "--json"]).run().expect(0);
    assert_eq!(output.stdout.lines().count(), 1, "{}", output.render());
    assert!(output.stderr.contains("told ops in"), "{}", output.render());
    assert!(output.stderr.contains("not told yet: sms (local"), "{}", output.render());
    let quiet = env.nija(&["killswitch", "deactivate", "over", "--yes", "--quiet"]).run().expect(0);
    assert!(!quiet.stderr.contains("told ops"), "{}", quiet.render());
    let text = std::fs::read_to_string(env.path("ops.jsonl")).unwrap();
    let reasons: Vec<String> = text
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["reason"].as_str().unwrap().into()
        })
        .collect();
    assert_eq!(reasons, ["first", "resolved"]);
}
