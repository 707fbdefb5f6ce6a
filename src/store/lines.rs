//! Reads the lines of a long log in blocks: forwards, backwards, and parted so that threads can share the work.

use super::Reader;
use crate::error::Result;

/// Bytes of a block. A line longer than this comes in pieces, none of which is a record.
const BLOCK_BYTES: usize = 256 * 1024;

/// Shows the whole lines of bytes `from` to `to` to `visit`, a block of many at a time with its newlines and where it begins,
/// until that says stop. `from` is the start of a line. Returns the end of the last line shown; if nobody said stop, what is
/// behind it ends without a newline.
pub fn forward(
    reader: &dyn Reader,
    from: u64,
    to: u64,
    visit: &mut dyn FnMut(u64, &[u8]) -> bool,
) -> Result<u64> {
    let mut buffer = vec![0; BLOCK_BYTES];
    let (mut start, mut kept) = (from, 0);
    loop {
        let begin = start + kept as u64;
        let room = usize::try_from(to.saturating_sub(begin)).unwrap_or(usize::MAX).min(BLOCK_BYTES - kept);
        let free = buffer.get_mut(kept..kept + room).unwrap_or_default();
        let read = reader.read_at(begin, free)?;
        let filled = kept + read;
        let block = buffer.get(..filled).unwrap_or_default();
        let whole = match memchr::memrchr(b'\n', block) {
            Some(last) => last + 1,
            None if filled == BLOCK_BYTES => filled,
            None => 0,
        };
        let lines = block.get(..whole).unwrap_or_default();
        let going = lines.is_empty() || visit(start, lines);
        start += whole as u64;
        if !going {
            return Ok(start);
        }
        buffer.copy_within(whole..filled, 0);
        kept = filled - whole;
        if read == 0 || begin + read as u64 >= to {
            return Ok(start);
        }
    }
}

/// Shows the whole lines of bytes `from` to `to` to `visit`, without their newlines and the last first, with where each
/// begins, until that says stop. `from` is the start of a line.
pub fn backward(
    reader: &dyn Reader,
    from: u64,
    to: u64,
    visit: &mut dyn FnMut(u64, &[u8]) -> bool,
) -> Result<()> {
    // Small blocks first: mostly the last few lines are wanted.
    let (mut end, mut block_bytes, mut tail): (u64, u64, Vec<u8>) = (to, 16 * 1024, Vec::new());
    let mut whole = false;
    while end > from {
        let start = end.saturating_sub(block_bytes).max(from);
        let mut block = vec![0; usize::try_from(end - start).unwrap_or(0)];
        let read = reader.read_at(start, &mut block)?;
        block.truncate(read);
        block.extend_from_slice(&tail);
        let mut rest = block.as_slice();
        while let Some(newline) = memchr::memrchr(b'\n', rest) {
            let line = rest.get(newline + 1..).unwrap_or_default();
            // What follows the last newline of all is no whole line.
            if std::mem::replace(&mut whole, true) && !visit(start + newline as u64 + 1, line) {
                return Ok(());
            }
            rest = rest.get(..newline).unwrap_or_default();
        }
        // What is left begins before this block, unless that is where everything begins.
        tail = if rest.len() > BLOCK_BYTES { Vec::new() } else { rest.to_vec() };
        (end, block_bytes) = (start, (block_bytes * 4).min(BLOCK_BYTES as u64));
    }
    if whole {
        visit(from, &tail);
    }
    Ok(())
}

/// Parts bytes `from` to `to` at line starts into at most `parts` of about one size, none much below a block.
pub fn part(reader: &dyn Reader, from: u64, to: u64, parts: u64) -> Result<Vec<(u64, u64)>> {
    let len = to.saturating_sub(from);
    let parts = parts.min(len / (4 * BLOCK_BYTES as u64)).max(1);
    let mut ranges = Vec::new();
    let mut start = from;
    for number in 1..parts {
        let cut = start_after(reader, from + len / parts * number, to)?;
        if cut > start {
            ranges.push((start, cut));
            start = cut;
        }
    }
    ranges.push((start, to));
    Ok(ranges)
}

