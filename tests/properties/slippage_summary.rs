//! The summary: counting in parts comes to the same as counting in one, and what is written reads back.

use nija::domain::document::{decode, encode};
use nija::domain::month::Month;
use nija::domain::slippage::aggregate::Buckets;
use nija::domain::slippage::sketch::Mapping;
use nija::domain::slippage::{Aggregate, Fill, Groups, Policy, Summary, line, quantile};
use nija::domain::ticker;
use proptest::prelude::*;

use super::slippage::facts;

fn fills() -> impl Strategy<Value = Vec<Fill>> {
    let fill = facts().prop_filter_map("not believed", |facts| {
        Fill::new("f-1", facts, &ticker::Policy::default(), &Policy::default()).ok()
    });
    prop::collection::vec(fill, 0..30)
}

fn groups(fills: &[Fill]) -> Groups {
    let (mut groups, mapping) = (Groups::default(), Mapping::default());
    fills.iter().for_each(|fill| groups.add(&fill.sample(), &mapping));
    groups
}

/// A summary of these fills, with damaged lines among them.
fn summary(fills: &[Fill]) -> Summary {
    let (mut summary, mapping) = (Summary::new(chrono::DateTime::UNIX_EPOCH), Mapping::default());
    for fill in fills {
        let mut bytes = Vec::new();
        line::write(fill, &mut bytes);
        bytes.pop();
        summary.add(fill.month(), &bytes, &mapping);
        summary.add(fill.month(), &bytes[1..], &mapping);
    }
    summary
}

proptest! {
    #[test]
    fn parts_counted_apart_come_to_the_whole(left in fills(), right in fills()) {
        let mut merged = groups(&left);
        merged.merge(&groups(&right));
        prop_assert_eq!(&merged, &groups(&[left.clone(), right.clone()].concat()));
        let mut turned = groups(&right);
        turned.merge(&groups(&left));
        prop_assert_eq!(merged, turned);
    }

    #[test]
    fn a_written_summary_reads_back(fills in fills()) {
        let summary = summary(&fills);
        prop_assert_eq!(summary.damaged(), fills.len() as u64);
        let bytes = encode(&summary).unwrap();
        prop_assert_eq!(decode::<Summary>(&bytes), Ok(summary));
    }

    #[test]
    fn a_summary_that_says_two_things_is_corrupt(fills in fills(), which in 0usize..6) {
        prop_assume!(!fills.is_empty());
        let mut summary = summary(&fills);
        let groups = &mut summary.groups;
        match which {
            0 => groups.total.totals.slippage.count += 1,
            1 => drop(groups.by_side.pop_first()),
            2 => drop(groups.by_ticker_and_broker.pop_first()),
            3 => groups.by_hour.values_mut().for_each(|group| group.slippage = Default::default()),
            4 => summary.months.values_mut().for_each(|covered| covered.lines += 1),
            _ => groups.total.totals.adverse = u64::MAX,
        }
        prop_assert!(decode::<Summary>(&encode(&summary).unwrap()).is_err());
    }

    #[test]
    fn quantiles_keep_within_their_error(fills in fills()) {
        prop_assume!(!fills.is_empty());
        let (mut aggregate, mapping) = (Aggregate::default(), Mapping::default());
        let mut exact = Vec::new();
        for fill in &fills {
            let sample = fill.sample();
            aggregate.add(&sample, Buckets::of(&sample, &mapping));
            exact.push(sample.slippage);
        }
        let found = aggregate.quantiles().slippage.unwrap();
        let exact = quantile::select(&mut exact, [50, 90, 95, 99]).unwrap();
        for (found, exact) in found.into_iter().zip(exact) {
            prop_assert!(found.abs_diff(exact) <= exact.unsigned_abs() / 99 + 1, "{} for {}", found, exact);
        }
    }
}

#[test]
fn coverage_is_of_every_byte() {
    let month = Month::of(chrono::DateTime::UNIX_EPOCH);
    let mut summary = Summary::new(chrono::DateTime::UNIX_EPOCH);
    for line in ["first", "", "the last"] {
        summary.add(month, line.as_bytes(), &Mapping::default());
    }
    let covered = summary.months[&month];
    assert_eq!((covered.bytes, covered.lines, covered.damaged, covered.last_start()), (16, 3, 3, 7));
    assert_eq!(covered.crc, crc32fast::hash(b"first\n\nthe last\n"));
    assert_eq!(covered.last_crc, crc32fast::hash(b"the last\n"));
}
