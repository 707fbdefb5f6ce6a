//! Every limit and habit that the configuration decides, by area, as plain values.

use super::{cooldown, gate, slippage, ticker};

/// The policies of every area.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policies {
    /// How long a ticker may not be entered again.
    pub cooldowns: cooldown::Policy,
    /// What the gate insists on.
    pub gate: gate::Policy,
    /// What counts as high slippage.
    pub slippage: slippage::Policy,
    /// How tickers are compared.
    pub tickers: ticker::Policy,
}
