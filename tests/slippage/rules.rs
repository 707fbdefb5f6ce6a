//! What the rules see of fills: the latest, read as they are recorded, and no fill missed or told twice.

use std::time::Duration;

use chrono::TimeDelta;
use nija::domain::alert::{RULES, Rule, select};
use nija::domain::order::{Decimal, Side};
use nija::domain::slippage::Facts;
use nija::domain::watch::Watch;
use nija::ops::State;
use nija::ops::check::{Report, Request, Runner, Sight, look};
use nija::ops::slippage::record;
use nija::store::Durability;
use nija::store::document;

use super::desk::{Desk, append_many, facts, now};

/// A fill of so many basis points that was filled so long ago.
fn record_one(state: &State<'_>, id: &str, bps: i64, age: TimeDelta) {
    let facts = Facts {
        at: state.now() - age,
        ticker: "SOL-USD".to_owned(),
        side: Side::Buy,
        expected: Decimal::from(100),
        actual: Decimal::from(100) + Decimal::new(bps, 2),
        ..facts(1)
    };
    record(state, &record::fill_with(state, id.to_owned(), facts).unwrap()).unwrap();
}

fn rules() -> Vec<&'static Rule> {
    select("slippage")
}

fn look_on(state: &State<'_>, sight: &mut Sight) -> Report {
    let rules = rules();
    assert_eq!(rules.len(), 2, "of {}", RULES.len());
    let request = Request { rules: &rules, policies: &state.context.config.policies };
    look(state, &request, sight, &mut Runner::default()).unwrap()
}

fn changes(report: &Report) -> Vec<String> {
    let told = |change: &nija::ops::check::Change| format!("{} {:?}", change.fingerprint, change.transition);
    report.changes.iter().map(told).collect()
}

#[test]
fn a_high_fill_fires_once_and_is_resolved_once() {
    let desk = Desk::new();
    desk.in_files(|state| {
        let mut sight = Sight::default();
        assert!(
            look_on(state, &mut sight).rules.iter().all(|judged| judged.idle.is_some()),
            "nothing recorded"
        );
        record_one(state, "t-1", 5, TimeDelta::zero());
        assert_eq!(changes(&look_on(state, &mut sight)), [] as [&str; 0]);
        record_one(state, "t-2", 25, TimeDelta::zero());
        assert_eq!(changes(&look_on(state, &mut sight)), ["SLIPPAGE_HIGH:fill:SOLUSD Fired"]);
        for _ in 0..3 {
            desk.clock.advance(Duration::from_secs(1200));
            assert_eq!(changes(&look_on(state, &mut sight)), [] as [&str; 0]);
            // Whoever looks without having looked before finds the same.
            assert_eq!(changes(&look_on(state, &mut Sight::default())), [] as [&str; 0]);
        }
        desk.clock.advance(Duration::from_secs(1));
        assert_eq!(changes(&look_on(state, &mut sight)), ["SLIPPAGE_HIGH:fill:SOLUSD Resolved"]);
        assert_eq!(changes(&look_on(state, &mut sight)), [] as [&str; 0]);
        assert_eq!(changes(&look_on(state, &mut Sight::default())), [] as [&str; 0]);
    });
}

#[test]
fn what_was_filled_while_nobody_looked_is_told() {
    let desk = Desk::new();
    desk.in_files(|state| {
        let tick = state.now() - TimeDelta::hours(5);
        let mut watch = Watch::new(tick, "boot", Duration::ZERO, 1, Duration::from_secs(30));
        let mut opened =
            document::open::<Watch>(&*state.backend, &nija::domain::watch::key(), state.wait).unwrap();
        opened.commit(&mut watch, tick, Durability::Relaxed).unwrap();
        drop(opened);
        record_one(state, "t-0", 25, TimeDelta::hours(6));
        record_one(state, "t-1", 30, TimeDelta::hours(3));
        let mut sight = Sight::default();
        let first = look_on(state, &mut sight);
        assert_eq!(changes(&first), ["SLIPPAGE_HIGH:fill:SOLUSD Fired"]);
        assert!(first.changes[0].message.contains("0.3 %"), "{}", first.changes[0].message);
        desk.clock.advance(Duration::from_secs(30));
        assert_eq!(changes(&look_on(state, &mut sight)), ["SLIPPAGE_HIGH:fill:SOLUSD Resolved"]);
        desk.clock.advance(Duration::from_secs(30));
        assert_eq!(changes(&look_on(state, &mut sight)), [] as [&str; 0]);
    });
}

#[test]
fn a_look_reads_only_what_was_recorded_since() {
    let desk = Desk::new();
    desk.in_files(|state| {
        append_many(state, 0..200);
        let mut sight = Sight::default();
        look_on(state, &mut sight);
        // Whoever read it again would stumble.
        let len = usize::try_from(std::fs::metadata(desk.log()).unwrap().len()).unwrap();
        let mut bytes = std::fs::read(desk.log()).unwrap();
        bytes[..len - 1].fill(b'#');
        std::fs::write(desk.log(), bytes).unwrap();
        record_one(state, "t-1", 25, TimeDelta::zero());
        let next = look_on(state, &mut sight);
        assert!(changes(&next).contains(&"SLIPPAGE_HIGH:fill:SOLUSD Fired".to_owned()), "{next:?}");
        assert!(next.rules.iter().all(|judged| judged.doubts.is_empty()));
        // A log that is another one by now is read from its end again.
        std::fs::write(desk.log(), "").unwrap();
        record_one(state, "t-2", 26, TimeDelta::zero());
        let last = look_on(state, &mut sight);
        assert!(last.rules[0].alerts.iter().any(|alert| alert.message.contains("0.26 %")), "{last:?}");
    });
}

#[test]
fn a_damaged_line_is_doubt_and_resolves_nothing() {
    let desk = Desk::new();
    desk.in_files(|state| {
        record_one(state, "t-1", 25, TimeDelta::zero());
        let mut sight = Sight::default();
        assert_eq!(changes(&look_on(state, &mut sight)), ["SLIPPAGE_HIGH:fill:SOLUSD Fired"]);
        let mut bytes = std::fs::read(desk.log()).unwrap();
        bytes.extend(b"{\"id\":\"t-2\" and no more\n");
        std::fs::write(desk.log(), bytes).unwrap();
        let judged = &look_on(state, &mut sight).rules[0];
        assert_eq!((judged.alerts.len(), judged.doubts.len()), (1, 1));
    });
}

#[test]
fn a_broker_below_80_is_an_alert_until_it_is_better() {
    let desk = Desk::new();
    desk.in_files(|state| {
        let mut sight = Sight::default();
        (0..12).for_each(|number| record_one(state, &format!("t-{number}"), 9, TimeDelta::zero()));
        assert_eq!(changes(&look_on(state, &mut sight)), ["BROKER_QUALITY:broker:kraken Fired"]);
        (12..400).for_each(|number| record_one(state, &format!("t-{number}"), -1, TimeDelta::zero()));
        assert_eq!(changes(&look_on(state, &mut sight)), ["BROKER_QUALITY:broker:kraken Resolved"]);
        assert_eq!(now(), state.now());
    });
}
