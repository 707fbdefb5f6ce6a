//! Settings of telling people: when, again when, and until when.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use toml::Value;

use super::{Setting, delta, duration, shown, text};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// How people are told.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "notify.group_wait",
        about: "how long the first of several less than CRITICAL alerts of a rule waits for the others, 0s to 1h",
        read: |config, value, _| {
            config.policies.notify.group_wait = span(value, Duration::ZERO, Duration::from_secs(3600))?;
            Ok(())
        },
        show: |config| json!(shown(config.policies.notify.group_wait)),
    },
    Setting {
        name: "notify.group_interval",
        about: "how long further ones of that rule wait for each other, 0s to 1day",
        read: |config, value, _| {
            config.policies.notify.group_interval = span(value, Duration::ZERO, DAY)?;
            Ok(())
        },
        show: |config| json!(shown(config.policies.notify.group_interval)),
    },
    Setting {
        name: "notify.resolve_wait",
        about: "how long an alert has to be gone before that is told, 0s to 1h: what comes and goes is told of once",
        read: |config, value, _| {
            config.policies.notify.resolve_wait = span(value, Duration::ZERO, Duration::from_secs(3600))?;
            Ok(())
        },
        show: |config| json!(shown(config.policies.notify.resolve_wait)),
    },
    Setting {
        name: "notify.repeat",
        about: "after so long an alert that nobody acknowledged is told of again, 1s to 30days; doubled each time",
        read: |config, value, _| {
            config.policies.notify.repeat = span(value, SECOND, DAY * 30)?;
            Ok(())
        },
        show: |config| json!(shown(config.policies.notify.repeat)),
    },
    Setting {
        name: "notify.repeat_max",
        about: "the longest that doubling makes it, 1s to 30days",
        read: |config, value, _| {
            config.policies.notify.repeat_max = span(value, SECOND, DAY * 30)?;
            Ok(())
        },
        show: |config| json!(shown(config.policies.notify.repeat_max)),
    },
    Setting {
        name: "notify.ack_for",
        about: "how long an acknowledgement holds when nothing else is said, 1s to 1day",
        read: |config, value, _| {
            config.policies.notify.ack_for = span(value, SECOND, DAY)?;
            Ok(())
        },
        show: |config| json!(shown(config.policies.notify.ack_for)),
    },
    Setting {
        name: "notify.give_up_after",
        about: "after so long of failures a message is given up, and that is an alert of its own, 1s to 30days",
        read: |config, value, _| {
            config.policies.notify.give_up_after = span(value, SECOND, DAY * 30)?;
            Ok(())
        },
        show: |config| json!(shown(config.policies.notify.give_up_after)),
    },
    Setting {
        name: "notify.fallback",
        about: "the channel that takes what another cannot take, or off",
        read: |config, value, _| {
            let name = text(value)?;
            config.policies.notify.fallback = (name != "off").then(|| name.to_owned());
            Ok(())
        },
        show: |config| json!(config.policies.notify.fallback.as_deref().unwrap_or("off")),
    },
    Setting {
        name: "notify.command_wait",
        about: "longest a command waits for the messages of its own change of the kill switch, once it has answered, 0s to 1min",
        read: |config, value, _| {
            config.policies.notify.command_wait = duration(value, Duration::ZERO, Duration::from_secs(60))?;
            Ok(())
        },
        show: |config| json!(humantime::format_duration(config.policies.notify.command_wait).to_string()),
    },
    Setting {
        name: "notify.runbook_url",
        about: "what the link to a rule's runbook begins with, as in \"https://wiki.example/nija/\", or off",
        read: |config, value, _| {
            let base = text(value)?;
            config.policies.notify.runbook_url = (base != "off").then(|| base.to_owned());
            Ok(())
        },
        show: |config| json!(config.policies.notify.runbook_url.as_deref().unwrap_or("off")),
    },
];

fn span(value: &Value, least: Duration, most: Duration) -> Result<TimeDelta, String> {
    duration(value, least, most).map(delta)
}
