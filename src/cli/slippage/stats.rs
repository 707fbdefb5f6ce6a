//! `nija slippage stats`: every figure of many fills, all together or apart.

use clap::{Args, ValueEnum};
use rust_decimal::{Decimal, RoundingStrategy};

use super::super::app::{self, App};
use super::which::{self, Of, When};
use crate::domain::slippage::figures::{Basis, Figures};
use crate::domain::slippage::{By, Selection};
use crate::error::Result;
use crate::ops::slippage::stats::{Group, Stats as Found, stats};
use crate::output::{Page, Reply, Role, Span};

/// Show what fills cost against what was expected
///
/// Positive slippage is adverse. Figures of a time are worked out from every fill; those of all time from the summary, their
/// quantiles then to within 1 %.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 shown\nExample: nija slippage stats --days 30 --by broker")]
pub struct Stats {
    /// Ticker and broker.
    #[command(flatten)]
    pub of: Of,
    /// Time.
    #[command(flatten)]
    pub when: When,
    /// Apart by this
    #[arg(long, value_enum)]
    pub by: Option<Dimension>,
}

/// `--by`.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub enum Dimension {
    /// The instrument
    Ticker,
    /// The broker or exchange
    Broker,
    /// Buys and sells
    Side,
    /// As in market and limit
    OrderType,
    /// The hour of the day in UTC
    Hour,
}

impl From<Dimension> for By {
    fn from(dimension: Dimension) -> Self {
        match dimension {
            Dimension::Ticker => Self::Ticker,
            Dimension::Broker => Self::Broker,
            Dimension::Side => Self::Side,
            Dimension::OrderType => Self::OrderType,
            Dimension::Hour => Self::Hour,
        }
    }
}

/// Days that are looked at where nothing is said.
pub const DAYS: u32 = 7;

impl Stats {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let mut selection = self.of.selection(state)?;
            self.when.narrow(&mut selection, state.now(), Some(DAYS))?;
            let found = stats(state, &selection, self.by.map(Into::into))?;
            let mut page = Page::new();
            describe(&mut page, &found);
            let mut reply = Reply::new("nija.slippage.stats", &found, page);
            reply.warnings = app::warnings(&found.notices);
            Ok(reply)
        })
    }
}

fn describe(page: &mut Page, found: &Found) {
    page.line([
        Span::new(Role::Strong, fills(found.figures.fills)),
        Span::plain(format!("  {}", which::words(&found.selection))),
    ]);
    if found.figures.fills == 0 {
        nothing(page, &found.selection);
        return;
    }
    figures(page, &found.figures);
    if found.by.is_some() {
        table(page, &found.groups);
    }
}

/// Where else to look when there is nothing to show.
pub fn nothing(page: &mut Page, selection: &Selection) {
    let is_of_a_time = selection.since.is_some() || selection.until.is_some();
    let command = if is_of_a_time { "nija slippage stats --all" } else { "nija slippage record --help" };
    page.line([Span::new(Role::Muted, "  try: "), Span::plain(command)]);
}

/// A figure, or a dash.
pub fn shown(value: Option<Decimal>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.normalize().to_string())
}

/// A figure with so many places, or a dash.
pub fn rounded(value: Option<Decimal>, places: u32) -> String {
    let shown = |value: Decimal| {
        let value = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
        // Nothing is neither adverse nor favourable.
        let value = if value.is_zero() { Decimal::ZERO } else { value };
        format!("{value:.*}", places as usize)
    };
    value.map_or_else(|| "-".to_owned(), shown)
}

/// So many fills.
pub fn fills(count: u64) -> String {
    if count == 1 { "1 fill".to_owned() } else { format!("{count} fills") }
}

