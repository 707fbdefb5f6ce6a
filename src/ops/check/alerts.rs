//! Brings `alerts/` up to date with what the rules said, one document per alert, every change on the record.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use crate::domain::alert::lifecycle::{Pulled, State as Life, fingerprint};
use crate::domain::alert::standing::is_forgettable;
use crate::domain::alert::{Alert, Finding, Outcome, Pull, Rule, Shown};
use crate::domain::key::{ENCODED_LEN_MAX, Key, encode};
use crate::error::{Error, Kind, Result};
use crate::store::Durability;
use crate::store::document::{self, Stored};

use super::super::{Notice, State, record};
use super::advance::{Step, advance};
use super::changes::{Changed, Changes};
use super::{Report, Sight, pull};

/// The folder of alerts.
pub const COLLECTION: &str = "alerts";

/// Findings of one rule that become alerts of their own; the rest is counted in one more.
const FINDINGS_MAX: usize = 100;

/// The key of an alert. A fingerprint too long for a file name is cut and told apart by its hash.
pub fn key(fingerprint: &str) -> Result<Key> {
    let mut name = fingerprint.to_owned();
    if encode(&name).len() > ENCODED_LEN_MAX {
        let hash = Sha256::digest(fingerprint.as_bytes());
        let digits: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        while encode(&name).len() > ENCODED_LEN_MAX - digits.len() - 3 {
            name.pop();
        }
        name = format!("{name}~{digits}");
    }
    Key::entry(COLLECTION, &name).map_err(|why| Error::new(Kind::Internal, why).hint("nija doctor"))
}

/// Brings what is known of the alerts up to date.
pub fn refresh(state: &State<'_>, known: &mut BTreeMap<String, Alert>, changes: &Changes) {
    match changes.of_folder(COLLECTION) {
        None => {}
        Some(Changed::Names(names)) if names.iter().all(|name| read_again(state, known, name)) => {}
        Some(_) => {
            if let Ok(alerts) = load(state) {
                *known = alerts;
            }
        }
    }
}

/// Reads one alert again; `false` when that cannot be done, and its name does not tell for certain which one it was.
fn read_again(state: &State<'_>, known: &mut BTreeMap<String, Alert>, name: &str) -> bool {
    let key = Key { collection: Some(COLLECTION), name: name.to_owned() };
    match document::read::<Alert>(&*state.backend, &key) {
        Ok(Stored::Present(alert)) => {
            known.insert(fingerprint(&alert.rule, &alert.subject), alert);
            true
        }
        _ => false,
    }
}

/// Every alert, by fingerprint. One that cannot be read is left to `doctor`: its rule fires again.
pub fn load(state: &State<'_>) -> Result<BTreeMap<String, Alert>> {
    let mut alerts = BTreeMap::new();
    document::each::<Alert>(&*state.backend, COLLECTION, &mut |_, stored| {
        if let Ok(Stored::Present(alert)) = stored {
            alerts.insert(fingerprint(&alert.rule, &alert.subject), alert);
        }
    })?;
    Ok(alerts)
}

/// Writes down what one rule said, pulls the kill switch where told, and returns its alerts that fire now.
pub fn update(
    state: &State<'_>,
    sight: &mut Sight,
    rule: &Rule,
    outcome: &Outcome,
    report: &mut Report,
) -> Vec<Shown> {
    let findings = capped(rule, &outcome.findings);
    let (mut held, mut named, mut levers) = (BTreeSet::new(), Vec::new(), Vec::new());
    for finding in &findings {
        let name = fingerprint(rule.id, &finding.subject);
        found(state, sight, rule, finding, &mut levers, report);
        if held.insert(name.clone()) {
            named.push(name);
        }
    }
    let mine = |alert: &&Alert| alert.rule == rule.id && alert.state == Life::Firing;
    let others: Vec<String> = sight
        .alerts
        .iter()
        .filter(|(name, alert)| mine(alert) && !held.contains(*name))
        .map(|(name, _)| name.clone())
        .collect();
    for name in others {
        advance(state, sight, &name, &|before| not_found(before?, outcome, state.now()), report);
    }
    // In the order of the findings; then those that could not be judged.
    let doubted = sight.alerts.keys().filter(|name| !held.contains(*name));
    let all = named.iter().chain(doubted).filter_map(|name| sight.alerts.get(name));
    let (silences, now) = (sight.silences(), state.now());
    all.filter(mine).map(|alert| Shown::of(as_seen(alert, &findings, now), &silences, now)).collect()
}

