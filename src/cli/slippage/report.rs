//! `nija slippage report`: how slippage is spread, how it went day by day, and the worst fills, drawn for a terminal.

use chrono::NaiveDate;
use clap::Args;
use rust_decimal::Decimal;
use serde::Serialize;

use super::super::app::{self, App};
use super::events;
use super::stats::{self, rounded};
use super::which::{self, Of, When};
use crate::domain::slippage::figures::weighted_mean;
use crate::domain::slippage::fixed::{BPS_PLACES, decimal};
use crate::domain::slippage::histogram::Step;
use crate::domain::slippage::{Figures, Fill, Selection, Totals};
use crate::error::Result;
use crate::ops::slippage::report::{Report as Found, report};
use crate::output::chart::{Glyphs, bar, spark};
use crate::output::{Page, Reply, Role, Span};

/// The shape of this command's answer.
pub(super) const FORMAT: &str = "nija.slippage.report";

/// Draw how slippage is spread, how it went day by day, and the worst fills
///
/// Drawn in block characters where the locale is UTF-8, else in ASCII. Days are those of UTC.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 shown\nExample: nija slippage report --days 30 --ticker BTC-USD")]
pub struct Report {
    /// Ticker and broker.
    #[command(flatten)]
    pub of: Of,
    /// Time.
    #[command(flatten)]
    pub when: When,
    /// At most this many of the worst fills
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16))]
    pub worst: u16,
}

/// Characters of the longest bar.
const BAR_WIDTH: u16 = 40;

/// Days of a line of a sparkline.
const SPARK_DAYS: usize = 62;

impl Report {
    pub(super) fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let mut selection = self.of.selection(state)?;
            self.when.narrow(&mut selection, state.now(), Some(stats::DAYS))?;
            let found = report(state, &selection, self.worst.into())?;
            let answer = Answer::of(&selection, &found);
            let glyphs = Glyphs::decide(&|name| app.environment.text(name));
            let mut page = Page::new();
            describe(&mut page, &answer, &found, glyphs);
            let mut reply = Reply::new(FORMAT, &answer, page);
            reply.warnings = app::warnings(&found.notices);
            Ok(reply)
        })
    }
}

/// The answer for programs.
#[derive(Serialize)]
struct Answer<'a> {
    selection: &'a Selection,
    figures: &'a Figures,
    histogram: Vec<Bar>,
    days: Vec<Day>,
    worst: &'a [Fill],
}

/// Fills whose slippage lies from `from_bps` up to and not at `to_bps`.
#[derive(Serialize)]
struct Bar {
    /// `null` for everything below.
    from_bps: Option<Decimal>,
    /// `null` for everything above.
    to_bps: Option<Decimal>,
    fills: u64,
}

#[derive(Serialize)]
struct Day {
    date: NaiveDate,
    fills: u64,
    mean_bps: Option<Decimal>,
    weighted_mean_bps: Option<Decimal>,
    max_bps: Option<Decimal>,
    cash: Option<Decimal>,
    high: u64,
}

fn bps(units: i128) -> Option<Decimal> {
    decimal(units, BPS_PLACES)
}

impl<'a> Answer<'a> {
    fn of(selection: &'a Selection, found: &'a Found) -> Self {
        let end = |units: Option<i64>| units.and_then(|units| bps(units.into()));
        let bar = |step: &Step| Bar { from_bps: end(step.from), to_bps: end(step.to), fills: step.fills };
        Self {
            selection,
            figures: &found.figures,
            histogram: found.histogram.iter().map(bar).collect(),
            days: found.days.iter().map(|(date, totals)| Day::of(*date, totals)).collect(),
            worst: &found.worst,
        }
    }
}

impl Day {
    fn of(date: NaiveDate, totals: &Totals) -> Self {
        let cash = decimal(totals.cash, crate::domain::slippage::fixed::MONEY_PLACES);
        Self {
            date,
            fills: totals.slippage.count,
            mean_bps: totals.slippage.mean().and_then(bps),
            weighted_mean_bps: weighted_mean(totals).and_then(bps),
            max_bps: bps(totals.slippage.max.into()),
            cash: cash.filter(|_| totals.weighted > 0),
            high: totals.high,
        }
    }
}

