//! `nija slippage record`: one fill.

use chrono::{DateTime, Utc};
use clap::Args;
use rust_decimal::Decimal;

use super::super::app::{self, App};
use super::super::gate::{position, quantity};
use crate::config::Config;
use crate::domain::order::Side;
use crate::domain::slippage::Facts;
use crate::domain::status::Status;
use crate::error::Result;
use crate::ops::slippage::record::{self, Recorded};
use crate::output::{Page, Reply, Role, Span};

/// The shape of this command's answer.
pub(super) const FORMAT: &str = "nija.slippage.record";

/// Record one fill
///
/// Slippage is signed by side: positive is adverse, for a buy above and for a sell below the expected price.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 recorded durably\n\
    Example: nija slippage record --ticker BTC-USD --side buy --expected 64000 --actual 64012.5 --qty 0.25 --broker kraken")]
pub struct Record {
    /// The instrument, as in BTC-USD
    #[arg(long)]
    pub ticker: String,
    /// buy or sell
    #[arg(long)]
    pub side: Side,
    /// The price it was expected at: the limit, or what the decision saw
    #[arg(long, value_name = "PRICE", value_parser = position, allow_negative_numbers = true)]
    pub expected: Decimal,
    /// The price it was filled at
    #[arg(long, value_name = "PRICE", value_parser = position, allow_negative_numbers = true)]
    pub actual: Decimal,
    /// How much, in units of the instrument; without it there is no cash and no weight
    #[arg(long, value_parser = quantity, allow_negative_numbers = true)]
    pub qty: Option<Decimal>,
    /// The broker or exchange
    #[arg(long)]
    pub broker: Option<String>,
    /// The order it belongs to
    #[arg(long, value_name = "ID")]
    pub order_id: Option<String>,
    /// As in market or limit
    #[arg(long, value_name = "TYPE")]
    pub order_type: Option<String>,
    /// What it cost on top, in the currency of the price; negative for a rebate
    #[arg(long, value_parser = position, allow_negative_numbers = true)]
    pub fee: Option<Decimal>,
    /// From sending the order to its fill, in milliseconds
    #[arg(long, value_name = "MS")]
    pub latency_ms: Option<u32>,
    /// When it was filled, as in 2026-01-31T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    pub at: Option<DateTime<Utc>>,
}

impl Record {
    pub(super) fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let fill = record::fill(state, self.facts(state.now()))?;
            let recorded = record::record(state, &fill)?;
            let mut reply = Reply::new(FORMAT, &recorded, page(&recorded, state.context.config));
            reply.changed = true;
            reply.warnings = app::warnings(&recorded.notices);
            if recorded.is_high {
                reply.status = Status::Warning;
            }
            Ok(reply)
        })
    }

    fn facts(&self, now: DateTime<Utc>) -> Facts {
        Facts {
            at: self.at.unwrap_or(now),
            ticker: self.ticker.clone(),
            side: self.side,
            expected: self.expected,
            actual: self.actual,
            qty: self.qty,
            fee: self.fee,
            latency_ms: self.latency_ms,
            broker: self.broker.clone(),
            order_type: self.order_type.clone(),
            order_id: self.order_id.clone(),
            source: "cli".to_owned(),
        }
    }
}

fn page(recorded: &Recorded, config: &Config) -> Page {
    let fill = &recorded.fill;
    let (role, word) = if recorded.is_high { (Role::Warn, "HIGH") } else { (Role::Good, "RECORDED") };
    let bps = fill.slippage_bps;
    let way = if bps > Decimal::ZERO {
        "adverse"
    } else if bps < Decimal::ZERO {
        "favourable"
    } else {
        "as expected"
    };
    let mut page = Page::new();
    page.line([
        Span::new(role, word),
        Span::plain(format!(
            "  {} {} {}: {} bps ({} %) {way}",
            fill.id,
            fill.ticker,
            fill.side,
            bps.abs(),
            fill.slippage_pct().abs()
        )),
    ]);
    if recorded.is_high {
        page.field("limit", format!("{} bps", fill.high_bps));
    }
    if let (Some(cash), Some(notional)) = (fill.cash, fill.notional) {
        page.field("cost", format!("{cash} on {notional}"));
    }
    app::state_line(&mut page, config);
    page
}
