//! What a look sees: the state loaded as facts; a watch keeps it between looks and reads again only what changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::alert::facts::{Collection, Stops};
use crate::domain::alert::{Alert, Facts, Input, Reading, Rule};
use crate::domain::document::Document;
use crate::domain::killswitch::KillSwitch;
use crate::domain::policy::Policies;
use crate::error::Result;
use crate::store::document::{self, Stored};

use super::super::{State, killswitch};
use super::alerts;

/// What is known of the state.
#[derive(Debug, Default)]
pub struct Sight {
    /// The alerts by fingerprint, as they are stored, or as they should be where storing failed.
    pub alerts: BTreeMap<String, Alert>,
    /// Alerts that could not be stored, so that they are not taken for new at every look.
    pub unsaved: BTreeMap<String, Alert>,
    stops: Input<Stops>,
}

impl Sight {
    /// Reads what these rules need.
    pub fn refresh(&mut self, state: &State<'_>, rules: &[&'static Rule]) {
        let wanted: BTreeSet<Reading> = rules.iter().flat_map(|rule| rule.reads).copied().collect();
        for reading in wanted {
            match reading {
                Reading::KillSwitch => self.stops = Input::Known(stops(state)),
            }
        }
        // Read at every look: a `check` beside this watch changes them too.
        if let Ok(alerts) = alerts::load(state) {
            self.alerts = alerts;
        }
        self.alerts.extend(self.unsaved.iter().map(|(name, alert)| (name.clone(), alert.clone())));
    }

    /// The facts for the rules.
    pub fn facts(&self, state: &State<'_>, policies: &Policies) -> Arc<Facts> {
        Arc::new(Facts { now: state.now(), policies: policies.clone(), stops: self.stops.clone() })
    }
}

fn stops(state: &State<'_>) -> Stops {
    // The stop file first: a release writes the stop into the document before it takes the file away.
    let (standing, doubts) = killswitch::standing(state.context);
    Stops {
        files: standing.iter().map(|stop| stop.path().display().to_string()).collect(),
        doubts: doubts.into_iter().map(|error| error.message).collect(),
        document: singleton::<KillSwitch>(state, &killswitch::key()),
    }
}

/// One document as a fact.
pub fn singleton<T: Document>(state: &State<'_>, key: &crate::domain::key::Key) -> Input<T> {
    match document::read(&*state.backend, key) {
        Ok(Stored::Present(document)) => Input::Known(document),
        Ok(Stored::Missing) => Input::Missing,
        Ok(Stored::Unreadable(why)) => {
            Input::Unreadable(document::unreadable(&*state.backend, key, &why).message)
        }
        Err(error) => Input::Unreadable(error.message),
    }
}

/// Every document of a collection as a fact.
pub fn collection<T: Document>(state: &State<'_>, name: &'static str) -> Input<Collection<T>> {
    let mut entries = BTreeMap::new();
    let read: Result<()> = document::each::<T>(&*state.backend, name, &mut |key, stored| {
        let entry = match stored {
            Ok(Stored::Present(document)) => Ok(document),
            Ok(Stored::Unreadable(why)) => Err(why.to_string()),
            Ok(Stored::Missing) => return,
            Err(error) => Err(error.message),
        };
        entries.insert(key.to_owned(), entry);
    });
    match read {
        Ok(()) => Input::Known(Arc::new(entries)),
        Err(error) => Input::Unreadable(error.message),
    }
}
