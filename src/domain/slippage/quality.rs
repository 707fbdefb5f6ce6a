//! Broker quality: one figure from 0 to 100 out of cost, tail, fills, reliability and latency, and what each contributes.

use serde::Serialize;

use super::moments::ratio;
use super::quantile;

/// One, in the millionths that components and scores are counted in.
pub const ONE: i64 = 1_000_000;

/// Below this many fills there is no score.
pub const FILLS_MIN: u64 = 10;

/// Below this score, in millionths of 100, a broker is to be reviewed.
pub const REVIEW_BELOW: i64 = 800_000;

/// The score is drawn towards one half with the weight of this many fills.
const PRIOR_FILLS: i128 = 20;

/// What is known of a broker's execution. Costs are in ten-thousandths of a basis point, positive is adverse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Evidence {
    /// How many fills.
    pub fills: u64,
    /// Mean cost of a fill, fees included.
    pub mean_cost: i128,
    /// The cost that 95 % of the fills do not exceed.
    pub tail_cost: i128,
    /// The mean cost that is worth no points.
    pub cost_limit: i128,
    /// Of all orders that ended, those that were filled: how many, and of how many.
    pub filled: Option<(u64, u64)>,
    /// Of all orders that ended, those that were rejected, could not be cancelled or were stuck: how many, and of how many.
    pub trouble: Option<(u64, u64)>,
    /// The latency that 95 % of the fills do not exceed, in milliseconds.
    pub latency_ms: Option<u64>,
}

/// What a component is called, means and weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Meaning {
    /// Its name.
    pub name: &'static str,
    /// What it says, and where it ends.
    pub about: &'static str,
    /// Its weight in per cent of all five.
    pub weight: i64,
}

/// The components, in their order.
///
/// Weights and limits are a proposal in the manner of broker scorecards, not a standard.
pub const COMPONENTS: [Meaning; 5] = [
    Meaning { name: "cost", about: "mean cost with fees; full at 0, nothing at the cost limit", weight: 40 },
    Meaning {
        name: "tail",
        about: "95th percentile of the cost; full at 0, nothing at 3 times the cost limit",
        weight: 20,
    },
    Meaning {
        name: "fill",
        about: "share of orders that were filled; full at 99 %, nothing at 80 %",
        weight: 15,
    },
    Meaning {
        name: "reliability",
        about: "share of orders rejected, stuck or not to be cancelled; full at 0, nothing at 5 %",
        weight: 15,
    },
    Meaning {
        name: "latency",
        about: "95th percentile of the latency; full at 1 s, nothing at 30 s",
        weight: 10,
    },
];

/// One component of a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// What it is.
    pub meaning: Meaning,
    /// From 0 to [`ONE`]; `None` when nothing is known of it.
    pub value: Option<i64>,
}

/// What a score says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Fewer than [`FILLS_MIN`] fills.
    InsufficientData,
    /// Good so far, and too few fills to vouch for it: only their number keeps the score below 80.
    TooFewToVouch,
    /// 80 and above.
    Good,
    /// Below 80.
    ReviewBroker,
}

impl Verdict {
    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::InsufficientData => "insufficient data",
            Self::TooFewToVouch => "good so far, too few fills to vouch for it",
            Self::Good => "good",
            Self::ReviewBroker => "review broker",
        }
    }
}

/// A score and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    /// The components, in the order of [`COMPONENTS`].
    pub components: [Component; 5],
    /// Their weighted mean over what is known, in millionths of 100, rounded down.
    pub raw: i64,
    /// The same, drawn towards one half the fewer fills there are; `None` of fewer than [`FILLS_MIN`].
    pub score: Option<i64>,
    /// What it says.
    pub verdict: Verdict,
}

