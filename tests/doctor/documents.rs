//! Documents that cannot be read, leftovers, and the clock.

use std::time::Duration;

use chrono::TimeDelta;
use nija::domain::cooldown::Side;
use nija::domain::status::Status;
use nija::ops::cooldown::change::{self, End};
use nija::ops::{State, operator};

use crate::ward::{Ward, noon};

#[test]
fn a_kill_switch_that_is_missing_or_damaged_is_critical_and_made_anew_by_a_stop() {
    let ward = Ward::healthy();
    std::fs::remove_file(ward.at("killswitch.json")).unwrap();
    ward.assert_mended("documents", Status::Critical, "killswitch.json is missing");
    std::fs::write(ward.at("killswitch.json"), "{\"format\":").unwrap();
    ward.assert_mended("documents", Status::Critical, "it is corrupt");
    ward.assert_finds("leftovers", Status::Warning, "what a damaged document held");
    ward.edit("killswitch.json", "\"is_active\": true", "\"is_active\": false");
    ward.assert_mended("documents", Status::Critical, "edited by hand");
}

#[test]
fn a_link_in_place_of_the_kill_switch_is_critical() {
    let ward = Ward::healthy();
    std::fs::rename(ward.at("killswitch.json"), ward.root().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(ward.root().join("elsewhere"), ward.at("killswitch.json")).unwrap();
    ward.assert_mended("documents", Status::Critical, "killswitch.json");
}

#[test]
fn a_newer_document_is_named_with_its_version() {
    let ward = Ward::healthy();
    ward.edit("killswitch.json", "\"version\": \"1.0\"", "\"version\": \"2.0\"");
    ward.assert_finds("documents", Status::Critical, "format version 2.0");
}

#[test]
fn a_damaged_list_of_operators_is_critical() {
    let ward = Ward::healthy();
    ward.with_state(|state| operator::add(state, "alice", "correct horse", None).unwrap());
    ward.assert_ok("documents");
    std::fs::write(ward.at("operators.json"), "[]").unwrap();
    ward.assert_finds("documents", Status::Critical, "nobody can resume");
}

#[test]
fn a_damaged_client_is_a_warning() {
    let ward = Ward::healthy();
    std::fs::write(ward.at("heartbeats/bot-a.json"), "").unwrap();
    ward.assert_mended("documents", Status::Warning, "bot-a.json: it is corrupt");
}

#[test]
fn a_damaged_summary_of_fills_is_a_warning() {
    let ward = Ward::healthy();
    std::fs::write(ward.at("slippage.json"), "{").unwrap();
    ward.assert_mended("documents", Status::Warning, "slippage.json: it is corrupt");
}

#[test]
fn a_damaged_cooldown_is_critical_and_locked_anew() {
    let ward = Ward::healthy();
    let lock = |state: &State<'_>| change::activate(state, "btc-usd", End::Default, Side::Both, "").unwrap();
    ward.with_state(lock);
    ward.assert_ok("documents");
    std::fs::write(ward.at("cooldowns/BTCUSD.json"), "{").unwrap();
    ward.assert_mended("documents", Status::Critical, "this ticker");
    assert!(std::fs::read_to_string(ward.at("cooldowns/BTCUSD.json")).unwrap().contains("STATE_CORRUPT"));
    std::fs::create_dir(ward.at("cooldowns/%2A.json")).unwrap();
    ward.assert_mended("documents", Status::Critical, "not a regular file");
    assert!(std::fs::read_to_string(ward.at("cooldowns/%2A.json")).unwrap().contains("damaged"));
}

#[test]
fn a_cooldown_that_nobody_looks_for_is_told() {
    let ward = Ward::healthy();
    let lock = |ticker, side| {
        ward.with_state(|state| change::activate(state, ticker, End::Default, side, "").unwrap());
    };
    lock("xbt-usd", Side::Long);
    ward.assert_ok("tickers");
    ward.configure("[tickers]\naliases = { XBTUSD = \"BTC-USD\" }\n");
    let mend = ward.assert_finds("tickers", Status::Warning, "XBTUSD is looked for as BTCUSD");
    assert!(
        mend.contains("cooldown activate BTCUSD --until 2026-01-31T13:00:00.000000000Z --side long"),
        "{mend}"
    );
    lock("xbt-usd", Side::Short);
    ward.assert_finds("tickers", Status::Warning, "XBTUSD is looked for as BTCUSD");
    lock("xbt-usd", Side::Both);
    ward.assert_ok("tickers");
}

#[test]
fn leftovers_of_interrupted_commands_are_listed_with_what_removes_them() {
    let ward = Ward::healthy();
    for (name, words) in [
        (".killswitch.json.tmp", "an unfinished write"),
        ("heartbeats/.bot-a.json.tmp", "an unfinished write"),
        (".reserve/.EMERGENCY_STOP.tmp", "an unfinished write"),
        (".EMERGENCY_STOP.released-00c0ffee", "an interrupted release took down"),
        ("../second/.EMERGENCY_STOP.released-00c0ffee", "an interrupted release took down"),
        ("killswitch.json.corrupt-20260131T115900Z", "a damaged document"),
        ("heartbeats/bot-b.json.corrupt-20260131T115900Z", "a damaged document"),
        ("audit.jsonl.torn-20260131T115900Z", "a crash cut short"),
    ] {
        ward.assert_ok("leftovers");
        std::fs::create_dir_all(ward.root().join("second")).unwrap();
        std::fs::write(ward.at(name), "x").unwrap();
        let mend = ward.assert_finds("leftovers", Status::Warning, words);
        let kept = mend.contains("/var/tmp/");
        assert!(kept || mend.contains("rm -f"), "{mend}");
        if kept {
            std::fs::remove_file(ward.at(name)).unwrap();
        } else {
            ward.assert_mended("leftovers", Status::Warning, words);
        }
    }
}

#[test]
fn work_in_progress_is_no_leftover() {
    let ward = Ward::healthy();
    std::fs::write(ward.at(".killswitch.json.tmp"), "x").unwrap();
    let made = std::fs::metadata(ward.at(".killswitch.json.tmp")).unwrap().modified().unwrap();
    ward.clock.set_wall(made.into());
    ward.assert_ok("leftovers");
    ward.clock.advance(Duration::from_secs(11));
    ward.assert_finds("leftovers", Status::Warning, "an unfinished write");
}

#[test]
fn a_clock_that_was_stepped_back_is_told() {
    let ward = Ward::healthy();
    ward.assert_ok("clock");
    ward.clock.set_wall(noon() - TimeDelta::seconds(60));
    ward.assert_finds("clock", Status::Warning, "1m before");
    ward.clock.set_wall(noon() - TimeDelta::seconds(61));
    ward.assert_finds("clock", Status::Critical, "1m 1s before");
    ward.clock.set_wall("1970-01-01T00:03:00Z".parse().unwrap());
    ward.assert_finds("clock", Status::Critical, "before this program was made");
}
