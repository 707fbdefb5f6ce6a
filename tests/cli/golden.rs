//! The JSON contract: every answer is one document, and equals its golden file but for what differs from run to run.

use std::fmt;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Value, json};

use super::scene::stable;
use crate::common::{Output, TestEnv};

/// The keys of every document, in their order.
const KEYS: [&str; 13] = [
    "format",
    "format_version",
    "nija_version",
    "generated_at",
    "host",
    "state_dir",
    "ok",
    "status",
    "exit_code",
    "changed",
    "data",
    "warnings",
    "error",
];

/// The keys of an object as they were written.
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Keys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, IgnoredAny)) = map.next_entry()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// The one document of an answer, held to what is true of all of them.
#[track_caller]
pub(super) fn document(output: &Output) -> Value {
    let shown = output.render();
    let text = &output.stdout;
    let document: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {shown}"));
    assert_eq!(text.matches('\n').count(), 1, "one line: {shown}");
    assert_eq!(serde_json::from_str::<Keys>(text).unwrap().0, KEYS, "{shown}");
    assert_eq!(document["exit_code"], output.code, "{shown}");
    assert_eq!(document["ok"] == true, document["error"].is_null(), "{shown}");
    assert_eq!(document["ok"] == false, document["data"].is_null(), "{shown}");
    let told = document["ok"] == false || document["warnings"] != json!([]);
    assert_eq!(!output.stderr.is_empty(), told, "people are told what programs are: {shown}");
    if let Some(error) = document["error"].as_object() {
        let keys: Vec<&String> = error.keys().collect();
        assert_eq!(keys, ["code", "hint", "message", "retryable"], "{shown}");
        assert_ne!(error["hint"], "", "every failure says what to type next: {shown}");
    }
    document
}

/// Holds an answer to `tests/golden/NAME.json`. With `INSTA_UPDATE=always` the file is written instead, to be reviewed.
#[track_caller]
pub(super) fn holds(env: &TestEnv, name: &str, output: &Output) {
    holds_document(env, name, document(output));
}

#[track_caller]
fn holds_document(env: &TestEnv, name: &str, mut document: Value) {
    settle(&mut document);
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    let text = stable(&env.stable(&text));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.json"));
    if std::env::var("INSTA_UPDATE").as_deref() == Ok("always") {
        std::fs::write(&path, text).unwrap();
        return;
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, golden, "{} differs; INSTA_UPDATE=always writes it anew", path.display());
}

/// Replaces figures that differ from run to run, and texts that only a shell reads.
fn settle(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(settle),
        Value::Object(fields) => {
            for (key, value) in fields {
                let long = value.as_str().is_some_and(|text| text.len() > 4000);
                match key.as_str() {
                    "uid" | "owner_uid" => *value = json!("[UID]"),
                    "pid" => *value = json!("[PID]"),
                    "delay_ms" | "age_ms" | "running_ms" | "price_age_ms" | "duration_ms"
                        if value.is_number() =>
                    {
                        *value = json!("[MS]")
                    }
                    "age_seconds" if value.is_number() => *value = json!("[AGE]"),
                    "remaining_seconds" if value.as_u64() > Some(0) => *value = json!("[SECONDS]"),
                    "delay_ms" if value.is_number() => *value = json!("[MS]"),
                    "revision" if value.as_u64() > Some(1_000_000_000) => *value = json!("[REVISION]"),
                    _ if long => *value = json!("[LONG]"),
                    _ => settle(value),
                }
            }
        }
        _ => {}
    }
}

/// Asks in turn, and holds each answer to the golden file of its name.
#[track_caller]
pub(super) fn ask(env: &TestEnv, questions: &[(&str, &[&str])]) {
    for (name, words) in questions {
        holds(env, name, &env.nija(&[words, &["--json"][..]].concat()).run());
    }
}

#[test]
fn one_day() {
    let env = TestEnv::new();
    ask(
        &env,
        &[
            ("init", &["init"]),
            ("init-again", &["init"]),
            ("status-trading", &["status"]),
            ("gate-trade", &["gate", "BTC-USD", "--client", "bot-a"]),
            ("heartbeat-ping", &["heartbeat", "ping", "prices"]),
            ("killswitch-activate", &["kill", "fat", "finger", "on", "desk", "3"]),
            ("killswitch-activate-again", &["killswitch", "activate", "--wait", "1ms"]),
            ("gate-halted", &["gate", "BTC-USD"]),
            ("status-halted", &["status", "--exit-code"]),
            ("killswitch-status", &["killswitch", "status"]),
            ("killswitch-is-active", &["killswitch", "is-active"]),
            ("heartbeat-status", &["heartbeat", "status"]),
            ("killswitch-deactivate", &["killswitch", "deactivate", "checked", "--yes"]),
            ("killswitch-deactivate-nothing", &["killswitch", "deactivate", "checked", "--yes"]),
            ("killswitch-is-active-not", &["killswitch", "is-active"]),
            ("killswitch-history", &["killswitch", "history"]),
            ("audit-show", &["audit", "show", "--limit", "1"]),
            ("audit-verify", &["audit", "verify"]),
            ("audit-export", &["audit", "export"]),
            ("heartbeat-forget", &["heartbeat", "forget", "prices"]),
            ("config-show", &["config", "show"]),
            ("config-check", &["config", "check"]),
            ("completions", &["completions", "bash"]),
        ],
    );
    let dir = env.path("man").display().to_string();
    ask(&env, &[("man", &["man", &dir])]);
}

