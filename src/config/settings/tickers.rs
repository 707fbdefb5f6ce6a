//! Settings of how tickers are compared.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Setting, text};

/// How tickers are compared.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "tickers.matching",
        about: "which spellings are one ticker: symbol (letters and digits count), case (only case is ignored), exact",
        read: |config, value, _| {
            config.policies.tickers.matching = text(value)?.parse()?;
            Ok(())
        },
        show: |config| json!(config.policies.tickers.matching.word()),
    },
    Setting {
        name: "tickers.aliases",
        about: "other names of a ticker, as in { XBTUSD = \"BTC-USD\" }",
        read: |config, value, _| {
            let table = value.as_table().ok_or("it must be a table of names")?;
            let pair = |(alias, name): (&String, &toml::Value)| Ok((alias.clone(), text(name)?.to_owned()));
            config.policies.tickers.aliases =
                table.iter().map(pair).collect::<Result<BTreeMap<_, _>, String>>()?;
            Ok(())
        },
        show: |config| json!(config.policies.tickers.aliases),
    },
];
