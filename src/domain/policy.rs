//! Every limit and habit that the configuration decides, by area, as plain values.

use super::{cooldown, gate, ticker};

/// The policies of every area.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policies {
    /// How long a ticker may not be entered again.
    pub cooldowns: cooldown::Policy,
    /// What the gate insists on.
    pub gate: gate::Policy,
    /// How tickers are compared.
    pub tickers: ticker::Policy,
}
