//! Cooldowns from outside: pages, the JSON contract, bad input, time, and stop-losses that are reported again.

use std::time::Duration;

use chrono::{DateTime, Utc};
use insta::assert_snapshot;
use nija::domain::cooldown::Side;
use nija::domain::order;
use nija::ops::cooldown::change::{self, End};
use nija::ops::cooldown::show;
use nija::ops::cooldown::stop_loss::{self, Report, Request};
use rust_decimal::Decimal;

use super::golden::ask;
use super::scene::Scene;
use crate::common::{TestEnv, World};

fn utc(time: &str) -> DateTime<Utc> {
    time.parse().unwrap()
}

fn request(ticker: &str, id: Option<&str>) -> Request {
    Request {
        ticker: ticker.to_owned(),
        price: Decimal::from(64_000),
        side: Side::Both,
        strategy: None,
        platform: None,
        id: id.map(str::to_owned),
    }
}

impl World {
    fn locks(&self, ticker: &str, end: End) -> change::Report {
        self.on(|state| change::activate(state, ticker, end, Side::Both, "").unwrap())
    }

    fn until(&self, ticker: &str) -> Option<DateTime<Utc>> {
        self.on(|state| show::check(state, ticker, None).unwrap().until)
    }

    fn stopped(&self, ticker: &str, id: &str) -> Report {
        self.on(|state| stop_loss::report(state, &request(ticker, Some(id))).unwrap())
    }
}

#[test]
fn pages() {
    let mut scene = Scene::new(TestEnv::initialised());
    for line in [
        "cooldown list",
        "cooldown check btc-usd",
        "cooldown activate btc-usd --reason 'whipsawed twice'",
        "cooldown activate BTC/USD --minutes 5",
        "cooldown check BTCUSD",
        "cooldown activate BTC_USD --for 3h --side long --reason 'no longs before the news'",
        "cooldown check BTCUSD --side short",
        "cooldown check BTCUSD --side long --quiet",
        "cooldown check BTCUS",
        "cooldown extend btcusd --minutes 30 --reason 'news is late'",
        "cooldown extend ethusd --minutes 30",
        "cooldown list",
        "cooldown deactivate BTCUS --reason typo",
        "cooldown activate '*' --for 90s --reason 'venue is shaky'",
        "cooldown check dogeusd",
        "cooldown deactivate btcusd --reason 'looked at the chart'",
        "cooldown check '*'",
        "cooldown deactivate '*' --reason 'venue is back'",
        "cooldown deactivate '*' --reason 'venue is back'",
        "cooldown check btcusd",
        "cooldown list",
        "cooldown list --all",
        "audit show",
    ] {
        scene.nija(line);
    }
    assert_snapshot!(scene.text());
}

#[test]
fn stop_losses() {
    let mut scene = Scene::new(TestEnv::initialised());
    scene.env.config("[cooldowns]\ntickers = { SOL-USD = \"90s\" }\n");
    for line in [
        "stop-loss BTC-USD --price 64000.50 --side long --id 7f3a-42",
        "stop-loss btc/usd --price 64000.50 --side long --id 7f3a-42",
        "stop-loss BTC-USD --price 63000 --id 7f3a-43 --strategy trend --platform kraken",
        "stop-loss SOL-USD --price 140",
        "cooldown list",
        "stop-loss ETH-USD --price 2000 --id e-1",
        "cooldown check doge-usd",
        "stop-loss XRP-USD --price 0.5 --id x-1",
        "cooldown deactivate btcusd --reason 'stops were too tight'",
        "stop-loss BTC-USD --price 63000 --id 7f3a-43 --platform KRAKEN",
        "audit show --action cooldown.guard",
    ] {
        scene.nija(line);
    }
    scene.env.config("[cooldowns]\nescalation = []\nguard = false\n");
    scene.note("neither escalation nor guard");
    scene.nija("stop-loss ETH-USD --price 1990 --id e-2");
    assert_snapshot!(scene.text());
}

#[test]
fn damaged_documents() {
    let mut scene = Scene::new(TestEnv::initialised());
    scene.nija("cooldown activate btc-usd --minutes 5 --reason first");
    scene.note("somebody's editor");
    std::fs::write(scene.env.state("cooldowns/BTCUSD.json"), "{").unwrap();
    for line in [
        "cooldown check btc-usd",
        "cooldown list",
        "cooldown deactivate btc-usd --reason 'it is fine'",
        "stop-loss btc-usd --price 1 --id s-1",
        "cooldown deactivate btc-usd --reason 'it is fine'",
    ] {
        scene.nija(line);
    }
    scene.note("a newer nija");
    let text = std::fs::read_to_string(scene.env.state("cooldowns/BTCUSD.json")).unwrap();
    let newer = text.replacen("\"version\": \"1.0\"", "\"version\": \"2.0\"", 1);
    std::fs::write(scene.env.state("cooldowns/BTCUSD.json"), newer).unwrap();
    for line in ["cooldown check btc-usd", "cooldown activate btc-usd", "stop-loss btc-usd --price 1"] {
        scene.nija(line);
    }
    assert_snapshot!(scene.text());
}

