//! `nija orders list` and `nija orders show`: see what is out.

use std::time::Duration;

use chrono::TimeDelta;
use clap::Args;
use serde_json::{Value, json};

use super::super::app;
use super::page;
use crate::domain::pending::State as Standing;
use crate::error::Result;
use crate::ops::State;
use crate::ops::orders::{self, Filter};
use crate::output::{Page, Reply};

/// List orders, the oldest first
///
/// Those that are out; with --all those as well that were completed within orders.keep_completed.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 listed\nExample: nija orders list --platform kraken --older-than 5m")]
pub struct List {
    /// Only in this state: pending, partially-filled, pending-cancel, unknown or completed
    #[arg(long, value_parser = str::parse::<Standing>)]
    pub state: Option<Standing>,
    /// Also those that are completed
    #[arg(long)]
    pub all: bool,
    /// Only of this instrument
    #[arg(long)]
    pub symbol: Option<String>,
    /// Only at this broker or exchange
    #[arg(long)]
    pub platform: Option<String>,
    /// Only of this strategy
    #[arg(long)]
    pub strategy: Option<String>,
    /// Only on this account
    #[arg(long)]
    pub account: Option<String>,
    /// Only of whoever answers for them
    #[arg(long)]
    pub owner: Option<String>,
    /// Only those that are out for longer
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub older_than: Option<Duration>,
    /// At most this many
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

/// Show one order
///
/// One that moved to the log of completed orders is found there.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 shown; 66 not tracked\nExample: nija orders show A-1")]
pub struct Show {
    /// The order
    pub id: String,
}

impl List {
    /// Runs the command.
    pub fn run(&self, format: &'static str, state: &State<'_>) -> Result<Reply> {
        let filter = Filter {
            state: self.state,
            all: self.all,
            symbol: self.symbol.clone(),
            platform: self.platform.clone(),
            strategy: self.strategy.clone(),
            account: self.account.clone(),
            owner: self.owner.clone(),
            older_than: self.older_than.map(|age| TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX)),
        };
        let (found, notices) = orders::list(state, &filter)?;
        let shown = found.get(..self.limit.unwrap_or(found.len()).min(found.len())).unwrap_or_default();
        let mut page = Page::new();
        page::table(&mut page, shown, state.now());
        if shown.len() < found.len() {
            page.text(format!("{} more", found.len() - shown.len()));
        }
        let all: Vec<Value> = shown.iter().map(|order| page::shown(order, state.now())).collect();
        let mut reply = Reply::new(format, &json!({"orders": all, "found": found.len()}), page);
        reply.warnings = app::warnings(&notices);
        Ok(reply)
    }
}

impl Show {
    /// Runs the command.
    pub fn run(&self, format: &'static str, state: &State<'_>) -> Result<Reply> {
        let order = orders::show(state, &self.id)?;
        let mut page = Page::new();
        page::describe(&mut page, &order, state.now());
        Ok(Reply::new(format, &json!({"order": page::shown(&order, state.now())}), page))
    }
}
