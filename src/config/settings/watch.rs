//! Settings of the watch: how often it looks, and whom it tells beside people.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value as Json, json};
use toml::Value;

use super::{Setting, duration, text, yes_or_no};
use crate::domain::watch::{INTERVAL_MAX, INTERVAL_MIN};

/// What switches something off.
const OFF: &str = "off";

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
        about: "directory in which the watch writes nija.prom for Prometheus, relative to this file, or off",
        read: |config, value, base| {
            config.policies.watch.textfile_dir = path(value, base)?;
            Ok(())
        },
        show: |config| shown_path(config.policies.watch.textfile_dir.as_deref()),
    },
    Setting {
        name: "watch.ping_url_file",
        about: "file with a URL to request after each good tick, relative to this file and only its owner's to read, or off",
        read: |config, value, base| {
            config.policies.watch.ping_url_file = path(value, base)?;
            Ok(())
        },
        show: |config| shown_path(config.policies.watch.ping_url_file.as_deref()),
    },
    Setting {
        name: "watch.expected",
        about: "whether it is an alert that no watch runs, even where none ever did; one that died is an alert anyhow",
        read: |config, value, _| {
            config.policies.watch.expected = yes_or_no(value)?;
            Ok(())
        },
        show: |config| json!(config.policies.watch.expected),
    },
];

fn path(value: &Value, base: &Path) -> Result<Option<PathBuf>, String> {
    let path = text(value)?;
    Ok((path != OFF).then(|| crate::config::join(base, Path::new(path))))
}

fn shown_path(path: Option<&Path>) -> Json {
    path.map_or(json!(OFF), |path| json!(path))
}

fn shown(duration: Duration) -> String {
    humantime::format_duration(duration).to_string()
}
