//! Tickers: which spellings name one instrument.

use std::collections::BTreeMap;
use std::str::FromStr;

/// The ticker that stands for all of them.
pub const EVERY: &str = "*";

/// Which spellings are one ticker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Matching {
    /// Letters and digits count, in upper case: `btc-usd`, `BTC/USD` and `BTCUSD` are one.
    #[default]
    Symbol,
    /// Case is ignored and nothing else: `btc-usd` is `BTC-USD`, and not `BTC/USD`.
    Case,
    /// Every character counts.
    Exact,
}

impl Matching {
    /// The word used in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Symbol => "symbol",
            Self::Case => "case",
            Self::Exact => "exact",
        }
    }
}

impl FromStr for Matching {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Symbol, Self::Case, Self::Exact]
            .into_iter()
            .find(|matching| matching.word() == text)
            .ok_or_else(|| format!("'{text}' is none of symbol, case, exact"))
    }
}

/// How tickers are compared everywhere: in cooldowns, orders, slippage and the gate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// Which spellings are one.
    pub matching: Matching,
    /// Other names, and the ticker each stands for.
    pub aliases: BTreeMap<String, String>,
}

impl Policy {
    /// The one spelling of a ticker that files and comparisons go by. Fails when nothing of it counts.
    pub fn canonical(&self, ticker: &str) -> Result<String, String> {
        let mut canonical = String::with_capacity(ticker.len());
        if self.canonical_into(ticker, &mut canonical) {
            Ok(canonical)
        } else {
            Err(format!("'{ticker}' names no ticker"))
        }
    }

    /// As [`Self::canonical`], into a buffer that is used again; `false` when nothing of the ticker counts.
    pub fn canonical_into(&self, ticker: &str, into: &mut String) -> bool {
        let ticker = ticker.trim();
        self.spell(ticker, into);
        // Aliases are few and mostly none; each is compared the same way as the ticker itself.
        let mut alias_spelling = String::new();
        for (alias, name) in &self.aliases {
            self.spell(alias, &mut alias_spelling);
            if alias_spelling == *into {
                self.spell(name, into);
                break;
            }
        }
        !into.is_empty()
    }

    fn spell(&self, ticker: &str, into: &mut String) {
        into.clear();
        if ticker == EVERY {
            into.push_str(EVERY);
            return;
        }
        match self.matching {
            Matching::Symbol => {
                into.extend(ticker.chars().flat_map(char::to_uppercase).filter(|c| c.is_alphanumeric()))
            }
            Matching::Case => into.extend(ticker.chars().flat_map(char::to_uppercase)),
            Matching::Exact => into.push_str(ticker),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matching(matching: Matching) -> Policy {
        Policy { matching, ..Policy::default() }
    }

    #[test]
    fn what_matches_what_is_configurable() {
        let one = |policy: &Policy, ticker| policy.canonical(ticker).unwrap();
        let symbol = Policy::default();
        assert!(["btc-usd", " BTC/USD ", "BTC_USD"].iter().all(|t| one(&symbol, t) == "BTCUSD"));
        assert_eq!(one(&matching(Matching::Case), "btc-usd"), "BTC-USD");
        assert_eq!(one(&matching(Matching::Exact), "btc-usd"), "btc-usd");
        assert_eq!(one(&symbol, "*"), EVERY);
        assert!(symbol.canonical("").is_err() && symbol.canonical("-/-").is_err());
    }

    #[test]
    fn an_alias_is_the_ticker_it_stands_for() {
        let aliases = BTreeMap::from([("XBT/USD".to_owned(), "btc-usd".to_owned())]);
        let policy = Policy { aliases, ..Policy::default() };
        assert_eq!(policy.canonical("xbtusd").unwrap(), policy.canonical("BTC/USD").unwrap());
        assert_eq!(policy.canonical("ETH-USD").unwrap(), "ETHUSD");
    }

    proptest! {
        #[test]
        fn a_canonical_ticker_stays_as_it_is(ticker in "\\PC{1,20}", way in 0usize..3) {
            let policy = matching([Matching::Symbol, Matching::Case, Matching::Exact][way]);
            if let Ok(canonical) = policy.canonical(&ticker) {
                prop_assert_eq!(policy.canonical(&canonical), Ok(canonical));
            }
        }
    }
}