/// Every figure, a line each.
pub fn figures(page: &mut Page, figures: &Figures) {
    let (bps, pct) = (&figures.slippage_bps, &figures.slippage_pct);
    page.line([Span::new(Role::Muted, format!("  {:<10} {:>12} {:>12}", "slippage", "bps", "%"))]);
    let weighted = match (figures.unweighted, figures.fills) {
        (0, _) => "by notional".to_owned(),
        (none, all) if none == all => "no fill says its quantity".to_owned(),
        (some, _) => format!("by notional; {} without a quantity not counted", fills(some)),
    };
    let interval = match (bps.mean_low, bps.mean_high) {
        (Some(low), Some(high)) => format!("95 % interval {} to {} bps", shown(Some(low)), shown(Some(high))),
        _ => "of too few fills for an interval".to_owned(),
    };
    let accuracy = match figures.quantiles {
        Basis::Fills => String::new(),
        Basis::Sketch { relative_error } => {
            format!("to within {} % of itself", (relative_error * Decimal::ONE_HUNDRED).normalize())
        }
    };
    for (name, in_bps, in_pct, note) in [
        ("weighted", bps.weighted_mean, pct.weighted_mean, weighted),
        ("mean", bps.mean, pct.mean, interval),
        ("median", bps.median, pct.median, accuracy.clone()),
        ("p90", bps.p90, pct.p90, accuracy.clone()),
        ("p95", bps.p95, pct.p95, accuracy.clone()),
        ("p99", bps.p99, pct.p99, accuracy),
        ("deviation", bps.deviation, pct.deviation, String::new()),
        ("min", bps.min, pct.min, String::new()),
        ("max", bps.max, pct.max, String::new()),
    ] {
        let note = if note.is_empty() { note } else { format!("  {note}") };
        page.line([
            Span::new(Role::Muted, format!("  {name:<10} ")),
            Span::plain(format!("{:>12} {:>12}", rounded(in_bps, 4), rounded(in_pct, 6))),
            Span::new(Role::Muted, note),
        ]);
    }
    around(page, figures);
}

/// What is not slippage itself.
fn around(page: &mut Page, figures: &Figures) {
    let share = |share: &crate::domain::slippage::figures::Share| {
        format!("{}, {} %", fills(share.fills), shown(share.pct))
    };
    page.field("adverse", share(&figures.adverse));
    page.field("favourable", share(&figures.favourable));
    page.field("high", format!("{}, as was high when they were recorded", share(&figures.high)));
    page.field("fees", format!("{} bps, known of {}", shown(figures.fees_bps), fills(figures.with_fee)));
    page.field("all-in", format!("{} bps, slippage by notional and fees", shown(figures.all_in_bps)));
    let cash = &figures.cash;
    page.field(
        "cash",
        format!(
            "slippage {}, fees {}, both {}, of a notional of {}",
            shown(cash.slippage),
            shown(cash.fees),
            shown(cash.all_in),
            shown(cash.notional)
        ),
    );
    let latency = &figures.latency_ms;
    let ms = |value: Option<u32>| value.map_or_else(|| "-".to_owned(), |value| format!("{value} ms"));
    page.field(
        "latency",
        format!("p50 {}, p95 {}, known of {}", ms(latency.p50), ms(latency.p95), fills(latency.fills)),
    );
}

/// One line per group.
fn table(page: &mut Page, groups: &[Group]) {
    let name = |group: &Group| group.name.as_deref().unwrap_or("(not said)").to_owned();
    let width = groups.iter().map(|group| name(group).chars().count()).max().unwrap_or(0).max(4);
    page.text("");
    page.line([Span::new(
        Role::Muted,
        format!(
            "  {:<width$} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>8} {:>9}  cash",
            "", "fills", "weighted", "mean", "median", "p95", "max", "adverse", "all-in"
        ),
    )]);
    for group in groups {
        let (figures, bps) = (&group.figures, &group.figures.slippage_bps);
        let cell = |value: Option<Decimal>| rounded(value, 2);
        page.line([
            Span::new(Role::Strong, format!("  {:<width$} ", name(group))),
            Span::plain(format!(
                "{:>8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>6} % {:>9}  {}",
                figures.fills,
                cell(bps.weighted_mean),
                cell(bps.mean),
                cell(bps.median),
                cell(bps.p95),
                cell(bps.max),
                rounded(figures.adverse.pct, 0),
                cell(figures.all_in_bps),
                shown(figures.cash.slippage),
            )),
        ]);
    }
    page.line([Span::new(Role::Muted, "  in bps but for fills, adverse and cash")]);
}
