//! Imports fills from somebody else's records: good rows are kept, bad ones told, and what is known already is left out.

use std::io::{BufRead, BufReader, Cursor, Read};

use serde::Serialize;

use self::keep::Keeper;
use self::make::Maker;
use self::rows::Rows;
use super::super::{Notice, State};
use crate::domain::month::Month;
use crate::domain::slippage::row::Field;
use crate::error::{Error, Kind, Result};

mod freqtrade;
mod keep;
mod known;
mod make;
mod mapping;
mod rows;
mod table;

pub use mapping::Mapping;

/// Lock of an import: two at once would each think that they are the first to bring a row.
const LOCK: &str = "slippage-import";

/// Rows that could not be recorded and are told one by one; the rest is counted.
pub const REFUSALS_TOLD: usize = 20;

/// Bytes that are looked at to guess a format.
const HEAD_BYTES: u64 = 64 * 1024;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A header, and a row per line.
    Csv,
    /// One JSON object per line.
    Jsonl,
    /// What freqtrade answers to GET /trades.
    Freqtrade,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// The format, unless it is to be guessed.
    pub format: Option<Format>,
    /// Columns, and the field that each holds; `None` for one to be left out.
    pub map: Vec<(String, Option<Field>)>,
    /// The broker of rows that do not say theirs.
    pub broker: Option<String>,
}

/// A row that could not be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Its line, from 1; of freqtrade's answer, the number of the trade.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

/// What became of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// How the rows were written.
    pub format: Format,
    /// Whether that was guessed.
    pub format_was_guessed: bool,
    /// Which columns were read as what; of freqtrade's answer, none.
    pub mapping: Mapping,
    /// Rows that were read.
    pub rows: u64,
    /// Fills that were recorded.
    pub recorded: u64,
    /// Of those, the ones that cost more than what counts as high.
    pub high: u64,
    /// Rows whose fill was recorded before.
    pub known: u64,
    /// Rows that could not be recorded.
    pub refused: u64,
    /// The first of those.
    pub refusals: Vec<Refusal>,
    /// The months that fills were recorded in.
    pub months: Vec<Month>,
    /// What else was found.
    #[serde(skip)]
    pub notices: Vec<Notice>,
}

/// Imports everything that `input` holds. What was recorded is durable when this returns, with an error or without.
pub fn import(state: &State<'_>, request: &Request, input: impl Read + Send) -> Result<Imported> {
    let _held = state.backend.lock(LOCK, state.wait)?;
    let (head, input) = with_head(input)?;
    let format = request.format.unwrap_or_else(|| guess(&head));
    let mut keeper = Keeper::new(state, request, format);
    let (rows, batches, spent) = Rows::new(Maker::new(state, request.broker.as_deref()));
    let passed = std::thread::scope(|scope| {
        let reader = scope.spawn(|| read(format, request, input, rows));
        let kept = keeper.keep_all(batches, &spent);
        let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        kept.and(read)
    });
    match (passed, keeper.finish()) {
        (Ok(()), finished) => finished,
        (Err(error), Ok(done)) if done.recorded > 0 => Err(Error {
            message: format!("{}; {} fills before that are recorded", error.message, done.recorded),
            ..error
        }),
        (Err(error), _) => Err(error),
    }
}

fn read(format: Format, request: &Request, input: impl BufRead, mut rows: Rows<'_>) -> Result<()> {
    let read = match format {
        Format::Csv => table::csv(input, &request.map, &mut rows),
        Format::Jsonl => table::jsonl(input, &request.map, &mut rows),
        Format::Freqtrade => freqtrade::trades(input, &mut rows),
    };
    // What stands before a row that nobody can read is kept.
    let flushed = rows.flush();
    read.and(flushed)
}

/// The first lines of the input, and the whole of it.
fn with_head(input: impl Read + Send) -> Result<(Vec<u8>, impl BufRead + Send)> {
    let mut input = BufReader::with_capacity(256 * 1024, input);
    let mut head = Vec::new();
    input.by_ref().take(HEAD_BYTES).read_until(b'\n', &mut head).map_err(unreadable)?;
    Ok((head.clone(), Cursor::new(head).chain(input)))
}

/// Input that could not be read to its end.
fn unreadable(error: std::io::Error) -> Error {
    Error::io("read what is to be imported", error).hint("nija slippage import FILE")
}

/// The format that a file begins like: a JSON object on the first line alone is JSON lines, any other JSON freqtrade's.
fn guess(head: &[u8]) -> Format {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii();
    match text.first() {
        Some(b'[') => Format::Freqtrade,
        Some(b'{') => {
            let line = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(text);
            let alone = line.is_ok_and(|object| !object.contains_key("trades"));
            if alone { Format::Jsonl } else { Format::Freqtrade }
        }
        _ => Format::Csv,
    }
}

/// A request that cannot be carried out.
fn usage(message: String) -> Error {
    Error::new(Kind::Usage, message).hint("nija slippage import --help")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_how_a_file_begins() {
        for (head, format) in [
            ("time,symbol\n", Format::Csv),
            ("", Format::Csv),
            ("\u{feff}{\"ticker\":\"X\"}\n", Format::Jsonl),
            ("  {\"ticker\":\"X\",\"side\":\"buy\"}", Format::Jsonl),
            ("{\"trades\":[{\"pair\":\"X\"}]}", Format::Freqtrade),
            ("{\n", Format::Freqtrade),
            ("[\n", Format::Freqtrade),
            ("{\"trades\":[{\"pair\":", Format::Freqtrade),
        ] {
            assert_eq!(guess(head.as_bytes()), format, "{head}");
        }
    }
}
