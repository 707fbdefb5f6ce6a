//! The second places for a stop file, for when the state directory cannot take it.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::{Check, Finding, Patient, access, quoted};
use crate::store::directory::is_volatile;
use crate::store::inspect::may_change;

/// The second places.
pub const FALLBACKS: Check =
    Check { name: "fallbacks", about: "a stop has a second place to stand", run: fallbacks };

fn fallbacks(patient: &Patient<'_>) -> Vec<Finding> {
    let dirs = &patient.context.config.fallback_dirs;
    let mut findings: Vec<Finding> = dirs.iter().filter_map(|dir| open_to_all(patient, dir)).collect();
    let (mut usable, mut refused) = (Vec::new(), Vec::new());
    for dir in dirs {
        match refusal(patient, dir) {
            None => usable.push(described(patient, dir)),
            Some(why) => refused.push(format!("{}: {why}", dir.display())),
        }
    }
    if usable.is_empty() {
        let why = if refused.is_empty() { "fallback_dirs is empty".to_owned() } else { refused.join("; ") };
        let message =
            format!("a stop that {} cannot take has nowhere to stand: {why}", patient.dir().display());
        findings.push(Finding::warning(message, mend(patient)));
    } else if findings.is_empty() {
        findings.push(Finding::ok(usable.join("; ")));
    }
    findings
}

/// Why this person could not raise a stop file in `dir`, if so.
fn refusal(patient: &Patient<'_>, dir: &Path) -> Option<String> {
    if dir == patient.dir() {
        return Some("it is the state directory itself".to_owned());
    }
    match std::fs::metadata(dir) {
        Ok(metadata) if !metadata.is_dir() => Some("it is not a directory".to_owned()),
        Ok(_) => may_change(dir).err().map(|error| error.to_string()),
        // A stop makes the directory, but not those above it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let above = dir.parent().unwrap_or(dir);
            may_change(above).err().map(|error| format!("{} cannot be written: {error}", above.display()))
        }
        Err(error) => Some(error.to_string()),
    }
}

fn described(patient: &Patient<'_>, dir: &Path) -> String {
    let existing = if dir.is_dir() { dir } else { dir.parent().unwrap_or(dir) };
    let device = |path: &Path| std::fs::metadata(path).map(|metadata| metadata.dev()).ok();
    let shared = device(patient.dir()).is_some_and(|own| device(existing) == Some(own));
    let kind = match (is_volatile(existing), shared) {
        (true, _) => "volatile: a reboot forgets it",
        (false, true) => "on the disk of the state directory: full when that is",
        (false, false) => "not on the disk of the state directory",
    };
    format!("{} ({kind})", dir.display())
}

fn open_to_all(patient: &Patient<'_>, dir: &Path) -> Option<Finding> {
    let metadata = std::fs::metadata(dir).ok().filter(std::fs::Metadata::is_dir)?;
    let mode = metadata.mode() & 0o7777;
    (mode & 0o002 != 0 && mode & 0o1000 == 0).then(|| {
        let message =
            format!("everybody can write {} (mode {mode:04o}): anyone can undo a stop there", dir.display());
        let mend = format!("{}chmod o-w {}", patient.sudo(Some(metadata.uid())), quoted(dir));
        Finding::warning(message, mend)
    })
}

fn mend(patient: &Patient<'_>) -> String {
    let config = &patient.context.config;
    match config.fallback_dirs.iter().find(|dir| *dir != patient.dir()) {
        Some(dir) => {
            let uid = patient.environment.uid;
            let make = format!("{}install -d -o {uid} -m 0755 {}", patient.sudo(None), quoted(dir));
            match access::to_make_way(patient, dir) {
                Some(command) => format!("{command} && {make}"),
                None => make,
            }
        }
        None => {
            let file = config.file.clone().unwrap_or_else(|| "/etc/nija/nija.toml".into());
            format!("${{EDITOR:-vi}} {}", quoted(&file))
        }
    }
}
