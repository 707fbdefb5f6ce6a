//! What counts as high slippage, and as a high cost.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use rust_decimal::Decimal;

use crate::domain::ticker;

/// The configured thresholds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Slippage above this is high, in percent.
    pub high_pct: Decimal,
    /// The same for single tickers, in any spelling of theirs.
    pub high_pct_by_ticker: BTreeMap<String, Decimal>,
    /// How long after it was filled a fill that was high is an alert.
    pub alert_window: TimeDelta,
    /// The time over which the mean is an alert when it is high.
    pub mean_window: TimeDelta,
    /// The time over which brokers are judged.
    pub quality_window: TimeDelta,
    /// The mean cost with fees at which a broker gets no points for cost, in basis points.
    pub cost_limit_bps: Decimal,
    /// The same for single tickers, in any spelling of theirs.
    pub cost_limit_bps_by_ticker: BTreeMap<String, Decimal>,
    /// The same for single brokers, in lower case.
    pub cost_limit_bps_by_broker: BTreeMap<String, Decimal>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            high_pct: Decimal::new(1, 1),
            high_pct_by_ticker: BTreeMap::new(),
            alert_window: TimeDelta::hours(1),
            mean_window: TimeDelta::hours(24),
            quality_window: TimeDelta::days(7),
            cost_limit_bps: Decimal::TEN,
            cost_limit_bps_by_ticker: BTreeMap::new(),
            cost_limit_bps_by_broker: BTreeMap::new(),
        }
    }
}

impl Policy {
    /// Above which slippage a fill of this ticker (its canonical spelling) is high, in basis points.
    pub fn high_bps(&self, ticker: &str, tickers: &ticker::Policy) -> Decimal {
        let pct = own(&self.high_pct_by_ticker, ticker, tickers).unwrap_or(self.high_pct);
        pct.saturating_mul(Decimal::ONE_HUNDRED).normalize()
    }

    /// The mean cost that is worth no points, in basis points, of fills of this ticker (its canonical spelling) at this broker
    /// (in lower case): the ticker's own, else the broker's own, else that of all.
    pub fn cost_limit_bps(
        &self,
        ticker: Option<&str>,
        broker: Option<&str>,
        tickers: &ticker::Policy,
    ) -> Decimal {
        let of_ticker = ticker.and_then(|ticker| own(&self.cost_limit_bps_by_ticker, ticker, tickers));
        let of_broker = || broker.and_then(|broker| self.cost_limit_bps_by_broker.get(broker).copied());
        of_ticker.or_else(of_broker).unwrap_or(self.cost_limit_bps)
    }
}

/// The value a ticker has of its own. Few have one, so each is compared.
fn own(table: &BTreeMap<String, Decimal>, ticker: &str, tickers: &ticker::Policy) -> Option<Decimal> {
    let is = |name: &str| tickers.canonical(name).is_ok_and(|canonical| canonical == ticker);
    table.iter().find(|(name, _)| is(name)).map(|(_, value)| *value)
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

    #[test]
    fn a_ticker_s_own_cost_limit_goes_before_its_broker_s() {
        let policy = Policy {
            cost_limit_bps_by_ticker: BTreeMap::from([("btc/usd".to_owned(), Decimal::from(25))]),
            cost_limit_bps_by_broker: BTreeMap::from([("kraken".to_owned(), Decimal::from(20))]),
            ..Policy::default()
        };
        let limit = |ticker, broker| policy.cost_limit_bps(ticker, broker, &ticker::Policy::default());
        assert_eq!(limit(Some("BTCUSD"), Some("kraken")), Decimal::from(25));
        assert_eq!(limit(Some("ETHUSD"), Some("kraken")), Decimal::from(20));
        assert_eq!((limit(None, Some("ibkr")), limit(None, None)), (Decimal::TEN, Decimal::TEN));
    }
}