/// The score of what is known. Source of the structure: broker scorecards of transaction cost analysis.
pub fn score(evidence: &Evidence) -> Score {
    let any = evidence.fills > 0;
    let values = [
        any.then(|| falling(evidence.mean_cost, evidence.cost_limit)),
        any.then(|| falling(evidence.tail_cost, evidence.cost_limit.saturating_mul(3))),
        evidence.filled.and_then(|(filled, orders)| share(filled, orders)).map(|share| {
            // (share - 0.80) / 0.19
            ((share - 800_000) * 100 / 19).clamp(0, ONE)
        }),
        evidence
            .trouble
            .and_then(|(bad, orders)| share(bad, orders))
            .map(|share| (ONE - share * 20).clamp(0, ONE)),
        evidence.latency_ms.map(|latency| {
            // (30 s - latency) / 29 s
            let latency = i64::try_from(latency.min(30_000)).unwrap_or(30_000);
            ((30_000 - latency) * ONE / 29_000).clamp(0, ONE)
        }),
    ];
    let mut components = COMPONENTS.map(|meaning| Component { meaning, value: None });
    for (component, value) in components.iter_mut().zip(values) {
        component.value = value;
    }
    let known = components.iter().filter_map(|component| Some((component.meaning.weight, component.value?)));
    let (weight, sum) =
        known.fold((0, 0), |(all, sum), (weight, value)| (all + weight, sum + weight * value));
    let raw = if weight == 0 { 0 } else { sum / weight };
    let score = (evidence.fills >= FILLS_MIN).then(|| shrunk(raw, evidence.fills));
    let verdict = match score {
        None => Verdict::InsufficientData,
        Some(score) if score >= REVIEW_BELOW => Verdict::Good,
        Some(_) if raw >= REVIEW_BELOW => Verdict::TooFewToVouch,
        Some(_) => Verdict::ReviewBroker,
    };
    Score { components, raw, score, verdict }
}

/// `(n * raw + 20 * 1/2) / (n + 20)`, rounded down.
fn shrunk(raw: i64, fills: u64) -> i64 {
    let fills = i128::from(fills);
    let shrunk = (fills * i128::from(raw) + PRIOR_FILLS * i128::from(ONE / 2)) / (fills + PRIOR_FILLS);
    i64::try_from(shrunk).unwrap_or(0)
}

/// 1 at no cost, 0 at the limit and beyond.
fn falling(cost: i128, limit: i128) -> i64 {
    let limit = limit.max(1);
    let (cost, limit) = (cost.clamp(0, limit).unsigned_abs(), limit.unsigned_abs());
    let lost = cost.saturating_mul(u128::from(ONE.unsigned_abs())).div_ceil(limit);
    ONE - i64::try_from(lost).unwrap_or(ONE)
}

fn share(part: u64, whole: u64) -> Option<i64> {
    let share = u128::from(part.min(whole)) * u128::from(ONE.unsigned_abs()) / u128::from(whole).max(1);
    (whole > 0).then(|| i64::try_from(share).unwrap_or(ONE))
}

/// Mean and tail of the cost of fills: adverse slippage, where one fill counts at least the 1 % and at most the 99 % quantile
/// of all, and a favourable one nothing, so that neither one freak nor luck makes the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// The mean, weighted by notional where any fill has one.
    pub mean: i128,
    /// The 95 % quantile.
    pub tail: i128,
    /// Whether the mean is weighted; then fills without a notional do not count in it.
    pub weighted: bool,
}

