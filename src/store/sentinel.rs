//! The stop file itself: raised without a lock and synced, found wherever one may stand, taken down in two steps.

use std::fs::File;
use std::io::Write as _;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use chrono::DateTime;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags, Stat};
use rustix::io::Errno;

use super::atomic::{Directory, failed, read_all};
use crate::domain::sentinel::{Activation, Content, FILE_NAME, Found, RESERVE_LEN, parse};
use crate::error::{Error, Kind, Result};

/// The pre-made stop file, relative to the state directory.
pub const RESERVE: &str = ".reserve/EMERGENCY_STOP";

/// Largest part of a stop file that is read, and beyond which no line is added.
const READ_MAX: u64 = 256 * 1024;

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
/// Create, write, sync the file, sync the directory (one journal commit together). When nothing new can be created, the
/// pre-made reserve is renamed into place instead. A failed sync is reported, never repeated.
pub fn raise(dir: &Path, activation: &Activation) -> Result<Raised> {
    let path = dir.join(FILE_NAME);
    for _ in 0..ATTEMPTS {
        let mut raised = Raised::at(&path);
        let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | OFlags::EXCL;
        let file = match open(&path, flags) {
            Ok(file) => {
                // Whatever the umask: whoever finds it has to be able to read the cause.
                let _ = rustix::fs::fchmod(&file, Mode::from_raw_mode(0o644));
                Some(record(file, &activation.line(), &mut raised))
            }
            Err(Errno::EXIST) => match join(&path, activation, &mut raised) {
                Joined::Gone => continue,
                Joined::Added(file) => Some(file),
                Joined::Standing => None,
            },
            Err(errno) => {
                from_reserve(dir, activation, &mut raised).map_err(|_| failed("create", &path, errno))?
            }
        };
        let own = file
            .as_ref()
            .and_then(|file| rustix::fs::fstat(file).ok())
            .map(|stat| (stat.st_dev, stat.st_ino));
        raised.durable = make_durable(dir, &path, file, raised.reserve_spent);
        // A release may have taken the file away between opening and writing: then this stop starts over.
        let standing = rustix::fs::lstat(&path).ok().map(|stat| (stat.st_dev, stat.st_ino));
        if standing.is_some() && own.is_none_or(|own| standing == Some(own)) {
            return Ok(raised);
        }
    }
    Err(Error::new(Kind::Busy, format!("{} is taken down again and again", path.display()))
        .hint(format!("touch {}", path.display())))
}

/// Syncs the file and its name. The file is closed in between, so that one free file descriptor is enough.
fn make_durable(dir: &Path, path: &Path, file: Option<File>, reserve_spent: bool) -> Result<()> {
    match file {
        Some(file) => sync(&file, path)?,
        None if reserve_spent => {
            // No descriptor was to be had; this call needs none.
            rustix::fs::sync();
            return Ok(());
        }
        None => {}
    }
    Directory::open(dir)?.sync()
}

fn open(path: &Path, flags: OFlags) -> std::result::Result<File, Errno> {
    let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::from_raw_mode(0o644)).map(Into::into)
}

