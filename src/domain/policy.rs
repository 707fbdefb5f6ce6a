//! Every limit and habit that the configuration decides, by area, as plain values.

use super::{
    adoption, cooldown, equity, exposure, gate, heartbeat, notify, pending, slippage, ticker, watch,
};

/// The policies of every area.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policies {
    /// How many users may be active at once.
    pub adoption: adoption::Policy,
    /// How long a ticker may not be entered again.
    pub cooldowns: cooldown::Policy,
    /// How long a component may be silent, and when the watch itself has a gap.
    pub heartbeats: heartbeat::Policy,
    /// What the gate insists on.
    pub gate: gate::Policy,
    /// When an order is stuck, and how many halt a strategy.
    pub orders: pending::Policy,
    /// What may be lost.
    pub equity: equity::Policy,
    /// What one platform may hold.
    pub exposure: exposure::Policy,
    /// Who is told of alerts, when, and how.
    pub notify: notify::Policy,
    /// What counts as high slippage.
    pub slippage: slippage::Policy,
    /// How tickers are compared.
    pub tickers: ticker::Policy,
    /// How the watch goes about it.
    pub watch: watch::Policy,
}
