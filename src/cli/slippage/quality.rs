//! `nija slippage quality`: how well a broker executes, as one figure and what it is made of.

use clap::Args;
use rust_decimal::Decimal;
use serde::Serialize;

use super::super::app::{self, App};
use super::stats::{rounded, shown};
use super::which::{self, Of, When};
use crate::domain::slippage::fixed::{BPS_PLACES, decimal};
use crate::domain::slippage::grade::{Grade, Outcomes};
use crate::domain::slippage::quality::{Component, FILLS_MIN, Verdict};
use crate::domain::slippage::{Figures, Selection};
use crate::domain::status::Status;
use crate::error::{Error, Kind, Result};
use crate::ops::slippage::quality::quality;
use crate::output::{Page, Reply, Role, Span};

/// The shape of this command's answer.
pub(super) const FORMAT: &str = "nija.slippage.quality";

/// Score how well a ticker or a broker was executed, from 0 to 100
///
/// 100 is perfect, below 80 the broker is to be reviewed, and under 10 fills there is no score. It is drawn towards 50 the fewer
/// fills there are. Compare like with like: the same tickers, order types and sizes.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 shown\nExample: nija slippage quality BTC-USD --broker kraken --days 30"
)]
pub struct Quality {
    /// This ticker, in any spelling
    #[arg(required_unless_present = "broker")]
    pub ticker: Option<String>,
    /// This broker
    #[arg(long, value_name = "NAME")]
    pub broker: Option<String>,
    /// Time.
    #[command(flatten)]
    pub when: When,
}

/// Days that are looked at where nothing is said.
const DAYS: u32 = 30;

impl Quality {
    pub(super) fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let of = Of { ticker: self.ticker.clone(), broker: self.broker.clone() };
            let mut selection = of.selection(state)?;
            if selection.broker.as_ref().is_some_and(String::is_empty) {
                return Err(
                    Error::new(Kind::Usage, "the broker has no name").hint("nija slippage stats --by broker")
                );
            }
            self.when.narrow(&mut selection, state.now(), Some(DAYS))?;
            let found = quality(state, &selection)?;
            let answer = Answer::of(&selection, &found.grade, found.figures);
            let mut page = Page::new();
            describe(&mut page, &answer, &found.grade);
            let mut reply = Reply::new(FORMAT, &answer, page);
            if answer.verdict == Verdict::ReviewBroker {
                reply.status = Status::Warning;
            }
            reply.warnings = app::warnings(&found.notices);
            Ok(reply)
        })
    }
}

/// The answer for programs. Scores are from 0 to 100.
#[derive(Serialize)]
struct Answer {
    selection: Selection,
    fills: u64,
    /// `null` for too few fills.
    score: Option<Decimal>,
    /// Before it is drawn towards 50.
    raw_score: Option<Decimal>,
    verdict: Verdict,
    components: Vec<Part>,
    /// Weight of the components that are known; the others do not count.
    known_weight_pct: i64,
    cost: Cost,
    orders: Orders,
    /// `max(0, 100 - 10 * (% of fills that were high) - 500 * |mean slippage in %|)`.
    classic_score: Option<Decimal>,
    figures: Figures,
}

#[derive(Serialize)]
struct Part {
    name: &'static str,
    about: &'static str,
    weight_pct: i64,
    /// From 0 to 1; `null` where nothing is known of it.
    value: Option<Decimal>,
    /// What it was worked out from.
    measured: Option<Decimal>,
    unit: &'static str,
}

#[derive(Serialize)]
struct Cost {
    mean_bps: Option<Decimal>,
    tail_bps: Option<Decimal>,
    fees_bps: Option<Decimal>,
    limit_bps: Option<Decimal>,
    /// Whether the mean is weighted by notional; if not, no fill says its quantity.
    weighted: bool,
}

#[derive(Serialize)]
struct Orders {
    ended: u64,
    filled: u64,
    judged: u64,
    trouble: u64,
}

