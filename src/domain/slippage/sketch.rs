//! Quantiles of any number of values from counts alone, each with a stated error, and exact to merge.

use serde::{Deserialize, Serialize};
use sketches_ddsketch::{Config, DDSketch};

/// A quantile is off by at most this share of itself, in per cent.
pub const ERROR_PCT: u8 = 1;

/// The same as a share.
const ERROR: f64 = 0.01;

/// Buckets of each sign, enough for every size from 1e-4 to 1e12: none is ever merged into another.
const BUCKETS_MAX: u32 = 2048;

/// Values counted by size: bucket `k` holds those from γ^k to γ^(k+1), with γ = 1.01 / 0.99, so that its middle is off from
/// all of them by at most 1 %.
///
/// This is DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch with relative-error
/// guarantees", VLDB 2019). The crate maps values to buckets and finds the quantiles; the counts are kept here, because
/// they are exact to add and short to write.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Sketch {
    negative: Buckets,
    zero: u64,
    positive: Buckets,
}

/// Counts of neighbouring buckets; neither the first nor the last of them is zero.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Buckets {
    first: i32,
    counts: Vec<u64>,
}

/// Where a value is counted: worked out once, counted in many sketches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    /// A value below zero, by its size.
    Negative(i32),
    /// Zero.
    Zero,
    /// A value above zero.
    Positive(i32),
}

/// Maps values to buckets.
#[derive(Debug, Clone, Copy)]
pub struct Mapping(Config);

impl Default for Mapping {
    fn default() -> Self {
        Self(Config::new(ERROR, BUCKETS_MAX, 1e-9))
    }
}

impl Mapping {
    /// The bucket of a value in units of ten to the power of minus `places`.
    #[inline]
    #[expect(
        clippy::float_arithmetic,
        reason = "a bucket spans 2 %; the 53 bits of a float are exact enough to find it"
    )]
    pub fn bucket(&self, units: i64, places: u32) -> Bucket {
        let size = units.unsigned_abs() as f64 / 10f64.powi(i32::try_from(places).unwrap_or(0));
        match units.signum() {
            -1 => Bucket::Negative(self.0.key(size)),
            1 => Bucket::Positive(self.0.key(size)),
            _ => Bucket::Zero,
        }
    }
}

impl Sketch {
    /// Counts a value.
    #[inline]
    pub fn add(&mut self, bucket: Bucket) {
        match bucket {
            Bucket::Negative(key) => self.negative.add(key, 1),
            Bucket::Zero => self.zero += 1,
            Bucket::Positive(key) => self.positive.add(key, 1),
        }
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Self) {
        self.zero += other.zero;
        for (own, more) in [(&mut self.negative, &other.negative), (&mut self.positive, &other.positive)] {
            more.each(|key, count| own.add(key, count));
        }
    }

    /// How many values.
    pub fn count(&self) -> u64 {
        let all = self.negative.counts.iter().chain(&self.positive.counts);
        all.fold(self.zero, |sum, count| sum.saturating_add(*count))
    }

    /// The values that at least so many per cent of all do not exceed, in units of ten to the power of minus `places`;
    /// `None` of none.
    #[expect(clippy::float_arithmetic, reason = "the middle of a bucket is a power of a real number")]
    pub fn quantiles<const N: usize>(&self, percents: [u8; N], places: u32) -> Option<[i64; N]> {
        let mapping = Mapping::default().0;
        let mut sketch = DDSketch::new(mapping);
        // A middle falls into its own bucket again, half a bucket away from both ends.
        self.negative.each(|key, count| sketch.add_with_count(-mapping.value(key), count));
        sketch.add_with_count(0.0, self.zero);
        self.positive.each(|key, count| sketch.add_with_count(mapping.value(key), count));
        let count = self.count();
        let mut found = [0; N];
        for (percent, slot) in percents.into_iter().zip(&mut found) {
            // The crate takes the rank as a share of all but one; half a rank more, and rounding cannot lose it.
            let rank = super::quantile::rank(usize::try_from(count).unwrap_or(usize::MAX), percent) - 1;
            let share = ((rank as f64 + 0.5) / (count.max(2) - 1) as f64).min(1.0);
            let value = sketch.quantile(share).ok().flatten()?;
            *slot = (value * 10f64.powi(i32::try_from(places).unwrap_or(0))).round() as i64;
        }
        Some(found)
    }
}

