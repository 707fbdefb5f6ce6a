//! Every limit and habit that the configuration decides, by area, as plain values.

use super::ticker;

/// The policies of every area.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policies {
    /// How tickers are compared.
    pub tickers: ticker::Policy,
}
