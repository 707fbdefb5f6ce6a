//! The locks: whether each can be taken, and who keeps one that cannot.

use std::time::Duration;

use super::{Check, Finding, Patient, access, quoted};
use crate::store::atomic::Directory;
use crate::store::file::LOCKS as FOLDER;
use crate::store::inspect::entries;
use crate::store::lock::{Probe, probe};

/// Every lock file.
pub const LOCKS: Check = Check { name: "locks", about: "no lock is kept", run: locks };

/// A lock held at one look and still after this long is kept; commands hold one for milliseconds.
const KEPT_AFTER: Duration = Duration::from_millis(200);

fn locks(patient: &Patient<'_>) -> Vec<Finding> {
    if let Err(unknown) = patient.state() {
        return unknown;
    }
    let path = patient.dir().join(FOLDER);
    let opened = Directory::open(&path).and_then(|folder| Ok((folder, entries(&path)?)));
    let (folder, files) = match opened {
        Ok(opened) => opened,
        Err(error) if error.errno() == Some(libc::ENOENT) => {
            return vec![Finding::warning(format!("{} is missing", path.display()), patient.init())];
        }
        Err(error) => return vec![Finding::critical(error.message, access::to_read(patient, &path))],
    };
    let (count, mut findings) = (files.len(), Vec::new());
    let mut held = Vec::new();
    for file in files {
        match probe(&folder, &file.name) {
            Ok(Probe::Free) => {}
            Ok(Probe::Held(_)) => held.push(file.name),
            Err(error) => {
                let message = format!("{}; documents cannot be changed under it", error.message);
                findings.push(Finding::critical(message, access::to_read(patient, &file.path)));
            }
        }
    }
    if !held.is_empty() {
        patient.context.clock.sleep(KEPT_AFTER);
    }
    findings.extend(held.iter().filter_map(|name| match probe(&folder, name) {
        Ok(Probe::Held(holder)) => Some(kept(patient, &quoted(&path.join(name)), holder)),
        _ => None,
    }));
    if findings.is_empty() {
        findings.push(Finding::ok(format!("{count} locks, none kept")));
    }
    findings
}

fn kept(patient: &Patient<'_>, path: &str, holder: Option<u32>) -> Finding {
    let waited = humantime::format_duration(KEPT_AFTER);
    match holder {
        Some(pid) => {
            let message =
                format!("lock {path} is held by process {pid} for {waited} or longer; if it hangs, end it");
            Finding::warning(message, format!("ps -fp {pid} && {}kill {pid}", patient.sudo(None)))
        }
        None => {
            let message = format!("lock {path} is held by another process for {waited} or longer");
            Finding::warning(message, format!("{}fuser -v {path}", patient.sudo(None)))
        }
    }
}
