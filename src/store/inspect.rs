//! Looking at a state directory and at the disk below it without changing anything.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, StatVfsMountFlags, StatxAttributes, StatxFlags};

use super::atomic::failed;
use crate::error::{Error, Result};

/// Something in a directory.
#[derive(Debug)]
pub struct Entry {
    /// Its name; what is not UTF-8 is replaced.
    pub name: String,
    /// Its path.
    pub path: PathBuf,
    /// Its own metadata, never that of what it links to.
    pub metadata: Metadata,
}

/// Everything in a directory, by name; nothing when there is certainly no such directory. What vanishes meanwhile is
/// left out.
pub fn entries(dir: &Path) -> Result<Vec<Entry>> {
    let cannot = |error| Error::io(format_args!("list {}", dir.display()), error);
    let listing = match std::fs::read_dir(dir) {
        Ok(listing) => listing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(cannot(error)),
    };
    let mut entries = Vec::new();
    for entry in listing {
        let path = entry.map_err(cannot)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match std::fs::symlink_metadata(&path) {
            Ok(metadata) => entries.push(Entry { name, path, metadata }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io(format_args!("look at {}", path.display()), error)),
        }
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

/// Whether this process may read a file.
pub fn may_read(path: &Path) -> io::Result<()> {
    access(path, Access::READ_OK)
}

/// Whether this process may write a file. A read-only mount and the immutable attribute count.
pub fn may_write(path: &Path) -> io::Result<()> {
    access(path, Access::WRITE_OK)
}

/// Whether this process may make, rename and remove entries of a directory.
pub fn may_change(dir: &Path) -> io::Result<()> {
    access(dir, Access::WRITE_OK | Access::EXEC_OK)
}

/// Whether this process may look for entries of a directory.
pub fn may_enter(dir: &Path) -> io::Result<()> {
    access(dir, Access::EXEC_OK)
}

fn access(path: &Path, wanted: Access) -> io::Result<()> {
    rustix::fs::accessat(CWD, path, wanted, AtFlags::EACCESS).map_err(io::Error::from)
}

/// Whether the immutable or the append-only attribute keeps this from being replaced; not every file system knows them.
pub fn is_frozen(path: &Path) -> bool {
    rustix::fs::statx(CWD, path, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::BASIC_STATS).is_ok_and(|statx| {
        statx.stx_attributes.intersects(StatxAttributes::IMMUTABLE | StatxAttributes::APPEND)
    })
}

/// What is left of a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Volume {
    /// Bytes that an ordinary user may still write; `None` where the file system has no size.
    pub free_bytes: Option<u64>,
    /// Files that may still be made; `None` where the file system does not count them.
    pub free_files: Option<u64>,
    /// Whether it is mounted read-only.
    pub read_only: bool,
}

/// Looks at the file system a directory is on.
pub fn volume(dir: &Path) -> Result<Volume> {
    let stat = rustix::fs::statvfs(dir).map_err(|e| failed("look at the file system of", dir, e))?;
    Ok(Volume {
        free_bytes: (stat.f_blocks > 0).then_some(stat.f_bavail.saturating_mul(stat.f_frsize)),
        free_files: (stat.f_files > 0).then_some(stat.f_favail),
        read_only: stat.f_flag.contains(StatVfsMountFlags::RDONLY),
    })
}

/// The directory at which the file system of `dir` is mounted, as far as device numbers tell.
pub fn mount_point(dir: &Path) -> PathBuf {
    let device = |path: &Path| std::fs::metadata(path).map(|metadata| metadata.dev()).ok();
    let own = device(dir);
    dir.ancestors().take_while(|path| device(path) == own).last().unwrap_or(dir).to_owned()
}
