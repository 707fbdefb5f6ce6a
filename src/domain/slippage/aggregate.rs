//! What is kept of many fills when the fills themselves are not looked at: exact sums, and sketches for quantiles.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::figures::{Basis, Quantiles};
use super::fixed::{self, BPS_PLACES, Fixed, MONEY_PLACES};
use super::moments::Moments;
use super::sample::Sample;
use super::sketch::{Bucket, ERROR_PCT, Mapping, Sketch};
use super::tally::Totals;

/// Fills, counted in a few hundred bytes however many they are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub struct Aggregate {
    /// The sums.
    pub totals: Totals,
    /// Their slippage.
    pub slippage: Sketch,
    /// Their latency, where it is known.
    pub latency: Sketch,
}

/// Where a fill is counted in the sketches: worked out once for all aggregates it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Buckets {
    slippage: Bucket,
    latency: Option<Bucket>,
}

impl Buckets {
    /// Those of a fill.
    #[inline]
    pub fn of(sample: &Sample<'_>, mapping: &Mapping) -> Self {
        let latency = sample.latency_ms.map(|latency_ms| mapping.bucket(i64::from(latency_ms), 0));
        Self { slippage: mapping.bucket(sample.slippage, BPS_PLACES), latency }
    }
}

impl Aggregate {
    /// Counts a fill.
    #[inline]
    pub fn add(&mut self, sample: &Sample<'_>, buckets: Buckets) {
        self.totals.add(sample);
        self.slippage.add(buckets.slippage);
        if let Some(latency) = buckets.latency {
            self.latency.add(latency);
        }
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Self) {
        self.totals.merge(&other.totals);
        self.slippage.merge(&other.slippage);
        self.latency.merge(&other.latency);
    }

    /// The quantiles, off by at most [`ERROR_PCT`] per cent of themselves, and never beyond the least and the greatest.
    pub fn quantiles(&self) -> Quantiles {
        let Moments { min, max, .. } = self.totals.slippage;
        let within = |value: i64| value.clamp(min.min(max), max.max(min));
        let latency = |ms: i64| u32::try_from(ms).unwrap_or(u32::MAX);
        Quantiles {
            slippage: self.slippage.quantiles([50, 90, 95, 99], BPS_PLACES).map(|found| found.map(within)),
            latency_ms: self.latency.quantiles([50, 95], 0).map(|found| found.map(latency)),
            basis: Basis::Sketch { relative_error: Decimal::new(ERROR_PCT.into(), 2) },
        }
    }

    /// Whether sums and sketches are of the same fills, as far as their counts tell.
    pub fn is_consistent(&self) -> bool {
        let totals = &self.totals;
        let known =
            totals.with_latency == self.latency.count() && totals.slippage.count == self.slippage.count();
        known
            && [totals.adverse, totals.favourable, totals.weighted, totals.with_fee, totals.with_latency]
                .iter()
                .all(|part| *part <= totals.slippage.count)
    }
}

/// An aggregate as it is written: slippage in basis points, its squares in square basis points, money in the currency of
/// the price, all of them decimals.
#[derive(Serialize, Deserialize)]
struct Stored {
    fills: u64,
    sum_bps: String,
    sum_of_squares_bps2: String,
    min_bps: Option<String>,
    max_bps: Option<String>,
    adverse: u64,
    favourable: u64,
    high: u64,
    weighted: u64,
    notional: String,
    cash: String,
    with_fee: u64,
    fees: String,
    weighted_fees: String,
    fee_notional: String,
    with_latency: u64,
    slippage_sketch: Sketch,
    latency_sketch: Sketch,
}

impl From<Aggregate> for Stored {
    fn from(aggregate: Aggregate) -> Self {
        let Aggregate { totals, slippage, latency } = aggregate;
        let shown = |units: i128, places: u32| Fixed { units, places }.to_string();
        let end = |value: i64| (totals.slippage.count > 0).then(|| shown(value.into(), BPS_PLACES));
        let money = |units: i128| shown(units, MONEY_PLACES);
        Self {
            fills: totals.slippage.count,
            sum_bps: shown(totals.slippage.sum, BPS_PLACES),
            sum_of_squares_bps2: shown(
                i128::try_from(totals.slippage.squares).unwrap_or(i128::MAX),
                2 * BPS_PLACES,
            ),
            min_bps: end(totals.slippage.min),
            max_bps: end(totals.slippage.max),
            adverse: totals.adverse,
            favourable: totals.favourable,
            high: totals.high,
            weighted: totals.weighted,
            notional: money(totals.notional),
            cash: money(totals.cash),
            with_fee: totals.with_fee,
            fees: money(totals.fees),
            weighted_fees: money(totals.weighted_fees),
            fee_notional: money(totals.fee_notional),
            with_latency: totals.with_latency,
            slippage_sketch: slippage,
            latency_sketch: latency,
        }
    }
}

impl TryFrom<Stored> for Aggregate {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let units = |text: &str, places: u32| {
            fixed::parse(text.as_bytes(), places)
                .ok_or_else(|| format!("'{text}' is no decimal that a sum can be"))
        };
        let end = |text: &Option<String>, none: i64| match text {
            None => Ok(none),
            Some(text) => i64::try_from(units(text, BPS_PLACES)?).map_err(|error| error.to_string()),
        };
        let money = |text: &str| units(text, MONEY_PLACES);
        let squares = units(&stored.sum_of_squares_bps2, 2 * BPS_PLACES)?;
        let slippage = Moments {
            count: stored.fills,
            sum: units(&stored.sum_bps, BPS_PLACES)?,
            squares: u128::try_from(squares).map_err(|error| error.to_string())?,
            min: end(&stored.min_bps, i64::MAX)?,
            max: end(&stored.max_bps, i64::MIN)?,
        };
        let totals = Totals {
            slippage,
            adverse: stored.adverse,
            favourable: stored.favourable,
            high: stored.high,
            weighted: stored.weighted,
            notional: money(&stored.notional)?,
            cash: money(&stored.cash)?,
            with_fee: stored.with_fee,
            fees: money(&stored.fees)?,
            weighted_fees: money(&stored.weighted_fees)?,
            fee_notional: money(&stored.fee_notional)?,
            with_latency: stored.with_latency,
        };
        Ok(Self { totals, slippage: stored.slippage_sketch, latency: stored.latency_sketch })
    }
}
