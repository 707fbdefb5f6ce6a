//! Bounded waiting for a lock file that is never replaced, and naming who holds it.

use std::fs::File;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use fs2::FileExt as _;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::Held;
use super::atomic::{Directory, failed, give_to_owner_of};
use crate::error::{Error, Kind, Result};

/// Threads that stand in a queue for nobody: what they wait for is held by a process that hangs. Beyond so many of them
/// nobody queues up any more, and whoever waits looks again and again instead.
const ABANDONED_MAX: usize = 16;

/// How often somebody who does not queue up looks again.
const POLL: Duration = Duration::from_millis(1);

static ABANDONED: AtomicUsize = AtomicUsize::new(0);

/// A held flock(2); the kernel lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl Held for FileLock {}

/// Takes the lock file `name` in `locks` within `wait`.
///
/// Contended waiting happens in the kernel's own queue, which is fair; a thread stands in it so that the wait is bounded.
pub fn take(locks: &Directory, name: &str, wait: Duration) -> Result<FileLock> {
    let path = locks.path().join(name);
    let file = open(locks, name, &path)?;
    match file.try_lock_exclusive() {
        Ok(()) => return Ok(FileLock { _file: file }),
        Err(error) if error.raw_os_error() == Some(Errno::WOULDBLOCK.raw_os_error()) => {}
        Err(error) => {
            return Err(Error::io(format_args!("lock {}", path.display()), error).hint("nija doctor"));
        }
    }
    let identity = file.metadata().map_err(|e| Error::io(format_args!("look at {}", path.display()), e))?;
    let busy = || busy(&path, holder(identity.dev(), identity.ino()), wait);
    if wait.is_zero() {
        return Err(busy());
    }
    if ABANDONED.load(Ordering::Relaxed) >= ABANDONED_MAX {
        return poll(file, wait).ok_or_else(busy);
    }
    let (sender, receiver) = mpsc::sync_channel(0);
    std::thread::Builder::new()
        .name("lock-wait".to_owned())
        .spawn(move || {
            let locked = file.lock_exclusive();
            // When nobody waits any more, the lock is dropped with the message.
            if sender.send(locked.map(|()| file)).is_err() {
                ABANDONED.fetch_sub(1, Ordering::Relaxed);
            }
        })
        .map_err(|e| Error::io("start a thread to wait for a lock", e).hint("ulimit -u"))?;
    match receiver.recv_timeout(wait) {
        Ok(Ok(file)) => Ok(FileLock { _file: file }),
        Ok(Err(error)) => Err(Error::io(format_args!("lock {}", path.display()), error).hint("nija doctor")),
        Err(_) => {
            // Counted before the receiver goes, so that the thread finds it counted.
            ABANDONED.fetch_add(1, Ordering::Relaxed);
            Err(busy())
        }
    }
}

fn poll(file: File, wait: Duration) -> Option<FileLock> {
    // Nobody sends: receiving is a pause that ends on time.
    let (_sender, pause) = mpsc::channel::<()>();
    let mut left = wait;
    while !left.is_zero() {
        let step = left.min(POLL);
        let _ = pause.recv_timeout(step);
        if file.try_lock_exclusive().is_ok() {
            return Some(FileLock { _file: file });
        }
        left -= step;
    }
    None
}

/// Whether a lock could be taken at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// It could.
    Free,
    /// Somebody holds it: this process, where that can be known.
    Held(Option<u32>),
}

/// Takes an existing lock file for an instant, without waiting. One that is gone by now is free.
pub fn probe(locks: &Directory, name: &str) -> Result<Probe> {
    let path = locks.path().join(name);
    let Some(file) = locks.open_entry(name)? else { return Ok(Probe::Free) };
    match file.try_lock_exclusive() {
        Ok(()) => Ok(Probe::Free),
        Err(error) if error.raw_os_error() == Some(Errno::WOULDBLOCK.raw_os_error()) => {
            let identity =
                file.metadata().map_err(|e| Error::io(format_args!("look at {}", path.display()), e))?;
            Ok(Probe::Held(holder(identity.dev(), identity.ino())))
        }
        Err(error) => Err(Error::io(format_args!("lock {}", path.display()), error)),
    }
}

fn open(locks: &Directory, name: &str, path: &Path) -> Result<File> {
    // Read-only is enough for flock(2), and lets every user of a shared directory take part.
    let existing = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    match rustix::fs::openat(locks, name, existing, Mode::empty()) {
        Ok(fd) => return Ok(fd.into()),
        Err(Errno::NOENT) => {}
        Err(errno) => return Err(failed("open lock", path, errno)),
    }
    let fd = rustix::fs::openat(locks, name, existing | OFlags::CREATE, Mode::from_raw_mode(0o644))
        .map_err(|e| failed("create lock", path, e))?;
    // The umask may have shut out the others. Who lost the race to create it may not change it, and need not.
    let _ = rustix::fs::fchmod(&fd, Mode::from_raw_mode(0o644));
    give_to_owner_of(locks, &fd);
    Ok(fd.into())
}

fn busy(path: &Path, holder: Option<u32>, wait: Duration) -> Error {
    let waited = humantime::format_duration(wait);
    let (who, hint) = match holder {
        Some(pid) => (format!("process {pid}"), format!("ps -fp {pid}")),
        None => ("another process".to_owned(), format!("fuser -v {}", path.display())),
    };
    Error::new(Kind::Busy, format!("lock {} is held by {who}; waited {waited}", path.display())).hint(hint)
}

/// The process that holds a flock on this file, from the kernel's own list, so that nothing has to be written to say so.
fn holder(dev: u64, ino: u64) -> Option<u32> {
    let list = std::fs::read_to_string(PathBuf::from("/proc/locks")).ok()?;
    let file = format!("{:02x}:{:02x}:{ino}", rustix::fs::major(dev), rustix::fs::minor(dev));
    list.lines().filter(|line| !line.contains("->")).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let matches = fields.get(1) == Some(&"FLOCK") && fields.get(5) == Some(&file.as_str());
        if matches { fields.get(4)?.parse().ok() } else { None }
    })
}
