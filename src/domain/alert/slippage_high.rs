//! SLIPPAGE_HIGH: fills of a ticker cost much more than expected, one of them or their mean.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::facts::{Facts, Input};
use super::outcome::{Finding, Outcome};
use super::rule::{Reading, Rule, Severity};
use crate::domain::slippage::fixed::{BPS_PLACES, decimal, units};
use crate::domain::slippage::moments::Moments;
use crate::domain::slippage::recent::Recent;
use crate::domain::slippage::{Policy, Sample};
use crate::domain::ticker;

/// The rule.
pub const RULE: Rule = Rule {
    id: "SLIPPAGE_HIGH",
    group: "slippage",
    about: "fills of a ticker cost much more than expected: one of them, or their mean",
    why: "the strategy was judged without this cost; thin markets and bad routing show here first",
    threshold: "a fill above 0.1 % is WARNING for an hour after it was filled, and at the first look after a gap however old \
                it is; the mean of at least 5 fills of 24 hours above 0.1 % is CRITICAL (slippage.high_pct, per ticker \
                slippage.high_pct_by_ticker, slippage.alert_window, slippage.mean_window); of the latest 5000 fills",
    example: "nija slippage record --ticker BTC-USD --side buy --expected 50000 --actual 50100",
    severities: &[Severity::Warning, Severity::Critical],
    auto_kill: None,
    latches: None,
    remedy: "nija slippage report",
    reads: &[Reading::Fills],
    evaluate,
};

/// Below this many fills a mean says no more than the fills themselves.
const MEAN_FILLS_MIN: u64 = 5;

/// What the fills of one ticker come to.
struct Ticker<'a> {
    /// Above which a fill is high, in 1e-4 bps.
    limit: i64,
    high: u64,
    worst: Option<Sample<'a>>,
    mean: Moments,
}

fn evaluate(facts: &Facts) -> Outcome {
    let recent = match &facts.fills {
        Input::Known(recent) => recent,
        Input::Unreadable(why) => return Outcome::unknown(why.clone(), "nija slippage verify"),
        Input::Missing => return Outcome::idle("no fill was ever recorded"),
        Input::NotRead => return Outcome::idle("the fills were not read"),
    };
    let policy = &facts.policies.slippage;
    let from = alert_from(recent, policy, facts.now);
    let mut outcome = Outcome::default();
    let damaged = recent.damaged_since(from);
    if damaged > 0 {
        let why = format!("{damaged} recent lines of the log cannot be read as fills");
        outcome.doubt(None, why, "nija slippage verify");
    }
    let tickers = by_ticker(recent, facts, from);
    let mut high = 0;
    for (name, ticker) in &tickers {
        high += ticker.high;
        outcome.findings.extend(of_fills(name, ticker));
        outcome.findings.extend(of_mean(name, ticker));
    }
    outcome.figure("slippage_high_fills", high.into(), "");
    let worst = tickers.values().filter_map(|ticker| ticker.worst).map(|fill| fill.slippage).max();
    if let Some(worst) = worst.and_then(percent) {
        outcome.figure("slippage_worst", worst, "%");
    }
    outcome
}

/// From when on single fills are judged.
fn alert_from(recent: &Recent, policy: &Policy, now: DateTime<Utc>) -> DateTime<Utc> {
    let window = now.checked_sub_signed(policy.alert_window).unwrap_or(DateTime::UNIX_EPOCH);
    recent.unseen_since.map_or(window, |unseen| unseen.min(window))
}

fn by_ticker<'a>(recent: &'a Recent, facts: &Facts, from: DateTime<Utc>) -> BTreeMap<&'a str, Ticker<'a>> {
    let (policy, spelling) = (&facts.policies.slippage, &facts.policies.tickers);
    let mean_from = facts.now.checked_sub_signed(policy.mean_window).unwrap_or(DateTime::UNIX_EPOCH);
    let mut tickers: BTreeMap<&str, Ticker<'_>> = BTreeMap::new();
    for fill in recent.since(from) {
        let ticker = tickers.entry(fill.ticker).or_insert_with(|| Ticker::new(fill.ticker, policy, spelling));
        ticker.high += u64::from(fill.slippage > ticker.limit);
        if ticker.worst.is_none_or(|worst| fill.slippage > worst.slippage) {
            ticker.worst = Some(fill);
        }
    }
    for fill in recent.since(mean_from) {
        let ticker = tickers.entry(fill.ticker).or_insert_with(|| Ticker::new(fill.ticker, policy, spelling));
        ticker.mean.add(fill.slippage);
    }
    tickers
}

impl Ticker<'_> {
    fn new(name: &str, policy: &Policy, spelling: &ticker::Policy) -> Self {
        let limit = i64::try_from(units(policy.high_bps(name, spelling), BPS_PLACES)).unwrap_or(i64::MAX);
        Self { limit, high: 0, worst: None, mean: Moments::default() }
    }
}

/// Slippage in per cent: 1e-4 bps are millionths of one.
fn percent(slippage: i64) -> Option<Decimal> {
    decimal(slippage.into(), BPS_PLACES + 2)
}

