//! Rows of orders out of a file: JSON lines or CSV, each with its line number, a bad one told and the rest read.

use std::collections::BTreeMap;
use std::io::{BufRead, Read as _};
use std::str::FromStr;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::track::Request;
use crate::domain::order::figure;
use crate::domain::pending::{State as Standing, Terms};

/// Longest line that is read, in bytes: beyond it, this is no file of rows.
const LINE_BYTES_MAX: usize = 1024 * 1024;

/// Fields of a row, by the name they have in a document as well.
const FIELDS: [&str; 12] = [
    "id",
    "symbol",
    "platform",
    "side",
    "qty",
    "price",
    "strategy",
    "account",
    "owner",
    "submitted_at",
    "state",
    "filled_qty",
];

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object per line.
    Jsonl,
    /// Comma-separated values under a line of names.
    Csv,
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "jsonl" => Ok(Self::Jsonl),
            "csv" => Ok(Self::Csv),
            _ => Err(format!("'{text}' is neither jsonl nor csv")),
        }
    }
}

/// An order to track, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The order.
    pub request: Request,
    /// How it stands, where that is said.
    pub standing: Option<Standing>,
    /// How much of it is filled, where that is said.
    pub filled_qty: Option<Decimal>,
}

/// What reading found beside the rows.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Fields that are none of an order's, and were passed over.
    pub ignored: Vec<String>,
}

/// Shows every row to `visit` with the number of its line, or what is wrong with it, until that says stop. `Err` says why the
/// rest cannot be read at all.
pub fn read(
    mut input: impl BufRead,
    format: Option<Format>,
    visit: &mut dyn FnMut(u64, Result<Row, String>) -> bool,
) -> Result<Read, String> {
    let format = match format {
        Some(format) => format,
        None => guess(&mut input)?,
    };
    match format {
        Format::Jsonl => jsonl(input, visit),
        Format::Csv => csv(input, visit),
    }
}

/// JSON begins with a brace, and no name of a column does.
fn guess(input: &mut impl BufRead) -> Result<Format, String> {
    let start = input.fill_buf().map_err(|error| error.to_string())?;
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    Ok(if first == Some(&b'{') { Format::Jsonl } else { Format::Csv })
}

fn jsonl(
    mut input: impl BufRead,
    visit: &mut dyn FnMut(u64, Result<Row, String>) -> bool,
) -> Result<Read, String> {
    let (mut line, mut number, mut read) = (Vec::new(), 0, Read::default());
    loop {
        line.clear();
        let most = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
        let bytes =
            input.by_ref().take(most).read_until(b'\n', &mut line).map_err(|error| error.to_string())?;
        if bytes == 0 {
            return Ok(read);
        }
        number += 1;
        if bytes == LINE_BYTES_MAX {
            return Err(format!("line {number} has more than {LINE_BYTES_MAX} bytes"));
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let row = serde_json::from_slice::<Map<String, Value>>(line.trim_ascii_end())
            .map_err(|error| not_an_object(&error))
            .and_then(|object| texts(object, &mut read))
            .and_then(|fields| row(&fields));
        if !visit(number, row) {
            return Ok(read);
        }
    }
}

fn not_an_object(error: &serde_json::Error) -> String {
    let text = error.to_string();
    // The line that serde_json counts is always the first.
    let why = text.split(" at line ").next().unwrap_or_default();
    format!("not a JSON object: {why} at column {}", error.column())
}

fn texts(object: Map<String, Value>, read: &mut Read) -> Result<BTreeMap<String, String>, String> {
    let mut fields = BTreeMap::new();
    for (name, value) in object {
        if !FIELDS.contains(&name.as_str()) {
            ignore(read, &name);
            continue;
        }
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text,
            Value::Number(number) => exact(&name, &number.to_string())?,
            other => return Err(format!("'{name}' is {other}, neither a text nor a number")),
        };
        fields.insert(name, text);
    }
    Ok(fields)
}

/// A number of a JSON file has been through binary floating point: up to 15 digits come out as they went in.
fn exact(name: &str, number: &str) -> Result<String, String> {
    let mantissa = number.split(['e', 'E']).next().unwrap_or(number);
    let digits = mantissa.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    if digits > 15 && mantissa.contains('.') {
        return Err(format!(
            "'{name}' is a number of {digits} digits: write it in quotes, so that none is lost"
        ));
    }
    Ok(number.to_owned())
}

fn ignore(read: &mut Read, name: &str) {
    if read.ignored.len() < FIELDS.len() * 4 && !read.ignored.iter().any(|known| known == name) {
        read.ignored.push(name.to_owned());
    }
}

fn csv(input: impl BufRead, visit: &mut dyn FnMut(u64, Result<Row, String>) -> bool) -> Result<Read, String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(input);
    let names: Vec<String> = reader
        .headers()
        .map_err(|error| error.to_string())?
        .iter()
        .map(|name| name.trim_start_matches('\u{feff}').to_lowercase().replace(['-', ' '], "_"))
        .collect();
    let mut read = Read::default();
    for name in names.iter().filter(|name| !FIELDS.contains(&name.as_str())) {
        ignore(&mut read, name);
    }
    for wanted in ["id", "symbol"] {
        match names.iter().filter(|name| *name == wanted).count() {
            1 => {}
            0 => return Err(format!("its first line names no column '{wanted}'")),
            _ => return Err(format!("its first line names the column '{wanted}' twice")),
        }
    }
    let mut record = csv::StringRecord::new();
    loop {
        let line = reader.position().line();
        let row = match reader.read_record(&mut record) {
            Ok(false) => return Ok(read),
            Ok(true) if record.len() != names.len() => {
                Err(format!("it has {} columns, and the first line names {}", record.len(), names.len()))
            }
            Ok(true) => row(&columns(&names, &record)),
            Err(error) if error.is_io_error() => return Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let line = record.position().map_or(line, csv::Position::line);
        if !visit(line, row) {
            return Ok(read);
        }
    }
}

fn columns(names: &[String], record: &csv::StringRecord) -> BTreeMap<String, String> {
    let filled = names.iter().zip(record).filter(|(_, value)| !value.is_empty());
    filled.map(|(name, value)| (name.clone(), value.to_owned())).collect()
}

fn row(fields: &BTreeMap<String, String>) -> Result<Row, String> {
    let needed = |name: &str| fields.get(name).cloned().ok_or_else(|| format!("it has no '{name}'"));
    let number = |name: &str| {
        let read = |text: &String| figure(text).map_err(|why| format!("'{name}': {why}"));
        fields.get(name).map(read).transpose()
    };
    let terms = Terms {
        symbol: needed("symbol")?,
        platform: fields.get("platform").cloned(),
        side: fields.get("side").map(|side| side.to_lowercase().parse()).transpose()?,
        qty: number("qty")?,
        price: number("price")?,
        strategy: fields.get("strategy").cloned(),
        account: fields.get("account").cloned(),
        owner: fields.get("owner").cloned(),
    };
    let submitted_at = fields.get("submitted_at").map(|text| instant(text)).transpose()?;
    Ok(Row {
        request: Request { id: needed("id")?, terms, submitted_at },
        standing: fields.get("state").map(|state| state.parse()).transpose()?,
        filled_qty: number("filled_qty")?,
    })
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let read = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    read.map_err(|_| format!("'submitted_at' is '{text}', and not an instant as 2026-11-20T14:00:00Z"))
}
