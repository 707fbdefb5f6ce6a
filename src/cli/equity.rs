//! `nija equity`: what accounts are worth, and what was lost.

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use rust_decimal::Decimal;
use serde_json::json;

use super::app::{self, App};
use super::words;
use crate::domain::amount;
use crate::domain::equity::{Level, Loss, account};
use crate::error::Result;
use crate::ops::equity::{self, View};
use crate::ops::{Notice, State};
use crate::output::{Page, Reply, Role, Span};

/// Report what accounts are worth, and see what was lost
#[derive(Debug, PartialEq, Subcommand)]
#[command(defer = true)]
pub enum Equity {
    /// Report the equity
    Set(Set),
    /// Show the equity, the peak and the losses
    Show(Show),
    /// Take note that money was paid in, so that it is no gain
    Deposit(Payment),
    /// Take note that money was paid out, so that it is no loss
    Withdraw(Payment),
    /// Measure losses from the present equity on
    ResetPeak(ResetPeak),
    /// Forget an account with its peak
    Forget(Forget),
}

/// Report the equity
///
/// The equity is cash and open positions at the present price: a loss that is not realised is a loss. Zero and less are taken,
/// because an account can owe money. A reading counts once equity.confirmations readings in a row agree, up as well as down.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 recorded; 64 no amount, or a reading that lies ahead or comes too late\n\
                        Example: nija equity set 10250.75 --account main"
)]
pub struct Set {
    /// The equity, open positions included
    #[arg(value_name = "EQUITY", value_parser = amount::parse, allow_negative_numbers = true)]
    pub value: Decimal,
    /// The account [default: all of them together]
    #[arg(long, value_parser = account)]
    pub account: Option<String>,
    /// When it was so, as in 2026-11-20T14:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = words::instant)]
    pub at: Option<DateTime<Utc>>,
}

/// Show the equity, the peak and the losses
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 shown; 66 the account is not known\nExample: nija equity show")]
pub struct Show {
    /// The account [default: every one]
    #[arg(long, value_parser = account)]
    pub account: Option<String>,
}

/// Take note that money was paid in or out
///
/// The peak, the day's opening and the last readings move by the amount: what was lost stays lost. Type it when the money shows
/// in the equity, before equity.confirmations readings have confirmed it. On the record.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 noted; 64 no amount, or more than the peak; 66 the account is not known\n\
                        Example: nija equity deposit 5000 --account main --reason saving"
)]
pub struct Payment {
    /// The amount, above zero
    #[arg(value_parser = amount::positive, allow_negative_numbers = true)]
    pub amount: Decimal,
    /// The account [default: all of them together]
    #[arg(long, value_parser = account)]
    pub account: Option<String>,
    /// Why, for the record
    #[arg(long, default_value = "")]
    pub reason: String,
}

/// Measure losses from the present equity on
///
/// The peak becomes the equity that is confirmed now. On the record. It releases no halt.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 done; 64 no equity is confirmed yet; 66 the account is not known\n\
                        Example: nija equity reset-peak --reason strategy")]
pub struct ResetPeak {
    /// The account [default: all of them together]
    #[arg(long, value_parser = account)]
    pub account: Option<String>,
    /// Why, for the record
    #[arg(long)]
    pub reason: String,
}

/// Forget an account with its peak
///
/// From then on nothing watches it, and the next reading starts anew. On the record.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 forgotten; 66 the account is not known\nExample: nija equity forget --account main"
)]
pub struct Forget {
    /// The account [default: all of them together]
    #[arg(long, value_parser = account)]
    pub account: Option<String>,
}

/// What a command did: whose equity it was about, what is worth knowing beside it, and whether anything was changed.
struct Done {
    views: Vec<View>,
    notices: Vec<Notice>,
    changed: bool,
}

