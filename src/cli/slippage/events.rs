//! `nija slippage events`: the latest fills.

use clap::Args;
use rust_decimal::Decimal;
use serde_json::json;

use super::super::app::{self, App};
use super::super::words;
use super::which::Of;
use crate::domain::slippage::Fill;
use crate::error::Result;
use crate::ops::slippage::events::latest;
use crate::output::{Page, Reply, Role, Span};

/// The shape of this command's answer.
pub(super) const FORMAT: &str = "nija.slippage.events";

/// Show the latest fills
///
/// The latest month first, and in it what was recorded last first.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 shown\nExample: nija slippage events --limit 50 --broker kraken")]
pub struct Events {
    /// Ticker and broker.
    #[command(flatten)]
    pub of: Of,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
}

impl Events {
    pub(super) fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let found = latest(state, &self.of.selection(state)?, self.limit)?;
            let mut page = Page::new();
            if found.fills.is_empty() {
                page.text("no fills are recorded");
            }
            found.fills.iter().for_each(|fill| describe(&mut page, fill));
            let mut reply = Reply::new(FORMAT, &json!({"fills": found.fills}), page);
            reply.warnings = app::warnings(&found.notices);
            Ok(reply)
        })
    }
}

/// One fill in a line.
pub(super) fn describe(page: &mut Page, fill: &Fill) {
    let role = if fill.is_high() {
        Role::Bad
    } else if fill.slippage_bps > Decimal::ZERO {
        Role::Warn
    } else {
        Role::Good
    };
    let mut rest = format!("{} for {}", fill.actual, fill.expected);
    let mut more = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            rest.push_str(&format!("  {name}{value}"));
        }
    };
    more("qty ", fill.qty.map(|qty| qty.to_string()));
    more("cost ", fill.cash.map(|cash| cash.to_string()));
    more("fee ", fill.fee.map(|fee| fee.to_string()));
    more("", fill.latency_ms.map(|latency| format!("{latency} ms")));
    more("at ", fill.broker.clone());
    more("", fill.order_type.clone());
    more("order ", fill.order_id.clone());
    let high = if fill.is_high() { format!("  high: above {} bps", fill.high_bps) } else { String::new() };
    page.line([
        Span::new(Role::Muted, words::time(fill.at)),
        Span::new(Role::Strong, format!("  {:<10} {:<4} ", fill.ticker, fill.side)),
        Span::new(role, format!("{:>10.4} bps", fill.slippage_bps)),
        Span::plain(format!(" {:>9.6} %  {rest}", fill.slippage_pct())),
        Span::new(Role::Bad, high),
    ]);
}
