//! Fills counted apart by name, as by ticker or by hour.

use std::collections::HashMap;

use super::summary::UNSTATED;

/// One of something per name, found fast when names repeat.
#[derive(Debug, Clone, Default)]
pub struct Apart<T> {
    index: HashMap<Box<str>, usize>,
    named: Vec<(Box<str>, T)>,
    last: usize,
    /// What has no name stands alone: to compare nothing with nothing costs more than to compare names where the processor
    /// takes the detour of looking at an address that is none (measured: 160 ns).
    unstated: Option<T>,
}

impl<T: Default> Apart<T> {
    /// What belongs to a name, or to [`UNSTATED`]; new if the name is.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "the index was found or made just before")]
    pub fn of(&mut self, name: &str) -> &mut T {
        if name.is_empty() {
            return self.unstated.get_or_insert_default();
        }
        // Neighbours in a log often belong together.
        if self.named.get(self.last).is_none_or(|(own, _)| **own != *name) {
            self.last = match self.index.get(name) {
                Some(at) => *at,
                None => {
                    self.index.insert(name.into(), self.named.len());
                    self.named.push((name.into(), T::default()));
                    self.named.len() - 1
                }
            };
        }
        &mut self.named[self.last].1
    }

    /// Adds what another counted, joining what has the same name.
    pub fn merge(&mut self, other: Self, join: impl Fn(&mut T, T)) {
        for (name, more) in other.sorted() {
            join(self.of(&name), more);
        }
    }

    /// Everything by name.
    pub fn sorted(self) -> Vec<(Box<str>, T)> {
        let mut all = self.named;
        all.extend(self.unstated.map(|unstated| (UNSTATED.into(), unstated)));
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        all
    }
}
