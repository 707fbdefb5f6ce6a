//! `nija cooldown`: keep a ticker from being entered again too soon.

use clap::{Args, Subcommand};
use serde_json::json;

use super::app::{self, App};
use crate::domain::cooldown::Side;
use crate::domain::order;
use crate::domain::status::Status;
use crate::error::Result;
use crate::ops::cooldown::change::{self, Report};
use crate::ops::cooldown::show::{self, Checked, Listed};
use crate::output::{Page, Reply};

mod length;
pub mod page;

use length::{Length, More};

/// Keep a ticker from being entered again too soon
///
/// The ticker `*` stands for all of them. Orders that reduce a position are never held up.
#[derive(Debug, PartialEq, Subcommand)]
#[command(defer = true)]
pub enum Cooldown {
    /// Put a ticker in cooldown
    Activate(Activate),
    /// Answer whether a ticker may be entered
    Check(Check),
    /// List cooldowns
    List(List),
    /// End the cooldown of a ticker now
    Deactivate(Deactivate),
    /// Let the cooldown of a ticker last longer
    Extend(Extend),
}

/// Put a ticker in cooldown
///
/// It is over by itself. Without a length it lasts as long as the configuration says for the ticker, an hour by default. A
/// cooldown that is in force and lasts longer stays as it is.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 in cooldown\nExample: nija cooldown activate BTC-USD --for 2h --reason stop-loss"
)]
pub struct Activate {
    /// The ticker, in any spelling; '*' for all of them
    pub ticker: String,
    #[command(flatten)]
    length: Length,
    /// Why
    #[arg(long)]
    pub reason: Option<String>,
    /// Which positions may not be entered: long (blocks buys), short (blocks sells) or both
    #[arg(long, default_value = "both", value_parser = str::parse::<Side>)]
    pub side: Side,
}

/// Answer whether a ticker may be entered
///
/// A ticker that was never in cooldown may; if it reads almost like one that was, that one is named.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 free; 1 in cooldown; 3 cannot tell, so do not enter. Nothing but 0 means free; even this help exits with 3.\n\
                  Example: nija cooldown check BTC-USD --side long"
)]
pub struct Check {
    /// The ticker, in any spelling; '*' for all of them
    pub ticker: String,
    /// Which position would be entered: long, short or both [default: not known, so any cooldown counts]
    #[arg(long, value_parser = str::parse::<Side>)]
    pub side: Option<Side>,
}

/// List cooldowns
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 listed\nExample: nija cooldown list")]
pub struct List {
    /// Also those that are over or were ended
    #[arg(long)]
    pub all: bool,
}

/// End the cooldown of a ticker now
///
/// Ends what locks this ticker by itself. While '*' is in cooldown, no ticker may be entered.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 free; 1 still in cooldown, through '*'; 3 cannot tell\n\
                        Example: nija cooldown deactivate BTC-USD --reason looked")]
pub struct Deactivate {
    /// The ticker, in any spelling; '*' for the cooldown of all of them
    pub ticker: String,
    /// Why, for the record
    #[arg(long)]
    pub reason: String,
}

/// Let the cooldown of a ticker last longer
///
/// Counts from its present end, for every lock in force. Never shortens one.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 it lasts that long; 66 not in cooldown\n\
                        Example: nija cooldown extend BTC-USD --for 30m")]
pub struct Extend {
    /// The ticker, in any spelling; '*' for the cooldown of all of them
    pub ticker: String,
    #[command(flatten)]
    more: More,
    /// Why
    #[arg(long)]
    pub reason: Option<String>,
}

impl Cooldown {
    /// Names the shape of this command's answer.
    pub fn format(&self) -> &'static str {
        match self {
            Self::Activate(_) => "nija.cooldown.activate",
            Self::Check(_) => "nija.cooldown.check",
            Self::List(_) => "nija.cooldown.list",
            Self::Deactivate(_) => "nija.cooldown.deactivate",
            Self::Extend(_) => "nija.cooldown.extend",
        }
    }

    /// Whether a failure has to read as UNKNOWN.
    pub fn folds_failures(&self) -> bool {
        matches!(self, Self::Check(_))
    }

    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let config = state.context.config;
            let done = |report: Report, headline: fn(&mut Page, &Report)| {
                let mut page = Page::new();
                headline(&mut page, &report);
                app::state_line(&mut page, config);
                self.changed(&report, page)
            };
            Ok(match self {
                Self::Activate(it) => {
                    let end = it.length.end();
                    let report = change::activate(state, &it.ticker, end, it.side, reason(&it.reason))?;
                    done(report, page::activated)
                }
                Self::Extend(it) => done(
                    change::extend(state, &it.ticker, it.more.extension(), reason(&it.reason))?,
                    page::extended,
                ),
                Self::Deactivate(it) => {
                    let report = change::deactivate(state, &it.ticker, &it.reason)?;
                    let (status, exit) = match report.is_free() {
                        Some(true) => (Status::Ok, 0),
                        Some(false) => (Status::Warning, 1),
                        None => (Status::Unknown, 3),
                    };
                    Reply { status, exit, ..done(report, page::deactivated) }
                }
                Self::Check(it) => self.checked(app, &show::check(state, &it.ticker, entry(it.side))?),
                Self::List(it) => self.listed(&show::list(state, it.all)?, it.all),
            })
        })
    }

    fn changed(&self, report: &Report, page: Page) -> Reply {
        let until = report.in_force.first().map(|shown| shown.lock.until);
        let data = json!({
            "ticker": report.ticker,
            "in_cooldown": until.is_some(),
            "until": until,
            "changed": report.changed,
            "in_force": report.in_force,
        });
        let mut reply = Reply::new(self.format(), &data, page);
        reply.changed = !report.changed.is_empty();
        reply.warnings = app::warnings(&report.notices);
        reply
    }

    fn checked(&self, app: &App, checked: &Checked) -> Reply {
        let mut page = Page::new();
        if !app.style.quiet {
            page::checked(&mut page, checked);
        }
        let mut reply = Reply::new(self.format(), checked, page);
        reply.status = if checked.in_cooldown { Status::Warning } else { Status::Ok };
        reply.exit = u8::from(checked.in_cooldown);
        reply.warnings = app::warnings(&checked.notices);
        reply
    }

    fn listed(&self, listed: &Listed, all: bool) -> Reply {
        let mut page = Page::new();
        page::listed(&mut page, listed, all);
        let unreadable: Vec<_> =
            listed.unreadable.iter().map(|(ticker, why)| json!({"ticker": ticker, "why": why})).collect();
        let data = json!({"locks": listed.locks, "unreadable": unreadable});
        let mut reply = Reply::new(self.format(), &data, page);
        if !unreadable.is_empty() {
            reply.status = Status::Unknown;
        }
        reply.warnings = app::warnings(&listed.notices);
        reply
    }
}

fn reason(given: &Option<String>) -> &str {
    given.as_deref().unwrap_or_default()
}

/// The order that enters a position of this side; one that is not known may be any.
fn entry(side: Option<Side>) -> Option<order::Side> {
    match side? {
        Side::Long => Some(order::Side::Buy),
        Side::Short => Some(order::Side::Sell),
        Side::Both => None,
    }
}
