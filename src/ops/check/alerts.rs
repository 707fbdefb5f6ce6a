//! Brings `alerts/` up to date with what the rules said, one document per alert, every change on the record.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::domain::alert::lifecycle::{Pulled, State as Life, Transition, fingerprint};
use crate::domain::alert::{Alert, Finding, Outcome, Pull, Rule};
use crate::domain::halt::Source;
use crate::domain::key::{ENCODED_LEN_MAX, Key, encode};
use crate::error::{Error, Kind, Result};
use crate::store::Durability;
use crate::store::document::{self, Stored};

use super::super::{Notice, State, record};
use super::changes::{Changed, Changes};
use super::{Change, Report, Sight, pull};

/// The folder of alerts.
pub const COLLECTION: &str = "alerts";

/// A resolved alert is forgotten after this long; the audit log keeps what happened.
const KEPT: TimeDelta = TimeDelta::days(7);

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
fn load(state: &State<'_>) -> Result<BTreeMap<String, Alert>> {
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
) -> Vec<Alert> {
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
    let others: Vec<Alert> = sight
        .alerts
        .values()
        .filter(mine)
        .filter(|alert| !held.contains(&fingerprint(rule.id, &alert.subject)))
        .cloned()
        .collect();
    for alert in others {
        let doubt = outcome
            .doubts
            .iter()
            .find(|doubt| doubt.subject.as_ref().is_none_or(|subject| *subject == alert.subject));
        let step = match doubt {
            Some(doubt) => alert.doubted(&doubt.why),
            None => alert.not_seen(state.now()),
        };
        if let Some((alert, transition)) = step {
            save(state, sight, alert, transition, report);
        }
    }
    // In the order of the findings; then those that could not be judged.
    let doubted = sight.alerts.keys().filter(|name| !held.contains(*name));
    let all = named.iter().chain(doubted).filter_map(|name| sight.alerts.get(name));
    all.filter(mine).map(|alert| as_seen(alert, &findings, state.now())).collect()
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
    let step = Alert::seen(sight.alerts.get(&name), rule.id, finding, state.now());
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
    match (step, pulled_now) {
        (Some((mut alert, transition)), pulled_now) => {
            alert.pulled = pulled_now.or(alert.pulled);
            save(state, sight, alert, transition, report);
        }
        (None, Some(pulled_now)) => {
            if let Some(before) = sight.alerts.get(&name) {
                let alert = Alert { pulled: Some(pulled_now), ..before.clone() };
                save(state, sight, alert, None, report);
            }
        }
        (None, None) => {}
    }
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

fn save(
    state: &State<'_>,
    sight: &mut Sight,
    alert: Alert,
    transition: Option<Transition>,
    report: &mut Report,
) {
    let name = fingerprint(&alert.rule, &alert.subject);
    if let Some(transition) = transition {
        report.changes.push(Change {
            fingerprint: name.clone(),
            transition,
            severity: alert.severity,
            message: alert.message.clone(),
        });
    }
    match write(state, &name, alert.clone(), transition) {
        Ok(written) => {
            sight.unsaved.remove(&name);
            sight.alerts.insert(name, written);
        }
        Err(error) => {
            sight.unsaved.insert(name.clone(), alert.clone());
            sight.alerts.insert(name.clone(), alert);
            report.notices.push(Notice::of("ALERT_NOT_RECORDED", &format!("alert {name}"), &error));
        }
    }
}

fn write(state: &State<'_>, name: &str, mut alert: Alert, transition: Option<Transition>) -> Result<Alert> {
    let mut opened = document::open::<Alert>(&*state.backend, &key(name)?, state.wait)?;
    match &opened.stored {
        Stored::Present(stored) => {
            alert.header.revision = stored.header.revision;
            alert.audit_outbox.clone_from(&stored.audit_outbox);
        }
        Stored::Missing => alert.header.revision = 0,
        Stored::Unreadable(_) => {
            opened.set_aside(state.now())?;
        }
    }
    let data = json!({
        "severity": alert.severity,
        "message": alert.message,
        "first_seen": alert.first_seen,
        "count": alert.count,
        "halt": alert.pulled.as_ref().map(|pulled| &pulled.halt),
    });
    let subject = format!("alert:{name}");
    let event =
        |kind: Transition| state.context.event(Source::AutoMonitoring, kind.action(), &subject, data.clone());
    match transition {
        // Found again by the next look if a power cut takes it.
        Some(kind) => {
            record::commit(state, &mut opened, &mut alert, &[event(kind)], Durability::Relaxed)?.audit?;
        }
        None => opened.commit(&mut alert, state.now(), Durability::Relaxed)?,
    }
    Ok(alert)
}

/// Forgets alerts that were resolved long ago.
pub fn prune(state: &State<'_>, sight: &mut Sight, report: &mut Report) {
    let now = state.now();
    let old = |alert: &Alert| {
        alert.state == Life::Resolved
            && alert.resolved_at.is_some_and(|at| now.signed_duration_since(at) >= KEPT)
    };
    let names: Vec<String> =
        sight.alerts.iter().filter(|(_, alert)| old(alert)).map(|(name, _)| name.clone()).collect();
    for name in names {
        let removed =
            key(&name).and_then(|key| document::open::<Alert>(&*state.backend, &key, state.wait)?.remove());
        match removed {
            Ok(()) => {
                sight.alerts.remove(&name);
            }
            Err(error) => report.notices.push(Notice::of("ALERT_NOT_FORGOTTEN", &name, &error)),
        }
    }
}
