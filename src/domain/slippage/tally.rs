//! Counts fills as they pass by: exact sums, and every slippage and latency, so that quantiles are exact too.

use super::moments::Moments;
use super::sample::Sample;

/// Sums over fills. Slippage is in 1e-4 bps, money in 1e-10 of the price's currency, as in [`Sample`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Slippage of every fill.
    pub slippage: Moments,
    /// Fills that cost more than expected.
    pub adverse: u64,
    /// Fills that cost less than expected.
    pub favourable: u64,
    /// Fills above what counted as high when they were recorded.
    pub high: u64,
    /// Fills with a quantity: only they have a notional, and cash.
    pub weighted: u64,
    /// Their notional.
    pub notional: i128,
    /// What slippage cost them.
    pub cash: i128,
    /// Fills with a fee.
    pub with_fee: u64,
    /// Their fees.
    pub fees: i128,
    /// Fees of fills with a fee and a quantity.
    pub weighted_fees: i128,
    /// The notional of those.
    pub fee_notional: i128,
    /// Fills with a latency.
    pub with_latency: u64,
}

impl Totals {
    /// Counts a fill.
    #[inline]
    pub fn add(&mut self, sample: &Sample<'_>) {
        self.slippage.add(sample.slippage);
        self.adverse += u64::from(sample.slippage > 0);
        self.favourable += u64::from(sample.slippage < 0);
        self.high += u64::from(sample.is_high());
        if let (Some(notional), Some(cash)) = (sample.notional, sample.cash) {
            self.weighted += 1;
            self.notional = self.notional.saturating_add(notional);
            self.cash = self.cash.saturating_add(cash);
        }
        if let Some(fee) = sample.fee {
            self.with_fee += 1;
            self.fees = self.fees.saturating_add(fee);
            if let Some(notional) = sample.notional {
                self.weighted_fees = self.weighted_fees.saturating_add(fee);
                self.fee_notional = self.fee_notional.saturating_add(notional);
            }
        }
        self.with_latency += u64::from(sample.latency_ms.is_some());
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Self) {
        self.slippage.merge(&other.slippage);
        for (own, more) in [
            (&mut self.adverse, other.adverse),
            (&mut self.favourable, other.favourable),
            (&mut self.high, other.high),
            (&mut self.weighted, other.weighted),
            (&mut self.with_fee, other.with_fee),
            (&mut self.with_latency, other.with_latency),
        ] {
            *own += more;
        }
        for (own, more) in [
            (&mut self.notional, other.notional),
            (&mut self.cash, other.cash),
            (&mut self.fees, other.fees),
            (&mut self.weighted_fees, other.weighted_fees),
            (&mut self.fee_notional, other.fee_notional),
        ] {
            *own = own.saturating_add(more);
        }
    }
}

/// Fills, counted for every figure: about twelve bytes of memory each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// The sums.
    pub totals: Totals,
    /// The slippage of every fill, in any order.
    pub slippages: Vec<i64>,
    /// Every latency that is known, in milliseconds, in any order.
    pub latencies: Vec<u32>,
}

impl Tally {
    /// Counts a fill.
    #[inline]
    pub fn add(&mut self, sample: &Sample<'_>) {
        self.totals.add(sample);
        self.slippages.push(sample.slippage);
        self.latencies.extend(sample.latency_ms);
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, mut other: Self) {
        self.totals.merge(&other.totals);
        self.slippages.append(&mut other.slippages);
        self.latencies.append(&mut other.latencies);
    }
}
