//! `nija slippage export`: the recorded fills as they are, for other programs.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::super::app::{self, App};
use super::which::{Of, When};
use crate::domain::slippage::{Fill, line};
use crate::error::{Error, Result};
use crate::ops::slippage::events::each;
use crate::output::product::Product;
use crate::output::{Page, Reply};

/// The shape of this command's answer.
pub(super) const FORMAT: &str = "nija.slippage.export";

/// Print the recorded fills for other programs
///
/// Month by month, in the order they were recorded, as they are read: however many there are, no memory is needed for them.
/// With --json they are one document instead.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 printed; 74 stdout did not take it\n\
    Example: nija slippage export --since 24h --format csv > fills.csv")]
pub struct Export {
    /// Ticker and broker.
    #[command(flatten)]
    pub of: Of,
    /// Time.
    #[command(flatten)]
    pub when: When,
    /// How
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// `--format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
pub enum Format {
    /// One JSON object per line, as in the log
    #[default]
    Jsonl,
    /// Comma-separated values with a header
    Csv,
}

/// The columns of the CSV: those that an import reads by these names, and what was computed from them.
const COLUMNS: [&str; 18] = [
    "at",
    "ticker",
    "side",
    "expected",
    "actual",
    "qty",
    "fee",
    "latency_ms",
    "broker",
    "order_type",
    "order_id",
    "slippage_bps",
    "slippage_pct",
    "high_bps",
    "notional",
    "cash",
    "id",
    "source",
];

impl Export {
    pub(super) fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let mut selection = self.of.selection(state)?;
            self.when.narrow(&mut selection, state.now(), None)?;
            let mut fills: Vec<Value> = Vec::new();
            let mut product = Product::default();
            let heading = self.format == Format::Csv && !app.style.json;
            if heading && !product.write(&row(&COLUMNS.map(str::to_owned))?)? {
                return Ok(nothing());
            }
            let notices = each(state, &selection, &mut |line| {
                if app.style.json {
                    fills.push(serde_json::from_slice(line).unwrap_or(Value::Null));
                    return Ok(true);
                }
                match self.format {
                    Format::Jsonl => Ok(product.write(line)? && product.write(b"\n")?),
                    // What was scanned can be read.
                    Format::Csv => {
                        line::read(line).map_or(Ok(true), |fill| product.write(&row(&cells(fill))?))
                    }
                }
            })?;
            product.finish()?;
            let mut reply = if app.style.json {
                Reply::new(FORMAT, &json!({"fills": fills}), Page::new())
            } else {
                nothing()
            };
            reply.warnings = app::warnings(&notices);
            Ok(reply)
        })
    }
}

/// What there was to say is said already.
fn nothing() -> Reply {
    let mut reply = Reply::new(FORMAT, &Value::Null, Page::new());
    reply.raw = Some(Vec::new());
    reply
}

fn cells(fill: Fill) -> [String; 18] {
    let decimal =
        |value: Option<rust_decimal::Decimal>| value.map_or_else(String::new, |value| value.to_string());
    [
        fill.at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
        fill.ticker_given.clone().unwrap_or_else(|| fill.ticker.clone()),
        fill.side.to_string(),
        fill.expected.to_string(),
        fill.actual.to_string(),
        decimal(fill.qty),
        decimal(fill.fee),
        fill.latency_ms.map_or_else(String::new, |latency| latency.to_string()),
        fill.broker.clone().unwrap_or_default(),
        fill.order_type.clone().unwrap_or_default(),
        fill.order_id.clone().unwrap_or_default(),
        fill.slippage_bps.to_string(),
        fill.slippage_pct().to_string(),
        fill.high_bps.to_string(),
        decimal(fill.notional),
        decimal(fill.cash),
        fill.id,
        fill.source,
    ]
}

/// A line of CSV (RFC 4180, lines ended as in Unix).
fn row(cells: &[String; 18]) -> Result<Vec<u8>> {
    let failed = |error: csv::Error| Error::io("write CSV", std::io::Error::other(error));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells).map_err(failed)?;
    writer.into_inner().map_err(|error| Error::io("write CSV", std::io::Error::other(error.to_string())))
}
