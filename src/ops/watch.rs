//! What makes a process the one watch of a state directory: its claim, and the document that says when it ticked last.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::clock::Clock;
use crate::domain::alert::Input;
use crate::domain::status::Status;
use crate::domain::watch::{self, Seen, Ticks, Watch};
use crate::error::{Error, Kind, Result};
use crate::store::atomic::Directory;
use crate::store::directory::file_system_magic;
use crate::store::document::{self, Stored};
use crate::store::file::LOCKS;
use crate::store::lock::{self, Probe};
use crate::store::{Durability, Held};

use super::State;
use super::check::kept::single;

/// The lock that the one watch of a state directory holds for its life.
pub const LOCK: &str = "watching";

/// Long enough for whoever only asks whether a watch runs.
const CLAIM_WAIT: Duration = Duration::from_millis(100);

/// File systems that other machines change without this kernel being told, by magic number: NFS, SMB, CIFS, 9P, Ceph, AFS,
/// Lustre, GPFS.
const REMOTE: [u64; 9] = [
    0x6969,
    0x517b,
    0xff53_4d42,
    0xfe53_4d42,
    0x0102_1997,
    0x00c3_6400,
    0x5346_414f,
    0x0bd0_0bd0,
    0x4750_4653,
];

/// The right to watch a state directory, held until it is dropped.
pub struct Claim {
    _held: Box<dyn Held>,
    directory: Option<(u64, u64)>,
}

impl Claim {
    /// Claims the state directory, or fails as busy, naming who watches it.
    pub fn take(state: &State<'_>) -> Result<Self> {
        let held = state.backend.lock(LOCK, CLAIM_WAIT).map_err(|error| match error.kind {
            Kind::Busy => {
                let dir = state.backend.location();
                let message = format!("a watch of {} runs already: {}", dir.display(), error.message);
                Error { message, ..error }
            }
            _ => error,
        })?;
        Ok(Self { _held: held, directory: identity(&state.context.config.state_dir) })
    }

    /// Whether this is the directory that was claimed, and not another that took its place.
    pub fn is_of(&self, dir: &Path) -> bool {
        identity(dir).is_none_or(|now| Some(now) == self.directory)
    }
}

fn identity(dir: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(dir).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// Whether other machines may change this directory without this one being told.
pub fn is_remote(dir: &Path) -> bool {
    file_system_magic(dir).is_ok_and(|magic| REMOTE.contains(&magic))
}

/// Writes down that a tick was completed just now.
pub fn ticked(state: &State<'_>, interval: Duration) -> Result<()> {
    let clock = state.context.clock;
    let mut opened = document::open::<Watch>(&*state.backend, &watch::key(), state.wait)?;
    let (now, boot_id, pid) = (state.now(), clock.boot_id(), state.context.identity.pid);
    let fresh = Watch::new(now, &boot_id, clock.since_boot(), pid, interval);
    let mut document = match std::mem::replace(&mut opened.stored, Stored::Missing) {
        Stored::Present(before) => Watch { header: before.header, extra: before.extra, ..fresh },
        Stored::Missing => fresh,
        unreadable @ Stored::Unreadable(_) => {
            opened.stored = unreadable;
            opened.set_aside(now)?;
            fresh
        }
    };
    // The next tick writes it again; syncing each would cost more than a restart that finds none.
    opened.commit(&mut document, now, Durability::Relaxed)
}

/// Writes down that the watch ended as somebody wanted: nobody has to wonder where it is.
pub fn ended(state: &State<'_>) -> Result<()> {
    let mut opened = document::open::<Watch>(&*state.backend, &watch::key(), state.wait)?;
    let Stored::Present(mut document) = std::mem::replace(&mut opened.stored, Stored::Missing) else {
        return Ok(());
    };
    document.ended_at = Some(state.now());
    opened.commit(&mut document, state.now(), Durability::Relaxed)
}

/// The ticks of a watch, as somebody else sees them.
pub fn input(state: &State<'_>) -> Input<Ticks> {
    match single::<Watch>(state, &watch::key()) {
        Input::Known(watch) => {
            let age = age(&watch, state.context.clock);
            Input::Known(Ticks::Seen(Seen { watch, age }))
        }
        Input::Missing => Input::Missing,
        Input::Unreadable(why) => Input::Unreadable(why),
        Input::NotRead => Input::NotRead,
    }
}

/// How the watch of a state directory does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pulse {
    /// Whether one runs, and ticks as it said it would.
    pub status: Status,
    /// Whether one runs.
    pub is_running: bool,
    /// What it last wrote down.
    #[serde(flatten)]
    pub watch: Watch,
    /// How long ago that was, in seconds; `null` when that cannot be told, as after a restart of the machine.
    pub age_seconds: Option<u64>,
}

/// How the watch does; `None` where none ever ticked.
pub fn pulse(state: &State<'_>) -> Result<Option<Pulse>> {
    let watch = match document::read::<Watch>(&*state.backend, &watch::key())? {
        Stored::Present(watch) => watch,
        Stored::Missing => return Ok(None),
        Stored::Unreadable(why) => return Err(document::unreadable(&*state.backend, &watch::key(), &why)),
    };
    let age = age(&watch, state.context.clock);
    // One tick may be late; two are not.
    let limit = Duration::from_secs(watch.interval_seconds.saturating_mul(2).saturating_add(5));
    let is_running = is_running(state)?;
    let ticks = is_running && age.is_some_and(|age| age <= limit);
    let status = if ticks { Status::Ok } else { Status::Warning };
    Ok(Some(Pulse { status, is_running, watch, age_seconds: age.map(|age| age.as_secs()) }))
}

fn is_running(state: &State<'_>) -> Result<bool> {
    let locks = Directory::open(&state.backend.location())?.existing_folder(LOCKS)?;
    Ok(match locks {
        Some(locks) => lock::probe(&locks, LOCK)? != Probe::Free,
        None => false,
    })
}

fn age(watch: &Watch, clock: &dyn Clock) -> Option<Duration> {
    watch.age(&clock.boot_id(), clock.since_boot())
}
