//! Reads what was written; believes no length and no depth.

use std::sync::Arc;

use super::shape::Shape;

/// How deep parts may be nested in bytes: one level of the source is two at most, as a class is in a statement.
const MAX_DEPTH: u32 = 2 * super::super::lower::MAX_DEPTH + 16;

/// How many elements get their space before they are read.
const MAX_RESERVED: usize = 256;

/// Bytes still to be read.
pub(super) struct Reader<'b> {
    bytes: &'b [u8],
    strings: Vec<Arc<str>>,
    line: u32,
    depth: u32,
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, strings: Vec::new(), line: 0, depth: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn get<T: Shape>(&mut self) -> Option<T> {
        T::read(self)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let first = self.byte()?;
        let mut number = u64::from(first & 0x7f);
        let (mut byte, mut shift) = (first, 7_u32);
        while byte & 0x80 != 0 {
            byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            let moved = bits.checked_shl(shift).filter(|moved| moved >> shift == bits)?;
            number |= moved;
            shift = shift.saturating_add(7);
        }
        Some(number)
    }

    pub(super) fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1).cast_signed() ^ (number & 1).cast_signed().wrapping_neg())
    }

    pub(super) fn line(&mut self) -> Option<u32> {
        let distance = self.signed()?;
        self.line = u32::try_from(i64::from(self.line).checked_add(distance)?).ok()?;
        Some(self.line)
    }

    /// How many elements follow, each of one byte at least.
    pub(super) fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|count| *count <= self.bytes.len())
    }

    pub(super) fn text(&mut self) -> Option<&'b str> {
        let length = self.count()?;
        let (text, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        std::str::from_utf8(text).ok()
    }

    /// The table of strings that all others are places in.
    pub(super) fn table(&mut self) -> Option<()> {
        let count = self.count()?;
        self.strings.reserve(count);
        for _ in 0..count {
            let text = self.text()?;
            self.strings.push(Arc::from(text));
        }
        Some(())
    }

    pub(super) fn string(&mut self) -> Option<Arc<str>> {
        let id = usize::try_from(self.number()?).ok()?;
        self.strings.get(id).cloned()
    }

    pub(super) fn elements<T: Shape>(&mut self) -> Option<Vec<T>> {
        let count = self.count()?;
        let mut elements = Vec::with_capacity(count.min(MAX_RESERVED));
        for _ in 0..count {
            elements.push(self.get()?);
        }
        Some(elements)
    }

    /// Reads something that may hold more of its kind.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.depth = self.depth.checked_add(1).filter(|depth| *depth <= MAX_DEPTH)?;
        let value = read(self)?;
        self.depth = self.depth.saturating_sub(1);
        Some(value)
    }
}