#[test]
fn the_json_contract() {
    let env = TestEnv::initialised();
    ask(
        &env,
        &[
            ("cooldown-check-unknown", &["cooldown", "check", "btc-usd"]),
            ("cooldown-activate", &["cooldown", "activate", "btc-usd", "--reason", "whipsaw"]),
            ("cooldown-activate-covered", &["cooldown", "activate", "BTCUSD", "--minutes", "5"]),
            ("cooldown-check", &["cooldown", "check", "BTC/USD"]),
            ("cooldown-check-near", &["cooldown", "check", "BTCUS"]),
            ("cooldown-extend", &["cooldown", "extend", "btcusd", "--for", "30m"]),
            ("cooldown-list", &["cooldown", "list"]),
            ("cooldown-deactivate", &["cooldown", "deactivate", "btcusd", "--reason", "looked"]),
            ("cooldown-list-all", &["cooldown", "list", "--all"]),
            ("stop-loss", &["stop-loss", "ETH-USD", "--price", "2000.10", "--side", "long", "--id", "e-1"]),
            ("stop-loss-again", &["stop-loss", "ETH-USD", "--price", "2000.10", "--id", "e-1"]),
            ("error-usage-cooldown-check", &["cooldown", "check", ""]),
            ("error-not-found-cooldown", &["cooldown", "extend", "SOL", "--minutes", "5"]),
        ],
    );
    env.config("[cooldowns]\nguard_count = 2\n");
    ask(&env, &[("stop-loss-tripped", &["stop-loss", "BTC-USD", "--price", "64000", "--id", "b-1"])]);
    std::fs::write(env.state("cooldowns/BTCUSD.json"), "{").unwrap();
    ask(
        &env,
        &[
            ("error-corrupt-cooldown-check", &["cooldown", "check", "btcusd"]),
            ("cooldown-list-unreadable", &["cooldown", "list"]),
        ],
    );
}

