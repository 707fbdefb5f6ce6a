//! Measurements taken in turns, ours and theirs, reduced to the median of their ratios: noise that hits both cancels out.

use std::fmt;

/// Times in nanoseconds; entries at the same place were taken one right after the other.
#[derive(Default)]
pub(crate) struct Pairs {
    ours_ns: Vec<u64>,
    theirs_ns: Vec<u64>,
}

impl Pairs {
    /// Adds one round.
    pub(crate) fn push(&mut self, ours_ns: u64, theirs_ns: u64) {
        self.ours_ns.push(ours_ns);
        self.theirs_ns.push(theirs_ns.max(1));
    }
}

impl fmt::Display for Pairs {
    /// `ratio MEDIAN LOW HIGH ours_ns MEDIAN theirs_ns MEDIAN`; the true median lies between low and high with 95 %
    /// confidence (the order statistics at n/2 ± 0.98 √n).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let permille = self.ours_ns.iter().zip(&self.theirs_ns).map(|(ours, theirs)| ours * 1000 / theirs);
        let ratios = sorted(permille.collect());
        let middle = ratios.len() / 2;
        let width = (ratios.len() * 98 * 98 / 10_000).isqrt() + 1;
        let low = at(&ratios, middle.saturating_sub(width));
        let high = at(&ratios, middle + width);
        for (word, value) in [("ratio", at(&ratios, middle)), ("", low), ("", high)] {
            write!(f, "{word} {}.{:03}", value / 1000, value % 1000)?;
        }
        write!(f, " ours_ns {} theirs_ns {}", median(&self.ours_ns), median(&self.theirs_ns))
    }
}

/// The value in the middle.
pub(crate) fn median(values: &[u64]) -> u64 {
    at(&sorted(values.to_vec()), values.len() / 2)
}

fn sorted(mut values: Vec<u64>) -> Vec<u64> {
    values.sort_unstable();
    values
}

fn at(sorted: &[u64], index: usize) -> u64 {
    sorted.get(index).or(sorted.last()).copied().unwrap_or(0)
}