/// The start of the first line that begins after `at`, or `to`.
pub fn start_after(reader: &dyn Reader, at: u64, to: u64) -> Result<u64> {
    let mut block = vec![0; 4096];
    let mut position = at;
    while position < to {
        let read = reader.read_at(position, &mut block)?;
        if let Some(newline) = memchr::memchr(b'\n', block.get(..read).unwrap_or_default()) {
            return Ok((position + newline as u64 + 1).min(to));
        }
        if read == 0 {
            break;
        }
        position += read as u64;
    }
    Ok(to)
}

/// The number, from 1, of the line that begins at `at`.
pub fn number(reader: &dyn Reader, at: u64) -> Result<u64> {
    let mut lines = 1;
    forward(reader, 0, at, &mut |_, block| {
        lines += memchr::memchr_iter(b'\n', block).count() as u64;
        true
    })?;
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Lines of mixed lengths, so that blocks end within some; perhaps without the last newline.
    fn text() -> impl Strategy<Value = (Vec<u8>, usize)> {
        let lines = prop::collection::vec(prop_oneof![8 => 0usize..400, 1 => 3_000usize..40_000], 0..60);
        (lines, any::<bool>(), 0usize..5).prop_map(|(lens, torn, copies)| {
            let mut text: Vec<u8> = Vec::new();
            for (index, len) in lens.iter().enumerate() {
                text.extend(std::iter::repeat_n(b'a' + u8::try_from(index % 26).unwrap(), *len));
                text.push(b'\n');
            }
            text = text.repeat(1 << copies);
            let whole = text.len();
            if torn {
                text.extend(b"torn");
            }
            (text, whole)
        })
    }

    fn lines(text: &[u8]) -> Vec<(u64, Vec<u8>)> {
        let mut at = 0;
        let mut all = Vec::new();
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            all.push((at, line.strip_suffix(b"\n").unwrap().to_vec()));
            at += line.len() as u64;
        }
        all
    }

    proptest! {
        #[test]
        fn every_whole_line_is_seen_once_in_whatever_direction_and_parts((text, whole) in text(), parts in 1u64..4) {
            let expected = lines(&text[..whole]);
            let len = text.len() as u64;
            let mut seen = Vec::new();
            for (from, to) in part(&text, 0, len, parts).unwrap() {
                forward(&text, from, to, &mut |at, block| {
                    assert_eq!(block.last(), Some(&b'\n'));
                    seen.extend(lines(block).into_iter().map(|(offset, line)| (at + offset, line)));
                    true
                }).unwrap();
            }
            prop_assert_eq!(&seen, &expected);
            let mut reversed = Vec::new();
            backward(&text, 0, len, &mut |at, line| { reversed.push((at, line.to_vec())); true }).unwrap();
            reversed.reverse();
            prop_assert_eq!(&reversed, &expected);
            if let Some((at, _)) = expected.last() {
                prop_assert_eq!(number(&text, *at).unwrap(), expected.len() as u64);
            }
        }
    }

    #[test]
    fn reading_backwards_stops_when_told() {
        let text = b"one\ntwo\nthree\n".to_vec();
        let mut seen = Vec::new();
        backward(&text, 0, 14, &mut |at, line| {
            seen.push((at, String::from_utf8_lossy(line).into_owned()));
            seen.len() < 2
        })
        .unwrap();
        assert_eq!(seen, [(8, "three".to_owned()), (4, "two".to_owned())]);
    }

    #[test]
    fn a_line_without_end_does_not_grow_without_end() {
        let text = vec![b'x'; 3 * BLOCK_BYTES];
        let mut largest = 0;
        let end = forward(&text, 0, text.len() as u64, &mut |_, block| {
            largest = largest.max(block.len());
            true
        });
        assert_eq!((end.unwrap(), largest), (text.len() as u64, BLOCK_BYTES));
        backward(&text, 0, text.len() as u64, &mut |_, _| panic!("no line ends")).unwrap();
    }
}
