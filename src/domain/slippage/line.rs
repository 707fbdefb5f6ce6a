//! A fill as one line of a log: JSON with its fields in one order, a CRC-32 of it as the last.

use std::fmt;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use super::fill::Fill;
use super::fixed;
use crate::domain::instant;
use crate::domain::line::{self, Fault};

/// Why a line is not a fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It does not end with a checksum.
    NoChecksum,
    /// Its checksum is of other bytes.
    Checksum,
    /// The checksum holds, and this part of it is not as it has to be.
    Part(&'static str),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoChecksum => Fault::NoChecksum.fmt(f),
            Self::Checksum => Fault::Checksum.fmt(f),
            Self::Part(part) => {
                write!(f, "its checksum matches, but its {part} is not as a fill's has to be")
            }
        }
    }
}

/// Appends the line of a fill, newline included.
///
/// Byte for byte what serde makes of the fill, several times faster: a million of them are imported at once.
pub fn write(fill: &Fill, into: &mut Vec<u8>) {
    let start = into.len();
    let mut object = Object(into);
    object.text(b"{\"id\":", &fill.id);
    object.time(b",\"at\":", fill.at);
    object.text(b",\"ticker\":", &fill.ticker);
    object.text(b",\"side\":", fill.side.word());
    object.number(b",\"slippage_bps\":", Some(fill.slippage_bps));
    object.number(b",\"high_bps\":", Some(fill.high_bps));
    object.number(b",\"notional\":", fill.notional);
    object.number(b",\"cash\":", fill.cash);
    object.number(b",\"fee\":", fill.fee);
    if let Some(latency_ms) = fill.latency_ms {
        object.value(b",\"latency_ms\":", &latency_ms);
    }
    object.known(b",\"broker\":", fill.broker.as_deref());
    object.known(b",\"order_type\":", fill.order_type.as_deref());
    object.known(b",\"ticker_given\":", fill.ticker_given.as_deref());
    object.number(b",\"expected\":", Some(fill.expected));
    object.number(b",\"actual\":", Some(fill.actual));
    object.number(b",\"qty\":", fill.qty);
    object.known(b",\"order_id\":", fill.order_id.as_deref());
    object.text(b",\"source\":", &fill.source);
    into.push(b'}');
    line::seal(into, start);
}

/// A JSON object that is being written. A name comes with all that stands before its value.
struct Object<'a>(&'a mut Vec<u8>);

impl Object<'_> {
    /// Any value, as serde writes it.
    fn value(&mut self, name: &[u8], value: &impl Serialize) {
        self.0.extend_from_slice(name);
        // Writing to memory cannot fail, and every field of a fill can be written.
        let _ = serde_json::to_writer(&mut *self.0, value);
    }

    fn text(&mut self, name: &[u8], text: &str) {
        // What has to be escaped is in no fill that was checked.
        if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
            return self.value(name, &text);
        }
        self.quoted(name, |into| into.extend_from_slice(text.as_bytes()));
    }

    fn known(&mut self, name: &[u8], text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    fn time(&mut self, name: &[u8], at: DateTime<Utc>) {
        // A leap second has more nanoseconds than a second.
        let plain = at.timestamp_subsec_nanos() < 1_000_000_000;
        match at.timestamp_nanos_opt().filter(|_| plain) {
            Some(at_ns) => self.quoted(name, |into| instant::write(at_ns, into)),
            None => self.value(name, &at),
        }
    }

    fn number(&mut self, name: &[u8], value: Option<Decimal>) {
        if let Some(value) = value {
            self.quoted(name, |into| fixed::write(value, into));
        }
    }

    fn quoted(&mut self, name: &[u8], write: impl FnOnce(&mut Vec<u8>)) {
        self.0.extend_from_slice(name);
        self.0.push(b'"');
        write(self.0);
        self.0.push(b'"');
    }
}

/// The part of a line that its checksum is of, once that has been found to match.
pub fn checked(bytes: &[u8]) -> Result<&[u8], Why> {
    line::checked(bytes).map_err(|fault| match fault {
        Fault::NoChecksum => Why::NoChecksum,
        Fault::Checksum => Why::Checksum,
    })
}

/// Reads a whole line, without its newline: every field, slowly. Fields that are not known are passed over.
pub fn read(line: &[u8]) -> Result<Fill, String> {
    checked(line).map_err(|why| why.to_string())?;
    serde_json::from_slice(line).map_err(|error| format!("its checksum matches, but it is no fill: {error}"))
}
