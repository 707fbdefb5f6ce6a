//! The state directory itself, and who may read and write what is in it.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::{Check, Finding, Patient, access, kept, quoted};
use crate::domain::document::Document as _;
use crate::domain::operator::Operators;
use crate::ops::{killswitch, operator};
use crate::store::directory::RESERVE_FOLDER;
use crate::store::file::LOCKS;
use crate::store::fills::FILLS;
use crate::store::inspect::{Entry, entries, is_frozen, may_change, may_read, may_write};
use crate::store::journal::AUDIT;

/// The directory.
pub const DIRECTORY: Check = Check {
    name: "directory",
    about: "the state directory is there, and yours alone to change",
    run: directory,
};

/// What is in it.
pub const MODES: Check =
    Check { name: "modes", about: "state is as open as it has to be, and no more", run: modes };

fn directory(patient: &Patient<'_>) -> Vec<Finding> {
    let dir = patient.dir();
    let shown = dir.display();
    if let Some(error) = patient.state_error() {
        return vec![Finding::critical(error.message.clone(), patient.mend_state(error))];
    }
    let metadata = match std::fs::metadata(dir) {
        Ok(metadata) => metadata,
        Err(error) => {
            let message = format!("{shown} cannot be looked at: {error}");
            return vec![Finding::critical(message, access::to_enter(patient, dir))];
        }
    };
    let (mode, mut findings) = (metadata.mode() & 0o7777, Vec::new());
    if mode & 0o002 != 0 && mode & 0o1000 == 0 {
        let message = format!("everybody can write {shown} (mode {mode:04o}): anyone can undo a stop");
        let mend = format!("{}chmod o-w {}", patient.sudo(Some(metadata.uid())), quoted(dir));
        findings.push(Finding::critical(message, mend));
    }
    if let Err(refusal) = may_change(dir) {
        let message =
            format!("you cannot write {shown} (owner uid {}, mode {mode:04o}): {refusal}", metadata.uid());
        findings.push(Finding::critical(message, access::to_change(patient, dir, &refusal)));
    } else if is_frozen(dir) {
        let message = format!("{shown} is append-only: a stop file can be made, but no document changed");
        findings.push(Finding::critical(message, format!("{}chattr -a {}", patient.sudo(None), quoted(dir))));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(format!("{shown}, owner uid {}, mode {mode:04o}", metadata.uid())));
    }
    findings
}

fn modes(patient: &Patient<'_>) -> Vec<Finding> {
    if let Err(unknown) = patient.state() {
        return unknown;
    }
    let dir = patient.dir();
    let mut findings = Vec::new();
    let folders = || kept::folders().chain([AUDIT.name, FILLS]);
    for folder in std::iter::once(dir.to_owned()).chain(folders().map(|folder| dir.join(folder))) {
        match entries(&folder) {
            Ok(entries) => {
                for entry in entries.iter().filter(|entry| is_state(entry)) {
                    findings.extend(file(patient, entry));
                }
            }
            Err(error) => findings.push(Finding::warning(error.message, access::to_read(patient, &folder))),
        }
    }
    for folder in folders().chain([LOCKS, RESERVE_FOLDER]) {
        let path = dir.join(folder);
        findings.extend(estranged(patient, &path));
        // The reserve has a check of its own.
        if folder != RESERVE_FOLDER
            && path.is_dir()
            && let Err(refusal) = may_change(&path)
            && refusal.raw_os_error() != Some(libc::EROFS)
        {
            let message = format!("you cannot write {}: {refusal}", path.display());
            findings.push(Finding::warning(message, access::to_change(patient, &path, &refusal)));
        }
    }
    findings.extend(estranged(patient, &dir.join(AUDIT.file())));
    if findings.is_empty() {
        findings.push(Finding::ok("every document is readable and writable as it should be"));
    }
    findings
}

/// Made by somebody else than the directory's owner, as by `sudo nija`, and not shared with that owner.
fn estranged(patient: &Patient<'_>, path: &Path) -> Option<Finding> {
    let (own, folder) = (std::fs::symlink_metadata(path).ok()?, std::fs::metadata(patient.dir()).ok()?);
    let shared = own.mode() & 0o020 != 0 && own.gid() == folder.gid();
    let message = format!(
        "{} belongs to uid {}: the directory's owner, uid {}, cannot write it",
        path.display(),
        own.uid(),
        folder.uid()
    );
    let mend = format!("{}chown --reference={} {}", patient.sudo(None), quoted(patient.dir()), quoted(path));
    let strange = own.uid() != folder.uid() && folder.uid() != 0 && !shared;
    strange.then(|| Finding::warning(message, mend))
}

