//! What people and programs read of fills: figures, scores, reports, the fills themselves, and their export.

use insta::assert_snapshot;
use serde_json::Value;

use super::golden::{ask, document};
use super::scene::Scene;
use crate::common::TestEnv;

/// A broker of twelve fills in four days of October, and one fill of which little is known.
fn traded() -> TestEnv {
    let env = TestEnv::initialised();
    for number in 0..12 {
        let (actual, at) =
            (50_000 + number * 7 % 61 - 20, format!("2026-10-{:02}T{:02}:00:00Z", 5 + number / 3, number));
        let (actual, latency) = (actual.to_string(), (100 + number).to_string());
        let (side, kind) = if number % 4 == 3 { ("sell", "limit") } else { ("buy", "market") };
        let words = [
            "slippage",
            "record",
            "--ticker",
            "BTC-USD",
            "--side",
            side,
            "--expected",
            "50000",
            "--actual",
            &actual,
            "--qty",
            "0.5",
            "--fee",
            "2.5",
            "--broker",
            "Kraken",
            "--order-type",
            kind,
            "--latency-ms",
            &latency,
            "--at",
            &at,
        ];
        env.nija(&words).run().expect(0);
    }
    let words =
        "slippage record --ticker aapl --side sell --expected 200 --actual 199 --at 2026-10-06T23:30:00Z";
    env.nija(&words.split(' ').collect::<Vec<_>>()).run().expect(0);
    env
}

const OCTOBER: &str = "--since 2026-10-01T00:00:00Z --until 2026-11-01T00:00:00Z";

#[test]
fn pages() {
    let mut scene = Scene::new(TestEnv::initialised());
    for line in ["stats", "quality BTC-USD", "report", "events", "export --format csv"] {
        scene.nija(&format!("slippage {line}"));
    }
    scene.env = traded();
    scene.note("twelve fills of BTC-USD at kraken, one of AAPL");
    for line in [
        &format!("stats {OCTOBER}"),
        "stats --all",
        &format!("stats {OCTOBER} --by broker"),
        "stats --all --by hour --ticker btc/usd",
        "stats --all --ticker ETH-USD",
        &format!("quality btcusd {OCTOBER}"),
        &format!("quality --broker KRAKEN {OCTOBER}"),
        &format!("quality AAPL {OCTOBER}"),
        &format!("report {OCTOBER} --worst 3"),
        "events --limit 2",
        "events --ticker aapl",
        "export --ticker aapl",
        "export --broker kraken --format csv --until 2026-10-05T01:00:00Z",
    ] {
        scene.nija(&format!("slippage {line}"));
    }
    assert_snapshot!(scene.text());
}

#[test]
fn a_report_is_drawn_in_what_the_locale_has() {
    let mut scene = Scene::new(traded());
    scene.with(&format!("slippage report {OCTOBER} --worst 0"), |run| run.env("LANG", "C.UTF-8"));
    scene.with(&format!("slippage report {OCTOBER} --worst 1 --color always"), |run| {
        run.env("LC_ALL", "POSIX")
    });
    assert_snapshot!(scene.text());
}

#[test]
fn the_json_contract() {
    let env = traded();
    let time = OCTOBER.split(' ').collect::<Vec<_>>();
    let with = |words: &[&'static str]| [&["slippage"], words, &time].concat();
    ask(
        &env,
        &[
            ("slippage-stats", &with(&["stats", "--by", "side"])),
            ("slippage-stats-all", &["slippage", "stats", "--all"]),
            ("slippage-stats-nothing", &["slippage", "stats", "--ticker", "ETH-USD", "--days", "1"]),
            ("slippage-quality", &with(&["quality", "--broker", "kraken"])),
            ("slippage-quality-insufficient", &with(&["quality", "AAPL"])),
            ("slippage-report", &with(&["report", "--worst", "1"])),
            ("slippage-events", &["slippage", "events", "--limit", "1"]),
            ("slippage-export", &["slippage", "export", "--ticker", "AAPL"]),
        ],
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut scene = Scene::new(TestEnv::initialised());
    for line in [
        "stats --days 0",
        "stats --days 7 --all",
        "stats --since tomorrow",
        "stats --since 2026-10-02T00:00:00Z --until 2026-10-02T00:00:00Z",
        "stats --ticker --",
        "stats --ticker -/-",
        "stats --by weekday",
        "quality",
        "quality --broker ''",
        "events --limit -1",
        "export --format xml",
    ] {
        scene.nija(&format!("slippage {line}"));
    }
    assert_snapshot!(scene.text());
}

#[test]
fn a_damaged_line_is_named_by_every_reader() {
    let env = traded();
    let path = env.state("slippage/2026-10.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("\"buy\"", "\"bye\"", 1)).unwrap();
    let place = "slippage/2026-10.jsonl line 1 is not counted";
    for line in
        ["stats", "stats --by hour", "quality --broker kraken", "report", "export", "events --limit 50"]
    {
        let time = if line.starts_with("events") { "" } else { OCTOBER };
        let words = format!("slippage {line} {time}");
        let words: Vec<&str> = words.split_whitespace().collect();
        let output = env.nija(&words).run().expect(0);
        assert!(output.stderr.contains(place), "{}", output.render());
        let document = document(&env.nija(&[&words, &["--json"][..]].concat()).run());
        assert_eq!(document["warnings"][0]["code"], "SLIPPAGE_LINES_DAMAGED");
    }
    let all = env.nija(&["slippage", "stats", "--all"]).run().expect(0);
    assert!(all.stderr.contains("not counted"), "{}", all.render());
}

#[test]
fn an_export_holds_what_was_recorded_and_ends_with_its_reader() {
    let env = traded();
    let export = env.nija(&["slippage", "export"]).run().expect(0);
    assert_eq!(export.stdout, std::fs::read_to_string(env.state("slippage/2026-10.jsonl")).unwrap());
    let csv = env.nija(&["slippage", "export", "--format", "csv"]).run().expect(0);
    let mut rows = csv::Reader::from_reader(csv.stdout.as_bytes());
    let fills: Vec<Value> = export.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let cells = |row: csv::StringRecord| (row[0].to_owned(), row[4].to_owned(), row[16].to_owned());
    let rows: Vec<_> = rows.records().map(|row| cells(row.unwrap())).collect();
    let text = |fill: &Value, name: &str| fill[name].as_str().unwrap().to_owned();
    let expected: Vec<_> =
        fills.iter().map(|fill| (text(fill, "at"), text(fill, "actual"), text(fill, "id"))).collect();
    assert_eq!(rows, expected);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    env.nija(&["slippage", "export"]).stdout(full).run().expect(74);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    env.nija(&["slippage", "export"]).stdout(writer).run().expect(0);
}
