//! Cooldowns under a gate that a bot holds all day: whatever happens to the files, and as time passes.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use nija::clock::{Clock as _, Manual, System};
use nija::domain::cooldown::{Cooldown, Lock, Side};
use nija::domain::document::encode;
use nija::domain::halt::{Actor, Cause, Source};
use nija::{Gate, Order, Settings};

use crate::common::TestEnv;

/// What a check of `symbol` says.
fn codes(gate: &mut Gate, symbol: &str) -> Vec<&'static str> {
    let order = Order { symbol, ..Order::default() };
    gate.check(&order).reasons().map(|reason| reason.code.word()).collect()
}

/// Waits until a file's time is certainly in the past, so that the gate trusts what it remembers.
fn settle(gate: &mut Gate, symbol: &str) {
    std::thread::sleep(Duration::from_millis(30));
    codes(gate, symbol);
}

fn lock(env: &TestEnv, ticker: &str, file: &str, until: &str) {
    let until = until.parse().unwrap();
    let cause = Cause {
        source: Source::Cli,
        rule: None,
        reason: "stop-loss".to_owned(),
        actor: Actor { uid: 0, user: None, operator: None },
        host: String::new(),
        at: until,
        extra: serde_json::Map::new(),
    };
    let mut cooldown = Cooldown::new(ticker, until);
    cooldown.locks.push(Lock {
        id: "c-1".to_owned(),
        side: Side::Both,
        until,
        cause,
        stop_losses: Vec::new(),
        extended: None,
        released: None,
        extra: serde_json::Map::new(),
    });
    let folder = env.state("cooldowns");
    std::fs::create_dir_all(&folder).unwrap();
    // As nija replaces it.
    std::fs::write(folder.join(".new"), encode(&cooldown).unwrap()).unwrap();
    std::fs::rename(folder.join(".new"), folder.join(file)).unwrap();
}

fn gate(dir: &Path) -> Gate {
    Gate::with(dir, Settings::default())
}

const ACTIVE: [&str; 1] = ["COOLDOWN_ACTIVE"];
const UNREADABLE: [&str; 1] = ["STATE_UNREADABLE"];
const TRADE: [&str; 0] = [];
const LONG: &str = "2999-01-01T00:00:00Z";

#[test]
fn a_cooldown_is_seen_by_the_next_check_and_so_is_its_end() {
    let env = TestEnv::initialised();
    let mut gate = gate(&env.path("state"));
    settle(&mut gate, "BTC-USD");
    for (file, ticker) in [("BTCUSD.json", "BTCUSD"), ("%2A.json", "*")] {
        lock(&env, ticker, file, LONG);
        assert_eq!(codes(&mut gate, "BTC-USD"), ACTIVE, "{file}");
        settle(&mut gate, "BTC-USD");
        assert_eq!(codes(&mut gate, "BTC-USD"), ACTIVE, "{file}");
        lock(&env, ticker, file, "2001-01-01T00:00:00Z");
        assert_eq!(codes(&mut gate, "BTC-USD"), TRADE, "{file}");
        settle(&mut gate, "BTC-USD");
        lock(&env, ticker, file, LONG);
        assert_eq!(codes(&mut gate, "BTC-USD"), ACTIVE, "{file}");
        settle(&mut gate, "BTC-USD");
        std::fs::remove_file(env.state("cooldowns").join(file)).unwrap();
        assert_eq!(codes(&mut gate, "BTC-USD"), TRADE, "{file}");
        settle(&mut gate, "BTC-USD");
    }
}

#[test]
fn a_cooldown_edited_in_place_is_read_again() {
    let env = TestEnv::initialised();
    lock(&env, "BTCUSD", "BTCUSD.json", "2001-01-01T00:00:00Z");
    let file = env.state("cooldowns/BTCUSD.json");
    let over = std::fs::read_to_string(&file).unwrap();
    let mut gate = gate(&env.path("state"));
    settle(&mut gate, "BTC-USD");
    assert_eq!(codes(&mut gate, "BTC-USD"), TRADE);
    // The same length, and the folder does not change.
    std::fs::write(&file, over.replace("2001", "2999")).unwrap();
    assert_eq!(codes(&mut gate, "BTC-USD"), ACTIVE);
    settle(&mut gate, "BTC-USD");
    std::fs::write(&file, &over[..over.len() - 10]).unwrap();
    assert_eq!(codes(&mut gate, "BTC-USD"), UNREADABLE);
    settle(&mut gate, "BTC-USD");
    assert_eq!(codes(&mut gate, "BTC-USD"), UNREADABLE);
    std::fs::write(&file, over).unwrap();
    assert_eq!(codes(&mut gate, "BTC-USD"), TRADE);
}

