//! The table of settings: name, meaning, how each is read and shown; a new setting is one entry here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use toml::Value;

use super::Config;

/// One setting.
pub struct Setting {
    /// Its full name, as in `killswitch.approvals`.
    pub name: &'static str,
    /// What it does, with unit and range.
    pub about: &'static str,
    /// Takes over a value from a file in the given directory, or says what is wrong with it.
    pub read: fn(&mut Config, &Value, &Path) -> Result<(), String>,
    /// Its present value.
    pub show: fn(&Config) -> Json,
}

/// Every setting, in the order they are shown.
pub const SETTINGS: [Setting; 7] = [
    Setting {
        name: "state_dir",
        about: "where state lives; a relative path is relative to this file",
        read: |config, value, base| {
            config.state_dir = super::join(base, Path::new(text(value)?));
            Ok(())
        },
        show: |config| json!(config.state_dir),
    },
    Setting {
        name: "fallback_dirs",
        about: "second places for the stop file, tried in order; the gate always looks at all of them",
        read: |config, value, base| {
            let list = value.as_array().ok_or("it must be a list of paths")?;
            let join = |entry: &Value| Ok::<PathBuf, String>(super::join(base, Path::new(text(entry)?)));
            config.fallback_dirs = list.iter().map(join).collect::<Result<_, _>>()?;
            Ok(())
        },
        show: |config| json!(config.fallback_dirs),
    },
    Setting {
        name: "lock_wait",
        about: "longest wait for a lock, 10ms to 60s",
        read: |config, value, _| {
            config.lock_wait = duration(value, Duration::from_millis(10), Duration::from_secs(60))?;
            Ok(())
        },
        show: |config| json!(humantime::format_duration(config.lock_wait).to_string()),
    },
    Setting {
        name: "killswitch.approvals",
        about: "how many different operators a release needs, 1 to 5",
        read: |config, value, _| {
            config.approvals = usize::try_from(integer(value, 1, 5)?).unwrap_or(5);
            Ok(())
        },
        show: |config| json!(config.approvals),
    },
    Setting {
        name: "killswitch.approval_expiry",
        about: "how long a request for approval stays open, 1min to 24h",
        read: |config, value, _| {
            let (least, most) = (Duration::from_secs(60), Duration::from_secs(24 * 3600));
            config.approval_expiry = delta(duration(value, least, most)?);
            Ok(())
        },
        show: |config| json!(shown(config.approval_expiry)),
    },
    Setting {
        name: "clients.live_within",
        about: "a client silent for this long is not waited for, 10s to 24h",
        read: |config, value, _| {
            let (least, most) = (Duration::from_secs(10), Duration::from_secs(24 * 3600));
            config.live_within = delta(duration(value, least, most)?);
            Ok(())
        },
        show: |config| json!(shown(config.live_within)),
    },
    Setting {
        name: "audit.rotate_mib",
        about: "size at which a segment of the audit log is closed, 1 to 4096 MiB",
        read: |config, value, _| {
            config.audit_rotate_bytes = integer(value, 1, 4096)? * 1024 * 1024;
            Ok(())
        },
        show: |config| json!(config.audit_rotate_bytes / (1024 * 1024)),
    },
];

fn text(value: &Value) -> Result<&str, String> {
    let text = value.as_str().ok_or("it must be a string")?;
    if text.is_empty() { Err("it must not be empty".to_owned()) } else { Ok(text) }
}

fn integer(value: &Value, least: u64, most: u64) -> Result<u64, String> {
    let number = value.as_integer().and_then(|number| u64::try_from(number).ok());
    number
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("it must be a whole number from {least} to {most}"))
}

fn duration(value: &Value, least: Duration, most: Duration) -> Result<Duration, String> {
    let shown = |duration| humantime::format_duration(duration).to_string();
    let range = || format!("it must be a duration from {} to {}, as in \"30s\"", shown(least), shown(most));
    let duration = value.as_str().and_then(|text| humantime::parse_duration(text).ok()).ok_or_else(range)?;
    if (least..=most).contains(&duration) { Ok(duration) } else { Err(range()) }
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

fn shown(delta: TimeDelta) -> String {
    humantime::format_duration(delta.to_std().unwrap_or_default()).to_string()
}
