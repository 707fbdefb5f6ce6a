//! How long a cooldown lasts, or how much longer, as the command line says it.

use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;

use crate::domain::cooldown::change::Extension;
use crate::ops::cooldown::change::End;

/// How long.
#[derive(Args, Debug, PartialEq)]
#[group(multiple = false)]
pub struct Length {
    /// How many minutes
    #[arg(long, value_name = "N", value_parser = minutes, allow_negative_numbers = true)]
    minutes: Option<TimeDelta>,
    /// How long, as in 90s, 2h or 1day
    #[arg(long = "for", value_name = "DURATION", value_parser = duration, allow_hyphen_values = true)]
    length: Option<TimeDelta>,
    /// Until when, as in 2026-01-31T18:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true)]
    until: Option<DateTime<Utc>>,
}

/// How much longer.
#[derive(Args, Debug, PartialEq)]
#[group(required = true, multiple = false)]
pub struct More {
    /// By how many minutes
    #[arg(long, value_name = "N", value_parser = minutes, allow_negative_numbers = true)]
    minutes: Option<TimeDelta>,
    /// By how long, as in 90s, 2h or 1day
    #[arg(long = "for", value_name = "DURATION", value_parser = duration, allow_hyphen_values = true)]
    length: Option<TimeDelta>,
    /// Until when, as in 2026-01-31T18:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true)]
    until: Option<DateTime<Utc>>,
}

impl Length {
    /// The end that is asked for.
    pub fn end(&self) -> End {
        let length = self.minutes.or(self.length).map(End::After);
        length.or(self.until.map(End::At)).unwrap_or(End::Default)
    }
}

impl More {
    /// The extension that is asked for.
    pub fn extension(&self) -> Extension {
        let length = self.minutes.or(self.length).unwrap_or_default();
        self.until.map_or(Extension::By(length), Extension::Until)
    }
}

/// Reads a number of minutes: whole, and at least one.
fn minutes(text: &str) -> Result<TimeDelta, String> {
    let number = text.parse::<u32>().ok().filter(|number| *number > 0);
    let minutes = number.map(|number| TimeDelta::minutes(i64::from(number)));
    minutes.ok_or_else(|| "it must be a whole number of minutes, at least 1".to_owned())
}

/// Reads a duration that is longer than nothing.
fn duration(text: &str) -> Result<TimeDelta, String> {
    let duration =
        humantime::parse_duration(text).ok().and_then(|duration| TimeDelta::from_std(duration).ok());
    let longer = duration.filter(|duration| *duration > TimeDelta::zero());
    longer.ok_or_else(|| "it must be a duration longer than 0, as in 90s, 2h or 1day".to_owned())
}

/// Reads a point in time. Without a zone it could be any of two dozen, so there has to be one.
fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let time = DateTime::parse_from_rfc3339(text).map(|time| time.with_timezone(&Utc));
    time.map_err(|_| "it must be a time with its zone, as in 2026-01-31T18:00:00Z or ...+01:00".to_owned())
}
