//! Lines of logs: a JSON object with the CRC-32 of everything before as its last field.

use std::fmt;

/// Bytes of `,"crc":"xxxxxxxx"}` at a line's end.
const CRC_BYTES: usize = 18;

/// Closes the line of the object that begins at `start`: its checksum instead of its last brace, and a newline.
///
/// The checksum is the CRC-32 (IEEE, as zlib's) of everything before `,"crc"`, in eight lower-case hexadecimal digits.
pub fn seal(into: &mut Vec<u8>, start: usize) {
    into.pop();
    let crc = crc32fast::hash(into.get(start..).unwrap_or_default());
    into.extend_from_slice(b",\"crc\":\"");
    into.extend((0..8).rev().map(|place| digit((crc >> (4 * place)) & 0xf)));
    into.extend_from_slice(b"\"}\n");
}

fn digit(value: u32) -> u8 {
    char::from_digit(value, 16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(b'0')
}

/// Why a line does not stand as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It does not end with a checksum.
    NoChecksum,
    /// Its checksum is of other bytes.
    Checksum,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoChecksum => "it does not end with a checksum: it is torn, or no record",
            Self::Checksum => "its checksum does not match: it was damaged or edited",
        })
    }
}

/// The part of a line that its checksum is of, once that has been found to match.
pub fn checked(line: &[u8]) -> Result<&[u8], Fault> {
    let at = line.len().checked_sub(CRC_BYTES).ok_or(Fault::NoChecksum)?;
    let (body, end) = line.split_at_checked(at).ok_or(Fault::NoChecksum)?;
    let digits = end.strip_prefix(b",\"crc\":\"").and_then(|end| end.strip_suffix(b"\"}"));
    let stored = digits.ok_or(Fault::NoChecksum)?.iter().try_fold(0u32, |crc, digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return Err(Fault::NoChecksum),
        };
        Ok(crc << 4 | u32::from(value))
    })?;
    if crc32fast::hash(body) == stored { Ok(body) } else { Err(Fault::Checksum) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_changed_anywhere_is_found() {
        let mut line = b"before\n{\"a\":1}".to_vec();
        seal(&mut line, 7);
        let line = line.get(7..).unwrap().strip_suffix(b"\n").unwrap().to_vec();
        assert_eq!(checked(&line), Ok(&b"{\"a\":1"[..]));
        for at in 0..line.len() {
            let mut changed = line.clone();
            changed[at] ^= 1;
            assert!(checked(&changed).is_err(), "byte {at}");
            assert!(checked(line.get(..at).unwrap()).is_err(), "cut at {at}");
        }
    }
}
