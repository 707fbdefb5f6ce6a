//! What a look sees: the state loaded as facts; a watch keeps it between looks and reads again only what changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::domain::adoption::Adoption;
use crate::domain::alert::facts::Stops;
use crate::domain::alert::{Alert, Collection, Facts, Input, Reading, Rule};
use crate::domain::equity::Equity;
use crate::domain::exposure::Exposure;
use crate::domain::killswitch::KillSwitch;
use crate::domain::pending::Glance;
use crate::domain::policy::Policies;

use super::super::{State, adoption, equity, exposure, killswitch, orders};
use super::changes::{Changes, Feed};
use super::{alerts, kept};

/// What is known of the state.
#[derive(Default)]
pub struct Sight {
    /// The alerts by fingerprint, as they are stored, or as they should be where storing failed.
    pub alerts: BTreeMap<String, Alert>,
    /// Alerts that could not be stored, so that they are not taken for new at every look.
    pub unsaved: BTreeMap<String, Alert>,
    feed: Option<Box<dyn Feed>>,
    stops: Input<Stops>,
    orders: kept::Folder<Glance>,
    exposure: Input<Exposure>,
    adoption: kept::Single<Adoption>,
    equity: Input<Collection<Equity>>,
}

impl fmt::Debug for Sight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sight").field("alerts", &self.alerts.len()).finish_non_exhaustive()
    }
}

impl Sight {
    /// A sight that is told what changed, and reads everything else once.
    pub fn following(feed: Box<dyn Feed>) -> Self {
        Self { feed: Some(feed), ..Self::default() }
    }

    /// Reads what these rules need.
    pub fn refresh(&mut self, state: &State<'_>, rules: &[&'static Rule]) {
        let changes = self.feed.as_mut().map_or_else(Changes::everything, |feed| feed.take());
        let wanted: BTreeSet<Reading> = rules.iter().flat_map(|rule| rule.reads).copied().collect();
        for reading in wanted {
            match reading {
                Reading::KillSwitch => self.stops = Input::Known(stops(state)),
                Reading::Orders => self.orders.refresh(state, orders::COLLECTION, &changes),
                // Few and small: read anew at every look.
                Reading::Exposure => self.exposure = exposure::input(state),
                Reading::Equity => self.equity = equity::input(state),
                Reading::Adoption => self.adoption.refresh(state, &adoption::key(), &changes),
            }
        }
        // A `check` beside this watch changes them too.
        alerts::refresh(state, &mut self.alerts, &changes);
        self.alerts.extend(self.unsaved.iter().map(|(name, alert)| (name.clone(), alert.clone())));
    }

    /// The facts for the rules.
    pub fn facts(&self, state: &State<'_>, policies: &Policies) -> Arc<Facts> {
        Arc::new(Facts {
            now: state.now(),
            policies: policies.clone(),
            stops: self.stops.clone(),
            orders: self.orders.input(),
            exposure: self.exposure.clone(),
            adoption: self.adoption.input(),
            equity: self.equity.clone(),
        })
    }
}

fn stops(state: &State<'_>) -> Stops {
    // The stop file first: a release writes the stop into the document before it takes the file away.
    let (standing, doubts) = killswitch::standing(state.context);
    Stops {
        files: standing.iter().map(|stop| stop.path().display().to_string()).collect(),
        doubts: doubts.into_iter().map(|error| error.message).collect(),
        document: kept::single::<KillSwitch>(state, &killswitch::key()),
    }
}
