//! The documents: whether each can be read as what it is.

use std::path::Path;

use super::{Check, Finding, Patient, quoted};
use crate::domain::document::{self, Document, Unreadable};
use crate::domain::heartbeat::Heartbeat;
use crate::domain::key::Key;
use crate::domain::killswitch::KillSwitch;
use crate::domain::operator::Operators;
use crate::error::{Error, Kind, Result};
use crate::ops::heartbeat::COLLECTION;
use crate::ops::{State, killswitch, operator};

/// Every document.
pub const DOCUMENTS: Check = Check { name: "documents", about: "every document can be read", run: documents };

/// How bytes are read as one type of document, to see whether they can be.
type Decode = fn(&[u8]) -> std::result::Result<(), Unreadable>;

fn decode<T: Document>(bytes: &[u8]) -> std::result::Result<(), Unreadable> {
    document::decode::<T>(bytes).map(drop)
}

/// Every document that is or ought to be there, and how it is read.
pub fn every(state: &State<'_>) -> Result<Vec<(Key, Decode)>> {
    let mut all: Vec<(Key, Decode)> =
        vec![(killswitch::key(), decode::<KillSwitch>), (operator::key(), decode::<Operators>)];
    let mut clients = state.backend.list(COLLECTION)?;
    clients.sort();
    all.extend(clients.into_iter().map(|key| (key, decode::<Heartbeat> as Decode)));
    Ok(all)
}

fn documents(patient: &Patient<'_>) -> Vec<Finding> {
    let state = match patient.state() {
        Ok(state) => state,
        Err(unknown) => return unknown,
    };
    let all = match every(state) {
        Ok(all) => all,
        Err(error) => {
            let mend = super::access::to_read(patient, &patient.dir().join(COLLECTION));
            return vec![Finding::unknown(error.message, mend)];
        }
    };
    let mut findings: Vec<Finding> =
        all.iter().filter_map(|(key, decode)| one(patient, state, key, *decode)).collect();
    if findings.is_empty() {
        findings.push(Finding::ok("every document can be read"));
    }
    findings
}

fn one(patient: &Patient<'_>, state: &State<'_>, key: &Key, decode: Decode) -> Option<Finding> {
    let path = patient.dir().join(key.file());
    match state.backend.load(key) {
        Ok(Some(loaded)) => match decode(&loaded.bytes) {
            Ok(()) => None,
            Err(why @ Unreadable::Newer(_)) => {
                let message = format!("cannot use {}: {why}", path.display());
                Some(Finding::critical(message, "cargo install --locked nija"))
            }
            Err(why) => Some(corrupt(patient, key, &path, &why.to_string())),
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

fn corrupt(patient: &Patient<'_>, key: &Key, path: &Path, why: &str) -> Finding {
    let message = format!("cannot use {}: {why}", path.display());
    match key.collection {
        Some(_) => Finding::warning(
            format!("{message}; nobody waits for this client until it reports again"),
            patient.nija(&format!("heartbeat forget {}", quoted(Path::new(&key.name)))),
        ),
        None if *key == killswitch::key() => Finding::critical(
            format!("{message}; trading is halted, and a stop makes it anew"),
            patient.nija("kill killswitch.json was corrupt"),
        ),
        None => Finding::critical(
            format!("{message}; nobody can resume"),
            format!("{} && {}", aside(patient, path), patient.nija("operator add NAME")),
        ),
    }
}

/// A document whose bytes cannot even be read, as when a link or a pipe stands in its place.
fn unreadable(patient: &Patient<'_>, key: &Key, path: &Path, error: &Error) -> Finding {
    let then = if *key == killswitch::key() {
        patient.nija("kill killswitch.json was not readable")
    } else {
        patient.nija("doctor")
    };
    Finding::critical(error.message.clone(), format!("{} && {then}", aside(patient, path)))
}

fn aside(patient: &Patient<'_>, path: &Path) -> String {
    let kept = crate::store::document::corrupt_suffix(patient.context.now());
    let mut to = path.to_owned().into_os_string();
    to.push(format!(".{kept}"));
    format!("mv -n {} {}", quoted(path), quoted(Path::new(&to)))
}