fn is_state(entry: &Entry) -> bool {
    let named = entry.name.ends_with(".json") || entry.name.ends_with(".jsonl");
    named && !entry.name.starts_with('.') && entry.metadata.is_file()
}

fn file(patient: &Patient<'_>, entry: &Entry) -> Vec<Finding> {
    let (path, secret) = (&entry.path, entry.name == operator::key().file());
    let mut findings = Vec::new();
    if may_read(path).is_err() {
        let message = format!("you cannot read {}{}", path.display(), consequence(entry));
        let mend = access::to_read(patient, path);
        let vital = entry.name == killswitch::key().file();
        findings.push(if vital { Finding::critical(message, mend) } else { Finding::warning(message, mend) });
    }
    // Documents are replaced, which takes the directory alone; logs are written in place.
    let is_audit = entry.name == AUDIT.file();
    let is_log = is_audit || is_fills(entry);
    if is_log
        && let Err(refusal) = may_write(path)
        && refusal.raw_os_error() != Some(libc::EROFS)
    {
        let what = if is_audit { "your decisions stay off the record" } else { "fills cannot be recorded" };
        let message = format!("you cannot write {}: {what}", path.display());
        findings.push(Finding::warning(message, access::to_change(patient, path, &refusal)));
    }
    if !is_log && is_frozen(path) {
        let message = format!("{} cannot be replaced: it is immutable or append-only", path.display());
        let mend = format!("{}chattr -i -a {}", patient.sudo(None), quoted(path));
        findings.push(Finding::critical(message, mend));
    }
    findings.extend(if secret { exposed(patient, entry) } else { unusual(patient, entry) });
    findings
}

/// Whether this is the log of a month's fills; closed segments of the audit log are not written to.
fn is_fills(entry: &Entry) -> bool {
    let folder = entry.path.parent().and_then(Path::file_name);
    folder.is_some_and(|folder| folder == FILLS) && entry.name.ends_with(".jsonl")
}

fn consequence(entry: &Entry) -> &'static str {
    match entry.name.as_str() {
        "killswitch.json" => ": your gate answers that it cannot tell",
        "operators.json" => ": you can stop, but not resume",
        _ => "",
    }
}

fn exposed(patient: &Patient<'_>, entry: &Entry) -> Option<Finding> {
    let mode = entry.metadata.mode() & 0o7777;
    let message = format!(
        "{} has mode {mode:04o}, not {:04o}: it holds passphrase hashes",
        entry.path.display(),
        Operators::MODE
    );
    let mend = format!(
        "{}chmod {:o} {}",
        patient.sudo(Some(entry.metadata.uid())),
        Operators::MODE,
        quoted(&entry.path)
    );
    (mode & 0o777 != Operators::MODE).then(|| Finding::warning(message, mend))
}

/// A file of state is as open to others as its directory lets them in, and writable by the group only where that is.
fn unusual(patient: &Patient<'_>, entry: &Entry) -> Option<Finding> {
    let folder = std::fs::metadata(entry.path.parent().unwrap_or(Path::new("/"))).ok()?;
    let (mode, open) = (entry.metadata.mode() & 0o7777, folder.mode());
    let expected = 0o644 | (open & 0o020);
    let entered =
        0o600 | if open & 0o010 != 0 { 0o060 } else { 0 } | if open & 0o001 != 0 { 0o004 } else { 0 };
    let path = entry.path.display();
    let mend =
        format!("{}chmod {expected:o} {}", patient.sudo(Some(entry.metadata.uid())), quoted(&entry.path));
    if mode & 0o022 & !expected != 0 {
        let message = format!("{path} is more open than expected: mode {mode:04o}, not {expected:04o}");
        let anyone = mode & 0o002 != 0;
        return Some(if anyone { Finding::critical(message, mend) } else { Finding::warning(message, mend) });
    }
    // Documents are replaced, so that reading is enough; a log is written in place.
    let needed = if entry.name.ends_with(".jsonl") { 0o664 } else { 0o644 };
    (expected & entered & !mode & needed != 0).then(|| {
        let message = format!("{path} is less open than expected: mode {mode:04o}, not {expected:04o}");
        Finding::warning(format!("{message}; those who share the directory cannot use it"), mend)
    })
}
