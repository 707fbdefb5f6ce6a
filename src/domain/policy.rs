//! Every limit and habit that the configuration decides, by area, as plain values.

use super::{cooldown, pending, slippage, ticker};

/// The policies of every area.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policies {
    /// How long a ticker may not be entered again.
    pub cooldowns: cooldown::Policy,
    /// When an order is stuck, and how many halt a strategy.
    pub orders: pending::Policy,
    /// What counts as high slippage.
    pub slippage: slippage::Policy,
    /// How tickers are compared.
    pub tickers: ticker::Policy,
}