#[test]
fn halts_of_a_part() {
    let env = TestEnv::initialised();
    ask(
        &env,
        &[
            ("killswitch-activate-part", &["kill", "--scope", "platform:kraken", "venue", "is", "down"]),
            (
                "killswitch-activate-rule",
                &["kill", "--mode", "reduce-only", "--source", "AUTO_MONITORING", "--rule", "STALE_PRICE"],
            ),
            ("killswitch-status-reduce-only", &["killswitch", "status", "--exit-code"]),
            ("gate-cannot-tell", &["gate", "BTC-USD", "--side", "sell", "--qty", "1", "--position", "2"]),
            (
                "gate-reduce-only",
                &["gate", "BTC-USD", "--side", "buy", "--qty", "1", "--position", "2", "--reduce-only"],
            ),
            ("error-usage-several", &["killswitch", "deactivate", "x", "--yes"]),
            ("killswitch-deactivate-all", &["killswitch", "deactivate", "x", "--yes", "--all"]),
        ],
    );
}

#[test]
fn people() {
    let env = TestEnv::initialised();
    let (alice, bob) = (env.secret("alice", "correct horse"), env.secret("bob", "battery staple"));
    let ask_as = |name: &str, words: &[&str]| {
        let output = env.nija(&[words, &["--json"][..]].concat()).run();
        holds(&env, name, &output);
        output
    };
    ask_as("operator-list-empty", &["operator", "list"]);
    ask_as("operator-add", &["operator", "add", "alice", "--passphrase-file", &alice]);
    ask_as("error-not-permitted", &["operator", "add", "bob", "--passphrase-file", &bob]);
    let own = ["--operator", "alice", "--own-passphrase-file", &alice];
    let add = [&["operator", "add", "bob", "--passphrase-file", &bob][..], &own].concat();
    env.nija(&add).run().expect(0);
    ask_as("operator-list", &["operator", "list"]);
    env.config("[killswitch]\napprovals = 2\n");
    env.nija(&["kill", "drill"]).run().expect(0);
    let deactivate =
        ["killswitch", "deactivate", "over", "--yes", "--operator", "alice", "--passphrase-file"];
    let wrong = env.secret("wrong", "wrong");
    ask_as("error-not-permitted-passphrase", &[&deactivate[..], &[&wrong]].concat());
    let asked = ask_as("killswitch-deactivate-requested", &[&deactivate[..], &[&alice]].concat());
    let request = super::scene::id(&asked.stdout, "r-");
    ask_as("killswitch-requests", &["killswitch", "requests"]);
    let approve = ["killswitch", "approve", &request, "--operator", "bob", "--passphrase-file", &bob];
    env.nija(&["kill", "drill"]).run().expect(0);
    ask_as("error-conflict", &approve);
    let asked = env.nija(&[&deactivate[..], &[&alice]].concat()).run().expect(1);
    let request = super::scene::id(&asked.stdout, "r-");
    let approve = ["killswitch", "approve", &request, "--operator", "bob", "--passphrase-file", &bob];
    ask_as("killswitch-approve", &approve);
    let own = ["--operator", "bob", "--own-passphrase-file", &bob];
    ask_as("operator-remove", &[&["operator", "remove", "alice"][..], &own].concat());
}

#[test]
fn a_health_check() {
    let env = TestEnv::initialised();
    env.nija(&["heartbeat", "ping", "bot-a"]).run().expect(0);
    let output = env.nija(&["doctor", "--json"]).run();
    let mut document = document(&output);
    // What it finds depends on the machine; what it looks at does not.
    for check in document["data"]["checks"].as_array_mut().unwrap() {
        for finding in check["findings"].as_array_mut().unwrap() {
            assert!(finding["message"].is_string() && finding["mend"].is_string(), "{finding}");
        }
        assert!(check["status"].is_string(), "{check}");
        check["findings"] = json!("[FINDINGS]");
        check["status"] = json!("[STATUS]");
    }
    document["status"] = json!("[STATUS]");
    document["exit_code"] = json!("[EXIT]");
    holds_document(&env, "doctor", document);
}