impl Answer {
    fn of(selection: &Selection, grade: &Grade, figures: Figures) -> Self {
        let millionths = |units: i64| decimal(units.into(), 6);
        let hundredths = |units: i64| decimal(units.into(), 4);
        let bps = |units: Option<i128>| units.and_then(|units| decimal(units, BPS_PLACES));
        let (score, outcomes) = (&grade.score, grade.outcomes);
        let parts = score.components.iter().map(|Component { meaning, value }| {
            let (measured, unit) = measured(meaning.name, grade, &outcomes);
            Part {
                name: meaning.name,
                about: meaning.about,
                weight_pct: meaning.weight,
                value: value.and_then(millionths),
                measured,
                unit,
            }
        });
        let known = score.components.iter().filter(|component| component.value.is_some());
        Self {
            selection: selection.clone(),
            fills: figures.fills,
            score: score.score.and_then(hundredths),
            raw_score: (figures.fills > 0).then(|| hundredths(score.raw)).flatten(),
            verdict: score.verdict,
            components: parts.collect(),
            known_weight_pct: known.map(|component| component.meaning.weight).sum(),
            cost: Cost {
                mean_bps: bps(grade.cost.map(|cost| cost.mean)),
                tail_bps: bps(grade.cost.map(|cost| cost.tail)),
                fees_bps: bps(grade.fees),
                limit_bps: bps(Some(grade.cost_limit)),
                weighted: grade.cost.is_some_and(|cost| cost.weighted),
            },
            orders: Orders {
                ended: outcomes.ended,
                filled: outcomes.filled,
                judged: outcomes.orders,
                trouble: outcomes.trouble,
            },
            classic_score: grade.classic.and_then(|units| decimal(units, 6)),
            figures,
        }
    }
}

/// What a component was worked out from, in words of the field.
fn measured(name: &str, grade: &Grade, outcomes: &Outcomes) -> (Option<Decimal>, &'static str) {
    let bps = |units: i128| decimal(units, BPS_PLACES);
    let share = |part: u64, whole: u64| {
        let share = crate::domain::slippage::moments::ratio(part.into(), 10_000, whole.into());
        share.and_then(|share| decimal(share, 2))
    };
    match name {
        "cost" => (grade.cost.and_then(|cost| bps(cost.mean + grade.fees.unwrap_or(0))), "bps"),
        "tail" => (grade.cost.and_then(|cost| bps(cost.tail)), "bps"),
        "fill" => (share(outcomes.filled, outcomes.ended), "%"),
        "reliability" => (share(outcomes.trouble, outcomes.orders), "%"),
        _ => (grade.latency_ms.map(Decimal::from), "ms"),
    }
}

/// A score with one place, cut and not rounded: what is below 80 never reads as 80.
fn cut(score: Decimal) -> Decimal {
    score.trunc_with_scale(1)
}

fn describe(page: &mut Page, answer: &Answer, grade: &Grade) {
    let role = match answer.verdict {
        Verdict::Good => Role::Good,
        Verdict::ReviewBroker => Role::Bad,
        Verdict::InsufficientData | Verdict::TooFewToVouch => Role::Warn,
    };
    let score = answer.score.map_or_else(|| "no score".to_owned(), |score| format!("{} of 100", cut(score)));
    page.line([
        Span::new(role, format!("{score}  {}", answer.verdict.words())),
        Span::plain(format!("  {}", which::words(&answer.selection))),
    ]);
    let more = match (answer.score, answer.raw_score) {
        (Some(_), Some(raw)) => format!("; {} before allowing for how few they are", cut(raw)),
        _ => format!("; a score needs {FILLS_MIN}"),
    };
    page.field("fills", format!("{}{more}", answer.fills));
    for part in &answer.components {
        let value = part.value.map_or_else(
            || "too little is known, does not count".to_owned(),
            |value| {
                format!(
                    "{} of 100 from {} {}",
                    (value * Decimal::ONE_HUNDRED).round_dp(1),
                    shown(part.measured),
                    part.unit
                )
            },
        );
        page.line([
            Span::new(Role::Muted, format!("  {:<11} ", part.name)),
            Span::plain(format!("{:>3} %  {value}", part.weight_pct)),
            Span::new(Role::Muted, format!("  {}", part.about)),
        ]);
    }
    if answer.fills == 0 {
        return;
    }
    let fees = match grade.fees {
        Some(_) => format!("fees {} bps", shown(answer.cost.fees_bps)),
        None => "fees are not known and not counted".to_owned(),
    };
    let weighted = if answer.cost.weighted { "by notional" } else { "by fill: none says its quantity" };
    page.field(
        "cost",
        format!(
            "adverse slippage {} bps {weighted}, {fees}, limit {} bps",
            shown(answer.cost.mean_bps),
            shown(answer.cost.limit_bps)
        ),
    );
    let bps = &answer.figures.slippage_bps;
    if let (Some(low), Some(high)) = (bps.mean_low, bps.mean_high) {
        page.field("mean", format!("{} bps, 95 % interval {low} to {high}", rounded(bps.mean, 4)));
    }
    if answer.orders.judged > 0 {
        page.field(
            "orders",
            format!(
                "{} of {} that ended were filled; {} of {} were rejected, stuck or lost",
                answer.orders.filled, answer.orders.ended, answer.orders.trouble, answer.orders.judged
            ),
        );
    }
    page.field("classic", format!("{} by the older formula", shown(answer.classic_score)));
}
