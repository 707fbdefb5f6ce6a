//! Settings of what counts as high slippage.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Setting, percent};

/// What counts as high slippage.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "slippage.high_pct",
        about: "slippage of a fill above which it is high, above 0 to 100 %",
        read: |config, value, _| {
            config.policies.slippage.high_pct = percent(value)?;
            Ok(())
        },
        show: |config| json!(config.policies.slippage.high_pct),
    },
    Setting {
        name: "slippage.high_pct_by_ticker",
        about: "the same for single tickers, as in { DOGE-USD = 0.5 }",
        read: |config, value, _| {
            let table = value.as_table().ok_or("it must be a table of percentages")?;
            let own = |(ticker, value): (&String, &toml::Value)| {
                let pct = percent(value).map_err(|why| format!("'{ticker}': {why}"))?;
                Ok((ticker.clone(), pct))
            };
            let own = table.iter().map(own).collect::<Result<BTreeMap<_, _>, String>>()?;
            config.policies.slippage.high_pct_by_ticker = own;
            Ok(())
        },
        show: |config| json!(config.policies.slippage.high_pct_by_ticker),
    },
];
