//! The figures of many fills: all together, and apart by what they are told apart by.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::slippage::aggregate::Aggregate;
use crate::domain::slippage::apart::Apart;
use crate::domain::slippage::summary::{Groups, UNSTATED};
use crate::domain::slippage::{By, Figures, Sample, Selection, Tally};
use crate::error::Result;

use super::super::{Notice, State};
use super::scan::{Counter, scan};
use super::summary::{Overview, overview};

/// Where figures come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Every fill of the selection was read.
    Log,
    /// The summary, and what was recorded since it was written.
    Summary,
}

/// The figures of fills that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// What they have in common; `null` where the fills do not say.
    pub name: Option<String>,
    /// Their figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// What many fills come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Which fills.
    pub selection: Selection,
    /// Where the figures come from.
    pub source: Source,
    /// The figures of all of them.
    pub figures: Figures,
    /// By what they are told apart.
    pub by: Option<By>,
    /// The figures of each group, by name.
    pub groups: Vec<Group>,
    /// What was found on the way.
    #[serde(skip)]
    pub notices: Vec<Notice>,
}

/// Counts fills, apart where they are to be told apart.
#[derive(Debug, Clone, Default)]
struct Counting {
    by: Option<By>,
    together: Tally,
    groups: Apart<Tally>,
}

impl Counter for Counting {
    #[inline]
    fn count(&mut self, sample: &Sample<'_>, _line: &[u8]) {
        match self.by {
            None => self.together.add(sample),
            Some(by) => self.groups.of(by.name(sample)).add(sample),
        }
    }

    fn merge(&mut self, later: Self) {
        self.together.merge(later.together);
        self.groups.merge(later.groups, Tally::merge);
    }
}

/// The figures of a selection. Those of all time come from the summary, where it counts such fills apart.
pub fn stats(state: &State<'_>, selection: &Selection, by: Option<By>) -> Result<Stats> {
    let of_all_time = selection.since.is_none() && selection.until.is_none();
    if of_all_time && Groups::has(selection, by) {
        return summed(state, selection, by);
    }
    let scanned = scan(state, selection, &Counting { by, ..Counting::default() })?;
    let (mut all, mut groups) = (scanned.counter.together, Vec::new());
    for (name, mut tally) in scanned.counter.groups.sorted() {
        groups.push(Group { name: stated(name.into()), figures: tally.figures() });
        all.merge(tally);
    }
    Ok(Stats {
        selection: selection.clone(),
        source: Source::Log,
        figures: all.figures(),
        by,
        groups,
        notices: scanned.damages.notices(),
    })
}

fn summed(state: &State<'_>, selection: &Selection, by: Option<By>) -> Result<Stats> {
    let Overview { summary, notices } = overview(state)?;
    let figures = |aggregate: &Aggregate| Figures::new(&aggregate.totals, &aggregate.quantiles());
    let group =
        |(name, aggregate): (String, Aggregate)| Group { name: stated(name), figures: figures(&aggregate) };
    let groups = by.map_or_else(BTreeMap::new, |by| summary.groups.of(selection, Some(by)));
    let all = summary.groups.of(selection, None).into_values().next().unwrap_or_default();
    Ok(Stats {
        selection: selection.clone(),
        source: Source::Summary,
        figures: figures(&all),
        by,
        groups: groups.into_iter().map(group).collect(),
        notices,
    })
}

fn stated(name: String) -> Option<String> {
    (name != UNSTATED).then_some(name)
}
