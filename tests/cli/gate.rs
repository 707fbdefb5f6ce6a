//! What the gate says of cooldowns, of a watch that is missing, and of duplicates.

use insta::assert_snapshot;
use serde_json::Value;

use super::golden::ask;
use super::scene::Scene;
use crate::common::TestEnv;

/// A locked ticker, from the table of what the gate answers.
fn lock(env: &TestEnv, file: &str, ticker: &str, side: &str) {
    let table: Value = serde_json::from_str(include_str!("../gate/cases.json")).unwrap();
    let text = table["templates"]["cooldown"].as_str().unwrap();
    let text =
        text.replace("\"BTCUSD\"", &format!("\"{ticker}\"")).replace("\"both\"", &format!("\"{side}\""));
    std::fs::create_dir_all(env.state("cooldowns")).unwrap();
    std::fs::write(env.state("cooldowns").join(file), text).unwrap();
}

#[test]
fn pages() {
    let mut scene = Scene::new(TestEnv::initialised());
    lock(&scene.env, "BTCUSD.json", "BTCUSD", "long");
    for line in [
        "gate btc/usd",
        "gate btc/usd --side sell",
        "gate ETH-USD",
        "gate '' --side buy",
        "gate BTC-USD --side sell --qty 1 --position 2",
    ] {
        scene.nija(line);
    }
    scene.note("every ticker is locked as well, and its own cannot be read");
    lock(&scene.env, "%2A.json", "*", "both");
    std::fs::write(scene.env.state("cooldowns/BTCUSD.json"), "{").unwrap();
    scene.nija("gate BTC-USD");
    std::fs::remove_dir_all(scene.env.state("cooldowns")).unwrap();
    scene.note("gate.require_watch = \"2m\"");
    scene.env.config("gate.require_watch = \"2m\"\n");
    scene.nija("gate BTC-USD");
    scene.note("gate.dedupe_window = \"24h\"");
    scene.env.config("gate.dedupe_window = \"24h\"\n");
    for line in [
        "gate BTC-USD --side buy --qty 0.5",
        "gate BTC-USD --side buy --qty 0.5",
        "gate BTC-USD --side buy --qty 0.6",
        "gate BTC-USD --side buy",
    ] {
        scene.nija(line);
    }
    assert_snapshot!(scene.text());
}

#[test]
fn limits_out_of_range_are_told() {
    let mut scene = Scene::new(TestEnv::initialised());
    for line in [
        "gate.require_watch = \"10ms\"",
        "gate.require_watch = 120",
        "gate.dedupe_window = \"2d\"",
        "gate.dedupe_window = \"never\"",
        "gate.dedup_window = \"5s\"",
    ] {
        scene.env.config(line);
        scene.note(line);
        scene.nija("gate BTC-USD");
    }
    scene.env.config("gate.require_watch = \"off\"\ngate.dedupe_window = \"off\"\n");
    scene.nija("gate BTC-USD");
    assert_snapshot!(scene.text());
}

#[test]
fn the_json_contract() {
    let env = TestEnv::initialised();
    lock(&env, "BTCUSD.json", "BTCUSD", "both");
    ask(&env, &[("gate-cooldown", &["gate", "BTC-USD"])]);
    env.config("gate.require_watch = \"2m\"\n");
    ask(&env, &[("gate-watch", &["gate", "ETH-USD"])]);
    env.config("gate.dedupe_window = \"24h\"\n");
    let order = ["gate", "ETH-USD", "--side", "buy", "--qty", "1"];
    ask(&env, &[("gate-claimed", &order), ("gate-duplicate", &order)]);
}
