//! A fill as one line of a log: JSON with its fields in one order, a CRC-32 of it as the last.

use std::fmt;

use super::fill::Fill;
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
pub fn write(fill: &Fill, into: &mut Vec<u8>) {
    let start = into.len();
    // Writing to memory cannot fail, and every field of a fill can be written.
    let _ = serde_json::to_writer(&mut *into, fill);
    line::seal(into, start);
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
