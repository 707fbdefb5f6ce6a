//! Settings of what the gate insists on.

use std::time::Duration;

use serde_json::{Value as Json, json};
use toml::Value;

use super::{Setting, duration};

/// What switches a limit off.
const OFF: &str = "off";

/// What the gate insists on.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "gate.require_watch",
        about: "refuse every order unless nija watch completed a tick within this time, 1s to 24h, or off",
        read: |config, value, _| {
            config.policies.gate.require_watch = unless_off(value, Duration::from_secs(1))?;
            Ok(())
        },
        show: |config| shown(config.policies.gate.require_watch),
    },
    Setting {
        name: "gate.dedupe_window",
        about: "let the same order out only once within this time, 100ms to 24h, or off",
        read: |config, value, _| {
            config.policies.gate.dedupe_window = unless_off(value, Duration::from_millis(100))?;
            Ok(())
        },
        show: |config| shown(config.policies.gate.dedupe_window),
    },
];

fn unless_off(value: &Value, least: Duration) -> Result<Option<Duration>, String> {
    if value.as_str() == Some(OFF) {
        return Ok(None);
    }
    let read = duration(value, least, Duration::from_secs(24 * 3600)).map(Some);
    read.map_err(|why| format!("{why}, or \"{OFF}\""))
}

fn shown(limit: Option<Duration>) -> Json {
    limit.map_or(json!(OFF), |limit| json!(humantime::format_duration(limit).to_string()))
}
