//! `nija gate`: answers whether an order may go out now.

use clap::Args;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::App;
use super::words::time;
use crate::domain::cooldown;
use crate::domain::gate::{Cooling, Reason, Verdict};
use crate::domain::heartbeat::KillSwitchSeen;
use crate::domain::order::{Order, Side, figure};
use crate::domain::status::Status;
use crate::domain::ticker::EVERY;
use crate::error::Result;
use crate::ops::gate::{Gate as Asked, Settings};
use crate::ops::{Notice, heartbeat};
use crate::output::{Page, Reply, Role, Span};

/// Answer whether an order may go out now
///
/// Lists every reason against it, each with a stable code and what ends it.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 trade; 1 do not trade; 3 cannot tell, so do not trade. Nothing but 0 means trade; even this help exits with 3.\n\
                        Example: nija gate BTC-USD --side buy --qty 0.5 --client bot-a"
)]
pub struct Gate {
    /// The instrument
    pub symbol: String,
    /// Which way: buy or sell
    #[arg(long, value_parser = str::parse::<Side>)]
    pub side: Option<Side>,
    /// How much, in units of the instrument
    #[arg(long, value_parser = quantity)]
    pub qty: Option<Decimal>,
    /// The position it meets: positive is long, negative is short
    #[arg(long, value_parser = position, allow_negative_numbers = true)]
    pub position: Option<Decimal>,
    /// The order claims to only reduce the position
    #[arg(long)]
    pub reduce_only: bool,
    /// The broker or exchange it goes to
    #[arg(long)]
    pub platform: Option<String>,
    /// The strategy it belongs to
    #[arg(long)]
    pub strategy: Option<String>,
    /// The account it trades on
    #[arg(long)]
    pub account: Option<String>,
    /// Record that this client has seen the present state of the kill switch
    #[arg(long, value_name = "NAME")]
    pub client: Option<String>,
}

/// Reads a quantity: a positive decimal.
pub fn quantity(text: &str) -> std::result::Result<Decimal, String> {
    let quantity = position(text)?;
    if quantity > Decimal::ZERO { Ok(quantity) } else { Err(format!("'{text}' is not a positive quantity")) }
}

/// Reads a position: a decimal of either sign.
pub fn position(text: &str) -> std::result::Result<Decimal, String> {
    figure(text)
}

impl Gate {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        let config = app.config()?;
        let settings = Settings::of(&config, app.environment.emergency_stop());
        let mut gate = Asked::with(&config.state_dir, settings);
        let order = Order {
            symbol: &self.symbol,
            side: self.side,
            qty: self.qty,
            position: self.position,
            reduce_only: self.reduce_only,
            platform: self.platform.as_deref(),
            strategy: self.strategy.as_deref(),
            account: self.account.as_deref(),
        };
        let verdict = gate.check(&order);
        let mut reply = reply(&verdict);
        if let Some(name) = &self.client
            && let Err(error) = record(app, &config, name, &gate)
        {
            let notice = Notice::of("CLIENT_NOT_RECORDED", "the answer holds, but was not recorded", &error);
            reply.warnings.extend(super::app::warnings(&[notice]));
        }
        if app.style.quiet {
            reply.page = Page::new();
        }
        Ok(reply)
    }
}

fn record(app: &App, config: &crate::config::Config, name: &str, gate: &Asked) -> Result<bool> {
    let identity = app.identity();
    let context = app.context(config, &identity);
    let state = context.open()?;
    let seen = KillSwitchSeen { revision: gate.revision(), stop_file: gate.saw_stop_file(), at: state.now() };
    heartbeat::saw(&state, name, seen)
}

fn reply(verdict: &Verdict<'_>) -> Reply {
    let mut page = Page::new();
    let (role, word, status) = match verdict.exit() {
        0 => (Role::Good, "TRADE", Status::Ok),
        1 => (Role::Bad, "DO NOT TRADE", Status::Critical),
        _ => (Role::Bad, "CANNOT TELL, DO NOT TRADE", Status::Unknown),
    };
    page.line([Span::new(role, word)]);
    let mut reasons = Vec::new();
    for reason in verdict.reasons() {
        let message = message(reason);
        page.line([
            Span::new(Role::Strong, format!("  {}", reason.code)),
            Span::plain(format!("  {message}")),
        ]);
        page.line([Span::new(Role::Muted, format!("      ends: {}", reason.code.ends()))]);
        reasons.push(json!({
            "code": reason.code.word(),
            "message": message,
            "ends": reason.code.ends(),
            "halt": reason.halt.map_or(Value::Null, |halt| json!(halt)),
            "cooldown": reason.cooling.map_or(Value::Null, cooling),
            "until": reason.until,
        }));
    }
    let data = json!({"allowed": verdict.is_allowed(), "reasons": reasons, "reason_count": verdict.count()});
    let mut reply = Reply::new("nija.gate", &data, page);
    reply.status = status;
    reply.exit = verdict.exit();
    reply
}

/// The lock behind a reason, and whose it is.
fn cooling(cooling: Cooling<'_>) -> Value {
    json!({"ticker": cooling.cooldown.ticker, "lock": cooling.lock})
}

fn message(reason: &Reason<'_>) -> String {
    let said = |words: &str| if words.is_empty() { "no reason given".to_owned() } else { words.to_owned() };
    let until = reason.until.map_or_else(String::new, |until| format!("until {}", time(until)));
    if let Some(halt) = reason.halt {
        let (cause, words) = (&halt.cause, said(&halt.cause.reason));
        return format!("{} {} by {}: {words} ({})", halt.mode, halt.scope, cause.actor.name(), halt.id);
    }
    if let Some(Cooling { cooldown, lock }) = reason.cooling {
        let ticker = if cooldown.ticker == EVERY { "every ticker" } else { &cooldown.ticker };
        let side =
            if lock.side == cooldown::Side::Both { String::new() } else { format!(" ({})", lock.side) };
        let (by, words) = (lock.cause.actor.name(), said(&lock.cause.reason));
        return format!("{ticker}{side} cools down {until} by {by}: {words} ({})", lock.id);
    }
    if until.is_empty() { said(reason.detail) } else { format!("{} {until}", said(reason.detail)) }
}
