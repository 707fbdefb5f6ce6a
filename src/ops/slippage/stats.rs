//! The figures of many fills: all together, and apart by what they are told apart by.

use serde::Serialize;

use crate::domain::slippage::groups::Groups;
use crate::domain::slippage::{By, Figures, Sample, Selection, Tally};
use crate::error::Result;

use super::super::State;
use super::scan::{Counter, Damages, scan};

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
    /// What they have in common; `unknown` where the fills do not say.
    pub name: Box<str>,
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
    /// What could not be read.
    pub damages: Damages,
}

/// Counts fills, apart where they are to be told apart.
#[derive(Debug, Clone, Default)]
struct Apart {
    by: Option<By>,
    together: Tally,
    groups: Groups<Tally>,
}

impl Counter for Apart {
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

/// The figures of a selection, exact.
pub fn stats(state: &State<'_>, selection: &Selection, by: Option<By>) -> Result<Stats> {
    let scanned = scan(state, selection, &Apart { by, ..Apart::default() })?;
    let (mut all, mut groups) = (scanned.counter.together, Vec::new());
    for (name, mut tally) in scanned.counter.groups.sorted() {
        groups.push(Group { name, figures: tally.figures() });
        all.merge(tally);
    }
    Ok(Stats {
        selection: selection.clone(),
        source: Source::Log,
        figures: all.figures(),
        by,
        groups,
        damages: scanned.damages,
    })
}
