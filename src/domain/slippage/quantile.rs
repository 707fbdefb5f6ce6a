//! Quantiles by nearest rank: the value that at least so many per cent of all values do not exceed.

/// The rank, from 1, of the `percent` quantile among `count` values: the nearest rank, `ceil(percent / 100 * count)`.
///
/// The definition of Hyndman and Fan (1996), "Sample Quantiles in Statistical Packages", type 1: always a value that
/// occurred, also at the ends, and nothing between two of them that never did.
pub fn rank(count: usize, percent: u8) -> usize {
    let percent = usize::from(percent.min(100));
    // Split, so that no count overflows.
    let rank = (count / 100) * percent + ((count % 100) * percent).div_ceil(100);
    rank.clamp(1, count.max(1))
}

/// The quantiles at these per cents, ascending, of values in any order; they are put into another. `None` of none.
pub fn select<T: Copy + Default + Ord, const N: usize>(
    values: &mut [T],
    percents: [u8; N],
) -> Option<[T; N]> {
    let count = values.len();
    let mut found = [T::default(); N];
    // Each rank is sought only among what the one before left above it.
    let (mut above, mut passed, mut last) = (values, 0, None);
    for (percent, slot) in percents.into_iter().zip(&mut found) {
        let index = rank(count, percent) - 1;
        if index >= passed {
            if index - passed >= above.len() {
                return None;
            }
            let (_, value, rest) = above.select_nth_unstable(index - passed);
            (last, passed, above) = (Some(*value), index + 1, rest);
        }
        *slot = last?;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_table_worked_out_by_hand() {
        // The example of the definition: 15, 20, 35, 40, 50 has 5 %, 30 %, 40 %, 50 % and 100 % at 15, 20, 20, 35, 50.
        let mut values = [50, 15, 40, 20, 35];
        assert_eq!(select(&mut values, [5, 30, 40, 50, 100]), Some([15, 20, 20, 35, 50]));
        assert_eq!(select(&mut [7], [1, 50, 99]), Some([7, 7, 7]));
        assert_eq!(select::<u32, 1>(&mut [], [50]), None);
    }

    proptest! {
        #[test]
        fn it_is_the_value_at_its_rank(mut values in proptest::collection::vec(-50i64..50, 1..300)) {
            let mut sorted = values.clone();
            sorted.sort_unstable();
            let percents = [0, 1, 50, 90, 95, 99, 100];
            let found = select(&mut values, percents).unwrap();
            for (percent, value) in percents.into_iter().zip(found) {
                prop_assert_eq!(value, sorted[rank(sorted.len(), percent) - 1]);
                let not_above = sorted.iter().filter(|other| **other <= value).count();
                prop_assert!(not_above * 100 >= usize::from(percent) * sorted.len());
            }
        }

        #[test]
        fn the_rank_is_the_least_that_reaches_the_share(count in 1usize..1_000_000_000, percent in 1u8..=100) {
            let rank = rank(count, percent) as u128;
            let (count, percent) = (count as u128, u128::from(percent));
            prop_assert!(rank * 100 >= percent * count && (rank - 1) * 100 < percent * count);
        }
    }
}
