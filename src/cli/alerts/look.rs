//! Looking at alerts: all of them, one, and what happened to them.

use clap::Args;
use serde_json::json;

use super::super::app;
use super::super::audit::parse_since;
use super::page;
use crate::error::Result;
use crate::ops::State;
use crate::ops::alerts::{self, history};
use crate::output::{Page, Reply};

/// List alerts, those that somebody has to look at first
///
/// Those that fire, with those that are acknowledged or silenced; those that latched; those that were CRITICAL or worse, are
/// over, and that nobody has acknowledged. As the last check or tick of the watch left them.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 listed; with --exit-code: 0 nothing fires, 1 warning, or over and waiting for somebody, 2 critical\n\
                        Example: nija alerts list --all"
)]
pub struct List {
    /// Also those that are over, for as long as they are kept
    #[arg(long)]
    pub all: bool,
    /// Answer by exit code as well
    #[arg(long)]
    pub exit_code: bool,
}

/// Show one alert
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 shown; 66 there is no such alert\nExample: nija alerts show a-1f2e3d4c"
)]
pub struct Show {
    /// The alert: its id, its fingerprint, or the beginning of either
    pub id: String,
}

/// Show what happened to alerts and silences
///
/// From the audit log, so that alerts are found as well that were forgotten since.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 shown; 66 nothing is on record about it\nExample: nija alerts history --since 24h"
)]
pub struct History {
    /// An alert or a silence: its id, a fingerprint, or the beginning of either, as a rule [default: all]
    pub id: Option<String>,
    /// Not older than this: a time as 2026-01-31T12:00:00Z, or an age as 2h
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// At most this many, the latest
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
}

impl List {
    /// Runs the command.
    pub fn run(&self, format: &'static str, state: &State<'_>) -> Result<Reply> {
        let listed = alerts::list(state, self.all)?;
        let mut page = Page::new();
        page::table(&mut page, &listed, self.all);
        let mut reply = Reply::new(format, &listed, page);
        reply.status = listed.status;
        reply.exit = if self.exit_code { reply.status.nagios() } else { 0 };
        reply.warnings = app::warnings(&listed.notices);
        Ok(reply)
    }
}

impl Show {
    /// Runs the command.
    pub fn run(&self, format: &'static str, state: &State<'_>) -> Result<Reply> {
        let shown = alerts::show(state, &self.id)?;
        let mut page = Page::new();
        page::describe(&mut page, &shown, state.now());
        Ok(Reply::new(format, &json!({"alert": shown}), page))
    }
}

impl History {
    /// Runs the command.
    pub fn run(&self, format: &'static str, state: &State<'_>) -> Result<Reply> {
        let since = self.since.as_deref().map(|text| parse_since(text, state.now())).transpose()?;
        let records = history::history(state, self.id.as_deref(), self.limit, since)?;
        let mut page = Page::new();
        if records.is_empty() {
            page.text("nothing on record");
        }
        records.iter().for_each(|record| page::record(&mut page, record));
        Ok(Reply::new(format, &json!({"records": records}), page))
    }
}