fn record(mut file: File, line: &[u8], raised: &mut Raised) -> File {
    raised.recorded = file.write_all(line).is_ok();
    file
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
    let file = match open(path, OFlags::RDWR | OFlags::APPEND) {
        Ok(file) => file,
        Err(Errno::NOENT) => return Joined::Gone,
        Err(_) => return Joined::Standing,
    };
    let Ok(metadata) = file.metadata() else { return Joined::Standing };
    if !metadata.is_file() || metadata.len() >= READ_MAX {
        return Joined::Standing;
    }
    let standing = read_all(&file, path).unwrap_or_default();
    let content = parse(&standing);
    let mut activation = activation.clone();
    if content.is_foreign() && !content.reserve {
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
    Joined::Added(record(file, &line, raised))
}

/// Renames the reserve into place by path, which needs neither space nor a file descriptor, then tries to write the
/// cause over it in place.
fn from_reserve(
    dir: &Path,
    activation: &Activation,
    raised: &mut Raised,
) -> std::result::Result<Option<File>, Errno> {
    let path = dir.join(FILE_NAME);
    match rename_new(CWD, &dir.join(RESERVE), &path) {
        Ok(()) => raised.reserve_spent = true,
        Err(Errno::EXIST) => raised.already_stood = true,
        Err(errno) => return Err(errno),
    }
    let Ok(file) = open(&path, OFlags::WRONLY) else { return Ok(None) };
    let mut block = activation.line();
    block.pop();
    if raised.reserve_spent && block.len() < RESERVE_LEN {
        block.resize(RESERVE_LEN - 1, b' ');
        block.push(b'\n');
        raised.recorded = file.write_all_at(&block, 0).is_ok();
    }
    Ok(Some(file))
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

fn sync(file: &File, path: &Path) -> Result<()> {
    rustix::fs::fsync(file).map_err(|e| failed("sync", path, e))
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
    Ok(Some(Standing { dir: dir.to_owned(), content: read(&path), file: found(&stat) }))
}

fn read(path: &Path) -> Content {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    if let Ok(file) = open(path, OFlags::RDONLY)
        && let Ok(metadata) = file.metadata()
        && metadata.is_file()
    {
        bytes.reserve(usize::try_from(metadata.len().min(READ_MAX)).unwrap_or(0).saturating_add(1));
        let _ = file.take(READ_MAX).read_to_end(&mut bytes);
    }
    parse(&bytes)
}

#[expect(clippy::unnecessary_cast, reason = "the width of these fields differs between platforms")]
fn found(stat: &Stat) -> Found {
    let at = DateTime::from_timestamp(stat.st_mtime as i64, u32::try_from(stat.st_mtime_nsec).unwrap_or(0));
    Found { uid: stat.st_uid, at: at.unwrap_or_default(), text: String::new() }
}

/// A stop file on its way down: out of sight, not yet gone.
#[derive(Debug)]
pub struct TakenDown {
    directory: Directory,
    name: String,
}

/// Moves the stop file of `dir` out of sight. The caller must then look at what it holds: an activation may have been
/// written into it until this very moment.
pub fn take_down(dir: &Path, release_id: &str) -> Result<TakenDown> {
    let directory = Directory::open(dir)?;
    let name = format!(".{FILE_NAME}.{release_id}");
    rustix::fs::renameat(&directory, FILE_NAME, &directory, &name).map_err(|e| {
        failed("take down", &dir.join(FILE_NAME), e).hint(format!("ls -la {}", dir.display()))
    })?;
    Ok(TakenDown { directory, name })
}

impl TakenDown {
    /// Whether this is still the file that was looked at: nothing was written into it, nobody touched it again.
    pub fn is_still(&self, looked_at: &Standing) -> bool {
        let stat = rustix::fs::statat(&self.directory, &*self.name, AtFlags::SYMLINK_NOFOLLOW);
        stat.is_ok_and(|stat| found(&stat) == looked_at.file)
            && read(&self.directory.path().join(&self.name)) == looked_at.content
    }

    /// Puts the stop file back. A newer one that stands by now stays: either way a stop file stands.
    pub fn restore(self) -> Result<()> {
        let directory = &self.directory;
        match rename_new(directory.as_fd(), Path::new(&self.name), Path::new(FILE_NAME)) {
            Ok(()) | Err(Errno::EXIST) => directory.sync(),
            Err(errno) => Err(failed("put back", &directory.path().join(FILE_NAME), errno)),
        }
    }

    /// Removes the file for good. What remains after a failure is out of sight and harmless.
    pub fn discard(self) {
        let removed = rustix::fs::unlinkat(&self.directory, &*self.name, AtFlags::empty());
        if removed.is_err() {
            let _ = rustix::fs::unlinkat(&self.directory, &*self.name, AtFlags::REMOVEDIR);
        }
    }
}