#[test]
fn bad_input_changes_nothing() {
    let env = TestEnv::initialised();
    env.nija(&["cooldown", "activate", "BTC-USD", "--for", "2h"]).run().expect(0);
    let long = "x".repeat(201);
    let before = std::fs::read(env.state("cooldowns/BTCUSD.json")).unwrap();
    let log = std::fs::read(env.state("audit.jsonl")).unwrap();
    for words in [
        &["cooldown", "activate"][..],
        &["cooldown", "activate", ""],
        &["cooldown", "activate", "  "],
        &["cooldown", "activate", "-/-"],
        &["cooldown", "activate", &long],
        &["cooldown", "activate", "BTC", "USD"],
        &["cooldown", "activate", "BTC", "--minutes", "-5"],
        &["cooldown", "activate", "BTC", "--minutes", "0"],
        &["cooldown", "activate", "BTC", "--minutes", "1.5"],
        &["cooldown", "activate", "BTC", "--minutes", "NaN"],
        &["cooldown", "activate", "BTC", "--minutes", "99999999999999999999"],
        &["cooldown", "activate", "BTC", "--minutes", "525961"],
        &["cooldown", "activate", "BTC", "--minutes", "5", "--for", "5m"],
        &["cooldown", "activate", "BTC", "--for", "0s"],
        &["cooldown", "activate", "BTC", "--for", "-5m"],
        &["cooldown", "activate", "BTC", "--for", "5"],
        &["cooldown", "activate", "BTC", "--for", "367days"],
        &["cooldown", "activate", "BTC", "--for", "18446744073709551615s"],
        &["cooldown", "activate", "BTC", "--until", "2020-01-01T00:00:00Z"],
        &["cooldown", "activate", "BTC", "--until", "2999-01-01T00:00:00Z"],
        &["cooldown", "activate", "BTC", "--until", "2026-01-01"],
        &["cooldown", "activate", "BTC", "--until", "2026-01-01 12:00:00"],
        &["cooldown", "activate", "BTC", "--until", "tomorrow"],
        &["cooldown", "activate", "BTC", "--side", "buy"],
        &["cooldown", "activate", "BTC", "--side", ""],
        &["cooldown", "extend", "BTC-USD"],
        &["cooldown", "extend", "BTC-USD", "--minutes", "-1"],
        &["cooldown", "extend", "BTC-USD", "--until", "2020-01-01T00:00:00Z"],
        &["cooldown", "extend", "BTC-USD", "--minutes", "525960"],
        &["cooldown", "deactivate", "BTC-USD"],
        &["cooldown", "deactivate", "BTC-USD", "--reason", " "],
        &["cooldown", "deactivate", "", "--reason", "x"],
        &["stop-loss", "BTC"],
        &["stop-loss", "", "--price", "1"],
        &["stop-loss", "*", "--price", "1"],
        &["stop-loss", "BTC", "--price", "0"],
        &["stop-loss", "BTC", "--price", "-1"],
        &["stop-loss", "BTC", "--price", "NaN"],
        &["stop-loss", "BTC", "--price", "inf"],
        &["stop-loss", "BTC", "--price", "1,000"],
        &["stop-loss", "BTC", "--price", "1", "--side", "sell"],
        &["stop-loss", "BTC", "--price", "1", "--id", ""],
        &["stop-loss", "BTC", "--price", "1", "--id", "a\nb"],
        &["stop-loss", "BTC", "--price", "1", "--platform", &long],
    ] {
        let output = env.nija(words).run().expect(64);
        assert!(output.stderr.contains("error: ") && output.stderr.contains("try: "), "{}", output.render());
        assert!(output.stdout.is_empty());
    }
    let soon = "2020-01-01T00:00:00Z";
    for words in [&["cooldown", "check", ""][..], &["cooldown", "check"], &["cooldown", "check", "a", soon]] {
        env.nija(words).run().expect(3);
    }
    assert_eq!(std::fs::read(env.state("cooldowns/BTCUSD.json")).unwrap(), before);
    assert_eq!(std::fs::read(env.state("audit.jsonl")).unwrap(), log);
    assert_eq!(std::fs::read_dir(env.state("cooldowns")).unwrap().count(), 1);
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let env = TestEnv::initialised();
    for setting in [
        "default = \"0s\"",
        "default = \"2years\"",
        "default = 60",
        "tickers = { BTC-USD = \"-1h\" }",
        "tickers = { BTC-USD = 60 }",
        "tickers = { \"-\" = \"1h\" }",
        "tickers = \"1h\"",
        "escalation = [\"4h\", \"1h\"]",
        "escalation = \"4h\"",
        "escalation = [\"1h\",\"1h\",\"1h\",\"1h\",\"1h\",\"1h\",\"1h\",\"1h\",\"1h\",\"1h\",\"1h\"]",
        "escalation_window = \"\"",
        "guard = \"yes\"",
        "guard_count = 1",
        "guard_count = 33",
        "guard_window = \"0s\"",
        "guard_duration = \"1h 61\"",
    ] {
        env.config(&format!("[cooldowns]\n{setting}\n"));
        let output = env.nija(&["cooldown", "activate", "BTC"]).run().expect(78);
        let name = setting.split(' ').next().unwrap();
        assert!(output.stderr.contains(&format!("'cooldowns.{name}': ")), "{}", output.render());
    }
    assert!(!env.state("cooldowns").exists());
}

#[test]
fn a_cooldown_is_over_at_its_end_and_not_before() {
    let env = TestEnv::initialised();
    let world = World::of(
        &env,
        "[cooldowns]\ndefault = \"1h\"\ntickers = { \"btc/usd\" = \"2h\", \"*\" = \"5min\" }\n",
    );
    world.locks("BTC-USD", End::Default);
    world.locks("ETH-USD", End::Default);
    assert_eq!(world.until("btcusd"), Some(utc("2026-03-02T11:30:00Z")));
    assert_eq!(world.until("ethusd"), Some(utc("2026-03-02T10:30:00Z")));
    world.clock.set_wall(utc("2026-03-02T10:29:59.999999999Z"));
    assert!(world.until("ethusd").is_some());
    world.clock.set_wall(utc("2026-03-02T10:30:00Z"));
    assert_eq!(world.until("ethusd"), None, "at the very instant it is over");
    world.locks("*", End::Default);
    assert_eq!(world.until("ethusd"), Some(utc("2026-03-02T10:35:00Z")));
}

#[test]
fn a_clock_that_steps_back_keeps_the_ticker_locked() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "");
    world.locks("BTC-USD", End::Default);
    world.clock.set_wall(utc("1970-01-01T00:00:00Z"));
    assert_eq!(world.until("BTC-USD"), Some(utc("2026-03-02T10:30:00Z")));
    // What is ended by a person stays ended.
    world.on(|state| change::deactivate(state, "BTC-USD", "looked").unwrap());
    world.clock.set_wall(utc("1969-12-31T00:00:00Z"));
    assert_eq!(world.until("BTC-USD"), None);
}

