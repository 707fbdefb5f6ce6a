//! `nija orders update` and `nija orders complete`: say how an order stands, and how it ended.

use chrono::{DateTime, Utc};
use clap::Args;
use rust_decimal::Decimal;
use serde_json::json;

use super::super::{app, words};
use super::page;
use crate::domain::order::figure;
use crate::domain::pending::{Outcome, State as Standing, Told};
use crate::error::Result;
use crate::ops::State;
use crate::ops::orders;
use crate::output::{Page, Reply};

/// Say how an order stands
///
/// What is filled is never taken back, and an order that is completed stays so.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 it stands so; 64 that cannot be; 66 not tracked\n\
                  Example: nija orders update A-1 --state partially-filled --filled-qty 0.2")]
pub struct Update {
    /// The order
    pub id: String,
    /// How it stands: pending, partially-filled, pending-cancel or unknown
    #[arg(long, value_parser = standing)]
    pub state: Standing,
    /// How much of it is filled by now
    #[arg(long, value_name = "QTY", value_parser = figure, allow_negative_numbers = true)]
    pub filled_qty: Option<Decimal>,
}

fn standing(text: &str) -> std::result::Result<Standing, String> {
    let wanted = || format!("'{text}' is none of pending, partially-filled, pending-cancel, unknown");
    match text.parse() {
        Ok(Standing::Completed) => Err("an order is completed by nija orders complete".to_owned()),
        Ok(state) => Ok(state),
        Err(_) => Err(wanted()),
    }
}

/// Say how an order ended
///
/// A fill at a price, of an order that was tracked with side and expected price, is recorded as slippage by itself. Say it
/// again as often as you like: the same facts change nothing.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 completed; 64 that cannot be, or it is completed otherwise; 66 not tracked, nothing is lost\n\
                  Example: nija orders complete A-1 --outcome filled --fill-price 64010 --fee 3.2"
)]
pub struct Complete {
    /// The order
    pub id: String,
    /// How it ended: filled, cancelled, rejected or expired
    #[arg(long, value_parser = str::parse::<Outcome>)]
    pub outcome: Outcome,
    /// How much of it was filled [default: of a filled order all, else what is known]
    #[arg(long, value_name = "QTY", value_parser = figure, allow_negative_numbers = true)]
    pub filled_qty: Option<Decimal>,
    /// At which price; of several parts, their mean by quantity
    #[arg(long, value_name = "PRICE", value_parser = figure, allow_negative_numbers = true)]
    pub fill_price: Option<Decimal>,
    /// What it cost on top, in the currency of the price; negative for a rebate
    #[arg(long, value_parser = figure, allow_negative_numbers = true)]
    pub fee: Option<Decimal>,
    /// When it was filled
    #[arg(long, value_name = "TIME", value_parser = words::instant)]
    pub filled_at: Option<DateTime<Utc>>,
}

impl Update {
    /// Runs the command.
    pub fn run(&self, format: &'static str, state: &State<'_>) -> Result<Reply> {
        let changed = orders::update(state, &self.id, self.state, self.filled_qty)?;
        let mut page = Page::new();
        let word = if changed.changed { "UPDATED" } else { "KNOWN" };
        page::headline(&mut page, word, &changed.order, state.now());
        app::state_line(&mut page, state.context.config);
        let data = json!({"order": page::shown(&changed.order, state.now())});
        let mut reply = Reply::new(format, &data, page);
        reply.changed = changed.changed;
        Ok(reply)
    }
}

impl Complete {
    /// Runs the command.
    pub fn run(&self, format: &'static str, state: &State<'_>) -> Result<Reply> {
        let told = Told {
            outcome: self.outcome,
            filled_qty: self.filled_qty,
            fill_price: self.fill_price,
            fee: self.fee,
            filled_at: self.filled_at,
        };
        let done = orders::complete(state, &self.id, &told)?;
        let mut page = Page::new();
        let word = if done.changed { "COMPLETED" } else { "KNOWN" };
        page::headline(&mut page, word, &done.order, state.now());
        if let Some(recorded) = &done.fill {
            page::slippage(&mut page, recorded);
        }
        if let Some(why) = done.no_slippage {
            page.text(format!("no slippage recorded: {why}"));
        }
        app::state_line(&mut page, state.context.config);
        let data = json!({
            "order": page::shown(&done.order, state.now()),
            "slippage": done.fill,
            "no_slippage": done.no_slippage,
        });
        let mut reply = Reply::new(format, &data, page);
        reply.changed = done.changed || done.fill.is_some();
        reply.warnings = app::warnings(&done.notices);
        let more = done.fill.iter().flat_map(|recorded| app::warnings(&recorded.notices));
        reply.warnings.extend(more);
        Ok(reply)
    }
}
