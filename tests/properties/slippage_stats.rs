//! Slippage figures against the same figures worked out slowly from their definitions, in exact fractions.

use nija::domain::slippage::{Figures, Fill, Policy, Tally};
use nija::domain::ticker;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::slippage::facts;

fn fills() -> impl Strategy<Value = Vec<Fill>> {
    let fill = facts().prop_filter_map("cannot be recorded", |facts| {
        Fill::new("f-1", facts, &ticker::Policy::default(), &Policy::default()).ok()
    });
    prop::collection::vec(fill, 0..60)
}

fn figures(fills: &[Fill]) -> Figures {
    let mut tally = Tally::default();
    fills.iter().for_each(|fill| tally.add(&fill.sample()));
    tally.figures()
}

/// Slippage of every fill in whole ten-thousandths of a basis point, sorted.
fn units(fills: &[Fill]) -> Vec<i128> {
    let ten_thousandths = |fill: &Fill| fill.slippage_bps * Decimal::from(10_000);
    let mut units: Vec<i128> = fills.iter().map(|fill| ten_thousandths(fill).try_into().unwrap()).collect();
    units.sort_unstable();
    units
}

fn bps(units: i128) -> Decimal {
    Decimal::try_from_i128_with_scale(units, 4).unwrap().normalize()
}

/// The least value that at least `percent` of all do not exceed, by looking at each.
fn quantile(sorted: &[i128], percent: usize) -> Option<Decimal> {
    let not_above = |value: i128| sorted.iter().filter(|other| **other <= value).count();
    sorted.iter().find(|value| not_above(**value) * 100 >= percent * sorted.len()).map(|value| bps(*value))
}

/// The whole number nearest to a fraction, halves away from zero.
fn nearest(over: i128, under: i128) -> i128 {
    let (twice, sign) = (2 * over.abs() + under, over.signum());
    sign * (twice / (2 * under))
}

/// The fraction of two decimals in ten-thousandths of a basis point, to their nearest.
fn ratio_bps(over: Decimal, under: Decimal) -> Option<Decimal> {
    let ratio = over.checked_div(under)?.checked_mul(Decimal::from(10_000))?;
    Some(ratio.round_dp_with_strategy(4, rust_decimal::RoundingStrategy::MidpointAwayFromZero).normalize())
}

/// Whether two roundings of one figure agree: a quotient that was itself rounded may fall on the other side of a half.
fn close(a: Option<Decimal>, b: Option<Decimal>) -> bool {
    a == b || a.zip(b).is_some_and(|(a, b)| (a - b).abs() <= Decimal::new(1, 4))
}

fn sum(values: impl Iterator<Item = Option<Decimal>>) -> Option<Decimal> {
    values.flatten().reduce(|sum, value| sum + value).map(|sum| sum.normalize())
}