impl Buckets {
    #[inline]
    fn add(&mut self, key: i32, count: u64) {
        if self.counts.is_empty() {
            self.first = key;
        }
        if key < self.first {
            let more = usize::try_from(self.first.abs_diff(key)).unwrap_or(0);
            self.counts.splice(0..0, std::iter::repeat_n(0, more));
            self.first = key;
        }
        let index = usize::try_from(key.abs_diff(self.first)).unwrap_or(0);
        if index >= self.counts.len() {
            self.counts.resize(index + 1, 0);
        }
        if let Some(slot) = self.counts.get_mut(index) {
            *slot += count;
        }
    }

    fn each(&self, mut visit: impl FnMut(i32, u64)) {
        for (key, count) in (self.first..).zip(&self.counts).filter(|(_, count)| **count > 0) {
            visit(key, *count);
        }
    }
}

/// Runs of neighbouring buckets, parted by spaces: `-K:N,M` for N values below zero in bucket K and M in the one behind it,
/// `0:N` for zeros, `+K:N` above.
impl From<Sketch> for String {
    fn from(sketch: Sketch) -> Self {
        let mut text = Self::new();
        sketch.negative.write('-', &mut text);
        if sketch.zero > 0 {
            text.push_str(&format!("0:{} ", sketch.zero));
        }
        sketch.positive.write('+', &mut text);
        text.pop();
        text
    }
}

impl Buckets {
    fn write(&self, sign: char, text: &mut String) {
        let mut next = None;
        self.each(|key, count| {
            if next == Some(key) {
                text.pop();
                text.push_str(&format!(",{count} "));
            } else {
                text.push_str(&format!("{sign}{key}:{count} "));
            }
            next = key.checked_add(1);
        });
    }

    fn read(&mut self, first: &str, counts: &str) -> Option<()> {
        let first = first.parse::<i32>().ok()?;
        for (key, count) in (first..).zip(counts.split(',')) {
            let count = count.parse::<u64>().ok().filter(|count| *count > 0)?;
            if key.unsigned_abs() >= BUCKETS_MAX {
                return None;
            }
            self.add(key, count);
        }
        Some(())
    }
}

impl TryFrom<String> for Sketch {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut sketch = Self::default();
        for word in text.split_ascii_whitespace() {
            let run = word.rsplit_once(':').and_then(|(bucket, counts)| {
                match (bucket.strip_prefix('-'), bucket.strip_prefix('+')) {
                    (Some(first), _) => sketch.negative.read(first, counts),
                    (_, Some(first)) => sketch.positive.read(first, counts),
                    _ if bucket == "0" => {
                        sketch.zero = sketch.zero.checked_add(counts.parse().ok()?)?;
                        Some(())
                    }
                    _ => None,
                }
            });
            run.ok_or_else(|| format!("'{word}' is no run of counts of a sketch"))?;
        }
        Ok(sketch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sketch(values: &[i64]) -> Sketch {
        let mapping = Mapping::default();
        let mut sketch = Sketch::default();
        values.iter().for_each(|value| sketch.add(mapping.bucket(*value, 4)));
        sketch
    }

    fn values() -> impl Strategy<Value = Vec<i64>> {
        let value = prop_oneof![
            Just(0),
            -50i64..50,
            -2_000_000i64..2_000_000,
            -1_000_000_000_000i64..=1_000_000_000_000
        ];
        prop::collection::vec(value, 1..200)
    }

    #[test]
    fn every_bucket_is_found_again_by_its_middle() {
        let mapping = Mapping::default().0;
        assert!((-1200..1600).all(|key| mapping.key(mapping.value(key)) == key));
    }

    proptest! {
        #[test]
        fn a_quantile_is_within_its_error(mut values in values(), percent in 0u8..=100) {
            let found = sketch(&values).quantiles([percent], 4).unwrap()[0];
            values.sort_unstable();
            let exact = values[crate::domain::slippage::quantile::rank(values.len(), percent) - 1];
            let error = found.abs_diff(exact);
            prop_assert!(error <= exact.unsigned_abs() / 99 + 1, "{} for {}", found, exact);
        }

        #[test]
        fn what_is_written_reads_back(values in values()) {
            let sketch = sketch(&values);
            prop_assert_eq!(sketch.count(), values.len() as u64);
            let text = String::from(sketch.clone());
            prop_assert_eq!(Sketch::try_from(text), Ok(sketch));
        }

        #[test]
        fn merged_is_counted_together(left in values(), right in values()) {
            let mut merged = sketch(&left);
            merged.merge(&sketch(&right));
            prop_assert_eq!(merged, sketch(&[left, right].concat()));
        }

        #[test]
        fn anything_else_is_refused(text in "[-+0-9:, a]{0,20}") {
            if let Ok(sketch) = Sketch::try_from(text) {
                prop_assert_eq!(Sketch::try_from(String::from(sketch.clone())), Ok(sketch));
            }
        }
    }
}
