//! Settings of heartbeats: how long a component may be silent, how old prices may be, when the watch itself has a gap.

use std::time::Duration;

use serde_json::json;

use super::{Setting, duration, integer, text};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// How components are watched.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "heartbeats.name",
        about: "the component that `nija heartbeat ping` without a name speaks for; the host's name when not set",
        read: |config, value, _| {
            config.policies.heartbeats.name = Some(text(value)?.to_owned());
            Ok(())
        },
        show: |config| json!(config.policies.heartbeats.name),
    },
    Setting {
        name: "heartbeats.interval",
        about: "how long a component may be silent that says nothing else, 1s to 31 days",
        read: |config, value, _| {
            config.policies.heartbeats.interval = duration(value, SECOND, 31 * DAY)?;
            Ok(())
        },
        show: |config| shown(config.policies.heartbeats.interval),
    },
    Setting {
        name: "heartbeats.grace",
        about: "how much longer before such a component counts as down, and may take to finish, 1s to 31 days",
        read: |config, value, _| {
            config.policies.heartbeats.grace = duration(value, SECOND, 31 * DAY)?;
            Ok(())
        },
        show: |config| shown(config.policies.heartbeats.grace),
    },
    Setting {
        name: "heartbeats.price_limit",
        about: "from this age on, prices under open positions are stale, 1s to 24h",
        read: |config, value, _| {
            config.policies.heartbeats.price_limit = duration(value, SECOND, DAY)?;
            Ok(())
        },
        show: |config| shown(config.policies.heartbeats.price_limit),
    },
    Setting {
        name: "heartbeats.auto_kill",
        about: "whether stale prices under open positions halt everything, true or false",
        read: |config, value, _| {
            config.policies.heartbeats.auto_kill = value.as_bool().ok_or("it must be true or false")?;
            Ok(())
        },
        show: |config| json!(config.policies.heartbeats.auto_kill),
    },
    Setting {
        name: "heartbeats.look_interval",
        about: "how often somebody looks at least: the period of cron or of the watch, 1s to 24h",
        read: |config, value, _| {
            config.policies.heartbeats.look_interval = duration(value, SECOND, DAY)?;
            Ok(())
        },
        show: |config| shown(config.policies.heartbeats.look_interval),
    },
    Setting {
        name: "heartbeats.looks_missed",
        about: "after more than this many of these intervals without a look, the watch has a gap, 1 to 100",
        read: |config, value, _| {
            config.policies.heartbeats.looks_missed = u32::try_from(integer(value, 1, 100)?).unwrap_or(100);
            Ok(())
        },
        show: |config| json!(config.policies.heartbeats.looks_missed),
    },
    Setting {
        name: "heartbeats.clock_jump",
        about: "a wall clock that moves by more than this against the passing of time was stepped, 100ms to 1h",
        read: |config, value, _| {
            let (least, most) = (Duration::from_millis(100), Duration::from_secs(3600));
            config.policies.heartbeats.clock_jump = duration(value, least, most)?;
            Ok(())
        },
        show: |config| shown(config.policies.heartbeats.clock_jump),
    },
    Setting {
        name: "heartbeats.reported_for",
        about: "how long a gap of the watch, or a step of the clock, stays reported, 1s to 24h",
        read: |config, value, _| {
            config.policies.heartbeats.reported_for = duration(value, SECOND, DAY)?;
            Ok(())
        },
        show: |config| shown(config.policies.heartbeats.reported_for),
    },
];

fn shown(length: Duration) -> serde_json::Value {
    json!(humantime::format_duration(length).to_string())
}
