//! Cooldowns under names that nobody looks for any more, because the configuration spells tickers differently by now.

use chrono::SecondsFormat;

use super::kept::Place;
use super::{Check, Finding, Patient, quoted};
use crate::domain::cooldown::{COLLECTION, Cooldown, Lock};
use crate::domain::key::Key;
use crate::ops::State;
use crate::store::document::{self, Stored};

/// Spellings.
pub const TICKERS: Check =
    Check { name: "tickers", about: "every cooldown is where its ticker is looked for", run: tickers };

fn tickers(patient: &Patient<'_>) -> Vec<Finding> {
    let state = match patient.state() {
        Ok(state) => state,
        Err(unknown) => return unknown,
    };
    // A folder that cannot be listed, and a document that cannot be read, are told by the check of documents.
    let keys = Place::Folder(COLLECTION).keys(state).unwrap_or_default();
    let mut findings: Vec<Finding> = keys.iter().flat_map(|key| astray(patient, state, key)).collect();
    if findings.is_empty() {
        findings.push(Finding::ok("every cooldown is where its ticker is looked for"));
    }
    findings
}

/// The locks of a ticker that is looked for under another name, unless that one is locked as long.
fn astray(patient: &Patient<'_>, state: &State<'_>, key: &Key) -> Vec<Finding> {
    let policy = &patient.context.config.policies.tickers;
    let now = patient.context.now();
    let Some(canonical) = policy.canonical(&key.name).ok().filter(|name| *name != key.name) else {
        return Vec::new();
    };
    let (Some(cooldown), there) = (read(state, key), Cooldown::key(&canonical).ok()) else {
        return Vec::new();
    };
    let there = there.and_then(|key| read(state, &key));
    let held = |lock: &&Lock| {
        let mut others = there.iter().flat_map(|cooldown| cooldown.in_force(now));
        others.any(|other| other.covers(lock))
    };
    let missing = cooldown.in_force(now).filter(|lock| !held(lock));
    missing.map(|lock| told(patient, key, &canonical, lock)).collect()
}

fn told(patient: &Patient<'_>, key: &Key, canonical: &str, lock: &Lock) -> Finding {
    let path = patient.dir().join(key.file());
    let until = lock.until.to_rfc3339_opts(SecondsFormat::Nanos, true);
    let message = format!(
        "{} holds a cooldown until {until}, but by the configuration {} is looked for as {canonical}: nobody sees it",
        path.display(),
        key.name
    );
    let (name, side) = (quoted(std::path::Path::new(canonical)), lock.side);
    let mend = format!(
        "cooldown activate {name} --until {until} --side {side} --reason 'it was under another name'"
    );
    Finding::warning(message, patient.nija(&mend))
}

fn read(state: &State<'_>, key: &Key) -> Option<Cooldown> {
    match document::read::<Cooldown>(&*state.backend, key) {
        Ok(Stored::Present(cooldown)) => Some(cooldown),
        _ => None,
    }
}
