//! Raises the stop file: without a lock, whole from its first moment, and synced.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use chrono::DateTime;
use rustix::fs::{CWD, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::super::atomic::{Directory, failed, read_all};
use super::{READ_MAX, RESERVE, open, rename_new};
use crate::domain::sentinel::{Activation, FILE_NAME, Found, RESERVE_LEN, parse};
use crate::error::{Error, Kind, Result};

/// How often an activation that loses its file to a release in progress starts over.
const ATTEMPTS: u32 = 8;

/// One raised stop file.
#[derive(Debug)]
pub struct Raised {
    /// Where it stands.
    pub path: PathBuf,
    /// Whether the cause is in it; if not, its bare existence stops all the same.
    pub recorded: bool,
    /// Whether the reserve was spent for it.
    pub reserve_spent: bool,
    /// Whether another stop file already stood here.
    pub already_stood: bool,
    /// Whether it survives a power cut, or why that is not certain.
    pub durable: Result<()>,
}

impl Raised {
    fn at(path: &Path) -> Self {
        let path = path.to_owned();
        Self { path, recorded: false, reserve_spent: false, already_stood: false, durable: Ok(()) }
    }

    /// Whether this stop is only as good as somebody else's file, which a release in progress may take away.
    pub fn leaves_no_trace(&self) -> bool {
        self.already_stood && !self.recorded
    }
}

/// Raises the stop file in `dir`: from the moment it exists, trading is stopped. Takes no lock and holds one file at a time.
///
/// Create under another name, write, rename, sync the file, sync the directory: one journal commit, and nobody ever sees a
/// stop file without its cause. When that cannot be done, the pre-made reserve is renamed into place; failing that, an
/// empty file stops as well. A failed sync is reported, never repeated.
pub fn raise(dir: &Path, activation: &Activation) -> Result<Raised> {
    let path = dir.join(FILE_NAME);
    for _ in 0..ATTEMPTS {
        let mut raised = Raised::at(&path);
        let file = match place(dir, activation, &mut raised) {
            Ok(file) => file,
            Err(Errno::EXIST) => match join(&path, activation, &mut raised) {
                Joined::Gone => continue,
                Joined::Added(file) => Some(file),
                Joined::Standing => None,
            },
            Err(errno) => return Err(failed("create", &path, errno)),
        };
        let written = match &file {
            Some(file) => sync(file, &path),
            None => Ok(()),
        };
        // A release may have taken the file away between opening and writing: then this stop starts over. Asked while it
        // is open, or its number could be another's by now. One that takes it from here on sees what was written.
        if !stands(file.as_ref(), &path) {
            continue;
        }
        drop(file);
        raised.durable = written.and_then(|()| sync_name(dir));
        return Ok(raised);
    }
    Err(Error::new(Kind::Busy, format!("{} is taken down again and again", path.display()))
        .hint(format!("touch {}", path.display())))
}

/// Puts a stop file where none stands. `EXIST` when one does; `None` when it stands but is not open here.
fn place(
    dir: &Path,
    activation: &Activation,
    raised: &mut Raised,
) -> std::result::Result<Option<File>, Errno> {
    let path = dir.join(FILE_NAME);
    let temporary = dir.join(format!(".{FILE_NAME}.{}", activation.id));
    let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | OFlags::EXCL;
    let mut file = match open(&temporary, flags) {
        Ok(file) => file,
        Err(errno) => return from_reserve(dir, activation, raised).map_err(|other| worse(errno, other)),
    };
    // Whatever the umask: whoever finds it has to be able to read the cause.
    let _ = rustix::fs::fchmod(&file, Mode::from_raw_mode(0o644));
    raised.recorded = file.write_all(&activation.line()).is_ok();
    let placed = if raised.recorded {
        rename_new(CWD, &temporary, &path).map(|()| Some(file))
    } else {
        // A full disk: the reserve has room for the cause. Without one, an empty file stops as well.
        from_reserve(dir, activation, raised).or_else(|errno| match errno {
            Errno::EXIST => Err(errno),
            _ => rename_new(CWD, &temporary, &path).map(|()| Some(file)),
        })
    };
    if placed.is_err() || raised.reserve_spent {
        let _ = rustix::fs::unlink(&temporary);
    }
    placed
}

/// Why nothing could be created, unless a stop file turned out to stand.
fn worse(creating: Errno, reserve: Errno) -> Errno {
    if reserve == Errno::EXIST { reserve } else { creating }
}

fn stands(file: Option<&File>, path: &Path) -> bool {
    let identity = |stat: Stat| (stat.st_dev, stat.st_ino);
    let standing = rustix::fs::lstat(path).map(identity);
    match file {
        Some(file) => rustix::fs::fstat(file).map(identity).is_ok_and(|own| standing == Ok(own)),
        // It was never open here, so only its name can tell.
        None => standing != Err(Errno::NOENT),
    }
}

/// Makes the file's name durable. Without a descriptor to be had for the directory, a call that needs none does it.
fn sync_name(dir: &Path) -> Result<()> {
    match Directory::open(dir) {
        Err(error) if matches!(error.errno(), Some(libc::EMFILE | libc::ENFILE)) => {
            rustix::fs::sync();
            Ok(())
        }
        opened => opened?.sync(),
    }
}

/// The activation as one block. A reason that is too long for it is cut: who stopped, when and that much of why is kept.
fn block(activation: &Activation) -> Vec<u8> {
    let mut activation = activation.clone();
    let mut block = activation.line();
    while block.len() > RESERVE_LEN {
        let kept = activation.cause.reason.chars().count() / 2;
        activation.cause.reason = activation.cause.reason.chars().take(kept).collect();
        block = activation.line();
        if kept == 0 {
            break;
        }
    }
    block.pop();
    block.resize(RESERVE_LEN - 1, b' ');
    block.push(b'\n');
    block
}

/// What became of adding a cause to a stop file that already stood.
enum Joined {
    /// The cause is in it, or as much of it as could be written.
    Added(File),
    /// It cannot be written to; it stops all the same.
    Standing,
    /// A release took it away in between.
    Gone,
}

/// Adds this cause to a stop file that already stands.
fn join(path: &Path, activation: &Activation, raised: &mut Raised) -> Joined {
    raised.already_stood = true;
    let mut file = match open(path, OFlags::RDWR | OFlags::APPEND) {
        Ok(file) => file,
        Err(Errno::NOENT) => return Joined::Gone,
        Err(_) => return Joined::Standing,
    };
    let Ok(metadata) = file.metadata() else { return Joined::Standing };
    if !metadata.is_file() || metadata.len() >= READ_MAX {
        return Joined::Standing;
    }
    let standing = read_all(&file, path);
    let is_known = standing.is_ok();
    let standing = standing.unwrap_or_default();
    let content = parse(&standing);
    let mut activation = activation.clone();
    if is_known && content.is_foreign() && !content.reserve {
        // Writing moves the file's time, so what was found has to be kept in the line.
        activation.found = Some(Found {
            uid: metadata.uid(),
            at: DateTime::from_timestamp(metadata.mtime(), u32::try_from(metadata.mtime_nsec()).unwrap_or(0))
                .unwrap_or(activation.cause.at),
            text: content.foreign,
        });
    }
    let mut line = activation.line();
    if standing.last().is_some_and(|byte| *byte != b'\n') {
        line.insert(0, b'\n');
    }
    raised.recorded = file.write_all(&line).is_ok();
    Joined::Added(file)
}

/// Renames the reserve into place by path, which needs neither space nor a file descriptor, then tries to write the
/// cause over it in place.
fn from_reserve(
    dir: &Path,
    activation: &Activation,
    raised: &mut Raised,
) -> std::result::Result<Option<File>, Errno> {
    let path = dir.join(FILE_NAME);
    rename_new(CWD, &dir.join(RESERVE), &path)?;
    raised.reserve_spent = true;
    let Ok(file) = open(&path, OFlags::WRONLY) else { return Ok(None) };
    raised.recorded = file.write_all_at(&block(activation), 0).is_ok();
    Ok(Some(file))
}

fn sync(file: &File, path: &Path) -> Result<()> {
    rustix::fs::fsync(file).map_err(|e| failed("sync", path, e))
}
