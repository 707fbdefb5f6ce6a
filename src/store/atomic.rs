//! The only code that writes state files: durable atomic replace, in a directory held open.

use std::io::Write as _;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Gid, Mode, OFlags, Stat, Uid};
use rustix::io::Errno;

use super::Durability;
use crate::error::{Error, Kind, Result};

/// How much more is read at once of a file that turns out longer than it was.
const READ_MORE_BYTES: usize = 4096;

/// A directory held open, so that every step works on the same one.
#[derive(Debug)]
pub struct Directory {
    fd: OwnedFd,
    path: PathBuf,
}

impl AsFd for Directory {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// A failed system call as an error that names what was done to which path.
pub fn failed(doing: &str, path: &Path, errno: Errno) -> Error {
    let error = Error::io(format_args!("{doing} {}", path.display()), errno.into());
    let folder = path.parent().unwrap_or(path).display();
    match errno {
        Errno::NOSPC | Errno::DQUOT => error.hint(format!("df -h {folder}; df -i {folder}")),
        Errno::ROFS => error.hint(format!("mount -o remount,rw {folder}")),
        Errno::ACCESS | Errno::PERM => error.hint(format!("ls -ld {folder} {}", path.display())),
        Errno::MFILE | Errno::NFILE => error.hint("ulimit -n"),
        _ => error.hint("nija doctor"),
    }
}

impl Directory {
    /// Opens a directory.
    pub fn open(path: &Path) -> Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd =
            rustix::fs::open(path, flags, Mode::empty()).map_err(|e| failed("open directory", path, e))?;
        Ok(Self { fd, path: path.to_owned() })
    }

    /// Its path, as it was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Another handle of the same directory, for what outlives this one.
    pub fn another_handle(&self) -> Result<OwnedFd> {
        self.fd.try_clone().map_err(|e| Error::io(format_args!("keep {} open", self.path.display()), e))
    }

    /// Its own metadata.
    pub fn stat(&self) -> Result<Stat> {
        rustix::fs::fstat(&self.fd).map_err(|e| failed("look at", &self.path, e))
    }

