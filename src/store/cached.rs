//! One document watched by a reader that asks all day: read again only when the file may have changed.

use std::ffi::CString;
use std::fs::File;
use std::os::fd::AsFd as _;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, fstat, lstat, statat};
use rustix::io::Errno;

use super::atomic::{Directory, failed, read_all};
use crate::error::{Error, Kind, Result};

/// A file whose change time is younger than this may change again without a trace: kernels before 6.13 stamp in ticks of
/// up to 10 ms. The same rule, for the same reason, as git's "racy" index entries.
const RACY: Duration = Duration::from_millis(20);

/// Identity of one version of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    size: i64,
    ctime: i64,
    ctime_nanoseconds: u64,
    links: u64,
}

#[expect(clippy::unnecessary_cast, reason = "the width of these fields differs between platforms")]
fn identity(stat: &Stat) -> Identity {
    Identity {
        device: stat.st_dev as u64,
        inode: stat.st_ino as u64,
        size: stat.st_size as i64,
        ctime: stat.st_ctime as i64,
        ctime_nanoseconds: stat.st_ctime_nsec as u64,
        links: stat.st_nlink as u64,
    }
}

/// A path, and the version of the file or directory there that was last read.
#[derive(Debug)]
pub struct Watched {
    path: CString,
    follow: AtFlags,
    /// Kept open, so that no other file is given its number.
    file: File,
    seen: Identity,
    settled: bool,
}

impl Watched {
    /// Starts watching the file at `path` that was opened there. `now_ns` is the wall clock in nanoseconds since 1970, taken
    /// before the file is read.
    fn new(path: &Path, follow: AtFlags, file: File, now_ns: i128) -> std::result::Result<Self, Errno> {
        let path = CString::new(path.as_os_str().as_encoded_bytes()).map_err(|_| Errno::INVAL)?;
        let seen = identity(&fstat(&file)?);
        let changed_ns = i128::from(seen.ctime) * 1_000_000_000 + i128::from(seen.ctime_nanoseconds);
        let age_ns = now_ns - changed_ns;
        Ok(Self { path, follow, file, seen, settled: age_ns > RACY.as_nanos() as i128 })
    }

    /// Whether the version that was read is certainly still the one that counts. One system call, no allocation.
    ///
    /// A replaced file has lost its name, one written in place has another change time: the open file tells both at half
    /// the price. Only asked by path does a directory show that was swapped for another: the file in it stays as it is.
    pub fn is_unchanged(&self, by_path: bool) -> bool {
        let stat = if by_path { statat(CWD, self.path.as_c_str(), self.follow) } else { fstat(&self.file) };
        self.settled && stat.is_ok_and(|stat| identity(&stat) == self.seen)
    }
}

impl Directory {
    /// Starts watching this directory.
    fn watch(&self, now_ns: i128) -> Option<Watched> {
        let file = self.as_fd().try_clone_to_owned().ok()?.into();
        Watched::new(self.path(), AtFlags::empty(), file, now_ns).ok()
    }
}

/// Opens a document, starts watching it and reads it; `None` when there is certainly none.
pub fn watch(directory: &Directory, name: &str, now_ns: i128) -> Result<Option<(Watched, Vec<u8>)>> {
    let Some(file) = directory.open_entry(name)? else { return Ok(None) };
    let path = directory.path().join(name);
    let watched = Watched::new(&path, AtFlags::SYMLINK_NOFOLLOW, file, now_ns)
        .map_err(|e| failed("look at", &path, e))?;
    let bytes = read_all(&watched.file, &path)?;
    Ok(Some((watched, bytes)))
}

/// Opens a folder of `dir` and starts watching it for entries that come and go, or, when there is certainly no such folder,
/// `dir` for its appearing. What is watched is `None` when that is not possible.
pub fn watch_folder(dir: &Path, name: &str, now_ns: i128) -> (Option<Watched>, Result<Option<Directory>>) {
    let path = dir.join(name);
    let mut opened = Directory::open(&path);
    if opened.as_ref().is_err_and(is_absent) {
        match lstat(&path) {
            Err(Errno::NOENT) => {
                return match Directory::open(dir) {
                    Ok(parent) => (parent.watch(now_ns), Ok(None)),
                    Err(error) => (None, Err(error)),
                };
            }
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink => {
                let message = format!("{} is a link that leads nowhere", path.display());
                return (None, Err(Error::new(Kind::NotFound, message).hint("nija doctor")));
            }
            Ok(_) => opened = Directory::open(&path),
            Err(errno) => return (None, Err(failed("look at", &path, errno))),
        }
    }
    match opened {
        Ok(folder) => (folder.watch(now_ns), Ok(Some(folder))),
        Err(error) => (None, Err(error)),
    }
}

fn is_absent(error: &Error) -> bool {
    error.errno() == Some(Errno::NOENT.raw_os_error())
}

/// Starts watching a directory for entries that come and go; of one that does not exist, the place where it would appear.
/// `None` when that cannot be watched.
pub fn watch_directory(dir: &Path, now_ns: i128) -> Option<Watched> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let nearest = dir.ancestors().find_map(|place| match rustix::fs::open(place, flags, Mode::empty()) {
        Ok(fd) => Some(Some((place, fd))),
        // A link that leads nowhere yet: what appears there does not change the directory the link is in.
        Err(Errno::NOENT) if lstat(place).is_ok() => Some(None),
        Err(Errno::NOENT) => None,
        Err(_) => Some(None),
    });
    let (place, fd) = nearest??;
    Watched::new(place, AtFlags::empty(), fd.into(), now_ns).ok()
}
