//! Saying something to alerts: acknowledged, given back, resolved.

use std::time::Duration;

use chrono::TimeDelta;
use clap::Args;
use serde_json::json;

use super::super::app;
use super::page;
use crate::error::Result;
use crate::ops::State;
use crate::ops::alerts::answer::{self, Report, Selection};
use crate::output::{Page, Reply};

/// Which alerts.
#[derive(Args, Debug, PartialEq)]
pub struct Which {
    /// The alerts: the id, the fingerprint, or the beginning of either
    #[arg(value_name = "ID", required_unless_present = "rule")]
    pub ids: Vec<String>,
    /// Every alert of this rule of which it can be said; a mask as in 'ORDER_*' will do
    #[arg(long)]
    pub rule: Option<String>,
}

/// Take care of alerts: nobody is told again until that is over, or it gets worse
///
/// Also says of one that is over that it was seen.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 acknowledged; 64 it is over and was seen; 66 there is no such alert\n\
                        Example: nija alerts ack a-1f2e3d4c --for 1h --note on-it")]
pub struct Ack {
    #[command(flatten)]
    which: Which,
    /// For how long, at most 24h [default: notify.ack_for, 30m]
    #[arg(long = "for", value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub length: Option<Duration>,
    /// In your own words, for the record
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub note: String,
}

/// Give alerts back: they are nobody's again
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 nobody's; 66 there is no such alert\nExample: nija alerts unack a-1f2e3d4c"
)]
pub struct Unack {
    #[command(flatten)]
    which: Which,
}

/// End latched alerts, after looking into them
///
/// Others end with their cause.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 resolved; 64 it is not latched; 66 there is no such alert\n\
                        Example: nija alerts resolve a-1f2e3d4c --note switched-off")]
pub struct Resolve {
    #[command(flatten)]
    which: Which,
    /// What was found, for the record
    #[arg(long, value_name = "TEXT")]
    pub note: String,
}

impl Which {
    fn selection(&self) -> Selection {
        Selection { words: self.ids.clone(), rule: self.rule.clone() }
    }
}

impl Ack {
    /// Runs the command.
    pub fn run(&self, format: &'static str, state: &State<'_>) -> Result<Reply> {
        let length = self.length.map(|length| TimeDelta::from_std(length).unwrap_or(TimeDelta::MAX));
        let report = answer::ack(state, &self.which.selection(), length, &self.note)?;
        Ok(reply(format, state, "ACKED", &report))
    }
}

impl Unack {
    /// Runs the command.
    pub fn run(&self, format: &'static str, state: &State<'_>) -> Result<Reply> {
        let report = answer::unack(state, &self.which.selection())?;
        Ok(reply(format, state, "GIVEN BACK", &report))
    }
}

impl Resolve {
    /// Runs the command.
    pub fn run(&self, format: &'static str, state: &State<'_>) -> Result<Reply> {
        let report = answer::resolve(state, &self.which.selection(), &self.note)?;
        Ok(reply(format, state, "RESOLVED", &report))
    }
}

fn reply(format: &'static str, state: &State<'_>, word: &str, report: &Report) -> Reply {
    let mut page = Page::new();
    let word = if report.changed { word } else { "NOTHING CHANGED" };
    report.alerts.iter().for_each(|shown| page::answered(&mut page, word, shown));
    app::state_line(&mut page, state.context.config);
    let mut reply = Reply::new(format, &json!({"alerts": report.alerts}), page);
    reply.changed = report.changed;
    reply.warnings = app::warnings(&report.notices);
    reply
}
