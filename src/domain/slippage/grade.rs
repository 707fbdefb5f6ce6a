//! What fills and orders say of a broker: the evidence for its score, gathered fill by fill.

use chrono::{DateTime, Utc};

use super::figures::fees;
use super::moments::ratio;
use super::quality::{self, Cost, Evidence, Score};
use super::quantile;
use super::sample::Sample;
use super::select::Selection;
use super::summary::UNSTATED;
use super::tally::Tally;
use crate::domain::halt::folded;
use crate::domain::pending::{self, Glance, Outcome, State};
use crate::domain::ticker;

/// Fills, counted for a score: about 28 bytes of memory each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grading {
    /// Counted for the figures.
    pub tally: Tally,
    /// What each fill weighs, in the order of its slippage in the tally; 0 where it is not known.
    notionals: Vec<i128>,
}

/// How orders ended, or did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcomes {
    /// Orders that were filled.
    pub filled: u64,
    /// Orders that ended without anybody taking them back: filled, rejected or expired.
    pub ended: u64,
    /// Orders that were rejected, stuck, or in a state nobody knew for too long.
    pub trouble: u64,
    /// All of them.
    pub orders: u64,
}

/// A score, and what it was worked out from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grade {
    /// The score.
    pub score: Score,
    /// The cost of the fills; `None` without any.
    pub cost: Option<Cost>,
    /// Fees in 1e-4 bps of the notional; `None` where no fill says its fee and quantity.
    pub fees: Option<i128>,
    /// The 95 % quantile of the latency in milliseconds, where it is known.
    pub latency_ms: Option<u32>,
    /// How orders ended.
    pub outcomes: Outcomes,
    /// The mean cost that is worth no points, in 1e-4 bps.
    pub cost_limit: i128,
    /// `max(0, 100 - 10 * (% of fills that were high) - 500 * |mean slippage in %|)` in millionths, as older reports have
    /// it; `None` without fills.
    pub classic: Option<i128>,
}

impl Grading {
    /// Counts a fill.
    #[inline]
    pub fn add(&mut self, sample: &Sample<'_>) {
        self.tally.add(sample);
        self.notionals.push(sample.notional.unwrap_or(0));
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: Self) {
        self.tally.merge(other.tally);
        self.notionals.extend(other.notionals);
    }

    /// The score of what was counted. The figures of the tally can be taken afterwards, and not before.
    pub fn grade(&mut self, cost_limit: i128, outcomes: Outcomes) -> Grade {
        let totals = self.tally.totals;
        let cost = quality::cost(&self.tally.slippages, &self.notionals);
        let fees = fees(&totals);
        let latency = quantile::select(&mut self.tally.latencies, [95]).map(|[latency]| latency);
        // Of what there is less than a score needs, nothing is known.
        let enough = |count: u64| count >= quality::FILLS_MIN;
        let score = quality::score(&Evidence {
            fills: totals.slippage.count,
            mean_cost: cost.map_or(0, |cost| cost.mean).saturating_add(fees.unwrap_or(0)),
            tail_cost: cost.map_or(0, |cost| cost.tail),
            cost_limit,
            filled: enough(outcomes.ended).then_some((outcomes.filled, outcomes.ended)),
            trouble: enough(outcomes.orders).then_some((outcomes.trouble, outcomes.orders)),
            latency_ms: latency.filter(|_| enough(totals.with_latency)).map(u64::from),
        });
        Grade { score, cost, fees, latency_ms: latency, outcomes, cost_limit, classic: self.classic() }
    }

    fn classic(&self) -> Option<i128> {
        let totals = &self.tally.totals;
        // 1e-4 bps are millionths of a per cent.
        let high_pct = ratio(totals.high.into(), 100 * 1_000_000, totals.slippage.count.into())?;
        let mean_pct = totals.slippage.mean()?.abs();
        Some((100 * 1_000_000 - 10 * high_pct - 500 * mean_pct).max(0))
    }
}

