//! Settings of orders that are out: when one is stuck, what that stops, how long it is kept, and how many halt a strategy.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use toml::Value;

use super::{Setting, decimal, delta, duration, shown, text, yes_or_no};
use crate::domain::halt::folded;
use crate::domain::pending::Rate;

/// Limits of the orders that are out.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "orders.stuck_after",
        about: "an order that is out for longer is stuck, 1s to 1year",
        read: |config, value, _| {
            config.policies.orders.stuck_after = age(value)?;
            Ok(())
        },
        show: |config| json!(shown(config.policies.orders.stuck_after)),
    },
    Setting {
        name: "orders.stuck_after_by_platform",
        about: "the same for single platforms, as in { kraken = \"10m\" }",
        read: |config, value, _| {
            config.policies.orders.stuck_after_by_platform = by_name(value, age)?;
            Ok(())
        },
        show: |config| by_name_shown(&config.policies.orders.stuck_after_by_platform, |age| shown(*age)),
    },
    Setting {
        name: "orders.emergency_ratio",
        about: "at so many times that age it is an emergency, above 1 to 1000",
        read: |config, value, _| {
            config.policies.orders.emergency_ratio = ratio(value)?;
            Ok(())
        },
        show: |config| json!(config.policies.orders.emergency_ratio),
    },
    Setting {
        name: "orders.unknown_after",
        about: "an order that is unknown or pending-cancel for longer is an alarm, 1s to 1year",
        read: |config, value, _| {
            config.policies.orders.unknown_after = age(value)?;
            Ok(())
        },
        show: |config| json!(shown(config.policies.orders.unknown_after)),
    },
    Setting {
        name: "orders.auto_kill",
        about: "whether an emergency of a stuck order pulls the kill switch",
        read: |config, value, _| {
            config.policies.orders.auto_kill = yes_or_no(value)?;
            Ok(())
        },
        show: |config| json!(config.policies.orders.auto_kill),
    },
    Setting {
        name: "orders.auto_kill_scope",
        about: "what that stops: all, or platform (everything where the order's platform is not known)",
        read: |config, value, _| {
            config.policies.orders.auto_kill_scope = text(value)?.parse()?;
            Ok(())
        },
        show: |config| json!(config.policies.orders.auto_kill_scope.word()),
    },
    Setting {
        name: "orders.keep_completed",
        about: "how long a completed order stays in orders/ before it moves to its log, 1min to 30days",
        read: |config, value, _| {
            let (least, most) = (Duration::from_secs(60), Duration::from_secs(30 * 24 * 3600));
            config.policies.orders.keep_completed = delta(duration(value, least, most)?);
            Ok(())
        },
        show: |config| json!(shown(config.policies.orders.keep_completed)),
    },
    Setting {
        name: "orders.throttle",
        about: "so many orders of one strategy within so long halt it, as in \"20/10s\", or \"off\"",
        read: |config, value, _| {
            config.policies.orders.throttle = rate(value)?;
            Ok(())
        },
        show: |config| rate_shown(&config.policies.orders.throttle),
    },
    Setting {
        name: "orders.throttle_by_strategy",
        about: "the same for single strategies, as in { scalper = \"50/10s\", manual = \"off\" }",
        read: |config, value, _| {
            config.policies.orders.throttle_by_strategy = by_name(value, rate)?;
            Ok(())
        },
        show: |config| by_name_shown(&config.policies.orders.throttle_by_strategy, rate_shown),
    },
];

fn age(value: &Value) -> Result<TimeDelta, String> {
    const YEAR_SECONDS: u64 = 31_557_600;
    Ok(delta(duration(value, Duration::from_secs(1), Duration::from_secs(YEAR_SECONDS))?))
}

fn ratio(value: &Value) -> Result<Decimal, String> {
    let ratio = decimal(value, 1, 1000)?;
    if ratio > Decimal::ONE { Ok(ratio) } else { Err("it must be above 1".to_owned()) }
}

fn rate(value: &Value) -> Result<Option<Rate>, String> {
    match text(value)? {
        "off" => Ok(None),
        rate => rate.parse().map(Some),
    }
}

fn rate_shown(rate: &Option<Rate>) -> Json {
    json!(rate.map_or_else(|| "off".to_owned(), |rate| rate.to_string()))
}

/// A table of names, which compare without case.
fn by_name<T>(value: &Value, read: fn(&Value) -> Result<T, String>) -> Result<BTreeMap<String, T>, String> {
    let table = value.as_table().ok_or("it must be a table of names")?;
    let mut all = BTreeMap::new();
    for (name, value) in table {
        let value = read(value).map_err(|why| format!("'{name}': {why}"))?;
        if all.insert(folded(name), value).is_some() {
            return Err(format!("'{name}' is there twice: names compare without case"));
        }
    }
    Ok(all)
}

fn by_name_shown<T, S: Into<Json>>(all: &BTreeMap<String, T>, shown: impl Fn(&T) -> S) -> Json {
    Json::Object(all.iter().map(|(name, value)| (name.clone(), shown(value).into())).collect())
}
