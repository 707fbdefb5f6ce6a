//! Settings of the watch: how often it looks, and whom it tells beside people.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;
use toml::Value;

use super::{Setting, duration, text};
use crate::domain::watch::{INTERVAL_MAX, INTERVAL_MIN};

/// How the watch goes about it.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "watch.interval",
        about: "longest time between two looks of `nija watch`, 1s to 1h; changes are looked at when they happen",
        read: |config, value, _| {
            config.policies.watch.interval = duration(value, INTERVAL_MIN, INTERVAL_MAX)?;
            Ok(())
        },
        show: |config| json!(shown(config.policies.watch.interval)),
    },
    Setting {
        name: "watch.textfile_dir",
        about: "directory in which the watch writes nija.prom for Prometheus; relative to this file",
        read: |config, value, base| {
            config.policies.watch.textfile_dir = Some(path(value, base)?);
            Ok(())
        },
        show: |config| json!(config.policies.watch.textfile_dir),
    },
    Setting {
        name: "watch.ping_url_file",
        about: "file with a URL to request after each good tick, readable by its owner only; relative to this file",
        read: |config, value, base| {
            config.policies.watch.ping_url_file = Some(path(value, base)?);
            Ok(())
        },
        show: |config| json!(config.policies.watch.ping_url_file),
    },
];

fn path(value: &Value, base: &Path) -> Result<PathBuf, String> {
    Ok(crate::config::join(base, Path::new(text(value)?)))
}

fn shown(duration: Duration) -> String {
    humantime::format_duration(duration).to_string()
}