#[test]
fn a_folder_that_comes_goes_or_leads_elsewhere_is_noticed() {
    let env = TestEnv::initialised();
    let mut gate = gate(&env.path("state"));
    let folder = env.state("cooldowns");
    settle(&mut gate, "BTC-USD");
    lock(&env, "BTCUSD", "BTCUSD.json", LONG);
    std::fs::rename(&folder, env.path("elsewhere")).unwrap();
    settle(&mut gate, "BTC-USD");
    assert_eq!(codes(&mut gate, "BTC-USD"), TRADE);
    std::os::unix::fs::symlink("../elsewhere", &folder).unwrap();
    assert_eq!(codes(&mut gate, "BTC-USD"), ACTIVE);
    settle(&mut gate, "BTC-USD");
    std::fs::rename(env.path("elsewhere"), env.path("unmounted")).unwrap();
    settle(&mut gate, "BTC-USD");
    assert_eq!(codes(&mut gate, "BTC-USD"), UNREADABLE);
    std::fs::create_dir(env.path("elsewhere")).unwrap();
    settle(&mut gate, "BTC-USD");
    assert_eq!(codes(&mut gate, "BTC-USD"), TRADE);
}

#[test]
fn more_tickers_than_are_remembered_are_all_looked_up() {
    let env = TestEnv::initialised();
    lock(&env, "T7", "T7.json", LONG);
    let mut gate = gate(&env.path("state"));
    settle(&mut gate, "T7");
    let symbols: Vec<String> = (0..300).map(|number| format!("t-{number}")).collect();
    for round in 0..3 {
        for symbol in &symbols {
            let locked = ["t-7", "t-250"].contains(&symbol.as_str()) && (round > 0 || symbol == "t-7");
            let expected: &[&str] = if locked { &ACTIVE } else { &TRADE };
            assert_eq!(codes(&mut gate, symbol), expected, "{symbol} in round {round}");
        }
        lock(&env, "T250", "T250.json", LONG);
        settle(&mut gate, "T7");
    }
}

#[test]
fn every_spelling_is_told_the_end_and_the_cause() {
    let env = TestEnv::initialised();
    lock(&env, "BTCUSD", "BTCUSD.json", LONG);
    let mut gate = gate(&env.path("state"));
    for symbol in ["BTC-USD", "btc/usd", " BTCUSD "] {
        let verdict = gate.check(&Order { symbol, ..Order::default() });
        let reason = verdict.reasons().next().unwrap();
        assert_eq!(reason.until, Some(LONG.parse().unwrap()));
        assert_eq!(reason.cooling.unwrap().lock.cause.reason, "stop-loss");
        assert_eq!(reason.detail, "stop-loss");
    }
}

#[test]
fn a_lock_that_is_remembered_ends_by_itself_and_not_because_the_clock_stepped_back() {
    let env = TestEnv::initialised();
    // Ahead of every file's time, so that what was read is remembered.
    let start = System::new().now() + Duration::from_secs(3600);
    lock(&env, "BTCUSD", "BTCUSD.json", &(start + Duration::from_secs(60)).to_rfc3339());
    let clock = Arc::new(Manual::at(start));
    let settings = Settings { clock: Arc::clone(&clock) as _, ..Settings::default() };
    let mut gate = Gate::with(&env.path("state"), settings);
    assert_eq!(codes(&mut gate, "BTC-USD"), ACTIVE);
    clock.advance(Duration::from_nanos(59_999_999_999));
    assert_eq!(codes(&mut gate, "BTC-USD"), ACTIVE);
    clock.advance(Duration::from_nanos(1));
    assert_eq!(codes(&mut gate, "BTC-USD"), TRADE);
    clock.set_wall(start - Duration::from_secs(7200));
    assert_eq!(codes(&mut gate, "BTC-USD"), ACTIVE);
}
