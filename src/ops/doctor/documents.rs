//! The documents: whether each can be read as what it is.

use std::path::Path;

use super::kept::{self, Kept, aside};
use super::{Check, Finding, Patient};
use crate::domain::cooldown::COLLECTION;
use crate::domain::document::Unreadable;
use crate::domain::key::Key;
use crate::error::{Error, Kind};
use crate::ops::{State, killswitch};

/// Every document.
pub const DOCUMENTS: Check = Check { name: "documents", about: "every document can be read", run: documents };

fn documents(patient: &Patient<'_>) -> Vec<Finding> {
    let state = match patient.state() {
        Ok(state) => state,
        Err(unknown) => return unknown,
    };
    let all = match kept::documents(state) {
        Ok(all) => all,
        Err((folder, error)) => {
            let mend = super::access::to_read(patient, &patient.dir().join(folder));
            return vec![Finding::unknown(error.message, mend)];
        }
    };
    let mut findings: Vec<Finding> =
        all.iter().filter_map(|(key, kept)| one(patient, state, key, kept)).collect();
    if findings.is_empty() {
        findings.push(Finding::ok("every document can be read"));
    }
    findings
}

fn one(patient: &Patient<'_>, state: &State<'_>, key: &Key, kept: &Kept) -> Option<Finding> {
    let path = patient.dir().join(key.file());
    match state.backend.load(key) {
        Ok(Some(loaded)) => match (kept.decode)(&loaded.bytes) {
            Ok(()) => None,
            Err(why @ Unreadable::Newer(_)) => {
                let message = format!("cannot use {}: {why}", path.display());
                Some(Finding::critical(message, "cargo install --locked nija"))
            }
            Err(why) => Some(Finding {
                status: kept.status,
                message: format!("cannot use {}: {why}; {}", path.display(), kept.means),
                mend: (kept.mend)(patient, &key.name, &path),
            }),
        },
        Ok(None) if *key == killswitch::key() => {
            let message =
                format!("{} is missing, so trading is halted; a stop makes it anew", path.display());
            Some(Finding::critical(message, patient.nija("kill killswitch.json was missing")))
        }
        Ok(None) => None,
        // Who may not read it is told by the modes.
        Err(error) if error.kind == Kind::NotPermitted => None,
        Err(error) => Some(unreadable(patient, key, &path, &error)),
    }
}

/// A document whose bytes cannot even be read, as when a link or a pipe stands in its place.
fn unreadable(patient: &Patient<'_>, key: &Key, path: &Path, error: &Error) -> Finding {
    let then = match key.collection {
        None if *key == killswitch::key() => patient.nija("kill killswitch.json was not readable"),
        Some(COLLECTION) => kept::cooldown_again(patient, &key.name),
        _ => patient.nija("doctor"),
    };
    Finding::critical(error.message.clone(), format!("{} && {then}", aside(patient, path)))
}
