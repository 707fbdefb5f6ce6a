//! What a look sees: the state loaded as facts; a watch keeps it between looks and reads again only what changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::adoption::Adoption;
use crate::domain::alert::facts::Stops;
use crate::domain::alert::lifecycle::State as Life;
use crate::domain::alert::standing::Word;
use crate::domain::alert::{Alert, Collection, Facts, Input, Reading, Rule, Shown};
use crate::domain::cooldown::{self, Cooldown};
use crate::domain::equity::Equity;
use crate::domain::exposure::Exposure;
use crate::domain::heartbeat::{Expectation, Heartbeat, View};
use crate::domain::killswitch::KillSwitch;
use crate::domain::notify::Silence;
use crate::domain::notify::record::Record;
use crate::domain::pending::Glance;
use crate::domain::policy::Policies;
use crate::domain::slippage::recent::Recent;
use crate::domain::watch::Ticks;

use super::super::heartbeat::observe::{Eye, Read};
use super::super::notify::CHANNELS;
use super::super::slippage::recent::Latest;
use super::super::{Notice, State, adoption, equity, exposure, heartbeat, killswitch, notify, orders, watch};
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
    for_people: bool,
    silences: kept::Folder<Silence>,
    cooldowns: kept::Folder<Cooldown>,
    stops: Input<Stops>,
    records: kept::Folder<Heartbeat>,
    expectations: kept::Folder<Expectation>,
    eye: Eye,
    heartbeats: Input<View>,
    orders: kept::Folder<Glance>,
    exposure: Input<Exposure>,
    adoption: kept::Single<Adoption>,
    equity: Input<Collection<Equity>>,
    latest_fills: Latest,
    fills: Input<Arc<Recent>>,
    channels: kept::Folder<Record>,
    watch: Input<Ticks>,
    told_in: Option<Duration>,
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

    /// A sight that sees what no rule asks for as well, and people want to know.
    #[must_use]
    pub fn for_people(self) -> Self {
        Self { for_people: true, ..self }
    }

    /// Every order.
    pub fn orders(&self) -> Input<Collection<Glance>> {
        self.orders.input()
    }

    /// Every cooldown, for people.
    pub fn cooldowns(&self) -> Input<Collection<Cooldown>> {
        self.cooldowns.input()
    }

    /// Every silence that can be read: one that cannot hides nothing.
    pub fn silences(&self) -> Vec<Silence> {
        let Input::Known(all) = self.silences.input() else { return Vec::new() };
        all.values().filter_map(|entry| entry.as_ref().ok()).cloned().collect()
    }

    /// Alerts of these rules that do not fire and that people have to see: those that latched, and those that ended unseen; the
    /// worst first.
    pub fn lingering(&self, rules: &[&'static Rule], now: DateTime<Utc>) -> (Vec<Shown>, Vec<Shown>) {
        let of_rules = |alert: &&Alert| rules.iter().any(|rule| rule.id == alert.rule);
        let lingers = |alert: &&Alert| alert.state == Life::Latched || alert.unseen;
        let quiet = self.alerts.values().filter(|alert| alert.state != Life::Firing);
        let mut all: Vec<Shown> = quiet
            .filter(lingers)
            .filter(of_rules)
            .map(|alert| Shown::of(alert.clone(), [], now))
            .filter(|shown| shown.standing.word != Word::Resolved)
            .collect();
        all.sort_by_key(|shown| std::cmp::Reverse(shown.severity));
        all.into_iter().partition(|shown| shown.state == Life::Latched)
    }

    /// Notes how long until somebody is to be told something, if anybody is.
    pub fn told_in(&mut self, wait: Option<Duration>) {
        self.told_in = wait;
    }

    /// Reads what these rules need.
    pub fn refresh(&mut self, state: &State<'_>, rules: &[&'static Rule]) {
        let changes = self.feed.as_mut().map_or_else(Changes::everything, |feed| feed.take());
        let wanted: BTreeSet<Reading> = rules.iter().flat_map(|rule| rule.reads).copied().collect();
        for reading in wanted {
            match reading {
                Reading::KillSwitch => self.refresh_stops(state),
                Reading::Heartbeats => {
                    self.records.refresh(state, heartbeat::COLLECTION, &changes);
                    self.expectations.refresh(state, heartbeat::EXPECTATIONS, &changes);
                }
                Reading::Orders => self.orders.refresh(state, orders::COLLECTION, &changes),
                // Few and small: read anew at every look.
                Reading::Exposure => self.exposure = exposure::input(state),
                Reading::Equity => self.equity = equity::input(state),
                // Not much when nothing was recorded: where each log ends.
                Reading::Fills => {
                    // Let go of first, or the fills would be copied to be changed.
                    self.fills = Input::NotRead;
                    self.fills = self.latest_fills.refresh(state);
                }
                Reading::Channels => self.channels.refresh(state, CHANNELS, &changes),
                // Whoever is told what changed is the watch itself.
                Reading::Watch if self.feed.is_some() => self.watch = Input::Known(Ticks::Own),
                Reading::Watch => self.watch = watch::input(state),
                Reading::Adoption => self.adoption.refresh(state, &adoption::key(), &changes),
            }
        }
        if self.for_people {
            self.cooldowns.refresh(state, cooldown::COLLECTION, &changes);
        }
        self.silences.refresh(state, notify::SILENCES, &changes);
        // A `check` beside this watch changes them too.
        alerts::refresh(state, &mut self.alerts, &changes);
        self.alerts.extend(self.unsaved.iter().map(|(name, alert)| (name.clone(), alert.clone())));
    }

    /// Reads the kill switch and the stop files.
    pub fn refresh_stops(&mut self, state: &State<'_>) {
        self.stops = Input::Known(stops(state));
    }

    /// The facts for the rules.
    pub fn facts(&self, state: &State<'_>, policies: &Policies) -> Arc<Facts> {
        Arc::new(Facts {
            now: state.now(),
            policies: policies.clone(),
            stops: self.stops.clone(),
            heartbeats: self.heartbeats.clone(),
            orders: self.orders.input(),
            exposure: self.exposure.clone(),
            adoption: self.adoption.input(),
            equity: self.equity.clone(),
            fills: self.fills.clone(),
            channels: self.channels.input(),
            watch: self.watch.clone(),
        })
    }

    /// How long until time alone changes what a rule says or what people are to be told, as far as that is known: then is the
    /// time to look again.
    pub fn next_change(&self, policies: &Policies, now: DateTime<Utc>) -> Option<Duration> {
        let heartbeats = match &self.heartbeats {
            Input::Known(view) => view.next_change(&policies.heartbeats),
            _ => None,
        };
        let orders = match self.orders.input() {
            Input::Known(orders) => {
                let open = orders.values().flatten();
                open.filter_map(|order| order.next_change(&policies.orders, now)).min()
            }
            _ => None,
        };
        heartbeats.into_iter().chain(orders).chain(self.told_in).min()
    }

    /// Notes that somebody looks at the components that were read, and what is seen of them. The lock of looks is held.
    pub fn observe(&mut self, state: &State<'_>, policies: &Policies) -> Vec<Notice> {
        let (records, mut notices) = (self.records.input(), Vec::new());
        if matches!(records, Input::NotRead) {
            return notices;
        }
        let seen = Read::new(records, self.expectations.input()).and_then(|read| {
            let seen = self.eye.look(state, &read, &policies.heartbeats, &mut notices);
            seen.map_err(|error| error.message)
        });
        self.heartbeats = seen.map_or_else(Input::Unreadable, Input::Known);
        notices
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
