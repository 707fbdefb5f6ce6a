//! A state directory as a whole: made once, recognised later, and its reserve kept ready.

use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use super::Durability;
use super::atomic::Directory;
use super::file::LOCKS;
use super::sentinel::RESERVE;
use crate::domain::sentinel::{FILE_NAME, RESERVE_LEN, parse, reserve};
use crate::error::{Error, Kind, Result};

/// Folder of the reserve.
pub const RESERVE_FOLDER: &str = ".reserve";

/// Anything nija makes in a state directory; one is enough to know that a nija was here.
const MARKS: [&str; 4] = [LOCKS, RESERVE_FOLDER, "killswitch.json", "audit.jsonl"];

/// What looking for a state directory found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// A directory that a nija initialised.
    Initialised,
    /// A directory, but none of nija's.
    Foreign,
    /// Nothing.
    Missing,
}

/// Looks whether `dir` is a state directory. Fails only when it cannot be looked at.
pub fn presence(dir: &Path) -> Result<Presence> {
    let look = |path: &Path| match std::fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::io(format_args!("look at {}", path.display()), error).hint("nija doctor")),
    };
    for mark in MARKS {
        if look(&dir.join(mark))? {
            return Ok(Presence::Initialised);
        }
    }
    Ok(if look(dir)? { Presence::Foreign } else { Presence::Missing })
}

/// Makes the directory with its folders and the reserve. What already exists stays as it is.
pub fn make(dir: &Path, mode: u32) -> Result<()> {
    let existed = dir.is_dir();
    std::fs::DirBuilder::new().recursive(true).mode(0o755).create(dir).map_err(|e| {
        let error = Error::io(format_args!("make directory {}", dir.display()), e);
        Error { kind: Kind::CannotCreate, ..error }.hint(format!("sudo mkdir -p {}", dir.display()))
    })?;
    if !existed {
        // The umask narrowed what was asked for.
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(mode))
            .map_err(|e| Error::io(format_args!("set the mode of {}", dir.display()), e))?;
    }
    let directory = Directory::open(dir)?;
    directory.folder(LOCKS)?;
    refill_reserve(dir)?;
    if let Some(parent) = dir.parent() {
        // A plain relative name has an empty parent.
        Directory::open(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })?.sync()?;
    }
    directory.sync()
}

/// Makes a directory that holds no state.
pub fn make_plain(dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).map_err(|e| {
        let error = Error::io(format_args!("make directory {}", dir.display()), e);
        Error { kind: Kind::CannotCreate, ..error }.hint(format!("mkdir -p {}", dir.display()))
    })
}

/// Lets everybody read a file that is no state.
pub fn open_to_all(path: &Path) -> Result<()> {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))
        .map_err(|e| Error::io(format_args!("set the mode of {}", path.display()), e))
}

/// Makes a second place for the stop file, unless it is there.
pub fn make_fallback(dir: &Path) -> Result<()> {
    match std::fs::DirBuilder::new().mode(0o755).create(dir) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Error::io(format_args!("make directory {}", dir.display()), error)
            .hint(format!("sudo mkdir -p {}", dir.display()))),
    }
}

/// The kind of file system a directory is on, by the kernel's magic number.
pub fn file_system_magic(dir: &Path) -> Result<u64> {
    let stat =
        rustix::fs::statfs(dir).map_err(|e| super::atomic::failed("look at the file system of", dir, e))?;
    Ok(u64::try_from(stat.f_type).unwrap_or(0))
}

/// Whether a reboot empties this directory. What cannot be found out counts as kept elsewhere: the syncs were done.
pub fn is_volatile(dir: &Path) -> bool {
    const TMPFS: u64 = 0x0102_1994;
    const RAMFS: u64 = 0x8584_58f6;
    file_system_magic(dir).is_ok_and(|magic| magic == TMPFS || magic == RAMFS)
}

/// Whether somebody who can look into `other` may be shut out of `dir`, as from a directory below `XDG_RUNTIME_DIR`.
pub fn is_more_private(dir: &Path, other: &Path) -> bool {
    let shut = |place: &Path| std::fs::metadata(place).is_ok_and(|metadata| metadata.mode() & 0o011 == 0);
    dir.ancestors().any(|place| !other.starts_with(place) && shut(place))
}

/// Why the reserve could not stand in for a stop file on a full disk, if so.
pub fn reserve_fault(dir: &Path) -> Result<Option<String>> {
    let path = dir.join(RESERVE);
    let fault = |why: String| Ok(Some(format!("{} {why}", path.display())));
    let look = |error| Error::io(format_args!("look at {}", path.display()), error);
    let metadata = match std::fs::symlink_metadata(&path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return fault("is missing".to_owned()),
        Err(error) => return Err(look(error)),
    };
    if !metadata.is_file() {
        return fault("is not a regular file".to_owned());
    }
    if metadata.len() != RESERVE_LEN as u64 {
        return fault(format!("has {} bytes, not {RESERVE_LEN}", metadata.len()));
    }
    if metadata.dev() != std::fs::metadata(dir).map_err(look)?.dev() {
        return fault("is on another file system, so it cannot be renamed into place".to_owned());
    }
    if !parse(&std::fs::read(&path).map_err(look)?).reserve {
        return fault("does not read as a reserve".to_owned());
    }
    Ok(None)
}

/// Makes the reserve ready again, if it is not.
pub fn refill_reserve(dir: &Path) -> Result<bool> {
    if matches!(reserve_fault(dir), Ok(None)) {
        return Ok(false);
    }
    let folder = Directory::open(dir)?.folder(RESERVE_FOLDER)?;
    match folder.replace(FILE_NAME, &reserve(), 0o644, Durability::Strict) {
        // Two stops at once refill it together; one of them is enough.
        Err(_) if matches!(reserve_fault(dir), Ok(None)) => Ok(false),
        refilled => refilled.map(|()| true),
    }
}
