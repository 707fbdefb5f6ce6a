//! Count, mean, spread and 95 % interval of whole numbers, exact to the last unit and without floats.

/// Two-sided 95 % quantiles of Student's t in thousandths, for 1 to 30 degrees of freedom.
///
/// Source: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, column 0.975.
const T_SMALL: [u32; 30] = [
    12_706, 4303, 3182, 2776, 2571, 2447, 2365, 2306, 2262, 2228, 2201, 2179, 2160, 2145, 2131, 2120, 2110,
    2101, 2093, 2086, 2080, 2074, 2069, 2064, 2060, 2056, 2052, 2048, 2045, 2042,
];

/// The same beyond that: from so many degrees of freedom on. A row counts until the next begins, so the interval is never
/// narrower than the exact quantile makes it; in the limit, at 1.960, it is 0.1 % wider.
const T_LARGE: [(u64, u32); 7] =
    [(1000, 1962), (200, 1972), (100, 1984), (80, 1990), (60, 2000), (40, 2021), (30, 2042)];

/// Sums from which count, mean, spread, least and greatest of whole numbers follow exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moments {
    /// How many.
    pub count: u64,
    /// Their sum.
    pub sum: i128,
    /// The sum of their squares; stays at the greatest number when it does not fit, far beyond any price.
    pub squares: u128,
    /// The least; `i64::MAX` of none.
    pub min: i64,
    /// The greatest; `i64::MIN` of none.
    pub max: i64,
}

impl Default for Moments {
    fn default() -> Self {
        Self { count: 0, sum: 0, squares: 0, min: i64::MAX, max: i64::MIN }
    }
}

impl Moments {
    /// Adds a number.
    #[inline]
    pub fn add(&mut self, value: i64) {
        self.count += 1;
        self.sum = self.sum.saturating_add(i128::from(value));
        let size = u128::from(value.unsigned_abs());
        self.squares = self.squares.saturating_add(size.saturating_mul(size));
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum = self.sum.saturating_add(other.sum);
        self.squares = self.squares.saturating_add(other.squares);
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// The mean, rounded to the nearest unit, halves away from zero; `None` of none.
    pub fn mean(&self) -> Option<i128> {
        ratio(self.sum, 1, i128::from(self.count))
    }

    /// The variance of a sample (divided by n - 1), rounded down; `None` below two.
    pub fn variance(&self) -> Option<u128> {
        let count = i128::from(self.count);
        if count < 2 {
            return None;
        }
        // With the mean m and the rest r of sum = m n + r, the sum of squares about the mean is
        // squares - m² n - 2 m r - r² / n: nothing in it grows as the square of the sum does.
        let (mean, rest) = (self.sum.div_euclid(count), self.sum.rem_euclid(count));
        let known = mean.checked_mul(mean)?.checked_mul(count)?.checked_add(mean.checked_mul(2 * rest)?)?;
        let about = i128::try_from(self.squares).ok()?.checked_sub(known)?;
        let about = about.checked_sub((rest * rest + count - 1) / count)?;
        u128::try_from(about.div_euclid(count - 1)).ok()
    }

    /// The standard deviation of a sample, rounded down to a whole unit; `None` below two.
    pub fn deviation(&self) -> Option<u128> {
        self.variance().map(u128::isqrt)
    }

    /// Half the width of the 95 % interval of the mean, t s / sqrt(n), rounded down to a whole unit; `None` below two.
    ///
    /// It takes the values for independent. Fills of one order or one bad hour are not, so the truth is wider.
    pub fn half_width_95(&self) -> Option<u128> {
        let t = u128::from(t_95(self.count.checked_sub(1)?));
        let (variance, count) = (self.variance()?, 1_000_000 * u128::from(self.count));
        let squared = variance
            .checked_mul(t * t)
            .map_or_else(|| (variance / count).saturating_mul(t * t), |v| v / count);
        Some(squared.isqrt())
    }
}

/// The two-sided 95 % quantile of Student's t, in thousandths.
fn t_95(freedom: u64) -> u32 {
    let small = usize::try_from(freedom).ok().and_then(|freedom| T_SMALL.get(freedom.saturating_sub(1)));
    let large = || T_LARGE.iter().find(|(from, _)| freedom >= *from).map_or(12_706, |(_, t)| *t);
    small.copied().unwrap_or_else(large)
}

/// `sum * scale / by`, rounded to the nearest unit, halves away from zero. `None` when `by` is zero or nothing fits.
pub fn ratio(sum: i128, scale: i128, by: i128) -> Option<i128> {
    if by == 0 {
        return None;
    }
    let scaled = sum.checked_mul(scale)?;
    let (quotient, rest) = (scaled.checked_div(by)?, scaled.checked_rem(by)?);
    let round = rest.unsigned_abs() >= by.unsigned_abs().div_ceil(2);
    Some(if round { quotient + scaled.signum() * by.signum() } else { quotient })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[i64]) -> Moments {
        let mut moments = Moments::default();
        values.iter().for_each(|value| moments.add(*value));
        moments
    }

    #[test]
    fn a_table_worked_out_by_hand() {
        // 2, 4, 4, 4, 5, 5, 7, 9: sum 40, mean 5, squares about the mean 32, variance 32 / 7 = 4.57, deviation 2.13.
        // Scaled by 1000: variance 4571428.57, deviation 2138.08; t(7) = 2.365; 2.365 * 2138.09 / sqrt(8) = 1787.77.
        let moments = of(&[2000, 4000, 4000, 4000, 5000, 5000, 7000, 9000]);
        assert_eq!(moments.mean(), Some(5000));
        assert_eq!(moments.variance(), Some(4_571_428));
        assert_eq!(moments.deviation(), Some(2138));
        assert_eq!(moments.half_width_95(), Some(1787));
        assert_eq!((moments.min, moments.max), (2000, 9000));
    }

    #[test]
    fn of_none_and_one_there_is_no_spread() {
        assert_eq!((of(&[]).mean(), of(&[]).deviation(), of(&[]).half_width_95()), (None, None, None));
        assert_eq!(
            (of(&[-7]).mean(), of(&[-7]).deviation(), of(&[-7]).half_width_95()),
            (Some(-7), None, None)
        );
    }

    #[test]
    fn halves_round_away_from_zero() {
        assert_eq!(
            (ratio(5, 1, 2), ratio(-5, 1, 2), ratio(4, 1, 3), ratio(-4, 1, 3)),
            (Some(3), Some(-3), Some(1), Some(-1))
        );
        assert_eq!((ratio(1, 1, 0), ratio(i128::MAX, 2, 1)), (None, None));
    }

    #[test]
    fn the_table_of_t_falls_towards_the_normal_quantile() {
        let values: Vec<u32> = (1..400).map(t_95).collect();
        assert!(values.is_sorted_by(|a, b| a >= b), "{values:?}");
        assert_eq!((t_95(1), t_95(9), t_95(30), t_95(31), t_95(250)), (12_706, 2262, 2042, 2042, 1972));
    }

    #[test]
    fn greatest_numbers_do_not_overflow() {
        let moments = of(&[i64::MAX, i64::MIN, i64::MAX, 0]);
        assert!(moments.mean().is_some());
        let _ = (moments.deviation(), moments.half_width_95());
    }
}
