//! Settings of cooldowns: how long they last, after how many stop-losses longer, and when for every ticker.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use toml::Value;

use super::{Setting, delta, duration, integer, shown, yes_or_no};
use crate::domain::cooldown::change::STOP_LOSSES_MAX;
use crate::domain::cooldown::policy::LONGEST;
use crate::domain::ticker::EVERY;

/// Most steps of escalation.
const STEPS_MAX: usize = 10;

/// Cooldowns.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "cooldowns.default",
        about: "how long a ticker is in cooldown when nothing else is said, 1s to 1year",
        read: |config, value, _| {
            config.policies.cooldowns.default = length(value)?;
            Ok(())
        },
        show: |config| json!(shown(config.policies.cooldowns.default)),
    },
    Setting {
        name: "cooldowns.tickers",
        about: "how long for single tickers, as in { BTC-USD = \"2h\" }; of two spellings of one, the longer counts",
        read: |config, value, _| {
            let table = value.as_table().ok_or("it must be a table of durations by ticker")?;
            let pairs = table.iter().map(of_ticker);
            config.policies.cooldowns.tickers = pairs.collect::<Result<BTreeMap<_, _>, String>>()?;
            Ok(())
        },
        show: |config| {
            let tickers = config.policies.cooldowns.tickers.iter();
            json!(tickers.map(|(name, length)| (name, shown(*length))).collect::<BTreeMap<_, _>>())
        },
    },
    Setting {
        name: "cooldowns.escalation",
        about: "how long after the second, third, ... stop-loss of one ticker within the window, at most 10 steps, none \
                shorter than the one before; the last holds for all further, and [] turns it off",
        read: |config, value, _| {
            config.policies.cooldowns.escalation.steps = steps(value)?;
            Ok(())
        },
        show: |config| {
            let steps = config.policies.cooldowns.escalation.steps.iter();
            json!(steps.map(|step| shown(*step)).collect::<Vec<_>>())
        },
    },
    Setting {
        name: "cooldowns.escalation_window",
        about: "how far back a stop-loss of the same ticker counts, 1s to 1year",
        read: |config, value, _| {
            config.policies.cooldowns.escalation.window = length(value)?;
            Ok(())
        },
        show: |config| json!(shown(config.policies.cooldowns.escalation.window)),
    },
    Setting {
        name: "cooldowns.guard",
        about: "whether many stop-losses, of whichever tickers, put every ticker in cooldown",
        read: |config, value, _| {
            config.policies.cooldowns.guard.enabled = yes_or_no(value)?;
            Ok(())
        },
        show: |config| json!(config.policies.cooldowns.guard.enabled),
    },
    Setting {
        name: "cooldowns.guard_count",
        about: "how many stop-losses within the window do that, 2 to 32",
        read: |config, value, _| {
            let most = u64::try_from(STOP_LOSSES_MAX).unwrap_or(u64::MAX);
            config.policies.cooldowns.guard.count =
                usize::try_from(integer(value, 2, most)?).unwrap_or(STOP_LOSSES_MAX);
            Ok(())
        },
        show: |config| json!(config.policies.cooldowns.guard.count),
    },
    Setting {
        name: "cooldowns.guard_window",
        about: "how far back a stop-loss of any ticker counts, 1s to 1year",
        read: |config, value, _| {
            config.policies.cooldowns.guard.window = length(value)?;
            Ok(())
        },
        show: |config| json!(shown(config.policies.cooldowns.guard.window)),
    },
    Setting {
        name: "cooldowns.guard_duration",
        about: "how long every ticker is in cooldown then, 1s to 1year",
        read: |config, value, _| {
            config.policies.cooldowns.guard.duration = length(value)?;
            Ok(())
        },
        show: |config| json!(shown(config.policies.cooldowns.guard.duration)),
    },
];

fn length(value: &Value) -> Result<TimeDelta, String> {
    let most = LONGEST.to_std().unwrap_or(Duration::MAX);
    duration(value, Duration::from_secs(1), most).map(delta)
}

fn of_ticker((ticker, value): (&String, &Value)) -> Result<(String, TimeDelta), String> {
    if ticker != EVERY && !ticker.chars().any(char::is_alphanumeric) {
        return Err(format!("'{ticker}' names no ticker"));
    }
    let length = length(value).map_err(|why| format!("{ticker}: {why}"))?;
    Ok((ticker.clone(), length))
}

fn steps(value: &Value) -> Result<Vec<TimeDelta>, String> {
    let list = value.as_array().ok_or("it must be a list of durations, as in [\"4h\", \"1day\"]")?;
    if list.len() > STEPS_MAX {
        return Err(format!("it must have at most {STEPS_MAX} steps"));
    }
    let steps = list.iter().map(length).collect::<Result<Vec<_>, _>>()?;
    if steps.is_sorted() { Ok(steps) } else { Err("no step may be shorter than the one before".to_owned()) }
}
