//! `nija orders track`: say that an order was sent.

use chrono::{DateTime, Utc};
use clap::Args;
use rust_decimal::Decimal;
use serde_json::json;

use super::super::{app, words};
use super::page;
use crate::domain::order::{Side, figure};
use crate::domain::pending::Terms;
use crate::domain::status::Status;
use crate::error::Result;
use crate::ops::State;
use crate::ops::orders::{self, Request};
use crate::output::{Page, Reply};

/// Say that an order was sent
///
/// Say it again as often as you like: the same facts change nothing, other facts are an error that names each difference. With
/// orders.throttle too many orders of one strategy halt it; the order that does is tracked all the same.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 tracked; 64 the facts make no sense, or the order is tracked with others\n\
                  Example: nija orders track A-1 --symbol BTC-USD --side buy --qty 0.5 --price 64000 --platform kraken"
)]
pub struct Track {
    /// The order, as whoever sent it calls it
    pub id: String,
    /// The instrument
    #[arg(long)]
    pub symbol: String,
    /// The broker or exchange it went to
    #[arg(long)]
    pub platform: Option<String>,
    /// Which way: buy or sell
    #[arg(long, value_parser = str::parse::<Side>)]
    pub side: Option<Side>,
    /// How much, in units of the instrument
    #[arg(long, value_parser = figure, allow_negative_numbers = true)]
    pub qty: Option<Decimal>,
    /// The price it is expected to be filled at; slippage is counted from it
    #[arg(long, value_parser = figure, allow_negative_numbers = true)]
    pub price: Option<Decimal>,
    /// The strategy that sent it
    #[arg(long)]
    pub strategy: Option<String>,
    /// The account it trades on
    #[arg(long)]
    pub account: Option<String>,
    /// Who answers for it
    #[arg(long)]
    pub owner: Option<String>,
    /// When it was sent [default: now]
    #[arg(long, value_name = "TIME", value_parser = words::instant)]
    pub submitted_at: Option<DateTime<Utc>>,
}

impl Track {
    fn request(&self) -> Request {
        let terms = Terms {
            symbol: self.symbol.clone(),
            platform: self.platform.clone(),
            side: self.side,
            qty: self.qty,
            price: self.price,
            strategy: self.strategy.clone(),
            account: self.account.clone(),
            owner: self.owner.clone(),
        };
        Request { id: self.id.clone(), terms, submitted_at: self.submitted_at }
    }

    /// Runs the command.
    pub fn run(&self, format: &'static str, state: &State<'_>) -> Result<Reply> {
        let tracking = orders::track(state, &self.request())?;
        let mut page = Page::new();
        let word = if tracking.changed { "TRACKED" } else { "KNOWN" };
        page::headline(&mut page, word, &tracking.order, state.now());
        if let Some(tripped) = &tracking.tripped {
            page::halted(&mut page, tripped);
        }
        app::state_line(&mut page, state.context.config);
        let data = json!({"order": page::shown(&tracking.order, state.now()), "halted": tracking.tripped});
        let mut reply = Reply::new(format, &data, page);
        reply.changed = tracking.changed || tracking.tripped.is_some();
        reply.status = if tracking.tripped.is_some() { Status::Critical } else { Status::Ok };
        reply.warnings = app::warnings(&tracking.notices);
        if let Some(tripped) = &tracking.tripped {
            reply.warnings.push(page::warning(tripped));
        }
        Ok(reply)
    }
}
