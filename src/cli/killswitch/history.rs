//! `nija killswitch history`: what happened to the kill switch.

use clap::Args;
use serde_json::json;

use super::super::App;
use super::super::audit::{describe, parse_since};
use crate::error::Result;
use crate::ops::killswitch::history;
use crate::output::{Page, Reply};

/// Show what happened to the kill switch
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 shown\nExample: nija killswitch history --since 2h")]
pub struct History {
    /// At most this many, the latest
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// Not older than this: a time as 2026-01-31T12:00:00Z, or an age as 2h
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
}

impl History {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let since = self.since.as_deref().map(|text| parse_since(text, state.now())).transpose()?;
            let records = history::history(state, self.limit, since)?;
            let mut page = Page::new();
            if records.is_empty() {
                page.text("nothing on record");
            }
            records.iter().for_each(|record| describe(&mut page, record));
            Ok(Reply::new("nija.killswitch.history", &json!({"records": records}), page))
        })
    }
}
