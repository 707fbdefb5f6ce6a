//! Whether the configuration is believed and understood, and whether anybody could resume under it.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::{Check, Finding, Patient, quoted};
use crate::config::file::{distrust, locate};
use crate::error::{Error, Kind};

/// The configuration file.
pub const FILE: Check =
    Check { name: "config", about: "the configuration is found, trusted and understood", run: file };

/// The people a release needs.
pub const APPROVALS: Check =
    Check { name: "approvals", about: "there are enough operators to resume", run: approvals };

fn file(patient: &Patient<'_>) -> Vec<Finding> {
    let config = &patient.context.config;
    let located = locate(patient.flags, patient.environment).ok().flatten();
    let mut findings = Vec::new();
    if let Some(problem) = patient.problem {
        let mend = located.as_deref().map_or(problem.hint.clone(), |path| mend(patient, path));
        findings.push(Finding::critical(unusable(patient, problem), mend));
    }
    if let Some(path) = &located {
        findings.extend(replaceable(patient, path));
    }
    if findings.is_empty() {
        let file =
            config.file.as_ref().map_or("no file, defaults only".to_owned(), |p| p.display().to_string());
        findings.push(Finding::ok(format!("{file}; state_dir comes from: {}", config.origin("state_dir"))));
    }
    findings
}

fn unusable(patient: &Patient<'_>, problem: &Error) -> String {
    let mut dirs = vec![patient.dir().display().to_string()];
    dirs.extend(patient.also.iter().map(|dir| dir.display().to_string()));
    format!("{}; nothing but a stop works, and it would aim at {}", problem.message, dirs.join(" and "))
}

fn mend(patient: &Patient<'_>, path: &Path) -> String {
    let (uid, file) = (patient.environment.uid, quoted(path));
    let owner = std::fs::metadata(path).map(|metadata| metadata.uid()).ok();
    let sudo = patient.sudo(owner);
    match distrust(path, uid) {
        Ok(Some(_)) if owner != Some(0) && owner != Some(uid) => {
            format!("cat {file} && {sudo}chown {uid} {file} && chmod go-w {file}")
        }
        Ok(Some(_)) => format!("cat {file} && {sudo}chmod go-w {file}"),
        Ok(None) if crate::store::inspect::may_read(path).is_err() => super::access::to_read(patient, path),
        Ok(None) => format!("{sudo}${{EDITOR:-vi}} {file}"),
        Err(_) if owner.is_none() && patient.flags.config.is_none() => format!("${{EDITOR:-vi}} {file}"),
        Err(_) => format!("ls -l {file}"),
    }
}

/// Directories above the file in which somebody else could put another in its place.
fn replaceable(patient: &Patient<'_>, path: &Path) -> Vec<Finding> {
    let uid = patient.environment.uid;
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut findings = Vec::new();
    for dir in real.ancestors().skip(1) {
        let Ok(metadata) = std::fs::metadata(dir) else { continue };
        let (owner, mode) = (metadata.uid(), metadata.mode() & 0o7777);
        let (shown, sudo) = (quoted(dir), patient.sudo(Some(owner)));
        if owner != 0 && owner != uid {
            let message =
                format!("{} belongs to uid {owner}, who can replace {}", dir.display(), path.display());
            findings.push(Finding::warning(message, format!("{sudo}chown {uid} {shown}")));
        } else if mode & 0o022 != 0 && mode & 0o1000 == 0 {
            let message = format!(
                "others can write {} (mode {mode:04o}), and so replace {}",
                dir.display(),
                path.display()
            );
            findings.push(Finding::warning(message, format!("{sudo}chmod go-w {shown}")));
        }
    }
    findings
}

fn approvals(patient: &Patient<'_>) -> Vec<Finding> {
    if patient.problem.is_some() {
        let message = "not examined: the configuration cannot be used, so how many must agree is not known";
        return vec![Finding::unknown(message, "nija config check")];
    }
    let needed = patient.context.config.approvals;
    let finding = match patient.operators() {
        Ok(0) if needed == 1 => {
            Finding::ok("one person resumes; no operators: whoever can write the state directory can")
        }
        Ok(operators) if operators >= needed => {
            Finding::ok(format!("{needed} of {operators} operators must agree to resume"))
        }
        Ok(operators) => Finding::critical(
            format!(
                "killswitch.approvals = {needed} can never be met, so nobody could resume: {operators} operators \
                 exist in {}",
                patient.dir().display()
            ),
            patient.nija("operator add NAME"),
        ),
        // Who may not read the list is told by the modes; it is no fault of the list.
        Err(error) if error.kind == Kind::NotPermitted && needed == 1 => {
            Finding::ok("one person resumes; the list of operators is not yours to read")
        }
        Err(error) => Finding::unknown(
            format!("who may resume is not known: {}", error.message),
            super::access::to_read(patient, &patient.dir().join("operators.json")),
        ),
    };
    vec![finding]
}
