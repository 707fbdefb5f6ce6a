//! `nija exposure`: what each platform holds of the capital.

use clap::{Args, Subcommand};
use rust_decimal::Decimal;
use serde_json::json;

use super::app::{self, App};
use super::words;
use crate::domain::amount;
use crate::domain::exposure::{Assessment, Basis, Level, Share, platform};
use crate::error::Result;
use crate::ops::exposure;
use crate::output::chart::{Glyphs, bar};
use crate::output::{Page, Reply, Role, Span};

/// Characters of a bar that stands for the whole capital.
const BAR_WIDTH: u16 = 20;

/// Report what each platform holds, and see how it stands against the limits
#[derive(Debug, PartialEq, Subcommand)]
#[command(defer = true)]
pub enum Exposure {
    /// Report what platforms hold, and the whole capital
    Set(Set),
    /// Show what each platform holds
    Show(Show),
    /// Forget a platform or the stated total
    Forget(Forget),
}

/// Report what platforms hold, and the whole capital
///
/// Several platforms in one call count as one report: all of it, or none. Without a stated total the sum of the balances is the
/// total. What was reported says nothing any more after exposure.stale_after.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 recorded; 64 an amount is not above zero, or the balances exceed the total\n\
                        Example: nija exposure set Coinbase=4000 Kraken=500 --total 5000"
)]
pub struct Set {
    /// Platforms and what each holds, in one currency; for an empty one see `nija exposure forget`
    #[arg(value_name = "PLATFORM=BALANCE", value_parser = balance, required_unless_present = "total")]
    pub balances: Vec<(String, Decimal)>,
    /// The whole capital, on these platforms and elsewhere
    #[arg(long, value_parser = amount::positive, allow_negative_numbers = true)]
    pub total: Option<Decimal>,
}

/// Show what each platform holds
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 shown\nExample: nija exposure show")]
pub struct Show {}

/// Forget a platform or the stated total
///
/// From then on nothing watches it. On the record.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 forgotten; 66 not known\nExample: nija exposure forget kraken")]
pub struct Forget {
    /// Platforms
    #[arg(value_name = "PLATFORM", required_unless_present = "total")]
    pub platforms: Vec<String>,
    /// The stated total; from then on the sum of the balances is the total
    #[arg(long)]
    pub total: bool,
}

/// Reads `PLATFORM=BALANCE`.
pub fn balance(text: &str) -> std::result::Result<(String, Decimal), String> {
    let (name, balance) =
        text.rsplit_once('=').ok_or_else(|| format!("'{text}' is not PLATFORM=BALANCE, as in kraken=500"))?;
    let name = platform(name)?;
    let read = amount::parse(balance)?;
    if read.is_zero() {
        return Err(format!("{name} holds nothing; nija exposure forget '{name}'"));
    }
    Ok((name, amount::positive(balance)?))
}

impl Exposure {
    /// Names the shape of this command's answer.
    pub fn format(&self) -> &'static str {
        match self {
            Self::Set(_) => "nija.exposure.set",
            Self::Show(_) => "nija.exposure.show",
            Self::Forget(_) => "nija.exposure.forget",
        }
    }

    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let config = state.context.config;
            let mut page = Page::new();
            let (data, notices) = match self {
                Self::Set(set) => {
                    let report = exposure::Report { balances: set.balances.clone(), total: set.total };
                    let (assessment, notices) = exposure::report(state, &report)?;
                    describe(&mut page, &assessment, app.glyphs());
                    (json!(assessment), notices)
                }
                Self::Show(_) => {
                    let assessment = exposure::show(state)?;
                    describe(&mut page, &assessment, app.glyphs());
                    (json!(assessment), Vec::new())
                }
                Self::Forget(forget) => {
                    let notices = exposure::forget(state, &forget.platforms, forget.total)?;
                    let total = forget.total.then(|| "the stated total".to_owned());
                    let what: Vec<String> = forget.platforms.iter().cloned().chain(total).collect();
                    page.text(format!("forgot {}", what.join(", ")));
                    (json!({"platforms": forget.platforms, "total": forget.total}), notices)
                }
            };
            app::state_line(&mut page, config);
            let mut reply = Reply::new(self.format(), &data, page);
            reply.changed = !matches!(self, Self::Show(_));
            reply.warnings = app::warnings(&notices);
            Ok(reply)
        })
    }
}

/// The page: the total, and a bar for each platform.
pub fn describe(page: &mut Page, assessment: &Assessment, glyphs: Glyphs) {
    let total = match assessment.total {
        Some(total) if total.basis == Basis::Stated => format!("of {} in total, as stated", total.amount),
        Some(total) => format!("of {}, the sum of the balances", total.amount),
        None if assessment.shares.is_empty() => "no balance was ever reported".to_owned(),
        None => "the total cannot be told".to_owned(),
    };
    page.line([Span::new(Role::Strong, "EXPOSURE"), Span::plain(format!("  {total}"))]);
    if let Some(why) = &assessment.doubt {
        page.line([Span::new(Role::Warn, "  UNKNOWN    "), Span::plain(why.clone())]);
    }
    let width = assessment.shares.iter().map(|share| share.platform.chars().count()).max().unwrap_or(0);
    for share in &assessment.shares {
        page.line(line(share, width, glyphs));
    }
}

fn line(share: &Share, width: usize, glyphs: Glyphs) -> [Span; 4] {
    let (role, word) = match share.level {
        Level::Ok => (Role::Good, "ok"),
        Level::Unknown => (Role::Warn, "UNKNOWN"),
        Level::Critical => (Role::Bad, "CRITICAL"),
        Level::Emergency => (Role::Bad, "EMERGENCY"),
    };
    let permille = share.share_pct.and_then(|pct| u64::try_from(pct.saturating_mul(10.into()).round()).ok());
    let bar = bar(permille.unwrap_or(0), 1000, BAR_WIDTH, glyphs);
    let figures = share.share_pct.map_or_else(|| "?".to_owned(), |pct| pct.to_string());
    let balance = share.balance.map_or_else(String::new, |balance| format!("  {balance}"));
    let age = share.age_seconds.map_or_else(String::new, |age| format!("  age {}", words::age(age)));
    [
        Span::new(role, format!("  {word:<10} ")),
        Span::new(Role::Strong, format!("{:<width$}", share.platform)),
        Span::plain(format!("  {bar:<20} {figures:>6} % of {} %{balance}", share.limit_pct)),
        Span::new(Role::Muted, share.doubt.as_ref().map_or(age, |why| format!("  {why}"))),
    ]
}
