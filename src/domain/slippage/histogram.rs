//! A histogram of slippage in steps that are easy to read.

use super::quantile;

/// About how many steps a histogram has.
const STEPS: i64 = 14;

/// One step: fills whose slippage lies from `from` up to but not at `to`, in 1e-4 bps. Open at the ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// From here; `None` for everything below `to`.
    pub from: Option<i64>,
    /// Up to here; `None` for everything from `from` on.
    pub to: Option<i64>,
    /// How many fills.
    pub fills: u64,
}

/// The histogram of these slippages, put into another order: steps of 1, 2 or 5 times a power of ten between the 1 % and the
/// 99 % quantile, and one at each end for what lies beyond. None of none.
pub fn of(slippages: &mut [i64]) -> Vec<Step> {
    let Some([low, high]) = quantile::select(slippages, [1, 99]) else { return Vec::new() };
    let size = step(high.saturating_sub(low));
    let first = low.div_euclid(size);
    let count = usize::try_from(high.div_euclid(size).saturating_sub(first)).unwrap_or(0) + 1;
    let (mut inside, mut below, mut above) = (vec![0_u64; count], 0, 0);
    for slippage in slippages.iter() {
        match usize::try_from(slippage.div_euclid(size).saturating_sub(first)) {
            Ok(at) => match inside.get_mut(at) {
                Some(fills) => *fills += 1,
                None => above += 1,
            },
            Err(_) => below += 1,
        }
    }
    let edge = |number: usize| Some(first.saturating_add(i64::try_from(number).ok()?).saturating_mul(size));
    let mut steps = Vec::with_capacity(count + 2);
    steps.push(Step { from: None, to: edge(0), fills: below });
    steps.extend((0..count).zip(inside).map(|(number, fills)| Step {
        from: edge(number),
        to: edge(number + 1),
        fills,
    }));
    steps.push(Step { from: edge(count), to: None, fills: above });
    // Where nothing lies beyond, an open end says nothing.
    steps.retain(|step| step.fills > 0 || (step.from.is_some() && step.to.is_some()));
    steps
}

/// The least of 1, 2, 5, 10, 20, … that parts a span into at most about [`STEPS`] steps.
fn step(span: i64) -> i64 {
    let mut power = 1_i64;
    loop {
        for factor in [1, 2, 5] {
            let size = power.saturating_mul(factor);
            if size.saturating_mul(STEPS) >= span {
                return size;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The greatest slippage that is recorded, in 1e-4 bps.
    const SLIPPAGE_MAX: i64 = 1_000_000_000_000;

    #[test]
    fn steps_are_easy_to_read() {
        // Slippage from -2 to 12 bps, evenly: a step is one bp.
        let mut slippages: Vec<i64> = (-20..120).map(|tenth| tenth * 1000).collect();
        let steps = of(&mut slippages);
        assert_eq!(steps.first(), Some(&Step { from: Some(-20_000), to: Some(-10_000), fills: 10 }));
        assert_eq!(steps.len(), 14);
        assert_eq!(of(&mut [5, 5]), [Step { from: Some(5), to: Some(6), fills: 2 }]);
        assert_eq!(of(&mut []), []);
    }

    proptest! {
        #[test]
        fn every_fill_is_in_one_step(mut slippages in prop::collection::vec(-SLIPPAGE_MAX..=SLIPPAGE_MAX, 1..300), small: bool) {
            if small {
                slippages.iter_mut().for_each(|slippage| *slippage %= 1_000_000);
            }
            let steps = of(&mut slippages);
            prop_assert_eq!(steps.iter().map(|step| step.fills).sum::<u64>(), slippages.len() as u64);
            prop_assert!(steps.len() <= 18, "{}", steps.len());
            for slippage in &slippages {
                let holds = |step: &&Step| {
                    step.from.is_none_or(|from| *slippage >= from) && step.to.is_none_or(|to| *slippage < to)
                };
                prop_assert!(steps.iter().filter(holds).count() >= 1);
            }
        }
    }
}