impl Outcomes {
    /// How the orders of a selection's ticker and broker stand that ended in its time, or are still out.
    pub fn of<'a>(
        orders: impl Iterator<Item = &'a Glance>,
        selection: &Selection,
        tickers: &ticker::Policy,
        policy: &pending::Policy,
        now: DateTime<Utc>,
    ) -> Self {
        let mut counted = Self::default();
        for order in orders {
            let broker = order.platform.as_deref().map_or_else(|| UNSTATED.to_owned(), folded);
            let at = order.completed_at.unwrap_or(now);
            let meant = selection.broker.as_ref().is_none_or(|own| *own == broker)
                && selection.since.is_none_or(|since| at >= since)
                && selection.until.is_none_or(|until| at < until)
                && selection
                    .ticker
                    .as_ref()
                    .is_none_or(|own| tickers.canonical(&order.symbol).as_ref() == Ok(own));
            if meant {
                counted.add(order, policy, now);
            }
        }
        counted
    }

    /// Counts an order.
    pub fn add(&mut self, order: &Glance, policy: &pending::Policy, now: DateTime<Utc>) {
        let lasted = order.completed_at.unwrap_or(now).signed_duration_since(order.out_since);
        let is_stuck = lasted > policy.stuck_after(order.platform.as_deref());
        let unsettled = order.unsettled_since.map(|since| now.signed_duration_since(since));
        let is_lost = unsettled.is_some_and(|lasted| lasted > policy.unknown_after);
        let outcome = order.outcome;
        self.orders += u64::from(order.state == State::Completed || is_stuck || is_lost);
        self.trouble += u64::from(outcome == Some(Outcome::Rejected) || is_stuck || is_lost);
        self.filled += u64::from(outcome == Some(Outcome::Filled));
        self.ended += u64::from(outcome.is_some_and(|outcome| outcome != Outcome::Cancelled));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::Side;

    fn sample(slippage: i64, notional: i128) -> Sample<'static> {
        Sample {
            id: "f",
            at_ns: 0,
            ticker: "BTCUSD",
            side: Side::Buy,
            slippage,
            high: 100_000,
            notional: Some(notional),
            cash: Some(0),
            fee: Some(notional / 10_000),
            latency_ms: Some(500),
            broker: Some("kraken"),
            order_type: None,
        }
    }

    #[test]
    fn the_classic_score_in_the_units_it_is_written_in() {
        // 100 fills of 2 bps = 0.02 %, 4 of them of 12 bps = 0.12 %, above 0.1 %: 4 % are high, the mean is 0.024 %:
        // 100 - 10 * 4 - 500 * 0.024 = 48.
        let mut grading = Grading::default();
        (0..100)
            .for_each(|number| grading.add(&sample(if number < 4 { 120_000 } else { 20_000 }, 1_000_000)));
        let grade = grading.grade(100_000, Outcomes::default());
        assert_eq!(grade.classic, Some(48_000_000));
        // The mean cost is 2.4 bps and the fee 1 bp of a limit of 10: 0.66. The tail is 2 of 30 bps: 0.933333. Latency 0.5 s.
        assert_eq!(grade.fees, Some(10_000));
        let values = grade.score.components.map(|component| component.value);
        assert_eq!(values, [Some(660_000), Some(933_333), None, None, Some(1_000_000)]);
        assert_eq!(Grading::default().grade(100_000, Outcomes::default()).classic, None);
    }

    #[test]
    fn an_awful_classic_score_stops_at_zero() {
        let mut grading = Grading::default();
        (0..10).for_each(|_| grading.add(&sample(5_000_000, 1)));
        assert_eq!(grading.grade(100_000, Outcomes::default()).classic, Some(0));
    }

    #[test]
    fn orders_are_counted_by_how_they_ended() {
        let at = |second: i64| DateTime::from_timestamp(second, 0).unwrap();
        let order = |state, outcome, out: i64, end: Option<i64>| Glance {
            symbol: "btc-usd".to_owned(),
            platform: Some("Kraken".to_owned()),
            strategy: None,
            state,
            out_since: at(out),
            unsettled_since: None,
            completed_at: end.map(at),
            outcome,
            owes_fill: false,
        };
        let orders = [
            order(State::Completed, Some(Outcome::Filled), 1000, Some(1010)),
            order(State::Completed, Some(Outcome::Filled), 1000, Some(1301)),
            order(State::Completed, Some(Outcome::Rejected), 1000, Some(1001)),
            order(State::Completed, Some(Outcome::Cancelled), 1000, Some(1001)),
            order(State::Pending, None, 1900, None),
            order(State::Pending, None, 1000, None),
            Glance { platform: Some("ibkr".to_owned()), ..order(State::Pending, None, 1000, None) },
        ];
        let selection = Selection {
            ticker: Some("BTCUSD".to_owned()),
            broker: Some("kraken".to_owned()),
            ..Selection::default()
        };
        let (tickers, policy) = (ticker::Policy::default(), pending::Policy::default());
        let counted = Outcomes::of(orders.iter(), &selection, &tickers, &policy, at(2000));
        assert_eq!(counted, Outcomes { filled: 2, ended: 3, trouble: 3, orders: 5 });
    }
}
