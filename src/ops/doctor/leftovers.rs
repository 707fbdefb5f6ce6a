//! What interrupted commands and repairs left behind.

use std::os::unix::fs::MetadataExt as _;

use super::{Check, Finding, Patient, kept, quoted};
use crate::domain::sentinel::FILE_NAME;
use crate::ops::killswitch;
use crate::store::directory::RESERVE_FOLDER;
use crate::store::fills::FILLS;
use crate::store::inspect::{Entry, entries};
use crate::store::journal::AUDIT;

/// Leftovers.
pub const LEFTOVERS: Check =
    Check { name: "leftovers", about: "nothing interrupted or damaged lies about", run: leftovers };

/// What has not changed for this long, in seconds, is no work in progress.
const SETTLED_AFTER: i64 = 10;

fn leftovers(patient: &Patient<'_>) -> Vec<Finding> {
    if let Err(unknown) = patient.state() {
        return unknown;
    }
    let folders =
        kept::folders().chain([AUDIT.name, FILLS, RESERVE_FOLDER]).map(|folder| patient.dir().join(folder));
    let mut places = killswitch::places(patient.context);
    places.extend(folders);
    let mut findings = Vec::new();
    for dir in &places {
        match entries(dir) {
            Ok(entries) => findings.extend(entries.iter().filter_map(|entry| leftover(patient, entry))),
            // A second place that is closed to this person is told by the check of stop files.
            Err(_) if dir != patient.dir() => {}
            Err(error) => {
                findings.push(Finding::unknown(error.message, super::access::to_read(patient, dir)));
            }
        }
    }
    if findings.is_empty() {
        findings.push(Finding::ok("nothing lies about"));
    }
    findings
}

fn leftover(patient: &Patient<'_>, entry: &Entry) -> Option<Finding> {
    let (name, path, shown) = (entry.name.as_str(), entry.path.display(), quoted(&entry.path));
    let sudo = patient.sudo(Some(entry.metadata.uid()));
    let age = patient.context.now().timestamp() - entry.metadata.ctime();
    let keep = format!("{sudo}mv -n {shown} /var/tmp/");
    let (message, mend) = if name.contains(".corrupt-") {
        (format!("{path} is what a damaged document held; look at it, then keep it elsewhere"), keep)
    } else if name.contains(".torn-") {
        (format!("{path} is a record that a crash cut short; look at it, then keep it elsewhere"), keep)
    } else if age.abs() < SETTLED_AFTER {
        return None;
    } else if name.starts_with('.') && name.ends_with(".tmp") {
        (format!("{path} is an unfinished write of a command that died"), format!("{sudo}rm -f {shown}"))
    } else if name.starts_with(&format!(".{FILE_NAME}.")) {
        let mend = format!("{} && {sudo}rm -f {shown}", patient.nija("status"));
        (format!("{path} is a stop file that an interrupted release took down"), mend)
    } else {
        return None;
    };
    Some(Finding::warning(message, mend))
}
