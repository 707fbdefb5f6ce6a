//! A fill as one line of a log: JSON with its fields in one order, a CRC-32 of it as the last.

use std::fmt;
use std::io::Write as _;

use super::fill::Fill;

/// Bytes of `,"crc":"xxxxxxxx"}` at a line's end.
const CRC_BYTES: usize = 18;

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
            Self::NoChecksum => f.write_str("it does not end with a checksum: it is torn, or no fill"),
            Self::Checksum => f.write_str("its checksum does not match: it was damaged or edited"),
            Self::Part(part) => {
                write!(f, "its checksum matches, but its {part} is not as a fill's has to be")
            }
        }
    }
}

/// Appends the line of a fill, newline included.
///
/// The checksum is the CRC-32 (IEEE, as zlib's) of everything before `,"crc"`, in eight lower-case hexadecimal digits.
pub fn write(fill: &Fill, into: &mut Vec<u8>) {
    let start = into.len();
    // Writing to memory cannot fail, and every field of a fill can be written.
    let _ = serde_json::to_writer(&mut *into, fill);
    into.pop();
    let crc = crc32fast::hash(into.get(start..).unwrap_or_default());
    let _ = writeln!(into, ",\"crc\":\"{crc:08x}\"}}");
}

/// The part of a line that its checksum is of, once that has been found to match.
pub fn checked(line: &[u8]) -> Result<&[u8], Why> {
    let at = line.len().checked_sub(CRC_BYTES).ok_or(Why::NoChecksum)?;
    let (body, end) = line.split_at_checked(at).ok_or(Why::NoChecksum)?;
    let digits = end.strip_prefix(b",\"crc\":\"").and_then(|end| end.strip_suffix(b"\"}"));
    let stored = digits.ok_or(Why::NoChecksum)?.iter().try_fold(0u32, |crc, digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return Err(Why::NoChecksum),
        };
        Ok(crc << 4 | u32::from(value))
    })?;
    if crc32fast::hash(body) == stored { Ok(body) } else { Err(Why::Checksum) }
}

/// Reads a whole line, without its newline: every field, slowly. Fields that are not known are passed over.
pub fn read(line: &[u8]) -> Result<Fill, String> {
    checked(line).map_err(|why| why.to_string())?;
    serde_json::from_slice(line).map_err(|error| format!("its checksum matches, but it is no fill: {error}"))
}
