//! What people and programs read of many fills: slippage, cash, fees and latency, each with what it is based on.

use rust_decimal::Decimal;
use serde::Serialize;

use super::fixed::{BPS_PLACES, MONEY_PLACES, decimal};
use super::moments::ratio;
use super::quantile;
use super::tally::{Tally, Totals};

/// How the quantiles were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum Basis {
    /// From every fill, by nearest rank.
    Fills,
    /// From a sketch that keeps counts, not fills: a quantile is off by at most this share of itself.
    Sketch {
        /// The share, as in 0.01.
        relative_error: Decimal,
    },
}

/// Quantiles of many fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantiles {
    /// Slippage at 50, 90, 95 and 99 per cent, in 1e-4 bps; `None` of no fills.
    pub slippage: Option<[i64; 4]>,
    /// Latency at 50 and 95 per cent, in milliseconds; `None` where no fill has one.
    pub latency_ms: Option<[u32; 2]>,
    /// How they were found.
    pub basis: Basis,
}

/// Slippage in one unit. Positive is adverse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// Mean weighted by notional, over fills with a quantity: sum of cash / sum of notional.
    pub weighted_mean: Option<Decimal>,
    /// Mean over all fills.
    pub mean: Option<Decimal>,
    /// Where the mean of all such fills lies with 95 % confidence: from here.
    pub mean_low: Option<Decimal>,
    /// To here.
    pub mean_high: Option<Decimal>,
    /// Half of the fills are not above it.
    pub median: Option<Decimal>,
    /// 90 % of the fills are not above it.
    pub p90: Option<Decimal>,
    /// 95 % of the fills are not above it.
    pub p95: Option<Decimal>,
    /// 99 % of the fills are not above it.
    pub p99: Option<Decimal>,
    /// Standard deviation of the sample.
    pub deviation: Option<Decimal>,
    /// The least.
    pub min: Option<Decimal>,
    /// The greatest.
    pub max: Option<Decimal>,
}

/// Money, in the currency of the prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Money {
    /// What was traded, at expected prices.
    pub notional: Option<Decimal>,
    /// What slippage cost; negative was won.
    pub slippage: Option<Decimal>,
    /// Fees.
    pub fees: Option<Decimal>,
    /// Both.
    pub all_in: Option<Decimal>,
}

/// A part of the fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many.
    pub fills: u64,
    /// In per cent of all; `None` of none.
    pub pct: Option<Decimal>,
}

/// From sending an order to its fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Latency {
    /// Fills of which it is known.
    pub fills: u64,
    /// Half of them are not above it, in milliseconds.
    pub p50: Option<u32>,
    /// 95 % of them are not above it, in milliseconds.
    pub p95: Option<u32>,
}

/// Every figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// How many fills.
    pub fills: u64,
    /// Of them, fills without a quantity: not in weighted figures, and not in money.
    pub unweighted: u64,
    /// Of them, fills with a fee.
    pub with_fee: u64,
    /// Slippage in basis points.
    pub slippage_bps: Spread,
    /// Slippage in per cent.
    pub slippage_pct: Spread,
    /// Fees in basis points of the notional, over fills that have both.
    pub fees_bps: Option<Decimal>,
    /// Weighted slippage and fees in basis points; `None` where no fee is known.
    pub all_in_bps: Option<Decimal>,
    /// Sums of money.
    pub cash: Money,
    /// Fills that cost more than expected.
    pub adverse: Share,
    /// Fills that cost less than expected.
    pub favourable: Share,
    /// Fills above what counted as high when they were recorded.
    pub high: Share,
    /// Latency.
    pub latency_ms: Latency,
    /// How the quantiles were found.
    pub quantiles: Basis,
}

/// Units of 1e-4 bps in one: what a share of a notional is multiplied by.
const BPS_UNITS: i128 = 10_000 * 10_000;

/// Weighted mean slippage of what was counted, in 1e-4 bps.
pub fn weighted_mean(totals: &Totals) -> Option<i128> {
    ratio(totals.cash, BPS_UNITS, totals.notional)
}

/// Mean fee of what was counted, in 1e-4 bps of the notional, over fills that have both.
pub fn fees(totals: &Totals) -> Option<i128> {
    ratio(totals.weighted_fees, BPS_UNITS, totals.fee_notional)
}

impl Figures {
    /// The figures of what was counted.
    pub fn new(totals: &Totals, quantiles: &Quantiles) -> Self {
        let bps = |units: Option<i128>| units.and_then(|units| decimal(units, BPS_PLACES));
        let money = |units: i128, of: u64| if of == 0 { None } else { decimal(units, MONEY_PLACES) };
        let (fills, fees) = (totals.slippage.count, fees(totals));
        let all_in = weighted_mean(totals).zip(fees).map(|(slippage, fees)| slippage + fees);
        let share = |part: u64| Share {
            fills: part,
            pct: ratio(i128::from(part), 10_000, i128::from(fills)).and_then(|share| decimal(share, 2)),
        };
        Self {
            fills,
            unweighted: fills - totals.weighted,
            with_fee: totals.with_fee,
            slippage_bps: Spread::new(totals, quantiles, BPS_PLACES),
            slippage_pct: Spread::new(totals, quantiles, BPS_PLACES + 2),
            fees_bps: bps(fees),
            all_in_bps: bps(all_in),
            cash: Money {
                notional: money(totals.notional, totals.weighted),
                slippage: money(totals.cash, totals.weighted),
                fees: money(totals.fees, totals.with_fee),
                all_in: money(totals.cash.saturating_add(totals.fees), totals.weighted.min(totals.with_fee)),
            },
            adverse: share(totals.adverse),
            favourable: share(totals.favourable),
            high: share(totals.high),
            latency_ms: Latency {
                fills: totals.with_latency,
                p50: quantiles.latency_ms.map(|[p50, _]| p50),
                p95: quantiles.latency_ms.map(|[_, p95]| p95),
            },
            quantiles: quantiles.basis,
        }
    }
}

impl Spread {
    fn new(totals: &Totals, quantiles: &Quantiles, places: u32) -> Self {
        let moments = &totals.slippage;
        let shown = |units: Option<i128>| units.and_then(|units| decimal(units, places));
        let unsigned = |units: Option<u128>| units.and_then(|units| i128::try_from(units).ok());
        let (mean, half) = (moments.mean(), unsigned(moments.half_width_95()));
        let known = (moments.count > 0).then_some(());
        let [median, p90, p95, p99] = match quantiles.slippage {
            Some(values) => values.map(|value| Some(i128::from(value))),
            None => [None; 4],
        };
        Self {
            weighted_mean: shown(weighted_mean(totals)),
            mean: shown(mean),
            mean_low: shown(mean.zip(half).map(|(mean, half)| mean - half)),
            mean_high: shown(mean.zip(half).map(|(mean, half)| mean + half)),
            median: shown(median),
            p90: shown(p90),
            p95: shown(p95),
            p99: shown(p99),
            deviation: shown(unsigned(moments.deviation())),
            min: shown(known.map(|()| moments.min.into())),
            max: shown(known.map(|()| moments.max.into())),
        }
    }
}

impl Tally {
    /// The figures of what was counted, exact. What was counted is put into another order.
    pub fn figures(&mut self) -> Figures {
        let quantiles = Quantiles {
            slippage: quantile::select(&mut self.slippages, [50, 90, 95, 99]),
            latency_ms: quantile::select(&mut self.latencies, [50, 95]),
            basis: Basis::Fills,
        };
        Figures::new(&self.totals, &quantiles)
    }
}
