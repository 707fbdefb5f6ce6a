//! What counts as high slippage.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::domain::ticker;

/// The configured thresholds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Slippage above this is high, in percent.
    pub high_pct: Decimal,
    /// The same for single tickers, in any spelling of theirs.
    pub high_pct_by_ticker: BTreeMap<String, Decimal>,
}

impl Default for Policy {
    fn default() -> Self {
        Self { high_pct: Decimal::new(1, 1), high_pct_by_ticker: BTreeMap::new() }
    }
}

impl Policy {
    /// Above which slippage a fill of this ticker (its canonical spelling) is high, in basis points.
    pub fn high_bps(&self, ticker: &str, tickers: &ticker::Policy) -> Decimal {
        // Few tickers have a threshold of their own, so each is compared.
        let own = self
            .high_pct_by_ticker
            .iter()
            .find(|(name, _)| tickers.canonical(name).is_ok_and(|canonical| canonical == ticker));
        let pct = own.map_or(self.high_pct, |(_, pct)| *pct);
        pct.saturating_mul(Decimal::ONE_HUNDRED).normalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticker_may_have_a_threshold_of_its_own() {
        let by_ticker = BTreeMap::from([("doge-usd".to_owned(), Decimal::new(5, 1))]);
        let policy = Policy { high_pct_by_ticker: by_ticker, ..Policy::default() };
        let tickers = ticker::Policy::default();
        assert_eq!(policy.high_bps("BTCUSD", &tickers), Decimal::TEN);
        assert_eq!(policy.high_bps("DOGEUSD", &tickers), Decimal::from(50));
    }
}