    /// Metadata of an entry; `None` only when there is certainly none.
    pub fn stat_entry(&self, name: &str) -> Result<Option<Stat>> {
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(failed("look at", &self.path.join(name), errno)),
        }
    }

    /// Opens an entry for reading; `None` only when there is certainly none. Never follows a link, never blocks on a pipe.
    pub fn open_entry(&self, name: &str) -> Result<Option<std::fs::File>> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        match rustix::fs::openat(&self.fd, name, flags, Mode::empty()) {
            Ok(fd) => Ok(Some(fd.into())),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(failed("open", &self.path.join(name), errno)),
        }
    }

    /// Reads a whole entry; `None` only when there is certainly none.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let Some(file) = self.open_entry(name)? else { return Ok(None) };
        read_all(&file, &self.path.join(name)).map(Some)
    }

    /// Reads a whole entry into a buffer that is used again; `false` only when there is certainly none.
    pub fn read_into(&self, name: &str, bytes: &mut Vec<u8>) -> Result<bool> {
        bytes.clear();
        let Some(file) = self.open_entry(name)? else { return Ok(false) };
        read_all_into(&file, &self.path.join(name), bytes)?;
        Ok(true)
    }

    /// The wanted name, numbered if an entry has it already.
    pub fn free_name(&self, wanted: &str) -> Result<String> {
        let mut name = wanted.to_owned();
        for number in 1.. {
            if self.stat_entry(&name)?.is_none() {
                break;
            }
            name = format!("{wanted}.{number}");
        }
        Ok(name)
    }

    /// Syncs the directory: makes creations, renames and removals in it durable.
    pub fn sync(&self) -> Result<()> {
        rustix::fs::fsync(&self.fd).map_err(|e| {
            let error = failed("sync directory", &self.path, e);
            Error {
                message: format!("{}; the change is visible but not confirmed durable", error.message),
                ..error
            }
        })
    }

    /// Opens a folder in this directory; `None` only when there is certainly none.
    pub fn existing_folder(&self, name: &str) -> Result<Option<Self>> {
        let path = self.path.join(name);
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let open = || rustix::fs::openat(&self.fd, name, flags, Mode::empty());
        let opened = match open() {
            // A link that leads nowhere is not the certain absence of a folder: what it leads to may not be mounted. Opened
            // again, because another process may have made it meanwhile.
            Err(Errno::NOENT) if self.stat_entry(name)?.is_some() => open(),
            Err(Errno::NOENT) => return Ok(None),
            opened => opened,
        };
        opened.map(|fd| Some(Self { fd, path: path.clone() })).map_err(|e| failed("open directory", &path, e))
    }

    /// Opens a folder in this directory, making it first where needed, with this directory's own mode.
    pub fn folder(&self, name: &str) -> Result<Self> {
        if let Some(folder) = self.existing_folder(name)? {
            return Ok(folder);
        }
        let path = self.path.join(name);
        let mode = Mode::from_raw_mode(self.stat()?.st_mode & 0o7777);
        let made = rustix::fs::mkdirat(&self.fd, name, mode);
        if let Err(errno) = made
            && errno != Errno::EXIST
        {
            return Err(failed("make directory", &path, errno));
        }
        let folder =
            self.existing_folder(name)?.ok_or_else(|| failed("open directory", &path, Errno::NOENT))?;
        if made.is_ok() {
            // The umask narrowed what was asked for.
            rustix::fs::fchmod(&folder, mode).map_err(|e| failed("set the mode of", &path, e))?;
            give_to_owner_of(self, &folder);
        }
        self.sync()?;
        Ok(folder)
    }

    /// Replaces an entry atomically. The caller holds the lock that guards it, so a leftover of a dead process under the
    /// temporary name is nobody's and goes away.
    ///
    /// Write, sync, rename, sync the directory: without the first sync a power cut leaves an empty file on XFS and btrfs,
    /// without the second it brings back the old one. A failed sync is never tried again: the kernel has dropped the
    /// pages and would report success.
    pub fn replace(&self, name: &str, bytes: &[u8], new_mode: u32, durability: Durability) -> Result<()> {
        let path = self.path.join(name);
        let temporary = temporary_name(name);
        // The mode of a link says nothing; it is replaced itself, not followed.
        let regular = |old: &Stat| FileType::from_raw_mode(old.st_mode) == FileType::RegularFile;
        let old = self.stat_entry(name)?.filter(regular);
        let mode = match &old {
            Some(old) => old.st_mode & 0o7777,
            None => self.mode_for_new(new_mode)?,
        };
        let file = self.create_temporary(&temporary, mode)?;
        let written = self.fill(&file, &path, bytes, mode, old.as_ref(), durability).and_then(|()| {
            rustix::fs::renameat(&self.fd, &temporary, &self.fd, name)
                .map_err(|e| failed("replace", &path, e))
        });
        if let Err(error) = written {
            // Best effort: a leftover is swept by the next replace of this entry.
            let _ = rustix::fs::unlinkat(&self.fd, &temporary, AtFlags::empty());
            return Err(error);
        }
        if durability == Durability::Strict { self.sync() } else { Ok(()) }
    }

    fn create_temporary(&self, temporary: &str, mode: u32) -> Result<std::fs::File> {
        let path = self.path.join(temporary);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let open = || rustix::fs::openat(&self.fd, temporary, flags, Mode::from_raw_mode(mode));
        let fd = match open() {
            Err(Errno::EXIST) => {
                rustix::fs::unlinkat(&self.fd, temporary, AtFlags::empty())
                    .map_err(|e| failed("remove leftover", &path, e))?;
                open()
            }
            other => other,
        };
        fd.map(Into::into).map_err(|e| Error { kind: create_kind(e), ..failed("create", &path, e) })
    }

    fn fill(
        &self,
        mut file: &std::fs::File,
        path: &Path,
        bytes: &[u8],
        mode: u32,
        old: Option<&Stat>,
        durability: Durability,
    ) -> Result<()> {
        // The umask may have narrowed a mode that has to be kept.
        rustix::fs::fchmod(file, Mode::from_raw_mode(mode))
            .map_err(|e| failed("set the mode of", path, e))?;
        match old {
            Some(old) => keep_owner(file, old),
            None => give_to_owner_of(self, file),
        }
        file.write_all(bytes)
            .map_err(|e| Error::io(format_args!("write {}", path.display()), e).hint(space_hint(path)))?;
        if durability == Durability::Strict {
            rustix::fs::fsync(file).map_err(|e| failed("sync", path, e))?;
        }
        Ok(())
    }

    /// New files are as open to the group as their directory is.
    fn mode_for_new(&self, mode: u32) -> Result<u32> {
        let directory = self.stat()?.st_mode;
        let shared = if mode & 0o040 != 0 { directory & 0o020 } else { 0 };
        Ok(mode | shared)
    }
}

