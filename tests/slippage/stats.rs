//! Figures of fills: exact over a time, from the summary over all time, and what is damaged is named.

use chrono::{DateTime, TimeDelta, Utc};
use nija::domain::slippage::figures::Basis;
use nija::domain::slippage::{By, Figures, Fill, Selection, Tally, line};
use nija::ops::State;
use nija::ops::slippage::events::{each, latest};
use nija::ops::slippage::stats::{Source, Stats, stats};
use nija::ops::slippage::summary::overview;

use super::desk::{Desk, append_many, fill, now, on_each};

fn all(state: &State<'_>, numbers: std::ops::Range<i64>) -> Vec<Fill> {
    numbers.map(|number| fill(state, number)).collect()
}

fn figures<'a>(fills: impl Iterator<Item = &'a Fill>) -> Figures {
    let mut tally = Tally::default();
    fills.for_each(|fill| tally.add(&fill.sample()));
    tally.figures()
}

fn since(seconds: i64) -> Option<DateTime<Utc>> {
    Some(now() - TimeDelta::seconds(seconds))
}

/// The same selection, of a time that leaves nothing out: read from the log.
fn read(selection: &Selection) -> Selection {
    Selection { since: Some(DateTime::UNIX_EPOCH), ..selection.clone() }
}

#[test]
fn figures_of_a_time_are_those_of_its_fills() {
    on_each(|_, state| {
        append_many(state, 0..2_500);
        let fills = all(state, 0..2_500);
        let kraken = Selection { broker: Some("kraken".to_owned()), ..Selection::default() };
        for selection in [
            Selection { since: since(1_000), ..Selection::default() },
            Selection { since: since(1_000), until: since(500), ..kraken.clone() },
            Selection { ticker: Some("ETHUSD".to_owned()), until: since(1_500), ..kraken.clone() },
            Selection { since: since(-1), ..Selection::default() },
            read(&kraken),
        ] {
            let filter = selection.filter();
            let meant = || fills.iter().filter(|fill| filter.has(&fill.sample()));
            let found = stats(state, &selection, Some(By::Hour)).unwrap();
            assert_eq!((found.source, found.figures), (Source::Log, figures(meant())), "{selection:?}");
            let of_groups: u64 = found.groups.iter().map(|group| group.figures.fills).sum();
            assert_eq!(of_groups, found.figures.fills);
            for group in found.groups {
                let own = |fill: &&Fill| Some(By::Hour.name(&fill.sample())) == group.name.as_deref();
                assert_eq!(group.figures, figures(meant().filter(own)));
            }
        }
    });
}

/// Without how quantiles were found, and those themselves.
fn sums(figures: &Figures) -> String {
    let mut sums = *figures;
    for spread in [&mut sums.slippage_bps, &mut sums.slippage_pct] {
        (spread.median, spread.p90, spread.p95, spread.p99) = (None, None, None, None);
    }
    (sums.latency_ms.p50, sums.latency_ms.p95, sums.quantiles) = (None, None, Basis::Fills);
    format!("{sums:?}")
}

fn alike(summed: &Stats, read: &Stats) {
    assert_eq!((summed.source, read.source), (Source::Summary, Source::Log));
    assert_eq!(sums(&summed.figures), sums(&read.figures));
    let names = |stats: &Stats| stats.groups.iter().map(|group| group.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(summed), names(read));
    for (summed, read) in summed.groups.iter().zip(&read.groups) {
        assert_eq!(sums(&summed.figures), sums(&read.figures), "{:?}", read.name);
    }
    let (near, exact) = (summed.figures.slippage_bps.p95.unwrap(), read.figures.slippage_bps.p95.unwrap());
    assert!(
        (near - exact).abs() * nija::domain::order::Decimal::from(99) <= exact.abs(),
        "{near} for {exact}"
    );
}

#[test]
fn of_all_time_the_summary_says_the_same() {
    on_each(|_, state| {
        append_many(state, 0..1_200);
        overview(state).unwrap();
        append_many(state, 1_200..1_300);
        let selection = |ticker: Option<&str>, broker: Option<&str>| Selection {
            ticker: ticker.map(str::to_owned),
            broker: broker.map(str::to_owned),
            ..Selection::default()
        };
        for (selection, ways) in [
            (
                selection(None, None),
                &[None, Some(By::Ticker), Some(By::Side), Some(By::OrderType), Some(By::Hour)][..],
            ),
            (selection(Some("BTCUSD"), None), &[None, Some(By::Ticker), Some(By::Broker)]),
            (selection(None, Some("kraken")), &[None, Some(By::Ticker), Some(By::Broker)]),
            (selection(None, Some("")), &[None, Some(By::Ticker)]),
            (selection(Some("ETHUSD"), Some("kraken")), &[None, Some(By::Broker)]),
        ] {
            for by in ways {
                let summed = stats(state, &selection, *by).unwrap();
                alike(&summed, &stats(state, &read(&selection), *by).unwrap());
            }
        }
        let apart = stats(state, &selection(Some("BTCUSD"), None), Some(By::Side)).unwrap();
        assert_eq!(apart.source, Source::Log, "the summary does not count those apart");
    });
}

