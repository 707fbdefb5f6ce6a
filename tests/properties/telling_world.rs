//! A week in which alerts come and go, people answer or do not, channels fail, and the process dies now and then.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use nija::clock::{Clock as _, Manual};
use nija::config::{Config, Environment};
use nija::domain::alert::lifecycle::{State as Life, fingerprint};
use nija::domain::alert::{Alert, Severity};
use nija::domain::halt::Actor;
use nija::domain::key::Key;
use nija::domain::notify::channel::{Spec, TIMEOUT};
use nija::domain::notify::delivery::State as Sending;
use nija::domain::notify::escalation::{Escalation, Step};
use nija::domain::notify::telling::Ack;
use nija::domain::notify::{Delivery, Policy, Silence};
use nija::ops::check::{Sight, alerts};
use nija::ops::notify::{OUTBOX, SILENCES, plan::plan};
use nija::ops::{Context, Identity, Notice, State, identity};
use nija::store::Durability;
use nija::store::document::{self, Stored};
use serde_json::json;

use super::telling_store::Mortal;

/// What may happen.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    Fires(usize, Severity),
    Ends(usize),
    Acked(usize, i64),
    GivenBack(usize),
    Silenced(&'static str, i64),
    /// Every channel stops working, or works again.
    Channels(bool),
    /// The process dies after so many more writes, and is started again at once.
    Dies(i64),
    /// The wall clock steps.
    Steps(i64),
}

pub(crate) const ALERTS: [(&str, &str); 4] =
    [("ORDER_STUCK", "a"), ("ORDER_STUCK", "b"), ("PRICE_STALE", "c"), ("PRICE_STALE", "d")];

/// How people are told: two steps after the first for what is CRITICAL, and once more from the beginning.
pub(crate) fn policy() -> Policy {
    let spec = |name: &str, min_severity| Spec {
        name: name.to_owned(),
        kind: "file".to_owned(),
        timeout: TIMEOUT,
        min_severity,
        rules: Vec::new(),
        quiet: None,
        rate_limit: None,
        options: BTreeMap::new(),
    };
    let step = |minutes, channels: &[&str]| Step {
        after: TimeDelta::minutes(minutes),
        channels: channels.iter().map(|name| (*name).to_owned()).collect(),
    };
    Policy {
        channels: vec![spec("boss", Severity::Critical), spec("ops", Severity::Info)],
        escalations: vec![Escalation {
            name: "night".to_owned(),
            min_severity: Severity::Critical,
            rules: Vec::new(),
            steps: vec![step(0, &["ops"]), step(5, &["ops", "boss"]), step(15, &["boss"])],
            repeat: 1,
            repeat_after: TimeDelta::minutes(20),
        }],
        ..Policy::default()
    }
}

/// The world.
pub(crate) struct World {
    pub(crate) clock: Manual,
    store: Mortal,
    config: Config,
    sight: Sight,
    works: bool,
    /// What the last look had to tell beside its messages.
    pub(crate) notices: Vec<Notice>,
    known: BTreeSet<String>,
    outbox: Vec<Delivery>,
}

impl World {
    pub(crate) fn new() -> Self {
        let mut config = Config::defaults(&Environment::default());
        config.policies.notify = policy();
        let clock = Manual::at("2026-11-16T00:00:00Z".parse().unwrap());
        let (sight, known, outbox) = (Sight::default(), BTreeSet::new(), Vec::new());
        Self { clock, store: Mortal::new(), config, sight, works: true, notices: Vec::new(), known, outbox }
    }

