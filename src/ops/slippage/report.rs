//! A report on fills: how their slippage is spread, how it went day by day, and the worst of them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use chrono::{DateTime, NaiveDate};

use crate::domain::slippage::histogram::{self, Step};
use crate::domain::slippage::{Figures, Fill, Sample, Selection, Tally, Totals, line};
use crate::error::Result;

use super::super::{Notice, State};
use super::scan::{Counter, scan};

/// Days that are told one by one: the latest of them.
const DAYS_MAX: usize = 366;

/// A report.
#[derive(Debug)]
pub struct Report {
    /// The figures of all fills.
    pub figures: Figures,
    /// How their slippage is spread.
    pub histogram: Vec<Step>,
    /// What every day came to, in UTC and in their order; days without fills are left out.
    pub days: Vec<(NaiveDate, Totals)>,
    /// The worst of the adverse fills, the worst first.
    pub worst: Vec<Fill>,
    /// What was found on the way.
    pub notices: Vec<Notice>,
}

/// A fill among the worst: the more it cost the worse, and of two alike the later.
type Bad = Reverse<(i64, i64, Box<[u8]>)>;

/// Counts fills for a report.
#[derive(Debug, Clone, Default)]
struct Reporting {
    tally: Tally,
    days: BTreeMap<i64, Totals>,
    /// The least bad of the worst on top.
    worst: BinaryHeap<Bad>,
    worst_max: usize,
}

impl Reporting {
    fn keep(&mut self, bad: Bad) {
        self.worst.push(bad);
        if self.worst.len() > self.worst_max {
            self.worst.pop();
        }
    }
}

impl Counter for Reporting {
    fn count(&mut self, sample: &Sample<'_>, line: &[u8]) {
        const DAY_NS: i64 = 24 * 3_600_000_000_000;
        self.tally.add(sample);
        self.days.entry(sample.at_ns.div_euclid(DAY_NS)).or_default().add(sample);
        if sample.slippage <= 0 {
            return;
        }
        let least = self.worst.peek().map(|Reverse((slippage, at_ns, _))| (*slippage, *at_ns));
        if self.worst.len() < self.worst_max
            || least.is_some_and(|least| (sample.slippage, sample.at_ns) > least)
        {
            self.keep(Reverse((sample.slippage, sample.at_ns, line.into())));
        }
    }

    fn merge(&mut self, later: Self) {
        self.tally.merge(later.tally);
        for (day, totals) in later.days {
            self.days.entry(day).or_default().merge(&totals);
        }
        later.worst.into_iter().for_each(|bad| self.keep(bad));
    }
}

/// Reports on a selection, with at most `worst_max` of the worst fills.
pub fn report(state: &State<'_>, selection: &Selection, worst_max: usize) -> Result<Report> {
    let scanned = scan(state, selection, &Reporting { worst_max, ..Reporting::default() })?;
    let mut counted = scanned.counter;
    let date = |day: i64| DateTime::from_timestamp(day.saturating_mul(86_400), 0).map(|at| at.date_naive());
    let days: Vec<(NaiveDate, Totals)> =
        counted.days.into_iter().filter_map(|(day, totals)| Some((date(day)?, totals))).collect();
    let skipped = days.len().saturating_sub(DAYS_MAX);
    // A sorted heap of the reversed is the worst first. What was scanned can be read.
    let worst = counted.worst.into_sorted_vec();
    Ok(Report {
        histogram: histogram::of(&mut counted.tally.slippages),
        figures: counted.tally.figures(),
        days: days.into_iter().skip(skipped).collect(),
        worst: worst.into_iter().filter_map(|Reverse((_, _, bytes))| line::read(&bytes).ok()).collect(),
        notices: scanned.damages.notices(),
    })
}
