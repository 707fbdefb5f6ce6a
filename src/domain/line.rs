//! Lines of logs: a JSON object with the CRC-32 of everything before as its last field.

use std::io::Write as _;

/// Bytes of `,"crc":"xxxxxxxx"}` at a line's end.
const CRC_BYTES: usize = 18;

/// Closes the line of the object that begins at `start`: its checksum instead of its last brace, and a newline.
///
/// The checksum is the CRC-32 (IEEE, as zlib's) of everything before `,"crc"`, in eight lower-case hexadecimal digits.
pub fn seal(into: &mut Vec<u8>, start: usize) {
    into.pop();
    let crc = crc32fast::hash(into.get(start..).unwrap_or_default());
    let _ = writeln!(into, ",\"crc\":\"{crc:08x}\"}}");
}

/// The part of a line that its checksum is of, once that has been found to match; else what is wrong.
pub fn checked(line: &[u8]) -> Result<&[u8], &'static str> {
    let no_checksum = "it does not end with a checksum: it is torn, or no record";
    let at = line.len().checked_sub(CRC_BYTES).ok_or(no_checksum)?;
    let (body, end) = line.split_at_checked(at).ok_or(no_checksum)?;
    let digits = end.strip_prefix(b",\"crc\":\"").and_then(|end| end.strip_suffix(b"\"}"));
    let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok()).ok_or(no_checksum)?;
    if format!("{:08x}", crc32fast::hash(body)) == digits {
        Ok(body)
    } else {
        Err("its checksum does not match: it was damaged or edited")
    }
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
