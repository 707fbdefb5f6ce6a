//! Settings of how many users may be active at once.

use std::time::Duration;

use serde_json::json;

use super::{Setting, delta, duration, percent, shown, yes_or_no};

/// How many users may be active at once.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "adoption.limit_pct",
        about: "share of the users above which it is an EMERGENCY that they are active, above 0 to 100 %",
        read: |config, value, _| {
            config.policies.adoption.limit_pct = percent(value)?;
            Ok(())
        },
        show: |config| json!(config.policies.adoption.limit_pct),
    },
    Setting {
        name: "adoption.auto_kill",
        about: "whether that pulls the kill switch for everything, true or false",
        read: |config, value, _| {
            config.policies.adoption.auto_kill = yes_or_no(value)?;
            Ok(())
        },
        show: |config| json!(config.policies.adoption.auto_kill),
    },
    Setting {
        name: "adoption.stale_after",
        about: "figures this old say nothing any more, 10s to 7days",
        read: |config, value, _| {
            let (least, most) = (Duration::from_secs(10), Duration::from_secs(7 * 24 * 3600));
            config.policies.adoption.stale_after = delta(duration(value, least, most)?);
            Ok(())
        },
        show: |config| json!(shown(config.policies.adoption.stale_after)),
    },
];
