//! Settings of the foundation: where state lives, locks, releases, clients and the audit log.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;
use toml::Value;

use super::{Setting, delta, duration, integer, shown, text};

/// What every command needs.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "state_dir",
        about: "where state lives; a relative path is relative to this file",
        read: |config, value, base| {
            config.state_dir = crate::config::join(base, Path::new(text(value)?));
            Ok(())
        },
        show: |config| json!(config.state_dir),
    },
    Setting {
        name: "fallback_dirs",
        about: "second places for the stop file, tried in order; the gate always looks at all of them",
        read: |config, value, base| {
            let list = value.as_array().ok_or("it must be a list of paths")?;
            let join =
                |entry: &Value| Ok::<PathBuf, String>(crate::config::join(base, Path::new(text(entry)?)));
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
