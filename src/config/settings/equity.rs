//! Settings of what may be lost.

use std::time::Duration;

use chrono::{NaiveTime, Timelike as _};
use serde_json::json;

use super::{Setting, delta, duration, integer, one_of, percent, shown, text, written, yes_or_no};
use crate::domain::amount;
use crate::domain::equity::READINGS_MAX;

/// No limit.
const OFF: &str = "off";

/// What may be lost.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "equity.drawdown_limit_pct",
        about: "largest loss since the peak, above 0 to 100 % of the peak",
        read: |config, value, _| {
            config.policies.equity.drawdown_limit_pct = percent(value)?;
            Ok(())
        },
        show: |config| json!(config.policies.equity.drawdown_limit_pct),
    },
    Setting {
        name: "equity.daily_loss_limit_pct",
        about: "largest loss since the day began, above 0 to 100 % of the equity it began with",
        read: |config, value, _| {
            config.policies.equity.daily_loss_limit_pct = percent(value)?;
            Ok(())
        },
        show: |config| json!(config.policies.equity.daily_loss_limit_pct),
    },
    Setting {
        name: "equity.daily_loss_limit_cash",
        about: "largest loss since the day began in the account currency, as in 500, or \"off\"",
        read: |config, value, _| {
            let limit = written(value)?;
            let off = limit == OFF;
            config.policies.equity.daily_loss_limit_cash =
                if off { None } else { Some(amount::positive(&limit)?) };
            Ok(())
        },
        show: |config| {
            let limit = config.policies.equity.daily_loss_limit_cash;
            json!(limit.map_or_else(|| OFF.to_owned(), |limit| limit.to_string()))
        },
    },
    Setting {
        name: "equity.warn_at_pct",
        about: "share of a limit above which it is a WARNING, above 0 to 100 %",
        read: |config, value, _| {
            config.policies.equity.warn_at_pct = percent(value)?;
            Ok(())
        },
        show: |config| json!(config.policies.equity.warn_at_pct),
    },
    Setting {
        name: "equity.confirmations",
        about: "how many readings in a row confirm a change, 1 to 20",
        read: |config, value, _| {
            let count = integer(value, 1, READINGS_MAX as u64)?;
            config.policies.equity.confirmations = usize::try_from(count).unwrap_or(READINGS_MAX);
            Ok(())
        },
        show: |config| json!(config.policies.equity.confirmations),
    },
    Setting {
        name: "equity.day_start",
        about: "when a trading day begins, in UTC the whole year, as in \"00:00\"",
        read: |config, value, _| {
            let time = NaiveTime::parse_from_str(text(value)?, "%H:%M");
            let time = time.map_err(|_| "it must be a time of day from 00:00 to 23:59, as in \"22:00\"")?;
            let since_midnight = Duration::from_secs(u64::from(time.num_seconds_from_midnight()));
            config.policies.equity.day_start = delta(since_midnight);
            Ok(())
        },
        show: |config| {
            let minutes = config.policies.equity.day_start.num_minutes();
            json!(format!("{:02}:{:02}", minutes / 60, minutes % 60))
        },
    },
    Setting {
        name: "equity.auto_kill",
        about: "whether an EMERGENCY pulls the kill switch, true or false",
        read: |config, value, _| {
            config.policies.equity.auto_kill = yes_or_no(value)?;
            Ok(())
        },
        show: |config| json!(config.policies.equity.auto_kill),
    },
    Setting {
        name: "equity.auto_kill_scope",
        about: "what that stops: account (the one whose equity it is, everything where it is of none), all",
        read: |config, value, _| {
            config.policies.equity.kills_everything = one_of(text(value)?, ["account", "all"])? == "all";
            Ok(())
        },
        show: |config| json!(if config.policies.equity.kills_everything { "all" } else { "account" }),
    },
    Setting {
        name: "equity.stale_after",
        about: "a reading this old says nothing any more, 10s to 7days",
        read: |config, value, _| {
            let (least, most) = (Duration::from_secs(10), Duration::from_secs(7 * 24 * 3600));
            config.policies.equity.stale_after = delta(duration(value, least, most)?);
            Ok(())
        },
        show: |config| json!(shown(config.policies.equity.stale_after)),
    },
];