/// The one temporary name of an entry: under its lock there is at most one writer.
pub fn temporary_name(name: &str) -> String {
    format!(".{name}.tmp")
}

/// Reads an open file from its start.
pub fn read_all(file: &std::fs::File, path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_all_into(file, path, &mut bytes)?;
    Ok(bytes)
}

fn read_all_into(file: &std::fs::File, path: &Path, bytes: &mut Vec<u8>) -> Result<()> {
    let stat = rustix::fs::fstat(file).map_err(|e| failed("look at", path, e))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(Error::new(Kind::Corrupt, format!("{} is not a regular file", path.display()))
            .hint("nija doctor"));
    }
    // `read_to_end` would ask for size and position first, at half the price of reading a small document.
    bytes.reserve(usize::try_from(stat.st_size).unwrap_or(0).saturating_add(1));
    loop {
        match rustix::io::read(file, rustix::buffer::spare_capacity(bytes)) {
            Ok(0) => return Ok(()),
            // Without room, reading would say 0, as at the end.
            Ok(_) if bytes.len() == bytes.capacity() => bytes.reserve(READ_MORE_BYTES),
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(failed("read", path, errno)),
        }
    }
}

/// Gives what root makes in somebody else's directory to its owner, who has to go on working with it.
pub fn give_to_owner_of(directory: &Directory, made: impl AsFd) {
    if rustix::process::geteuid().is_root()
        && let Ok(stat) = directory.stat()
        && stat.st_uid != 0
    {
        let (uid, gid) = (Uid::from_raw(stat.st_uid), Gid::from_raw(stat.st_gid));
        let _ = rustix::fs::fchown(made, Some(uid), Some(gid));
    }
}

// An unprivileged writer cannot give a file away; the group at least may be kept. Mode and content matter more than that.
fn keep_owner(file: &std::fs::File, old: &Stat) {
    let Ok(new) = rustix::fs::fstat(file) else { return };
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid) {
        let (uid, gid) = (Uid::from_raw(old.st_uid), Gid::from_raw(old.st_gid));
        if rustix::fs::fchown(file, Some(uid), Some(gid)).is_err() {
            let _ = rustix::fs::fchown(file, None, Some(gid));
        }
        let _ = rustix::fs::fchmod(file, Mode::from_raw_mode(old.st_mode & 0o7777));
    }
}

fn create_kind(errno: Errno) -> Kind {
    if errno == Errno::ACCESS || errno == Errno::PERM { Kind::NotPermitted } else { Kind::CannotCreate }
}

fn space_hint(path: &Path) -> String {
    let folder = path.parent().unwrap_or(path).display();
    format!("df -h {folder}; df -i {folder}")
}
