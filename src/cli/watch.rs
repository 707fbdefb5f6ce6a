//! `nija watch`: the same look as `nija check`, all day.

use std::time::Duration;

use clap::Args;

use super::{App, status};
use crate::domain::watch::{INTERVAL_MAX, INTERVAL_MIN};
use crate::error::Result;
use crate::ops::identity::random_id;
use crate::output::Reply;
use crate::watch::{self, Setup};

/// Judge every rule all day, at once after each change, and pull the kill switch where the configuration says so
///
/// At a terminal it shows one screen that is kept up to date; otherwise one JSON document per line.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 ended by SIGTERM, SIGINT or q; 75 another watch runs already\n\
                        Example: nija watch --once")]
pub struct Watch {
    /// Longest time between two looks, 1s to 1h [default: watch.interval]
    #[arg(long, value_name = "DURATION", value_parser = interval)]
    pub interval: Option<Duration>,
    /// Look once and end
    #[arg(long)]
    pub once: bool,
}

impl Watch {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        let identity = app.identity();
        let setup = Setup {
            resolve: &|| app.config(),
            clock: app.clock(),
            identity: &identity,
            means: &|config| app.means(config),
            new_id: &random_id,
            environment: &app.environment,
            interval: self.interval,
            once: self.once,
            style: app.style,
            sections: &|report, now| status::sections(report, now, app.glyphs()),
        };
        watch::run(&setup)?;
        Ok(Reply::told("nija.stream", 0))
    }
}

fn interval(text: &str) -> std::result::Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if (INTERVAL_MIN..=INTERVAL_MAX).contains(&duration) {
        Ok(duration)
    } else {
        Err("it must be from 1s to 1h".to_owned())
    }
}