impl Equity {
    /// Names the shape of this command's answer.
    pub fn format(&self) -> &'static str {
        match self {
            Self::Set(_) => "nija.equity.set",
            Self::Show(_) => "nija.equity.show",
            Self::Deposit(_) => "nija.equity.deposit",
            Self::Withdraw(_) => "nija.equity.withdraw",
            Self::ResetPeak(_) => "nija.equity.reset_peak",
            Self::Forget(_) => "nija.equity.forget",
        }
    }

    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let done = self.act(state)?;
            let mut page = Page::new();
            match self {
                Self::Forget(forget) => {
                    page.text(format!("forgot the equity of {}", whose(forget.account.as_deref())));
                }
                _ if done.views.is_empty() => {
                    page.line([Span::new(Role::Strong, "EQUITY"), Span::plain("  none was ever reported")]);
                }
                _ => done.views.iter().for_each(|view| describe(&mut page, view)),
            }
            app::state_line(&mut page, state.context.config);
            let mut reply = Reply::new(self.format(), &json!({"accounts": done.views}), page);
            reply.changed = done.changed;
            reply.warnings = app::warnings(&done.notices);
            Ok(reply)
        })
    }

    fn act(&self, state: &State<'_>) -> Result<Done> {
        let one = |view, changed| Done { views: vec![view], notices: Vec::new(), changed };
        Ok(match self {
            Self::Set(set) => {
                let (view, changed) = equity::report(state, set.account.as_deref(), set.value, set.at)?;
                one(view, changed)
            }
            Self::Show(show) => {
                let (views, notices) = equity::show(state, show.account.as_deref())?;
                Done { views, notices, changed: false }
            }
            Self::Deposit(payment) => one(payment.pay(state, payment.amount)?, true),
            Self::Withdraw(payment) => one(payment.pay(state, -payment.amount)?, true),
            Self::ResetPeak(reset) => {
                one(equity::reset_peak(state, reset.account.as_deref(), &reset.reason)?, true)
            }
            Self::Forget(forget) => {
                let notices = equity::forget(state, forget.account.as_deref())?;
                Done { views: Vec::new(), notices, changed: true }
            }
        })
    }
}

impl Payment {
    fn pay(&self, state: &State<'_>, amount: Decimal) -> Result<View> {
        equity::pay(state, self.account.as_deref(), amount, &self.reason)
    }
}

fn whose(account: Option<&str>) -> &str {
    account.unwrap_or("all accounts together")
}

/// One account: what is confirmed, the last reading, and each loss against its limit.
pub fn describe(page: &mut Page, view: &View) {
    let stands = &view.assessment;
    let (have, need) = (stands.readings, stands.confirmations);
    let confirmed = stands.confirmed.map_or_else(
        || format!("not confirmed yet, {have} of {need} readings"),
        |value| format!("{value} confirmed"),
    );
    let last = stands.last.as_ref().map_or_else(String::new, |last| format!(", last reading {}", last.value));
    let age = stands.age_seconds.map_or_else(String::new, |age| format!("  age {}", words::age(age)));
    page.line([
        Span::new(Role::Strong, "EQUITY"),
        Span::plain(format!("  {}  {confirmed}{last}", whose(view.account.as_deref()))),
        Span::new(Role::Muted, age),
    ]);
    if let Some(why) = &stands.doubt {
        page.line([Span::new(Role::Warn, "  UNKNOWN    "), Span::plain(why.clone())]);
    }
    if let Some(loss) = &stands.drawdown {
        let at =
            stands.peak.as_ref().map_or_else(String::new, |peak| format!(" of {}", words::time(peak.at)));
        describe_loss(page, "drawdown", loss, &format!("the peak{at}"));
    }
    if let Some(loss) = &stands.daily_loss {
        describe_loss(page, "daily loss", loss, &format!("the opening of {}", stands.day));
    }
}

fn describe_loss(page: &mut Page, name: &str, loss: &Loss, since: &str) {
    let (role, word) = match loss.level {
        Level::Ok => (Role::Good, "ok"),
        Level::Warning => (Role::Warn, "WARNING"),
        Level::Emergency => (Role::Bad, "EMERGENCY"),
    };
    let pct = loss.pct.map_or_else(String::new, |pct| format!(" {pct} %"));
    let limit_cash = loss.limit_cash.map_or_else(String::new, |limit| format!(" or {limit}"));
    page.line([
        Span::new(role, format!("  {word:<10} ")),
        Span::plain(format!("{name:<10}{pct} of {} %{limit_cash}", loss.limit_pct)),
        Span::new(Role::Muted, format!("  {} of {}, {since}", loss.cash, loss.from)),
    ]);
}