#[test]
fn a_day_on_which_clocks_change_is_as_long_as_any() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "");
    // At 01:00 UTC of this day clocks in Europe go from 02:00 to 03:00.
    world.clock.set_wall(utc("2026-03-29T00:30:00Z"));
    world.locks("BTC-USD", End::Default);
    let local = DateTime::parse_from_rfc3339("2026-03-29T03:30:00+02:00").unwrap();
    assert_eq!(world.until("BTC-USD"), Some(local.with_timezone(&Utc)));
    world.clock.suspend(Duration::from_secs(3599));
    assert!(world.until("BTC-USD").is_some());
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.until("BTC-USD"), None, "time the machine was asleep counts");
}

#[test]
fn stop_losses_of_one_ticker_lock_it_longer_each_time() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "[cooldowns]\nescalation_window = \"12h\"\nguard = false\n");
    let mut ends = Vec::new();
    for id in ["a", "b", "c", "d"] {
        let report = world.stopped("BTC-USD", id);
        ends.push((
            report.number.unwrap(),
            (world.until("BTC-USD").unwrap() - report.stop_loss.hit.at).num_minutes(),
        ));
        world.clock.advance(Duration::from_secs(3600));
    }
    assert_eq!(ends, [(1, 60), (2, 240), (3, 1440), (4, 1440)]);
    assert_eq!(world.stopped("ETH-USD", "a").number, Some(1), "another ticker starts anew");
    world.clock.advance(Duration::from_secs(12 * 3600));
    assert_eq!(world.stopped("BTC-USD", "e").number, Some(1), "those before the window no longer count");
}

#[test]
fn a_report_that_a_crash_cut_short_is_completed_and_counts_once() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "[cooldowns]\nguard_count = 2\n");
    world.stopped("ETH-USD", "e");
    let before = std::fs::read(env.state("cooldowns/%2A.json")).unwrap();
    let first = world.stopped("BTC-USD", "b");
    assert!(first.tripped);
    // Died between the two documents.
    std::fs::write(env.state("cooldowns/%2A.json"), before).unwrap();
    world.clock.advance(Duration::from_secs(600));
    assert_eq!(world.until("DOGE-USD"), None);
    let again = world.stopped("btc/usd", "b");
    assert_eq!((again.number, again.tripped, again.changed), (None, true, true));
    assert_eq!(again.stop_loss, first.stop_loss, "as it was reported first");
    assert_eq!(world.until("DOGE-USD"), Some(utc("2026-03-02T10:30:00Z")), "from when it was hit");
    assert_eq!(world.until("BTC-USD"), Some(utc("2026-03-02T10:30:00Z")));
    let third = world.stopped("BTC-USD", "b");
    assert_eq!((third.number, third.tripped, third.changed), (None, false, false));
    env.nija(&["audit", "verify"]).run().expect(0);
    let export = env.nija(&["audit", "export"]).run().stdout;
    assert_eq!(export.matches("\"cooldown.stop_loss\"").count(), 2);
}

#[test]
fn who_is_told_that_half_is_missing_learns_how_to_complete_it() {
    let env = TestEnv::initialised();
    std::fs::create_dir_all(env.state("cooldowns/%2A.json")).unwrap();
    let output = env.nija(&["stop-loss", "BTC-USD", "--price", "64000"]).run().expect(65);
    let (_, hint) = output.stderr.split_once("try: nija ").unwrap();
    assert!(output.stderr.contains("BTCUSD is locked, but"), "{}", output.render());
    std::fs::remove_dir(env.state("cooldowns/%2A.json")).unwrap();
    let words: Vec<&str> = hint.split_whitespace().collect();
    let again = env.nija(&words).run().expect(0);
    assert!(again.stdout.contains("counted already"), "{}", again.render());
}

#[test]
fn stop_losses_at_the_same_time_are_all_counted() {
    let env = TestEnv::initialised();
    let world = World::of(&env, "[cooldowns]\nguard_count = 24\nescalation = [\"2h\"]\n");
    std::thread::scope(|scope| {
        for bot in 0..4 {
            let world = &world;
            scope.spawn(move || {
                for stop in 0..6 {
                    world.stopped(["BTC-USD", "ETH-USD"][stop % 2], &format!("{bot}-{stop}"));
                }
            });
        }
    });
    let every = world.on(|state| show::check(state, "*", Some(order::Side::Buy)).unwrap());
    assert_eq!(every.locks.len(), 1, "{every:?}");
    assert_eq!(every.locks[0].lock.stop_losses.len(), 24);
    assert_eq!(world.until("BTC-USD"), Some(utc("2026-03-02T11:30:00Z")));
}
