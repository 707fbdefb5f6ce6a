//! The record of decisions: unbroken, complete, and in agreement with what is in force.

use serde_json::Value;

use super::kept::Place;
use super::{Check, Finding, Patient, access, quoted};
use crate::domain::audit::{Audited, Event, Outbox, Record};
use crate::domain::cooldown::{self, Cooldown};
use crate::domain::document::Document;
use crate::domain::key::Key;
use crate::domain::killswitch::{KillSwitch, LOST_RULE};
use crate::domain::operator::Operators;
use crate::error::{Error, Kind, Result};
use crate::ops::{State, audit, killswitch, operator};
use crate::store::document::{self, Stored};
use crate::store::journal::AUDIT;

/// The chain of records.
pub const CHAIN: Check = Check { name: "audit", about: "the audit chain is unbroken", run: chain };

/// Decisions on their way into the log.
pub const OUTBOX: Check = Check { name: "outbox", about: "every decision is on the record", run: outbox };

/// What was put in force, against what is.
pub const HALTS: Check =
    Check { name: "halts", about: "every halt on the record is in force or was released", run: halts };

/// Documents that carry their decisions until they are on the record.
struct Decisions {
    place: Place,
    read: fn(&[u8]) -> Option<Outbox>,
    /// The nija command that puts them there.
    complete: &'static str,
}

const DECISIONS: [Decisions; 3] = [
    Decisions { place: Place::File(killswitch::key), read: outbox_of::<KillSwitch>, complete: "status" },
    Decisions { place: Place::File(operator::key), read: outbox_of::<Operators>, complete: "status" },
    Decisions {
        place: Place::Folder(cooldown::COLLECTION),
        read: outbox_of::<Cooldown>,
        complete: "cooldown list --all",
    },
];

fn outbox_of<T: Audited>(bytes: &[u8]) -> Option<Outbox> {
    crate::domain::document::decode::<T>(bytes).ok().map(|mut document| std::mem::take(document.outbox()))
}

fn chain(patient: &Patient<'_>) -> Vec<Finding> {
    let state = match patient.state() {
        Ok(state) => state,
        Err(unknown) => return unknown,
    };
    vec![match audit::verify(state, None, &mut |_| ()) {
        Ok(verified) => Finding::ok(format!("{} records, unbroken", verified.records)),
        Err(error) if error.kind == Kind::AuditBroken => {
            let message = format!("{} in {}", error.message, patient.dir().display());
            Finding::critical(message, start_anew(patient))
        }
        Err(error) => unreadable(patient, &error),
    }]
}

fn unreadable(patient: &Patient<'_>, error: &Error) -> Finding {
    let path = patient.dir().join(AUDIT.file());
    Finding::unknown(error.message.clone(), access::to_read(patient, &path))
}

/// Nothing mends a broken chain: the log is kept as evidence, and the next decision starts another.
fn start_anew(patient: &Patient<'_>) -> String {
    let mut kept = patient.dir().to_owned().into_os_string();
    kept.push(patient.context.now().format(".audit-%Y%m%dT%H%M%SZ").to_string());
    let kept = quoted(std::path::Path::new(&kept));
    let parts = [AUDIT.file(), AUDIT.name.to_owned()].map(|name| patient.dir().join(name));
    let parts: Vec<String> = parts.iter().filter(|path| path.exists()).map(|path| quoted(path)).collect();
    format!("mkdir {kept} && mv {} {kept}/ && {}", parts.join(" "), patient.nija("status"))
}

fn outbox(patient: &Patient<'_>) -> Vec<Finding> {
    let state = match patient.state() {
        Ok(state) => state,
        Err(unknown) => return unknown,
    };
    let mut findings = Vec::new();
    for decisions in &DECISIONS {
        // A folder that cannot be listed is told by the check of documents.
        for key in decisions.place.keys(state).unwrap_or_default() {
            // So is a document that cannot be read.
            let Ok(Some(loaded)) = state.backend.load(&key) else { continue };
            match (decisions.read)(&loaded.bytes).map(|outbox| waiting(state, &outbox)) {
                Some(Ok(events)) if !events.is_empty() => {
                    let message = pending(patient, &key, &events);
                    findings.push(Finding::warning(message, patient.nija(decisions.complete)));
                }
                Some(Err(error)) => return vec![unreadable(patient, &error)],
                _ => {}
            }
        }
    }
    if findings.is_empty() {
        findings.push(Finding::ok("no decision waits to be recorded"));
    }
    findings
}

fn pending(patient: &Patient<'_>, key: &Key, events: &[Event]) -> String {
    let actions: Vec<&str> = events.iter().map(|event| event.action.as_str()).collect();
    let count = match events.len() {
        1 => "a decision is".to_owned(),
        count => format!("{count} decisions are"),
    };
    let file = patient.dir().join(key.file());
    format!("{count} waiting in {} and not in {}: {}", file.display(), AUDIT.file(), actions.join(", "))
}

fn read<T: Document>(state: &State<'_>, key: &Key) -> Option<T> {
    match document::read::<T>(&*state.backend, key) {
        Ok(Stored::Present(document)) => Some(document),
        _ => None,
    }
}

fn waiting(state: &State<'_>, outbox: &Outbox) -> Result<Vec<Event>> {
    state.journal().missing(outbox)
}

fn halts(patient: &Patient<'_>) -> Vec<Finding> {
    let state = match patient.state() {
        Ok(state) => state,
        Err(unknown) => return unknown,
    };
    let mut expected = Vec::new();
    let replayed = state.journal().lines(&mut |_, line| {
        if let Ok(record) = serde_json::from_slice::<Record>(line) {
            replay(&mut expected, &record.event);
        }
        true
    });
    if let Err(error) = replayed {
        return vec![unreadable(patient, &error)];
    }
    let Some(document) = read::<KillSwitch>(state, &killswitch::key()) else {
        return vec![Finding::ok("not compared: the kill switch cannot be read, so trading is halted")];
    };
    for event in waiting(state, &document.audit_outbox).unwrap_or_default() {
        replay(&mut expected, &event);
    }
    expected.retain(|id| !document.halts.iter().any(|halt| halt.id == *id));
    // A stop file that is not adopted yet brings its halts with it.
    let (stops, _) = killswitch::standing(patient.context);
    expected.retain(|id| !stops.iter().any(|stop| stop.content.activations.iter().any(|a| a.id == *id)));
    if expected.is_empty() {
        return vec![Finding::ok("the record and the kill switch agree")];
    }
    let ids = expected.join(", ");
    let message = format!(
        "{} does not hold {ids}, put in force and never released on the record: it was edited or put back by hand. \
         Stop, look, then resume: that release puts the record straight",
        patient.dir().join(killswitch::key().file()).display()
    );
    vec![Finding::critical(message, patient.nija(&format!("kill {ids} vanished from killswitch.json")))]
}

/// What an event does to the halts in force, by their ids.
fn replay(halts: &mut Vec<String>, event: &Event) {
    let id = |halt: &Value| halt.get("id").and_then(Value::as_str).map(str::to_owned);
    match event.action.as_str() {
        "killswitch.activate" | "killswitch.adopt" => {
            if event.data.get("rule").and_then(Value::as_str) == Some(LOST_RULE) {
                // It took the place of a document that was lost with its halts.
                halts.clear();
            }
            halts.extend(event.data.get("halt").and_then(id));
        }
        "killswitch.release" => {
            let remaining = event.data.get("remaining").and_then(Value::as_array);
            *halts = remaining.into_iter().flatten().filter_map(id).collect();
        }
        _ => {}
    }
}