fn of_fills(name: &str, ticker: &Ticker<'_>) -> Option<Finding> {
    let worst = ticker.worst.filter(|worst| worst.slippage > ticker.limit)?;
    let (value, limit) = (percent(worst.slippage)?, percent(ticker.limit)?);
    let broker = worst.broker.map_or_else(String::new, |broker| format!(" at {broker}"));
    let at = DateTime::from_timestamp_nanos(worst.at_ns).format("%Y-%m-%dT%H:%M:%SZ");
    let message = match ticker.high {
        1 => format!(
            "a {} of {name}{broker} cost {value} % more than expected at {at}, above {limit} %",
            worst.side
        ),
        high => format!(
            "{high} fills of {name} cost more than {limit} % above what was expected, the worst {value} %: a {}{broker} at {at}",
            worst.side
        ),
    };
    let finding = Finding::new(format!("fill:{name}"), Severity::Warning, message);
    let finding = finding.judged(value, limit).label("ticker", name);
    Some(match worst.broker {
        Some(broker) => finding.label("broker", broker),
        None => finding,
    })
}

fn of_mean(name: &str, ticker: &Ticker<'_>) -> Option<Finding> {
    let mean = i64::try_from(ticker.mean.mean()?).ok()?;
    if ticker.mean.count < MEAN_FILLS_MIN || mean <= ticker.limit {
        return None;
    }
    let (value, limit) = (percent(mean)?, percent(ticker.limit)?);
    let message = format!(
        "the latest {} fills of {name} cost {value} % more than expected on average, above {limit} %",
        ticker.mean.count
    );
    let finding = Finding::new(format!("mean:{name}"), Severity::Critical, message);
    Some(finding.judged(value, limit).label("ticker", name))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::order::Side;

    const NOW: i64 = 1_800_000_000;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    /// A fill of so many basis points, so many seconds ago.
    fn fill(bps: i64, age: i64) -> Sample<'static> {
        Sample {
            id: "",
            at_ns: (NOW - age) * 1_000_000_000,
            ticker: "BTCUSD",
            side: Side::Buy,
            slippage: bps * 10_000,
            high: 0,
            notional: None,
            cash: None,
            fee: None,
            latency_ms: None,
            broker: Some("kraken"),
            order_type: None,
        }
    }

    fn facts(fills: &[Sample<'_>]) -> Facts {
        let mut recent = Recent::default();
        fills.iter().for_each(|fill| recent.push(fill));
        Facts { fills: Input::Known(Arc::new(recent)), ..Facts::nothing(at(NOW)) }
    }

    fn found(facts: &Facts) -> Vec<(String, Severity)> {
        evaluate(facts).findings.into_iter().map(|finding| (finding.subject, finding.severity)).collect()
    }

    #[test]
    fn a_fill_is_an_alert_above_the_limit_and_for_as_long_as_it_is_recent() {
        assert_eq!(found(&facts(&[fill(10, 60)])), [], "at the limit");
        assert_eq!(found(&facts(&[fill(11, 60)])), [("fill:BTCUSD".to_owned(), Severity::Warning)]);
        assert_eq!(found(&facts(&[fill(11, 3600)])).len(), 1, "to the last second");
        assert_eq!(found(&facts(&[fill(11, 3601)])), []);
        assert_eq!(found(&facts(&[fill(-90, 60)])), [], "favourable");
    }

    #[test]
    fn what_nobody_saw_is_judged_however_old_it_is() {
        let mut facts = facts(&[fill(11, 40_000)]);
        assert_eq!(found(&facts), []);
        if let Input::Known(recent) = &mut facts.fills {
            Arc::make_mut(recent).unseen_since = Some(at(NOW - 50_000));
        }
        assert_eq!(found(&facts).len(), 1);
    }

    #[test]
    fn the_mean_is_critical_on_its_own() {
        let fills: Vec<Sample<'_>> = (0..5).map(|number| fill(11, 7200 + number)).collect();
        assert_eq!(found(&facts(&fills)), [("mean:BTCUSD".to_owned(), Severity::Critical)]);
        assert_eq!(found(&facts(&fills[..4])), [], "too few for a mean");
        let outcome = evaluate(&facts(&[fill(30, 1), fill(12, 2)]));
        assert_eq!(
            outcome.findings[0].message,
            "2 fills of BTCUSD cost more than 0.1 % above what was expected, the worst 0.3 %: a buy at kraken at \
             2027-01-15T07:59:59Z"
        );
        assert_eq!(outcome.findings[0].value, Some(Decimal::new(3, 1)));
    }

    #[test]
    fn a_ticker_may_have_a_limit_of_its_own() {
        let mut facts = facts(&[fill(11, 60)]);
        facts.policies.slippage.high_pct_by_ticker.insert("btc-usd".to_owned(), Decimal::new(2, 1));
        assert_eq!(found(&facts), []);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_doubt_while_it_is_recent() {
        let mut recent = Recent::default();
        recent.push(&fill(1, 60));
        recent.push_damaged();
        let mut facts = Facts { fills: Input::Known(Arc::new(recent)), ..Facts::nothing(at(NOW)) };
        assert_eq!(evaluate(&facts).doubts.len(), 1);
        facts.now += TimeDelta::hours(1);
        assert_eq!(evaluate(&facts).doubts.len(), 0);
    }

    proptest! {
        #[test]
        fn a_fill_that_cost_more_is_never_less_of_an_alert(
            fills in prop::collection::vec((-40i64..40, 0i64..100_000), 1..20),
            more in 0i64..30,
            at in any::<prop::sample::Index>(),
        ) {
            let at = at.index(fills.len());
            let made = |raised: i64| -> Vec<Sample<'static>> {
                let raise = |index| if index == at { raised } else { 0 };
                fills.iter().enumerate().map(|(index, (bps, age))| fill(bps + raise(index), *age)).collect()
            };
            let (before, after) = (found(&facts(&made(0))), found(&facts(&made(more))));
            prop_assert!(before.iter().all(|finding| after.contains(finding)), "{:?} {:?}", before, after);
        }
    }
}