#[test]
fn of_all_time_the_log_is_not_read() {
    let desk = Desk::new();
    desk.in_files(|state| {
        append_many(state, 0..3_000);
        let before = stats(state, &Selection::default(), None).unwrap();
        // Whoever read the first half would stumble.
        let mut bytes = std::fs::read(desk.log()).unwrap();
        let half = bytes.len() / 2;
        bytes[..half].fill(b'#');
        std::fs::write(desk.log(), bytes).unwrap();
        append_many(state, 3_000..3_010);
        let after = stats(state, &Selection::default(), None).unwrap();
        assert_eq!(after.figures.fills, before.figures.fills + 10);
        assert_eq!(after.notices, []);
        assert!(!stats(state, &read(&Selection::default()), None).unwrap().notices.is_empty());
    });
}

#[test]
fn a_log_that_threads_share_is_counted_whole() {
    let desk = Desk::new();
    desk.in_files(|state| {
        append_many(state, 0..9_000);
        assert!(std::fs::metadata(desk.log()).unwrap().len() > 2 * 1024 * 1024, "or no thread helps");
        let found = stats(state, &read(&Selection::default()), None).unwrap();
        assert_eq!(found.figures, figures(all(state, 0..9_000).iter()));
        // A damaged line in each half is named by its number.
        let text = std::fs::read_to_string(desk.log()).unwrap();
        let damage = |number: usize, line: &str| {
            if [10, 8_500].contains(&number) {
                line.replace("buy", "bux").replace("sell", "selx")
            } else {
                line.to_owned()
            }
        };
        let lines: Vec<String> =
            text.lines().enumerate().map(|(number, line)| damage(number + 1, line)).collect();
        std::fs::write(desk.log(), lines.join("\n") + "\n").unwrap();
        let found = stats(state, &read(&Selection::default()), None).unwrap();
        assert_eq!(found.figures.fills, 8_998);
        let messages: Vec<&str> = found.notices.iter().map(|notice| notice.message.as_str()).collect();
        let why = "is not counted: its checksum does not match: it was damaged or edited";
        assert_eq!(
            messages,
            [
                format!("slippage/2026-11.jsonl line 10 {why}"),
                format!("slippage/2026-11.jsonl line 8500 {why}")
            ]
        );
    });
}

/// Appends a fill of its own time.
fn append_at(state: &State<'_>, number: i64, at: &str) {
    let facts = nija::domain::slippage::Facts { at: at.parse().unwrap(), ..super::desk::facts(number) };
    let fill = nija::ops::slippage::record::fill_with(state, format!("t-{number}"), facts).unwrap();
    let mut bytes = Vec::new();
    line::write(&fill, &mut bytes);
    state.ledger().fills().append(fill.month(), &bytes, state.now()).unwrap();
}

#[test]
fn only_the_months_of_the_time_are_looked_at() {
    let desk = Desk::new();
    desk.in_files(|state| {
        append_at(state, 1, "2026-09-30T23:59:59.999Z");
        append_at(state, 2, "2026-10-01T00:00:00Z");
        append_at(state, 3, "2026-11-01T00:00:00Z");
        std::fs::write(desk.env.state("slippage/2026-09.jsonl"), "torn to pieces\n").unwrap();
        let count = |since: &str, until: &str| {
            let time = |text: &str| Some(text.parse().unwrap());
            let selection = Selection { since: time(since), until: time(until), ..Selection::default() };
            let found = stats(state, &selection, None).unwrap();
            (found.figures.fills, found.notices.len())
        };
        assert_eq!(count("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"), (1, 0), "its end is not of it");
        assert_eq!(count("2026-10-01T00:00:00Z", "2026-11-01T00:00:01Z"), (2, 0));
        assert_eq!(
            count("2026-09-30T00:00:00Z", "2026-12-01T00:00:00Z"),
            (2, 1),
            "what cannot be read is told"
        );
    });
}

#[test]
fn the_latest_come_first_and_all_come_in_order() {
    on_each(|_, state| {
        append_at(state, 1, "2026-10-05T00:00:00Z");
        append_many(state, 10..40);
        append_at(state, 2, "2026-10-01T00:00:00Z");
        let ids = |limit| {
            let found = latest(state, &Selection::default(), limit).unwrap();
            found.fills.into_iter().map(|fill| fill.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(0), [] as [&str; 0]);
        assert_eq!(ids(2), ["t-39", "t-38"]);
        assert_eq!(ids(100).len(), 32);
        assert_eq!(ids(100)[29..], ["t-10", "t-2", "t-1"]);
        let kraken = Selection { broker: Some("kraken".to_owned()), ..Selection::default() };
        assert!(latest(state, &kraken, 100).unwrap().fills.iter().all(|fill| fill.broker.is_some()));
        let mut seen = Vec::new();
        let notices = each(state, &Selection::default(), &mut |bytes| {
            seen.push(line::read(bytes).unwrap().id);
            Ok(seen.len() < 4)
        });
        assert_eq!(
            (notices.unwrap(), seen),
            (vec![], ["t-1", "t-2", "t-10", "t-11"].map(str::to_owned).to_vec())
        );
    });
}
