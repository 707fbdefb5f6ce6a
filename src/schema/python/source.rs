//! Bytes of a source file to text, the way Python reads them: byte order mark, coding cookie, line ends.

use std::borrow::Cow;

/// Larger files are not read: no one wrote them. In bytes.
pub(super) const MAX_BYTES: usize = 4 << 20;

/// A file's text with `\n` for every line end, and the first line that is not in the file's encoding.
pub(super) fn text(bytes: &[u8]) -> (Cow<'_, str>, Option<u32>) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (text, foreign) = match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), None),
        // Whatever the cookie says, the names that matter are ASCII; one byte per character keeps every line.
        Err(_) if has_cookie(bytes) => {
            (Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()), None)
        }
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            (String::from_utf8_lossy(bytes), Some(line_after(before)))
        }
    };
    let text = if memchr::memchr(b'\r', text.as_bytes()).is_some() {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        text
    };
    (text, foreign)
}

/// The line on which text goes on after `before`.
pub(super) fn line_after(before: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', before).count())
        .map_or(u32::MAX, |count| count.saturating_add(1))
}

/// Whether one of the first two lines declares an encoding (PEP 263).
fn has_cookie(bytes: &[u8]) -> bool {
    bytes.split(|byte| *byte == b'\n').take(2).any(|line| {
        line.trim_ascii_start().starts_with(b"#")
            && memchr::memmem::find(line, b"coding")
                .is_some_and(|at| matches!(line.get(at.saturating_add(b"coding".len())), Some(b':' | b'=')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_is_one() {
        assert_eq!(text(b"a\r\nb\rc\nd").0, "a\nb\nc\nd");
        assert!(matches!(text(b"a\nb").0, Cow::Borrowed("a\nb")));
    }

    #[test]
    fn a_mark_is_left_out() {
        assert_eq!(text(b"\xef\xbb\xbfa = 1").0, "a = 1");
    }

    #[test]
    fn a_cookie_makes_every_byte_a_character() {
        assert_eq!(
            text(b"# -*- coding: latin-1 -*-\nx = '\xe9'"),
            ("# -*- coding: latin-1 -*-\nx = '\u{e9}'".into(), None)
        );
        assert_eq!(text(b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'").1, None);
    }

    #[test]
    fn foreign_bytes_are_told_with_their_line() {
        let (text, line) = text(b"x = 1\ny = '\xff'\n");
        assert_eq!((text.as_ref(), line), ("x = 1\ny = '\u{fffd}'\n", Some(2)));
    }
}
