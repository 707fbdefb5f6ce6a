//! The stop file: its reserve, and whether the kill switch agrees with what stands.

use super::{Check, Finding, Patient, access, quoted};
use crate::domain::killswitch::KillSwitch;
use crate::ops::killswitch;
use crate::store::directory::{RESERVE_FOLDER, reserve_fault};
use crate::store::document::{self, Stored};
use crate::store::inspect::{may_change, may_write};
use crate::store::sentinel::{RESERVE, find};

/// The pre-made stop file.
pub const RESERVE_CHECK: Check =
    Check { name: "reserve", about: "a stop works with the disk full", run: reserve };

/// What stands, against what the document says.
pub const STOP_FILE: Check =
    Check { name: "stop-file", about: "stop file and kill switch agree", run: stop_file };

fn reserve(patient: &Patient<'_>) -> Vec<Finding> {
    if let Err(unknown) = patient.state() {
        return unknown;
    }
    let (folder, file) = (patient.dir().join(RESERVE_FOLDER), patient.dir().join(RESERVE));
    let finding = match reserve_fault(patient.dir()) {
        Ok(Some(fault)) => {
            let mend = format!("rm -rf {} && {}", quoted(&folder), patient.init());
            Finding::warning(format!("{fault}: with the disk full, a stop could not be made here"), mend)
        }
        Err(error) => Finding::unknown(error.message, access::to_enter(patient, &file)),
        Ok(None) => match (may_change(&folder), may_write(&file)) {
            (Err(refusal), _) => {
                let message = format!("you cannot use {}: {refusal}", folder.display());
                Finding::warning(message, access::to_change(patient, &folder, &refusal))
            }
            (_, Err(refusal)) => {
                let message = format!("you cannot write a cause into {}: {refusal}", file.display());
                Finding::warning(message, access::to_change(patient, &file, &refusal))
            }
            _ => Finding::ok(format!("{} is ready", file.display())),
        },
    };
    vec![finding]
}

fn stop_file(patient: &Patient<'_>) -> Vec<Finding> {
    let state = match patient.state() {
        Ok(state) => state,
        Err(unknown) => return unknown,
    };
    let (mut stops, mut findings) = (Vec::new(), Vec::new());
    for place in killswitch::places(patient.context) {
        match find(&place) {
            Ok(standing) => stops.extend(standing),
            Err(error) => {
                let message = format!("{}; the gate takes that for a stop", error.message);
                findings.push(Finding::unknown(message, access::to_enter(patient, &place)));
            }
        }
    }
    let document = match document::read::<KillSwitch>(&*state.backend, &killswitch::key()) {
        Ok(Stored::Present(document)) => document,
        // What is wrong with the document itself is told by the check of documents.
        _ => {
            findings.push(Finding::unknown(
                "the kill switch cannot be read, so trading is halted",
                patient.nija("status"),
            ));
            return findings;
        }
    };
    let stands = stops.iter().any(|stop| stop.dir == patient.dir());
    if document.needs_stop_file() && !stands {
        let ids: Vec<&str> = document.halts.iter().filter(|h| h.is_total()).map(|h| h.id.as_str()).collect();
        let message = format!(
            "EMERGENCY_STOP is missing from {} while {} is in force: removed by hand, or a release was interrupted",
            patient.dir().display(),
            ids.join(", ")
        );
        findings.push(Finding::critical(message, patient.nija("status")));
    }
    for stop in stops.iter().filter(|stop| !document.has_adopted(&stop.content, &stop.file)) {
        let message = format!(
            "{} stands, made by uid {}, and killswitch.json does not say so yet",
            stop.path().display(),
            stop.file.uid
        );
        findings.push(Finding::critical(message, patient.nija("status")));
    }
    if findings.is_empty() {
        let what = if stands { "a stop file stands, and is accounted for" } else { "no stop file stands" };
        findings.push(Finding::ok(what));
    }
    findings
}
