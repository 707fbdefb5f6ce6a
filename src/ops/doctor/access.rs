//! What lets a person in where permissions keep them out.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::{Patient, quoted};
use crate::store::inspect::{is_frozen, may_enter, mount_point};

/// The command that lets this person change `path`, a file or a directory, which was refused with `refusal`.
pub fn to_change(patient: &Patient<'_>, path: &Path, refusal: &io::Error) -> String {
    let Ok(metadata) = std::fs::metadata(path) else { return to_enter(patient, path) };
    if refusal.raw_os_error() == Some(libc::EROFS) {
        return format!("{}mount -o remount,rw {}", patient.sudo(None), quoted(&mount_point(path)));
    }
    if is_frozen(path) {
        return format!("{}chattr -i -a {}", patient.sudo(None), quoted(path));
    }
    let bits = if metadata.is_dir() { "rwx" } else { "rw" };
    granted(patient, path, &metadata, bits)
}

/// The command that lets this person read `path`.
pub fn to_read(patient: &Patient<'_>, path: &Path) -> String {
    match std::fs::metadata(path) {
        Ok(metadata) => granted(patient, path, &metadata, "r"),
        Err(_) => to_enter(patient, path),
    }
}

fn granted(patient: &Patient<'_>, path: &Path, metadata: &Metadata, bits: &str) -> String {
    let sudo = patient.sudo(Some(metadata.uid()));
    if metadata.uid() == patient.environment.uid {
        return format!("chmod u+{bits} {}", quoted(path));
    }
    let group = rustix::process::getegid().as_raw();
    let path = quoted(path);
    format!("{sudo}chgrp {group} {path} && {sudo}chmod g+{bits} {path}")
}

/// The command that moves away what stands on the way to `path` and is no directory, if anything does.
pub fn to_make_way(patient: &Patient<'_>, path: &Path) -> Option<String> {
    let is_in_the_way = |place: &&Path| std::fs::metadata(place).is_ok_and(|metadata| !metadata.is_dir());
    let place = path.ancestors().find(is_in_the_way)?;
    let owner = place.parent().and_then(|dir| std::fs::metadata(dir).ok()).map(|metadata| metadata.uid());
    let place = quoted(place);
    Some(format!("{}mv -n {place} {place}.aside", patient.sudo(owner)))
}

/// The command that opens the first directory on the way to `path` that keeps this person out.
pub fn to_enter(patient: &Patient<'_>, path: &Path) -> String {
    if let Some(command) = to_make_way(patient, path) {
        return command;
    }
    let mut way: Vec<&Path> = path.ancestors().collect();
    way.reverse();
    let closed = way.into_iter().find(|dir| may_enter(dir).is_err()).unwrap_or(path);
    let owner = std::fs::metadata(closed).map(|metadata| metadata.uid()).ok();
    let who = if owner == Some(patient.environment.uid) { "u" } else { "a" };
    format!("{}chmod {who}+x {}", patient.sudo(owner), quoted(closed))
}
