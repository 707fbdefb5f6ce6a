//! Settings of what one platform may hold.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use super::{Setting, decimal, delta, duration, one_of, percent, shown, text, yes_or_no};
use crate::domain::exposure::platform;
use crate::domain::halt::folded;

/// What one platform may hold.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "exposure.limit_pct",
        about: "share of the capital above which a platform is CRITICAL, above 0 to 100 %",
        read: |config, value, _| {
            config.policies.exposure.limit_pct = percent(value)?;
            Ok(())
        },
        show: |config| json!(config.policies.exposure.limit_pct),
    },
    Setting {
        name: "exposure.limits",
        about: "own limits of platforms in percent, as in { kraken = 50 }",
        read: |config, value, _| {
            let table = value.as_table().ok_or("it must be a table of percentages")?;
            let mut limits = BTreeMap::new();
            for (name, value) in table {
                let limit = percent(value).map_err(|why| format!("'{name}': {why}"))?;
                if limits.insert(folded(&platform(name)?), limit).is_some() {
                    return Err(format!("'{name}' stands there twice"));
                }
            }
            config.policies.exposure.limits = limits;
            Ok(())
        },
        show: |config| json!(config.policies.exposure.limits),
    },
    Setting {
        name: "exposure.emergency_ratio",
        about: "how many times its limit a platform has to hold to be an EMERGENCY, 1 to 10",
        read: |config, value, _| {
            config.policies.exposure.emergency_ratio = decimal(value, 1, 10)?;
            Ok(())
        },
        show: |config| json!(config.policies.exposure.emergency_ratio),
    },
    Setting {
        name: "exposure.auto_kill",
        about: "whether an EMERGENCY pulls the kill switch, true or false",
        read: |config, value, _| {
            config.policies.exposure.auto_kill = yes_or_no(value)?;
            Ok(())
        },
        show: |config| json!(config.policies.exposure.auto_kill),
    },
    Setting {
        name: "exposure.auto_kill_scope",
        about: "what that stops: platform (that one), all",
        read: |config, value, _| {
            config.policies.exposure.kills_everything = one_of(text(value)?, ["platform", "all"])? == "all";
            Ok(())
        },
        show: |config| json!(if config.policies.exposure.kills_everything { "all" } else { "platform" }),
    },
    Setting {
        name: "exposure.stale_after",
        about: "a balance or total this old says nothing any more, 10s to 7days",
        read: |config, value, _| {
            let (least, most) = (Duration::from_secs(10), Duration::from_secs(7 * 24 * 3600));
            config.policies.exposure.stale_after = delta(duration(value, least, most)?);
            Ok(())
        },
        show: |config| json!(shown(config.policies.exposure.stale_after)),
    },
];
