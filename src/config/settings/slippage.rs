//! Settings of what counts as high slippage, for how long it is an alert, and of what brokers are held to.

use std::collections::BTreeMap;
use std::time::Duration;

use rust_decimal::Decimal;
use serde_json::json;
use toml::Value;

use super::{Setting, decimal, delta, duration, percent, shown};

const HOUR: Duration = Duration::from_secs(3600);
const MONTH: Duration = Duration::from_secs(31 * 24 * 3600);

/// What counts as high slippage, and as a high cost.
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
            let own = |(ticker, value): (&String, &Value)| {
                let pct = percent(value).map_err(|why| format!("'{ticker}': {why}"))?;
                Ok((ticker.clone(), pct))
            };
            let own = table.iter().map(own).collect::<Result<BTreeMap<_, _>, String>>()?;
            config.policies.slippage.high_pct_by_ticker = own;
            Ok(())
        },
        show: |config| json!(config.policies.slippage.high_pct_by_ticker),
    },
    Setting {
        name: "slippage.alert_window",
        about: "how long after it was filled a fill that was high is an alert, 1min to 31days",
        read: |config, value, _| {
            config.policies.slippage.alert_window = delta(duration(value, HOUR / 60, MONTH)?);
            Ok(())
        },
        show: |config| json!(shown(config.policies.slippage.alert_window)),
    },
    Setting {
        name: "slippage.mean_window",
        about: "the time over which a ticker's mean is an alert when it is high, 1h to 31days",
        read: |config, value, _| {
            config.policies.slippage.mean_window = delta(duration(value, HOUR, MONTH)?);
            Ok(())
        },
        show: |config| json!(shown(config.policies.slippage.mean_window)),
    },
    Setting {
        name: "slippage.quality_window",
        about: "the time over which `nija check` judges brokers, 1h to 31days",
        read: |config, value, _| {
            config.policies.slippage.quality_window = delta(duration(value, HOUR, MONTH)?);
            Ok(())
        },
        show: |config| json!(shown(config.policies.slippage.quality_window)),
    },
    Setting {
        name: "slippage.cost_limit_bps",
        about: "mean cost with fees at which a broker gets no points for cost, above 0 to 10000 basis points",
        read: |config, value, _| {
            config.policies.slippage.cost_limit_bps = cost(value)?;
            Ok(())
        },
        show: |config| json!(config.policies.slippage.cost_limit_bps),
    },
    Setting {
        name: "slippage.cost_limit_bps_by_ticker",
        about: "the same for single tickers, as in { BTC-USD = 25 }",
        read: |config, value, _| {
            config.policies.slippage.cost_limit_bps_by_ticker = costs(value, |name| name.to_owned())?;
            Ok(())
        },
        show: |config| json!(config.policies.slippage.cost_limit_bps_by_ticker),
    },
    Setting {
        name: "slippage.cost_limit_bps_by_broker",
        about: "the same for single brokers, as in { kraken = 25 }",
        read: |config, value, _| {
            config.policies.slippage.cost_limit_bps_by_broker =
                costs(value, |name| name.trim().to_lowercase())?;
            Ok(())
        },
        show: |config| json!(config.policies.slippage.cost_limit_bps_by_broker),
    },
];

fn cost(value: &Value) -> Result<Decimal, String> {
    let bps = decimal(value, 0, 10_000).ok().filter(|bps| !bps.is_zero());
    bps.ok_or_else(|| "it must be a number of basis points above 0 to 10000, as in 25".to_owned())
}

fn costs(value: &Value, spelled: fn(&str) -> String) -> Result<BTreeMap<String, Decimal>, String> {
    let table = value.as_table().ok_or("it must be a table of basis points")?;
    let own = |(name, value): (&String, &Value)| {
        let bps = cost(value).map_err(|why| format!("'{name}': {why}"))?;
        Ok((spelled(name), bps))
    };
    table.iter().map(own).collect()
}
