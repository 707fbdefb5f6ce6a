//! Which fills a command is about: ticker, broker and time, as said on the command line.

use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;

use super::super::audit::parse_since;
use crate::domain::slippage::Selection;
use crate::error::{Error, Kind, Result};
use crate::ops::State;

/// Ticker and broker
#[derive(Args, Debug, Clone, PartialEq)]
pub struct Of {
    /// This ticker only, in any spelling
    #[arg(long, value_name = "TICKER")]
    pub ticker: Option<String>,
    /// This broker only
    #[arg(long, value_name = "NAME")]
    pub broker: Option<String>,
}

/// Time
#[derive(Args, Debug, Clone, PartialEq)]
pub struct When {
    /// The last so many days
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=36_500),
          conflicts_with_all = ["since", "until", "all"])]
    pub days: Option<u32>,
    /// From here on: a time as 2026-01-31T12:00:00Z, or an age as 2h
    #[arg(long, value_name = "TIME", conflicts_with = "all")]
    pub since: Option<String>,
    /// Up to here, and not at it
    #[arg(long, value_name = "TIME", conflicts_with = "all")]
    pub until: Option<String>,
    /// Of all time
    #[arg(long)]
    pub all: bool,
}

impl Of {
    /// The fills of these, of all time.
    pub fn selection(&self, state: &State<'_>) -> Result<Selection> {
        let unknown = |why: String| Error::new(Kind::Usage, why).hint("nija slippage stats --ticker BTC-USD");
        let tickers = &state.context.config.policies.tickers;
        let ticker = self.ticker.as_deref().map(|ticker| tickers.canonical(ticker)).transpose();
        Ok(Selection {
            ticker: ticker.map_err(unknown)?,
            broker: self.broker.as_deref().map(|broker| broker.trim().to_lowercase()),
            ..Selection::default()
        })
    }
}

impl When {
    /// Narrows a selection to this time: where nothing was said, to the last `default_days`, if there is such a default.
    pub fn narrow(
        &self,
        selection: &mut Selection,
        now: DateTime<Utc>,
        default_days: Option<u32>,
    ) -> Result<()> {
        if self.all {
            return Ok(());
        }
        if self.since.is_none() && self.until.is_none() {
            let days = self.days.or(default_days).map(|days| TimeDelta::days(days.into()));
            selection.since = days.and_then(|days| now.checked_sub_signed(days));
            return Ok(());
        }
        let time = |text: &Option<String>| {
            let parsed = text.as_deref().map(|text| parse_since(text, now)).transpose();
            parsed.map_err(|error| error.hint("nija slippage stats --since 24h"))
        };
        (selection.since, selection.until) = (time(&self.since)?, time(&self.until)?);
        match (selection.since, selection.until) {
            (Some(since), Some(until)) if since >= until => {
                let at = super::super::words::time;
                let message = format!("no time lies from {} up to {}", at(since), at(until));
                Err(Error::new(Kind::Usage, message).hint("nija slippage stats --since 48h --until 24h"))
            }
            _ => Ok(()),
        }
    }
}

/// The selection in words.
pub fn words(selection: &Selection) -> String {
    let at = |time: DateTime<Utc>| super::super::words::time(time);
    let ticker = selection.ticker.as_deref().unwrap_or("every ticker");
    let broker = selection.broker.as_ref().map_or_else(String::new, |broker| format!(" at {broker}"));
    let time = match (selection.since, selection.until) {
        (None, None) => "of all time".to_owned(),
        (Some(since), None) => format!("since {}", at(since)),
        (None, Some(until)) => format!("until {}", at(until)),
        (Some(since), Some(until)) => format!("from {} to {}", at(since), at(until)),
    };
    format!("{ticker}{broker}, {time}")
}
