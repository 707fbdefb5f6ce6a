//! What the rules judge: everything the state says, read beforehand.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::adoption::Adoption;
use crate::domain::equity::Equity;
use crate::domain::exposure::Exposure;
use crate::domain::heartbeat::View;
use crate::domain::killswitch::KillSwitch;
use crate::domain::notify::record::Record;
use crate::domain::pending::Glance;
use crate::domain::policy::Policies;
use crate::domain::slippage::recent::Recent;
use crate::domain::watch::Ticks;

/// One thing that was read, or not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Input<T> {
    /// No selected rule needs it.
    #[default]
    NotRead,
    /// There is none.
    Missing,
    /// It cannot be read, and why.
    Unreadable(String),
    /// Here it is.
    Known(T),
}

/// The documents of a collection by name; one that cannot be read says why. Shared, so that a watch keeps it between ticks.
pub type Collection<T> = Arc<BTreeMap<String, Result<T, String>>>;

/// The kill switch as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stops {
    /// Paths of stop files that stand.
    pub files: Vec<String>,
    /// Places where one may stand and that cannot be looked at, and why.
    pub doubts: Vec<String>,
    /// The document, or why there is none to read.
    pub document: Input<KillSwitch>,
}

/// Everything the rules judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// When.
    pub now: DateTime<Utc>,
    /// The configured limits.
    pub policies: Policies,
    /// The kill switch.
    pub stops: Input<Stops>,
    /// Every component that beats or is expected to, as this look sees it.
    pub heartbeats: Input<View>,
    /// Every order by its id, those included that are through and still kept.
    pub orders: Input<Collection<Glance>>,
    /// What each platform holds.
    pub exposure: Input<Exposure>,
    /// How many users are active.
    pub adoption: Input<Adoption>,
    /// What the accounts are worth, by their folded name; empty for all of them together.
    pub equity: Input<Collection<Equity>>,
    /// The latest fills.
    pub fills: Input<Arc<Recent>>,
    /// What the channels did so far, by name.
    pub channels: Input<Collection<Record>>,
    /// The ticks of the watch.
    pub watch: Input<Ticks>,
}

impl Facts {
    /// Facts of which nothing was read.
    pub fn nothing(now: DateTime<Utc>) -> Self {
        Self {
            now,
            policies: Policies::default(),
            stops: Input::NotRead,
            heartbeats: Input::NotRead,
            orders: Input::NotRead,
            exposure: Input::NotRead,
            adoption: Input::NotRead,
            equity: Input::NotRead,
            fills: Input::NotRead,
            channels: Input::NotRead,
            watch: Input::NotRead,
        }
    }
}