proptest! {
    #[test]
    fn unweighted_figures_are_what_they_are_defined_to_be(fills in fills()) {
        let (shown, units) = (figures(&fills), units(&fills));
        let (count, total) = (units.len() as i128, units.iter().sum::<i128>());
        let spread = shown.slippage_bps;
        prop_assert_eq!(shown.fills, units.len() as u64);
        prop_assert_eq!(spread.mean, (count > 0).then(|| bps(nearest(total, count))));
        let all = [(spread.median, 50), (spread.p90, 90), (spread.p95, 95), (spread.p99, 99)];
        for (found, percent) in all {
            prop_assert_eq!(found, quantile(&units, percent), "{}", percent);
        }
        prop_assert_eq!(spread.min, units.first().copied().map(bps));
        prop_assert_eq!(spread.max, units.last().copied().map(bps));
        let squares: i128 = units.iter().map(|value| value * value).sum();
        let deviation = (count > 1).then(|| {
            let variance = (count * squares - total * total) / (count * (count - 1));
            // The root bit by bit: the greatest number whose square is not above the variance.
            bps((0..63).rev().fold(0i128, |root, bit| {
                let next = root | (1 << bit);
                if next * next <= variance { next } else { root }
            }))
        });
        prop_assert_eq!(spread.deviation, deviation);
        prop_assert_eq!(spread.mean_low.is_some(), count > 1);
        if let (Some(low), Some(high), Some(mean)) = (spread.mean_low, spread.mean_high, spread.mean) {
            prop_assert!(low <= mean && mean <= high && mean - low == high - mean);
        }
        let share = |of: fn(&Fill) -> bool| fills.iter().filter(|fill| of(fill)).count() as u64;
        prop_assert_eq!(shown.adverse.fills, share(|fill| fill.slippage_bps > Decimal::ZERO));
        prop_assert_eq!(shown.favourable.fills, share(|fill| fill.slippage_bps < Decimal::ZERO));
        prop_assert_eq!(shown.high.fills, share(Fill::is_high));
    }

    #[test]
    fn weighted_figures_and_money_are_sums_of_the_fills(fills in fills()) {
        let shown = figures(&fills);
        let weighted = || fills.iter().filter(|fill| fill.qty.is_some());
        let with_both = || weighted().filter(|fill| fill.fee.is_some());
        let (notional, cash) = (sum(weighted().map(|fill| fill.notional)), sum(weighted().map(|fill| fill.cash)));
        prop_assert_eq!(shown.unweighted, fills.iter().filter(|fill| fill.qty.is_none()).count() as u64);
        prop_assert_eq!((shown.cash.notional, shown.cash.slippage), (notional, cash));
        prop_assert_eq!(shown.cash.fees, sum(fills.iter().map(|fill| fill.fee)));
        let mean = notional.zip(cash).and_then(|(notional, cash)| ratio_bps(cash, notional));
        prop_assert!(close(shown.slippage_bps.weighted_mean, mean), "{:?} {:?}", shown.slippage_bps, mean);
        let fees = sum(with_both().map(|fill| fill.fee)).zip(sum(with_both().map(|fill| fill.notional)));
        let fees = fees.and_then(|(fees, notional)| ratio_bps(fees, notional));
        prop_assert!(close(shown.fees_bps, fees), "{:?} {:?}", shown.fees_bps, fees);
        let all_in = shown.slippage_bps.weighted_mean.zip(shown.fees_bps).map(|(a, b)| (a + b).normalize());
        prop_assert_eq!(shown.all_in_bps, all_in);
    }

    #[test]
    fn counting_in_parts_comes_to_the_same(fills in fills(), cut in any::<prop::sample::Index>()) {
        let cut = cut.index(fills.len() + 1);
        let (mut first, mut second) = (Tally::default(), Tally::default());
        fills[..cut].iter().for_each(|fill| first.add(&fill.sample()));
        fills[cut..].iter().for_each(|fill| second.add(&fill.sample()));
        first.merge(second);
        prop_assert_eq!(first.figures(), figures(&fills));
    }
}

#[test]
fn percent_is_a_hundredth_of_basis_points() {
    let mut tally = Tally::default();
    let facts = nija::domain::slippage::Facts {
        at: chrono::DateTime::UNIX_EPOCH,
        ticker: "BTC-USD".to_owned(),
        side: nija::domain::order::Side::Sell,
        expected: Decimal::from(50_000),
        actual: Decimal::from(49_940),
        qty: Some(Decimal::new(5, 1)),
        fee: Some(Decimal::from(25)),
        latency_ms: Some(120),
        broker: None,
        order_type: None,
        order_id: None,
        source: "test".to_owned(),
    };
    // Sold 60 below 50000: 12 bps, 0.12 %, 30 in cash on a notional of 25000; the fee is 10 bps more.
    let fill = Fill::new("f-1", facts, &ticker::Policy::default(), &Policy::default()).unwrap();
    tally.add(&fill.sample());
    let shown = tally.figures();
    assert_eq!(shown.slippage_bps.mean, Some(Decimal::from(12)));
    assert_eq!(shown.slippage_pct.mean, Some(Decimal::new(12, 2)));
    assert_eq!(shown.cash.slippage, Some(Decimal::from(30)));
    assert_eq!((shown.fees_bps, shown.all_in_bps), (Some(Decimal::from(10)), Some(Decimal::from(22))));
    assert_eq!(shown.cash.all_in, Some(Decimal::from(55)));
    assert_eq!((shown.adverse.fills, shown.high.fills, shown.favourable.fills), (1, 1, 0));
    assert_eq!(shown.latency_ms.p95, Some(120));
}
