//! One gate that a bot holds all day: whatever happens to the files, the next check knows.

use nija::{Gate, Order, Settings};

use crate::common::TestEnv;

/// A gate over the environment's directories, as a bot opens it once.
fn gate(env: &TestEnv) -> Gate {
    let fallback_dirs = vec![env.path("fallback"), env.path("later/nija")];
    Gate::with(&env.path("state"), Settings { fallback_dirs, ..Settings::default() })
}

fn codes(gate: &mut Gate) -> Vec<&'static str> {
    let order = Order { symbol: "BTC-USD", platform: Some("kraken"), ..Order::default() };
    gate.check(&order).reasons().map(|reason| reason.code.word()).collect()
}

/// Waits until a file's time is certainly in the past, so that the gate trusts what it remembers; and until it has to make
/// sure again that no directory was swapped.
fn settle(gate: &mut Gate) {
    std::thread::sleep(std::time::Duration::from_millis(30));
    codes(gate);
}

const HALTED: [&str; 1] = ["KILL_SWITCH_HALTED"];
const MISSING: [&str; 1] = ["STATE_MISSING"];
const UNREADABLE: [&str; 1] = ["STATE_UNREADABLE"];
const TRADE: [&str; 0] = [];

#[test]
fn a_stop_and_a_release_are_seen_by_the_next_check() {
    let env = TestEnv::initialised();
    let mut gate = gate(&env);
    for _ in 0..3 {
        assert_eq!(codes(&mut gate), TRADE);
        env.nija(&["kill", "drill"]).run().expect(0);
        assert_eq!(codes(&mut gate), HALTED);
        settle(&mut gate);
        assert_eq!(codes(&mut gate), HALTED);
        env.nija(&["killswitch", "deactivate", "drill", "over", "--yes"]).run().expect(0);
    }
    settle(&mut gate);
    assert_eq!(codes(&mut gate), TRADE);
}

#[test]
fn a_halt_of_a_part_comes_and_goes() {
    let env = TestEnv::initialised();
    let mut gate = gate(&env);
    settle(&mut gate);
    for scope in ["platform:Kraken", "symbol:btc/usd"] {
        env.nija(&["kill", "--scope", scope, "x"]).run().expect(0);
        assert_eq!(codes(&mut gate), HALTED, "{scope}");
        settle(&mut gate);
        env.nija(&["killswitch", "deactivate", "y", "--yes"]).run().expect(0);
        assert_eq!(codes(&mut gate), TRADE, "{scope}");
    }
    env.nija(&["kill", "--mode", "reduce-only", "x"]).run().expect(0);
    assert_eq!(codes(&mut gate), ["KILL_SWITCH_REDUCE_ONLY"]);
}

#[test]
fn a_document_edited_in_place_is_read_again() {
    let env = TestEnv::initialised();
    env.nija(&["kill", "--scope", "symbol:ETH/USD", "x"]).run().expect(0);
    let mut gate = gate(&env);
    settle(&mut gate);
    assert_eq!(codes(&mut gate), TRADE);
    let file = env.state("killswitch.json");
    let text = std::fs::read_to_string(&file).unwrap();
    // The same length, so that only the time of the change tells.
    std::fs::write(&file, text.replace("ETH/USD", "BTC/USD")).unwrap();
    assert_eq!(codes(&mut gate), HALTED);
    settle(&mut gate);
    std::fs::write(&file, &text[..text.len() - 10]).unwrap();
    assert_eq!(codes(&mut gate), UNREADABLE);
    std::fs::write(&file, text).unwrap();
    assert_eq!(codes(&mut gate), TRADE);
}

#[test]
fn a_document_replaced_or_removed_is_not_remembered() {
    let env = TestEnv::initialised();
    let (file, other) = (env.state("killswitch.json"), env.path("other.json"));
    let clear = std::fs::read(&file).unwrap();
    env.nija(&["kill", "--scope", "symbol:BTC-USD", "x"]).run().expect(0);
    std::fs::copy(&file, &other).unwrap();
    std::fs::write(&file, clear).unwrap();
    let mut gate = gate(&env);
    settle(&mut gate);
    assert_eq!(codes(&mut gate), TRADE);
    std::fs::rename(&file, env.path("clear.json")).unwrap();
    assert_eq!(codes(&mut gate), MISSING);
    std::fs::rename(&other, &file).unwrap();
    assert_eq!(codes(&mut gate), HALTED);
    settle(&mut gate);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(codes(&mut gate), MISSING);
    std::fs::rename(env.path("clear.json"), &file).unwrap();
    assert_eq!(codes(&mut gate), TRADE);
}

