//! Fills counted apart by name, as by ticker or by hour.

use std::collections::HashMap;

/// One of something per name, found fast when names repeat. A name with nothing in it is a name too.
#[derive(Debug, Clone, Default)]
pub struct Apart<T> {
    index: HashMap<Box<str>, usize>,
    all: Vec<(Box<str>, T)>,
    last: usize,
}

impl<T: Default> Apart<T> {
    /// What belongs to a name; new if the name is.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "the index was found or made just before")]
    pub fn of(&mut self, name: &str) -> &mut T {
        // Neighbours in a log mostly belong together.
        if self.all.get(self.last).is_none_or(|(own, _)| **own != *name) {
            self.last = match self.index.get(name) {
                Some(at) => *at,
                None => {
                    self.index.insert(name.into(), self.all.len());
                    self.all.push((name.into(), T::default()));
                    self.all.len() - 1
                }
            };
        }
        &mut self.all[self.last].1
    }

    /// Adds what another counted, joining what has the same name.
    pub fn merge(&mut self, other: Self, join: impl Fn(&mut T, T)) {
        for (name, more) in other.all {
            join(self.of(&name), more);
        }
    }

    /// Everything by name.
    pub fn sorted(self) -> Vec<(Box<str>, T)> {
        let mut all = self.all;
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        all
    }
}