/// What becomes of an alert that was not found: it ends, unless it could not be judged.
fn not_found(alert: &Alert, outcome: &Outcome, now: DateTime<Utc>) -> Step {
    let doubt = outcome
        .doubts
        .iter()
        .find(|doubt| doubt.subject.as_ref().is_none_or(|subject| *subject == alert.subject));
    match doubt {
        Some(doubt) => alert.doubted(&doubt.why),
        None => alert.not_seen(now),
    }
}

/// An alert with the figures of this look: while nothing else changes, they are not written down each time.
fn as_seen(alert: &Alert, findings: &[Finding], now: DateTime<Utc>) -> Alert {
    let mut alert = alert.clone();
    if let Some(finding) = findings.iter().find(|finding| finding.subject == alert.subject) {
        alert.message.clone_from(&finding.message);
        (alert.value, alert.limit) = (finding.value, finding.limit);
        alert.last_seen = now;
    }
    alert
}

/// What was pulled in this look for one rule, or could not be: many findings that stop the same need one halt.
type Levers = Vec<(Pull, Option<Pulled>)>;

fn found(
    state: &State<'_>,
    sight: &mut Sight,
    rule: &Rule,
    finding: &Finding,
    levers: &mut Levers,
    report: &mut Report,
) {
    let name = fingerprint(rule.id, &finding.subject);
    let firing = sight.alerts.get(&name).filter(|alert| alert.state == Life::Firing);
    let pulled = firing.and_then(|alert| alert.pulled.clone());
    let due = finding.pull.as_ref().filter(|pull| pulled.as_ref().is_none_or(|done| done.pull != **pull));
    // The lever first: what is written down about it comes after.
    let pulled_now = due.and_then(|pull| {
        let before = levers.iter().find(|(known, _)| known == pull).map(|(_, pulled)| pulled.clone());
        before.unwrap_or_else(|| {
            let pulled = pull::pull(state, rule, finding, pull, report);
            levers.push((pull.clone(), pulled.clone()));
            pulled
        })
    });
    let same_within = state.context.config.policies.notify.resolve_wait;
    let decide = |before: Option<&Alert>| {
        let step = Alert::seen(before, rule, finding, same_within, state.now());
        let Some(pulled) = pulled_now.clone() else { return step };
        let (alert, transition) = step.or_else(|| Some((before?.clone(), None)))?;
        Some((alert.pulled_for(pulled), transition))
    };
    advance(state, sight, &name, &decide, report);
}

fn capped(rule: &Rule, findings: &[Finding]) -> Vec<Finding> {
    let mut kept: Vec<Finding> = findings.iter().take(FINDINGS_MAX).cloned().collect();
    let rest = findings.get(FINDINGS_MAX..).unwrap_or_default();
    if let Some(worst) = rest.iter().max_by_key(|finding| finding.severity) {
        let message = format!("{} more of {}, as in: {}", rest.len(), rule.id, worst.message);
        let more = Finding::new("more", worst.severity, message).pulls(worst.pull.clone());
        kept.push(more.judged(rest.len().into(), FINDINGS_MAX.into()));
    }
    kept
}

/// Forgets alerts that were resolved long ago.
pub fn prune(state: &State<'_>, sight: &mut Sight, report: &mut Report) {
    let now = state.now();
    let old = sight.alerts.iter().filter(|(_, alert)| is_forgettable(alert, now));
    let names: Vec<String> = old.map(|(name, _)| name.clone()).collect();
    for name in names {
        match forget(state, &name) {
            Ok(()) => {
                sight.alerts.remove(&name);
            }
            Err(error) => report.notices.push(Notice::of("ALERT_NOT_FORGOTTEN", &name, &error)),
        }
    }
}

/// Forgets one, once everything that was decided of it is on the record.
fn forget(state: &State<'_>, name: &str) -> Result<()> {
    let opened = document::open::<Alert>(&*state.backend, &key(name)?, state.wait)?;
    if let Stored::Present(stored) = &opened.stored {
        if !is_forgettable(stored, state.now()) {
            return Ok(());
        }
        record::heal(state, &stored.audit_outbox, Durability::Strict)?;
    }
    opened.remove()
}
