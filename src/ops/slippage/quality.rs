//! What brokers are worth: the score of a selection of fills and of the orders they came from.

use crate::domain::pending::Glance;
use crate::domain::slippage::figures::Figures;
use crate::domain::slippage::fixed::{BPS_PLACES, units};
use crate::domain::slippage::grade::{Grade, Grading, Outcomes};
use crate::domain::slippage::{Sample, Selection};
use crate::error::Result;
use crate::ops::orders;
use crate::store::document::{self, Stored};

use super::super::{Notice, State};
use super::scan::{Counter, scan};

/// The quality of a selection's execution.
#[derive(Debug)]
pub struct Quality {
    /// The score and its evidence.
    pub grade: Grade,
    /// The figures of the fills.
    pub figures: Figures,
    /// What was found on the way.
    pub notices: Vec<Notice>,
}

impl Counter for Grading {
    fn count(&mut self, sample: &Sample<'_>, _line: &[u8]) {
        self.add(sample);
    }

    fn merge(&mut self, later: Self) {
        Self::merge(self, later);
    }
}

/// Scores a selection: fills from the log, and orders that are out or still kept.
pub fn quality(state: &State<'_>, selection: &Selection) -> Result<Quality> {
    let policies = &state.context.config.policies;
    let mut scanned = scan(state, selection, &Grading::default())?;
    let (outcomes, mut notices) = outcomes(state, selection)?;
    let limit_bps = policies.slippage.cost_limit_bps(
        selection.ticker.as_deref(),
        selection.broker.as_deref(),
        &policies.tickers,
    );
    let grade = scanned.counter.grade(units(limit_bps, BPS_PLACES), outcomes);
    notices.extend(scanned.damages.notices());
    Ok(Quality { grade, figures: scanned.counter.tally.figures(), notices })
}

fn outcomes(state: &State<'_>, selection: &Selection) -> Result<(Outcomes, Vec<Notice>)> {
    let policies = &state.context.config.policies;
    let (mut known, mut unreadable) = (Vec::new(), 0);
    for (_, stored) in document::gather::<Glance>(&*state.backend, orders::COLLECTION)? {
        match stored {
            Ok(Stored::Present(order)) => known.push(order),
            Ok(Stored::Missing) => {}
            Ok(Stored::Unreadable(_)) | Err(_) => unreadable += 1,
        }
    }
    let counted = Outcomes::of(known.iter(), selection, &policies.tickers, &policies.orders, state.now());
    let notice = |count: i32| {
        let message = format!("{count} orders cannot be read, and do not count");
        Notice::new("ORDER_UNREADABLE", message, "nija doctor")
    };
    Ok((counted, (unreadable > 0).then(|| notice(unreadable)).into_iter().collect()))
}
