//! The stop file: found wherever one may stand; raised and taken down by the files beside this one.

use std::fs::File;
use std::io::Read as _;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};

use chrono::DateTime;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags, Stat};
use rustix::io::Errno;

use super::atomic::failed;
use crate::domain::sentinel::{Content, FILE_NAME, Found, parse};
use crate::error::Result;

mod raise;
mod take_down;

pub use raise::{Raised, raise};
pub use take_down::{TakenDown, take_down};

/// The pre-made stop file, relative to the state directory.
pub const RESERVE: &str = ".reserve/EMERGENCY_STOP";

/// Largest part of a stop file that is read, in bytes, and beyond which no line is added.
const READ_MAX: u64 = 256 * 1024;

/// A stop file that stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The directory it stands in.
    pub dir: PathBuf,
    /// What it says, as far as it can be read.
    pub content: Content,
    /// Its owner and time.
    pub file: Found,
}

impl Standing {
    /// The file's own path.
    pub fn path(&self) -> PathBuf {
        self.dir.join(FILE_NAME)
    }
}

/// Looks for a stop file in one place again and again; the path is made once.
#[derive(Debug)]
pub struct Lookout {
    dir: PathBuf,
    path: std::ffi::CString,
}

impl Lookout {
    /// A lookout for `dir`.
    pub fn new(dir: &Path) -> Self {
        let path = dir.join(FILE_NAME).into_os_string().into_encoded_bytes();
        // A path with a NUL names nothing; an empty one is never absent for certain.
        Self { dir: dir.to_owned(), path: std::ffi::CString::new(path).unwrap_or_default() }
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether a stop file stands. One system call by path, so that a directory swapped for another is seen; no allocation
    /// unless it fails. Only a certain absence is `false`; any doubt is an error.
    pub fn stands(&self) -> Result<bool> {
        match rustix::fs::lstat(self.path.as_c_str()) {
            Ok(_) => Ok(true),
            Err(Errno::NOENT) if !self.path.is_empty() => Ok(false),
            Err(errno) => Err(failed("look for", &self.dir.join(FILE_NAME), errno)),
        }
    }
}

/// The stop file in `dir`, if one stands. What cannot be read of it is left empty: its existence is what counts.
pub fn find(dir: &Path) -> Result<Option<Standing>> {
    let path = dir.join(FILE_NAME);
    let stat = match rustix::fs::lstat(&path) {
        Ok(stat) => stat,
        Err(Errno::NOENT) => return Ok(None),
        Err(errno) => return Err(failed("look for", &path, errno)),
    };
    let content = read(&path, &stat).map_err(|e| failed("read", &path, e))?;
    Ok(Some(Standing { dir: dir.to_owned(), content, file: found(&stat) }))
}

/// What a stop file says. One that cannot be read by its nature (a link, a folder, somebody else's secret) says nothing;
/// a failure that may pass is an error, or a recorded cause would be taken for a file made by hand.
fn read(path: &Path, stat: &Stat) -> std::result::Result<Content, Errno> {
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Ok(Content::default());
    }
    let file = match open(path, OFlags::RDONLY) {
        Ok(file) => file,
        Err(Errno::ACCESS | Errno::PERM) if !is_ours(stat) => return Ok(Content::default()),
        Err(errno) => return Err(errno),
    };
    let len = u64::try_from(stat.st_size).unwrap_or(0).min(READ_MAX);
    let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or(0).saturating_add(1));
    let read = file.take(READ_MAX).read_to_end(&mut bytes);
    read.map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
    Ok(parse(&bytes))
}

fn is_ours(stat: &Stat) -> bool {
    let uid = rustix::process::geteuid().as_raw();
    uid == 0 || uid == stat.st_uid
}

fn open(path: &Path, flags: OFlags) -> std::result::Result<File, Errno> {
    let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::from_raw_mode(0o644)).map(Into::into)
}

/// Renames without replacing anything, also on file systems that cannot do it in one step.
fn rename_new(dir: BorrowedFd<'_>, from: &Path, to: &Path) -> std::result::Result<(), Errno> {
    match rustix::fs::renameat_with(dir, from, dir, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS) => {
            rustix::fs::linkat(dir, from, dir, to, AtFlags::empty())?;
            rustix::fs::unlinkat(dir, from, AtFlags::empty())
        }
        other => other,
    }
}

#[expect(clippy::unnecessary_cast, reason = "the width of these fields differs between platforms")]
fn found(stat: &Stat) -> Found {
    let at = DateTime::from_timestamp(stat.st_mtime as i64, u32::try_from(stat.st_mtime_nsec).unwrap_or(0));
    Found { uid: stat.st_uid, at: at.unwrap_or_default(), text: String::new() }
}