#[test]
fn a_state_directory_that_vanishes_is_not_remembered() {
    let env = TestEnv::initialised();
    let mut gate = gate(&env);
    settle(&mut gate);
    assert_eq!(codes(&mut gate), TRADE);
    std::fs::remove_dir_all(env.path("state")).unwrap();
    assert_eq!(codes(&mut gate), MISSING);
    env.nija(&["init"]).run().expect(0);
    assert_eq!(codes(&mut gate), TRADE);
}

#[test]
fn a_state_directory_swapped_for_another_is_seen() {
    let env = TestEnv::initialised();
    let mut gate = gate(&env);
    settle(&mut gate);
    assert_eq!(codes(&mut gate), TRADE);
    // As somebody restores a backup under running bots: the old files are unchanged, only no longer here.
    std::fs::rename(env.path("state"), env.path("old")).unwrap();
    settle(&mut gate);
    assert_eq!(codes(&mut gate), MISSING);
    env.nija(&["init"]).run().expect(0);
    env.nija(&["kill", "--scope", "symbol:BTC-USD", "x"]).run().expect(0);
    settle(&mut gate);
    assert_eq!(codes(&mut gate), HALTED);
    std::fs::rename(env.path("state"), env.path("new")).unwrap();
    std::fs::rename(env.path("old"), env.path("state")).unwrap();
    settle(&mut gate);
    assert_eq!(codes(&mut gate), TRADE);
    settle(&mut gate);
    std::fs::rename(env.path("state"), env.path("old")).unwrap();
    std::os::unix::fs::symlink("old", env.path("state")).unwrap();
    settle(&mut gate);
    assert_eq!(codes(&mut gate), TRADE);
    std::fs::remove_file(env.path("state")).unwrap();
    std::os::unix::fs::symlink("new", env.path("state")).unwrap();
    settle(&mut gate);
    assert_eq!(codes(&mut gate), HALTED);
}

#[test]
fn a_second_place_that_appears_later_is_looked_into() {
    let env = TestEnv::initialised();
    let mut gate = gate(&env);
    settle(&mut gate);
    assert_eq!(codes(&mut gate), TRADE);
    for (dir, stop) in [("fallback", "fallback/EMERGENCY_STOP"), ("later/nija", "later/nija/EMERGENCY_STOP")]
    {
        std::fs::create_dir_all(env.path(dir)).unwrap();
        settle(&mut gate);
        std::fs::write(env.path(stop), "").unwrap();
        assert_eq!(codes(&mut gate), HALTED, "{dir}");
        settle(&mut gate);
        assert_eq!(codes(&mut gate), HALTED, "{dir}");
        std::fs::remove_file(env.path(stop)).unwrap();
        assert_eq!(codes(&mut gate), TRADE, "{dir}");
    }
}

#[test]
fn a_second_place_that_leads_elsewhere_later_is_looked_into() {
    let env = TestEnv::initialised();
    for dir in ["a", "b", "later"] {
        std::fs::create_dir(env.path(dir)).unwrap();
    }
    std::fs::write(env.path("b/EMERGENCY_STOP"), "").unwrap();
    let link = env.path("later/nija");
    std::os::unix::fs::symlink("../a", &link).unwrap();
    let mut gate = gate(&env);
    settle(&mut gate);
    assert_eq!(codes(&mut gate), TRADE);
    std::fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("../b", &link).unwrap();
    settle(&mut gate);
    assert_eq!(codes(&mut gate), HALTED);
    std::fs::rename(env.path("b"), env.path("c")).unwrap();
    settle(&mut gate);
    assert_eq!(codes(&mut gate), TRADE);
    settle(&mut gate);
    // The link leads nowhere for now, and nothing changes in the directory it is in.
    std::fs::rename(env.path("c"), env.path("b")).unwrap();
    assert_eq!(codes(&mut gate), HALTED);
}

#[test]
fn a_gate_opened_before_there_is_any_state_needs_no_reopening() {
    let env = TestEnv::new();
    let mut gate = gate(&env);
    assert_eq!(codes(&mut gate), MISSING);
    env.nija(&["init"]).run().expect(0);
    assert_eq!(codes(&mut gate), TRADE);
}
