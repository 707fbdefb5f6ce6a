//! `nija stop-loss`: what a bot reports when a stop is hit.

use clap::Args;
use rust_decimal::Decimal;
use serde_json::json;

use super::app::{self, App};
use super::cooldown::page;
use super::{gate, words};
use crate::config::Config;
use crate::domain::cooldown::Side;
use crate::domain::ticker::EVERY;
use crate::error::Result;
use crate::ops::cooldown::stop_loss::{Report, Request, report};
use crate::output::{Page, Reply, Role, Span};

/// Report that a stop was hit: its ticker goes into cooldown by the rules
///
/// The second within a window lasts longer, and many within a window put every ticker in cooldown, as configured. Give the
/// order's id and repeat the report until it exits with 0: one id counts once.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 counted, now or before; 64 and above not, or not entirely: report it again\n\
                        Example: nija stop-loss BTC-USD --price 64000 --side long --id 7f3a-42"
)]
pub struct StopLoss {
    /// The ticker, in any spelling
    pub ticker: String,
    /// The price at which the position was closed
    #[arg(long, value_parser = gate::position, allow_negative_numbers = true)]
    pub price: Decimal,
    /// The side of the position, which may not be entered again: long, short or both
    #[arg(long, default_value = "both", value_parser = str::parse::<Side>)]
    pub side: Side,
    /// The strategy it belonged to
    #[arg(long)]
    pub strategy: Option<String>,
    /// The broker or exchange
    #[arg(long)]
    pub platform: Option<String>,
    /// The order's id, so that the same stop-loss counts once [default: one is made up, so each report counts]
    #[arg(long)]
    pub id: Option<String>,
}

impl StopLoss {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let request = Request {
                ticker: self.ticker.clone(),
                price: self.price,
                side: self.side,
                strategy: self.strategy.clone(),
                platform: self.platform.clone(),
                id: self.id.clone(),
            };
            let report = report(state, &request)?;
            let config = state.context.config;
            let mut page = describe(&report, config);
            app::state_line(&mut page, config);
            let data = json!({
                "ticker": report.ticker,
                "stop_loss": report.stop_loss,
                "counted": report.number.is_some(),
                "number": report.number,
                "lock": report.lock,
                "every": report.every,
                "tripped": report.tripped,
            });
            let mut reply = Reply::new("nija.stop_loss", &data, page);
            reply.changed = report.changed;
            reply.warnings = app::warnings(&report.notices);
            Ok(reply)
        })
    }
}

fn describe(report: &Report, config: &Config) -> Page {
    let window = config.policies.cooldowns.escalation.window.to_std().unwrap_or_default();
    let window = humantime::format_duration(window);
    let mut page = Page::new();
    match &report.lock {
        Some(lock) => page::headline(&mut page, &report.ticker, lock, ""),
        None => {
            let line = format!("  {}: the cooldown of this stop-loss is over", report.ticker);
            let (role, word) =
                if report.every.is_none() { (Role::Good, "FREE") } else { (Role::Warn, "ENDED") };
            page.line([Span::new(role, word), Span::plain(line)]);
        }
    }
    let hit = &report.stop_loss.hit;
    let counted = match report.number {
        Some(number) => format!("{}, number {number} of this ticker within {window}", hit.id),
        None => format!("{}, counted already at {}", hit.id, words::time(hit.at)),
    };
    page.field("stop-loss", counted);
    if let Some(every) = &report.every {
        page::headline(&mut page, EVERY, every, "");
        page.field("because", every.lock.cause.reason.clone());
    }
    page
}
