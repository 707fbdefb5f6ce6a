//! Writes values one behind the other, and every string once.

use std::collections::HashMap;

use super::shape::Shape;

/// Bytes in the making.
#[derive(Default)]
pub(super) struct Writer<'a> {
    out: Vec<u8>,
    ids: HashMap<&'a str, u64>,
    strings: Vec<&'a str>,
    line: u32,
}

impl<'a> Writer<'a> {
    pub(super) fn put<T: Shape>(&mut self, value: &'a T) {
        value.write(self);
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.out.push(byte);
    }

    /// Seven bits to a byte, the lowest first.
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.out.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.out.push(number.to_le_bytes()[0]);
    }

    /// Small where its absolute value is.
    pub(super) fn signed(&mut self, number: i64) {
        self.number((number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned());
    }

    /// As its distance from the line before.
    pub(super) fn line(&mut self, line: u32) {
        self.signed(i64::from(line).saturating_sub(i64::from(self.line)));
        self.line = line;
    }

    /// As its place in the table.
    pub(super) fn string(&mut self, string: &'a str) {
        let next = self.strings.len() as u64;
        let id = *self.ids.entry(string).or_insert(next);
        if id == next {
            self.strings.push(string);
        }
        self.number(id);
    }

    /// Here and now.
    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.out.extend_from_slice(text.as_bytes());
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.out
    }

    /// The table of strings, and what was written behind it.
    pub(super) fn finish_with_table(self) -> Vec<u8> {
        let mut table = Writer::default();
        table.number(self.strings.len() as u64);
        self.strings.iter().for_each(|string| table.text(string));
        table.out.extend_from_slice(&self.out);
        table.out
    }
}