/// The cost of fills of these slippages and notionals (0 where unknown), fill by fill. `None` of none.
pub fn cost(slippages: &[i64], notionals: &[i128]) -> Option<Cost> {
    let [low, tail, high] = quantile::select(&mut slippages.to_vec(), [1, 95, 99])?;
    let one = |slippage: i64| i128::from(slippage.clamp(low, high).max(0));
    let (mut sum, mut weights) = (0_i128, 0_i128);
    for (slippage, notional) in slippages.iter().zip(notionals) {
        sum = sum.saturating_add(one(*slippage).saturating_mul(*notional));
        weights = weights.saturating_add(*notional);
    }
    let weighted = weights > 0;
    if !weighted {
        sum = slippages.iter().map(|slippage| one(*slippage)).sum();
        weights = i128::try_from(slippages.len()).ok()?;
    }
    Some(Cost { mean: ratio(sum, 1, weights)?, tail: i128::from(tail.max(0)), weighted })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Ten basis points.
    const LIMIT: i128 = 100_000;

    fn perfect(fills: u64) -> Evidence {
        Evidence {
            fills,
            cost_limit: LIMIT,
            filled: Some((fills, fills)),
            trouble: Some((0, fills)),
            latency_ms: Some(200),
            ..Evidence::default()
        }
    }

    #[test]
    fn the_best_there_is_comes_to_100_with_the_fills() {
        let of = |fills| score(&perfect(fills));
        assert_eq!((of(9).score, of(9).verdict), (None, Verdict::InsufficientData));
        // (10 * 100 + 20 * 50) / 30 = 66.67: no reason to review anybody.
        assert_eq!((of(10).score, of(10).verdict), (Some(666_666), Verdict::TooFewToVouch));
        assert_eq!((of(30).score, of(30).verdict), (Some(800_000), Verdict::Good));
        assert_eq!(of(1_000_000).score, Some(999_990));
        assert_eq!(of(30).raw, ONE);
    }

    #[test]
    fn a_table_worked_out_by_hand() {
        // L = 10 bps. cost 2 bps: 0.8; tail 15 of 30 bps: 0.5; filled 95 %: 0.15 / 0.19 = 0.789473;
        // trouble 1 %: 0.8; latency 15.5 s: 0.5. raw = 0.4*0.8 + 0.2*0.5 + 0.15*0.789473 + 0.15*0.8 + 0.1*0.5 = 0.708420.
        // 100 fills: (100 * 0.708420 + 10) / 120 = 0.673683.
        let evidence = Evidence {
            fills: 100,
            mean_cost: 20_000,
            tail_cost: 150_000,
            cost_limit: LIMIT,
            filled: Some((95, 100)),
            trouble: Some((1, 100)),
            latency_ms: Some(15_500),
        };
        let found = score(&evidence);
        let values = found.components.map(|component| component.value.unwrap());
        assert_eq!(values, [800_000, 500_000, 789_473, 800_000, 500_000]);
        assert_eq!((found.raw, found.score, found.verdict), (708_420, Some(673_683), Verdict::ReviewBroker));
    }

    #[test]
    fn what_is_not_known_does_not_weigh() {
        let evidence = Evidence { filled: None, trouble: None, latency_ms: None, ..perfect(1000) };
        assert_eq!(score(&evidence).raw, ONE);
        // 0.4 * 0.5 + 0.2 * 1 of 0.6 = 0.666666.
        assert_eq!(score(&Evidence { mean_cost: LIMIT / 2, ..evidence }).raw, 666_666);
        assert_eq!(score(&Evidence { filled: Some((0, 0)), ..evidence }).components[2].value, None);
    }

    #[test]
    fn luck_buys_nothing_and_one_freak_does_not_ruin() {
        let mut slippages = vec![-5_000_000_i64; 50];
        slippages.extend([30_000; 148]);
        slippages.extend([90_000, 90_000_000_000]);
        let found = cost(&slippages, &vec![0; 200]).unwrap();
        // The 99 % quantile is the 198th of 200: 3 bps, so the two above count 3 bps and the lucky 50 nothing:
        // 150 * 3 / 200 = 2.25 bps.
        assert_eq!(found, Cost { mean: 22_500, tail: 30_000, weighted: false });
        let weighted = cost(&[10_000, 30_000], &[3, 1]).unwrap();
        assert_eq!((weighted.mean, weighted.weighted), (15_000, true));
        assert_eq!(cost(&[], &[]), None);
    }

    fn evidence() -> impl Strategy<Value = Evidence> {
        let part = || proptest::option::of((0u64..200, 0u64..200));
        let latency = proptest::option::of(0u64..60_000);
        (10u64..10_000, -LIMIT..4 * LIMIT, -LIMIT..4 * LIMIT, part(), part(), latency).prop_map(
            |(fills, mean_cost, tail_cost, filled, trouble, latency_ms)| Evidence {
                fills,
                mean_cost,
                tail_cost,
                cost_limit: LIMIT,
                filled,
                trouble,
                latency_ms,
            },
        )
    }

    proptest! {
        #[test]
        fn a_higher_cost_or_latency_never_buys_points(evidence in evidence(), more in 0i128..LIMIT) {
            let of = |evidence: Evidence| score(&evidence).score.unwrap();
            let before = of(evidence);
            prop_assert!((0..=ONE).contains(&before));
            let latency_ms = evidence.latency_ms.map(|latency| latency + 500);
            let trouble = evidence.trouble.map(|(bad, orders)| (bad + 1, orders));
            for worse in [
                Evidence { mean_cost: evidence.mean_cost + more, ..evidence },
                Evidence { tail_cost: evidence.tail_cost + more, ..evidence },
                Evidence { latency_ms, ..evidence },
                Evidence { trouble, ..evidence },
            ] {
                prop_assert!(of(worse) <= before, "{:?}", worse);
            }
        }
    }
}