    /// As the process that dies does it.
    fn on<T>(&self, act: impl FnOnce(&State<'_>) -> T) -> T {
        self.in_store(self.store.clone(), act)
    }

    /// As people do it.
    fn as_people<T>(&self, act: impl FnOnce(&State<'_>) -> T) -> T {
        self.in_store(self.store.of_others(), act)
    }

    fn in_store<T>(&self, store: Mortal, act: impl FnOnce(&State<'_>) -> T) -> T {
        let actor = Actor { uid: 0, user: None, operator: Some("alice".to_owned()) };
        let identity = Identity { actor, host: "desk".to_owned(), pid: 1 };
        let (clock, new_id) = (&self.clock, identity::random_id);
        let context = Context { config: &self.config, clock, identity: &identity, new_id: &new_id };
        act(&State { context: &context, backend: Box::new(store), wait: Duration::ZERO })
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// What a look finds: what is new in the outbox. Whoever died in the middle of it is started again at once.
    pub(crate) fn look(&mut self) -> Vec<Delivery> {
        self.plan();
        if self.store.restart() {
            self.sight = Sight::default();
            self.plan();
        }
        self.outbox = self.stored();
        let new = self.outbox.iter().filter(|one| self.known.insert(one.name())).cloned().collect();
        self.deliver();
        self.forget();
        new
    }

    fn plan(&mut self) {
        let mut sight = std::mem::take(&mut self.sight);
        self.notices = self.on(|state| {
            sight.refresh(state, &[]);
            plan(state, &self.config.policies.notify, &mut sight)
        });
        self.sight = sight;
    }

    /// How long until the next look has to be made.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.sight.next_change(&self.config.policies, self.now())
    }

    /// The outbox after the last look.
    pub(crate) fn outbox(&self) -> &[Delivery] {
        &self.outbox
    }

    fn stored(&self) -> Vec<Delivery> {
        let mut all = Vec::new();
        self.on(|state| {
            document::each::<Delivery>(&*state.backend, OUTBOX, &mut |_, stored| match stored.unwrap() {
                Stored::Present(delivery) => all.push(delivery),
                other => panic!("{other:?}"),
            })
        })
        .unwrap();
        all
    }

    fn deliver(&mut self) {
        let (now, mut outbox) = (self.now(), std::mem::take(&mut self.outbox));
        for delivery in outbox.iter_mut().filter(|one| self.works && one.state == Sending::Pending) {
            delivery.sent(now);
            self.put(&Key::entry(OUTBOX, &delivery.name()).unwrap(), delivery.clone());
        }
        self.outbox = outbox;
    }

    /// What ended a day ago is no longer there.
    fn forget(&mut self) {
        let (now, day) = (self.now(), TimeDelta::days(1));
        let (old, outbox) = std::mem::take(&mut self.outbox)
            .into_iter()
            .partition(|one: &Delivery| one.ended_at.is_some_and(|at| now - at >= day));
        self.outbox = outbox;
        for delivery in old {
            let key = Key::entry(OUTBOX, &delivery.name()).unwrap();
            self.as_people(|state| {
                document::open::<Delivery>(&*state.backend, &key, state.wait).unwrap().remove().unwrap();
            });
        }
    }

    fn put<T: nija::domain::document::Document>(&self, key: &Key, mut document: T) {
        self.as_people(|state| {
            let mut opened = document::open::<T>(&*state.backend, key, state.wait).unwrap();
            opened.commit(&mut document, state.now(), Durability::Relaxed).unwrap();
        });
    }

    pub(crate) fn alert(&self, index: usize) -> Option<Alert> {
        let (rule, subject) = ALERTS[index];
        let key = alerts::key(&fingerprint(rule, subject)).unwrap();
        match self.on(|state| document::read::<Alert>(&*state.backend, &key)).unwrap() {
            Stored::Present(alert) => Some(alert),
            Stored::Missing => None,
            Stored::Unreadable(why) => panic!("{why:?}"),
        }
    }

    /// Lets it happen; `false` where it cannot.
    pub(crate) fn happens(&mut self, event: &Event) -> bool {
        let now = self.now();
        match *event {
            Event::Fires(index, severity) => return self.fires(index, severity),
            Event::Ends(index) => {
                let Some(alert) = self.alert(index).filter(|alert| alert.state == Life::Firing) else {
                    return false;
                };
                self.keep(Alert { state: Life::Resolved, resolved_at: Some(now), ..alert });
            }
            Event::Acked(index, minutes) => {
                let Some(alert) = self.alert(index).filter(|alert| alert.state == Life::Firing) else {
                    return false;
                };
                let by = Actor { uid: 0, user: None, operator: Some("alice".to_owned()) };
                let until = now + TimeDelta::minutes(minutes);
                let ack = Ack { by, at: now, until, severity: alert.severity, note: String::new() };
                self.keep(Alert { acked: Some(ack), ..alert });
            }
            Event::GivenBack(index) => {
                let Some(alert) = self.alert(index).filter(|alert| alert.acked.is_some()) else {
                    return false;
                };
                self.keep(Alert { acked: None, ..alert });
            }
            Event::Silenced(rule, minutes) => {
                let silence: Silence = serde_json::from_value(json!({
                    "format": "nija.silence", "version": "1.0", "revision": 0, "updated_at": now,
                    "id": format!("s-{}", now.timestamp()), "rule": rule, "reason": "noise",
                    "by": {"uid": 0, "user": null, "operator": null},
                    "at": now, "until": now + TimeDelta::minutes(minutes),
                }))
                .unwrap();
                let key = Key::entry(SILENCES, &silence.id).unwrap();
                if self.on(|state| document::read::<Silence>(&*state.backend, &key)).unwrap()
                    != Stored::Missing
                {
                    return false;
                }
                self.put(&key, silence);
            }
            Event::Channels(works) => self.works = works,
            Event::Dies(writes) => self.store.dies_after(writes),
            Event::Steps(seconds) => self.clock.set_wall(now + TimeDelta::seconds(seconds)),
        }
        true
    }

    fn fires(&self, index: usize, severity: Severity) -> bool {
        let (now, (rule, subject)) = (self.now(), ALERTS[index]);
        let fresh = || {
            serde_json::from_value(json!({
                "format": "nija.alert", "version": "1.0", "revision": 0, "updated_at": now,
                "rule": rule, "subject": subject, "state": "resolved", "severity": severity,
                "message": "it hurts", "first_seen": now, "last_seen": now, "count": 0,
            }))
            .unwrap()
        };
        let mut alert: Alert = self.alert(index).unwrap_or_else(fresh);
        if alert.state == Life::Resolved {
            let wait = self.config.policies.notify.resolve_wait;
            if alert.resolved_at.is_none_or(|at| now - at >= wait) {
                alert.acked = None;
            }
            (alert.state, alert.first_seen, alert.count, alert.resolved_at) =
                (Life::Firing, now, alert.count + 1, None);
        } else if alert.severity == severity {
            return false;
        }
        alert.severity = severity;
        self.keep(alert);
        true
    }

    fn keep(&self, alert: Alert) {
        self.put(&alerts::key(&fingerprint(&alert.rule, &alert.subject)).unwrap(), alert);
    }
}
