//! Reads rows that stand one on a line: CSV with a header, or JSON objects.

use std::io::{BufRead, Read as _};

use serde_json::Value;

use super::{Mapping, Rows, unreadable, usage};
use crate::domain::slippage::row::{Field, Row};
use crate::error::Result;

/// Longest line that is read as a row, in bytes.
const LINE_BYTES_MAX: usize = 64 * 1024;

/// The lines of a file, by number.
struct Lines<R> {
    input: R,
    number: u64,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    fn new(input: R) -> Self {
        Self { input, number: 0, line: Vec::new() }
    }

    /// Goes to the next line that holds something; `false` at the end. Of one that is too long the rest is passed over.
    fn next(&mut self) -> Result<bool> {
        loop {
            self.line.clear();
            self.number += 1;
            let most = LINE_BYTES_MAX as u64 + 1;
            if self.input.by_ref().take(most).read_until(b'\n', &mut self.line).map_err(unreadable)? == 0 {
                return Ok(false);
            }
            if self.is_too_long() {
                self.input.skip_until(b'\n').map_err(unreadable)?;
            }
            if self.number == 1 && self.line.starts_with(b"\xef\xbb\xbf") {
                self.line.drain(..3);
            }
            while self.line.last().is_some_and(u8::is_ascii_whitespace) {
                self.line.pop();
            }
            if !self.line.is_empty() {
                return Ok(true);
            }
        }
    }

    fn is_too_long(&self) -> bool {
        self.line.len() > LINE_BYTES_MAX && !self.line.ends_with(b"\n")
    }
}

/// Reads a CSV file: comma, semicolon or tab between the columns, whichever the header has most of.
///
/// A row is a line: a quote that is never closed spoils one row, not the rest of the file.
pub(super) fn csv(input: impl BufRead, told: &[(String, Option<Field>)], rows: &mut Rows<'_>) -> Result<()> {
    let mut lines = Lines::new(input);
    if !lines.next()? {
        return Err(usage("there is no header: the file is empty".to_owned()));
    }
    let count = |separator: &u8| lines.line.iter().filter(|byte| *byte == separator).count();
    let separator = [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',');
    let mut record = csv::ByteRecord::new();
    quoted(&lines.line, separator, &mut record).map_err(|why| usage(format!("the header {why}")))?;
    let columns: Vec<String> =
        record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    let mapping = Mapping::of(&columns, told)?;
    rows.begin(&mapping)?;
    while lines.next()? {
        let row = if lines.line.len() > LINE_BYTES_MAX {
            Err(format!("it has more than {LINE_BYTES_MAX} bytes"))
        } else if memchr::memchr(b'"', &lines.line).is_none() {
            mapping.row(lines.line.split(|byte| *byte == separator))
        } else {
            quoted(&lines.line, separator, &mut record)
                .map_err(|why| format!("it {why}"))
                .and_then(|()| mapping.row(record.iter()))
        };
        give(lines.number, row, rows)?;
    }
    Ok(())
}

fn give(line: u64, row: std::result::Result<Row<'_>, String>, rows: &mut Rows<'_>) -> Result<()> {
    match row {
        Ok(row) => rows.take(line, row.get(Field::Id), row.facts()),
        Err(why) => rows.take(line, None, Err(why)),
    }
}

/// Splits a line with quotes in it.
fn quoted(line: &[u8], separator: u8, record: &mut csv::ByteRecord) -> std::result::Result<(), String> {
    let line = [line, b"\n"].concat();
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).delimiter(separator).from_reader(line.as_slice());
    let read = reader.read_byte_record(record).map_err(|error| format!("cannot be read: {error}"))?;
    // The newline ends a row unless a quote is open.
    let open = record.iter().next_back().is_some_and(|last| last.ends_with(b"\n"));
    if !read || open { Err("has a quote that is never closed".to_owned()) } else { Ok(()) }
}

/// Reads one JSON object per line; its keys are columns.
pub(super) fn jsonl(
    input: impl BufRead,
    told: &[(String, Option<Field>)],
    rows: &mut Rows<'_>,
) -> Result<()> {
    let (mut lines, mut columns) = (Lines::new(input), Vec::<String>::new());
    let mut mapping = Mapping::default();
    while lines.next()? {
        let object = match serde_json::from_slice::<serde_json::Map<String, Value>>(&lines.line) {
            Ok(object) => object,
            Err(error) => {
                rows.take(lines.number, None, Err(format!("it is no JSON object: {error}")))?;
                continue;
            }
        };
        // Most files have lines of one kind, so this happens once.
        let new: Vec<String> = object.keys().filter(|key| !columns.contains(key)).cloned().collect();
        if !new.is_empty() {
            columns.extend(new);
            mapping = Mapping::lenient(&columns, told);
            rows.begin(&mapping)?;
        }
        let values: Vec<String> =
            columns.iter().map(|column| object.get(column.as_str()).map_or_else(String::new, text)).collect();
        give(lines.number, mapping.row(values.iter().map(String::as_bytes)), rows)?;
    }
    Ok(())
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