fn describe(page: &mut Page, answer: &Answer<'_>, found: &Found, glyphs: Glyphs) {
    let figures = answer.figures;
    page.line([
        Span::new(Role::Strong, stats::fills(figures.fills)),
        Span::plain(format!("  {}", which::words(answer.selection))),
    ]);
    if figures.fills == 0 {
        stats::nothing(page, answer.selection);
        return;
    }
    let spread = &figures.slippage_bps;
    page.text(format!(
        "  mean {} bps, median {}, p95 {}, max {}; positive is adverse",
        rounded(spread.mean, 2),
        rounded(spread.median, 2),
        rounded(spread.p95, 2),
        rounded(spread.max, 2)
    ));
    page.text("");
    histogram(page, answer, glyphs);
    page.text("");
    days(page, found, glyphs);
    if !answer.worst.is_empty() {
        page.text("");
        page.line([Span::new(Role::Strong, "  worst fills")]);
        answer.worst.iter().for_each(|fill| events::describe(page, fill));
    }
}

fn histogram(page: &mut Page, answer: &Answer<'_>, glyphs: Glyphs) {
    let most = answer.histogram.iter().map(|bar| bar.fills).max().unwrap_or(0);
    page.line([Span::new(Role::Strong, format!("  {:>24}  {:>9}", "slippage in bps", "fills"))]);
    for step in &answer.histogram {
        let range = match (step.from_bps, step.to_bps) {
            (Some(from), Some(to)) => format!("{from} to {to}"),
            (None, Some(to)) => format!("below {to}"),
            (Some(from), None) => format!("{from} and above"),
            (None, None) => String::new(),
        };
        let role =
            if step.from_bps.is_some_and(|from| from >= Decimal::ZERO) { Role::Warn } else { Role::Good };
        let mut line = vec![
            Span::new(Role::Muted, format!("  {range:>24}  ")),
            Span::plain(format!("{:>9}", step.fills)),
        ];
        if step.fills > 0 {
            line.push(Span::new(role, format!("  {}", bar(step.fills, most, BAR_WIDTH, glyphs))));
        }
        page.line(line);
    }
}

/// The mean of every day from the first to the last, a gap where there was no fill.
fn days(page: &mut Page, found: &Found, glyphs: Glyphs) {
    let (Some((first, _)), Some((last, _))) = (found.days.first(), found.days.last()) else { return };
    let mean = |date: NaiveDate| {
        let at = found.days.binary_search_by_key(&date, |(date, _)| *date).ok()?;
        found.days.get(at).and_then(|(_, totals)| totals.slippage.mean())
    };
    let dates: Vec<NaiveDate> = first.iter_days().take_while(|date| date <= last).collect();
    let means: Vec<Option<i128>> = dates.iter().map(|date| mean(*date)).collect();
    let line = spark(&means, glyphs);
    page.line([Span::new(Role::Strong, "  mean of each day, zero on the scale")]);
    let all: Vec<char> = line.chars().collect();
    for (dates, glyphs) in dates.chunks(SPARK_DAYS).zip(all.chunks(SPARK_DAYS)) {
        if let (Some(from), Some(to)) = (dates.first(), dates.last()) {
            let glyphs: String = glyphs.iter().collect();
            page.line([
                Span::new(Role::Muted, format!("  {from} ")),
                Span::plain(format!("{glyphs} ")),
                Span::new(Role::Muted, to.to_string()),
            ]);
        }
    }
    let known = || means.iter().flatten().copied();
    let end = |units: Option<i128>| rounded(units.and_then(bps), 2);
    page.line([Span::new(
        Role::Muted,
        format!("  from {} to {} bps", end(known().min()), end(known().max())),
    )]);
}
