//! The second opinion: what ought to fire, worked out the simplest way, and what an alert may never do.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use nija::domain::alert::lifecycle::Transition;
use nija::ops::check::Report;

use super::desk::shown;

/// What is known of the day so far.
#[derive(Debug, Default)]
pub(crate) struct Opinion {
    /// Orders that are out: when each was sent, and how many minutes it has left.
    out: BTreeMap<String, (DateTime<Utc>, u32)>,
    /// The platform's share in percent, and when it was reported.
    share: Option<(i64, DateTime<Utc>)>,
    /// Alerts that fire, by fingerprint.
    firing: BTreeSet<String>,
    /// Alerts that are over and stay, because the kill switch was pulled for them, until a person resolves them.
    latched: BTreeSet<String>,
    latches: u32,
    /// Alerts that fire and that the kill switch was pulled for.
    has_pulled: BTreeSet<String>,
    /// Everything that happened to it, by fingerprint, as the record names it.
    lives: BTreeMap<String, Vec<&'static str>>,
    stopped_at: Option<DateTime<Utc>>,
    stops: u32,
    doubts: u32,
}

impl Opinion {
    pub(crate) fn sent(&mut self, id: &str, at: DateTime<Utc>, minutes: u32) {
        self.out.insert(id.to_owned(), (at, minutes));
    }

    /// Lets a minute pass; the orders whose time has come.
    pub(crate) fn due(&mut self) -> Vec<String> {
        let mut due = Vec::new();
        for (id, (_, minutes)) in &mut self.out {
            match minutes.checked_sub(1) {
                Some(left) => *minutes = left,
                None => due.push(id.clone()),
            }
        }
        due
    }

    pub(crate) fn completed(&mut self, id: &str) {
        self.out.remove(id);
    }

    pub(crate) fn balances(&mut self, share: i64, at: DateTime<Utc>) {
        self.share = Some((share, at));
    }

    pub(crate) fn wants_release(&self, now: DateTime<Utc>) -> bool {
        self.stopped_at.is_some_and(|at| (now - at).abs() >= TimeDelta::minutes(30))
    }

    /// A person resumed, and resolved what had latched.
    pub(crate) fn released(&mut self) {
        self.stopped_at = None;
        for name in std::mem::take(&mut self.latched) {
            self.lives.entry(name).or_default().push("alert.resolve-latched");
        }
    }

    /// Whether the day had everything it is meant to try.
    pub(crate) fn saw_everything(&self) -> bool {
        let fired = |rule: &str| self.lives.keys().any(|name| name.starts_with(rule));
        let rules = ["ORDER_STUCK:", "PLATFORM_EXPOSURE:", "TRADING_HALTED:"];
        rules.into_iter().all(fired) && self.stops > 0 && self.doubts > 0 && self.latches > 0
    }

    /// Holds a look against what ought to be.
    pub(crate) fn hold(&mut self, report: &Report, now: DateTime<Utc>) {
        let context = shown(now);
        for change in &report.changes {
            self.live_on(&change.fingerprint, change.transition, &context);
        }
        self.doubts += report.rules.iter().map(|rule| u32::try_from(rule.doubts.len()).unwrap()).sum::<u32>();
        let latched: BTreeSet<String> = report.latched.iter().map(|shown| shown.fingerprint()).collect();
        assert_eq!(
            latched, self.latched,
            "{context}: what pulled the lever stays until a person resolves it"
        );
        let pulling = report.firing().into_iter().filter(|shown| shown.pulled.is_some());
        self.has_pulled.extend(pulling.map(|shown| shown.fingerprint()));
        let reported: BTreeSet<String> =
            report.firing().iter().map(|alert| format!("{}:{}", alert.rule, alert.subject)).collect();
        assert_eq!(reported, self.firing, "{context}: what fires is what began and did not end");
        self.hold_orders(&context, now);
        self.hold_share(&context, now);
        for pulled in &report.pulled {
            self.stops += 1;
            self.stopped_at.get_or_insert(pulled.at);
            let long = self.out.values().any(|(sent, _)| now - *sent >= TimeDelta::seconds(900));
            assert!(long, "{context}: nothing was stuck for long enough to pull the lever");
        }
    }

    /// An alert begins and ends in turn, and changes only in between.
    fn live_on(&mut self, name: &str, transition: Transition, context: &str) {
        let turned = match transition {
            Transition::Fired => !self.latched.contains(name) && self.firing.insert(name.to_owned()),
            Transition::Returned => self.latched.remove(name) && self.firing.insert(name.to_owned()),
            // What pulled the lever was an order, and an order does not get younger.
            Transition::Resolved => !self.has_pulled.remove(name) && self.firing.remove(name),
            Transition::Latched => {
                self.latches += 1;
                self.has_pulled.remove(name)
                    && self.latched.insert(name.to_owned())
                    && self.firing.remove(name)
            }
            Transition::Escalated | Transition::Eased => self.firing.contains(name),
        };
        assert!(turned, "{context}: {name} {transition:?} out of turn");
        self.lives.entry(name.to_owned()).or_default().push(transition.action());
    }

    /// An order is stuck after five minutes, and what is completed is not. Nobody can say how old an order is that was sent
    /// in the future: whatever was known of it stays.
    fn hold_orders(&self, context: &str, now: DateTime<Utc>) {
        let stuck: Vec<&String> =
            self.firing.iter().filter(|name| name.starts_with("ORDER_STUCK:")).collect();
        for (id, (sent, _)) in &self.out {
            let fires = stuck.iter().any(|name| name.ends_with(&format!(":{id}")));
            if now >= *sent {
                let old = now - *sent > TimeDelta::seconds(300);
                assert_eq!(fires, old, "{context}: {id} sent {}", shown(*sent));
            }
        }
        for name in stuck {
            let known = self.out.keys().any(|id| name.ends_with(&format!(":{id}")));
            assert!(known, "{context}: {name} fires for an order that is completed");
        }
    }

    fn hold_share(&self, context: &str, now: DateTime<Utc>) {
        let Some((share, at)) = self.share else { return };
        let fires = self.firing.contains("PLATFORM_EXPOSURE:platform:kraken");
        if now >= at && now - at < TimeDelta::minutes(15) {
            assert_eq!(fires, share > 30, "{context}: kraken holds {share} %");
        }
    }

    /// The record of the day says the same, in the same order.
    pub(crate) fn hold_record(&self, records: &[(String, String)]) {
        let mut recorded: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (action, subject) in records {
            let name = subject.trim_start_matches("alert:").to_owned();
            recorded.entry(name).or_default().push(action.clone());
        }
        let words = |lives: &Vec<&str>| lives.iter().map(|one| (*one).to_owned()).collect();
        let lived: BTreeMap<String, Vec<String>> =
            self.lives.iter().map(|(name, lives)| (name.clone(), words(lives))).collect();
        assert_eq!(recorded, lived);
    }
}
