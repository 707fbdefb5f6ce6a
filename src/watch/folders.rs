//! Follows, by inotify, the folders of a state directory and every place where a stop may stand.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::inotify::{CreateFlags, ReadFlags, Reader, WatchFlags, add_watch, init, remove_watch};
use rustix::io::Errno;

use super::sorting::{Place, Seen, Wake, sort};
use crate::ops::check::changes::{Changes, Feed};

/// What is told of a folder of documents: they are renamed into place, or written and closed.
const DOCUMENTS: WatchFlags = WatchFlags::CLOSE_WRITE
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::ATTRIB)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::ONLYDIR)
    .union(WatchFlags::MASK_ADD);

/// Where a stop file or a folder may appear, the moment it does is told as well.
const PLACES: WatchFlags = DOCUMENTS.union(WatchFlags::CREATE);

/// Where a folder is missing, only its coming.
const COMING: WatchFlags =
    WatchFlags::CREATE.union(WatchFlags::MOVED_TO).union(WatchFlags::ONLYDIR).union(WatchFlags::MASK_ADD);

/// What is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The state directory.
    pub state_dir: PathBuf,
    /// Second places for the stop file.
    pub fallback_dirs: Vec<PathBuf>,
    /// The configuration file, if there is one.
    pub config: Option<PathBuf>,
}

/// Who follows them.
#[derive(Debug)]
pub struct Folders {
    inotify: Option<OwnedFd>,
    places: Places,
    followed: Followed,
    seen: Seen,
    full: bool,
    deaf: Option<String>,
}

/// Folders as they are shared between the loop, which waits for them, and the look, which asks what changed.
#[derive(Debug, Clone)]
pub struct Shared(Rc<RefCell<Folders>>);

impl Shared {
    /// Folders that the loop and the look share.
    pub fn new(folders: Folders) -> Self {
        Self(Rc::new(RefCell::new(folders)))
    }

    /// Runs with the folders at hand.
    pub fn with<T>(&self, run: impl FnOnce(&mut Folders) -> T) -> T {
        run(&mut self.0.borrow_mut())
    }
}

impl Feed for Shared {
    fn take(&mut self) -> Changes {
        self.with(Folders::take)
    }
}

impl Folders {
    /// Follows these places from now on. Without inotify every look is at everything.
    pub fn new(places: Places) -> Self {
        let (inotify, deaf) = match init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC) {
            Ok(inotify) => (Some(inotify), None),
            Err(errno) => (None, Some(format!("inotify cannot be used: {errno}"))),
        };
        let mut folders =
            Self { inotify, places, followed: BTreeMap::new(), seen: Seen::default(), full: true, deaf };
        folders.follow();
        folders
    }

    /// What to wait for.
    pub fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.inotify.as_ref().map(AsFd::as_fd)
    }

    /// Why some change may go unnoticed until the next look at everything, if so.
    pub fn deaf(&self) -> Option<&str> {
        self.deaf.as_deref()
    }

    /// Reads everything at the next look.
    pub fn forget(&mut self) {
        self.full = true;
    }

    /// Follows other places.
    pub fn set_places(&mut self, places: Places) {
        if self.places != places {
            self.places = places;
            self.full = true;
            self.follow();
        }
    }

    /// Reads what happened, and says how urgent it is. Each wake is told once; what changed is kept for the look.
    pub fn read(&mut self) -> Wake {
        self.drain();
        if std::mem::take(&mut self.seen.moved) {
            self.follow();
        }
        std::mem::replace(&mut self.seen.wake, Wake::No)
    }

    /// Whether the configuration file was changed since this was asked last.
    pub fn config_changed(&mut self) -> bool {
        std::mem::take(&mut self.seen.config)
    }

    /// Whether there may be something new to be sent since this was asked last.
    pub fn outbox_changed(&mut self) -> bool {
        std::mem::take(&mut self.seen.outbox)
    }

    fn take(&mut self) -> Changes {
        // What happened up to now is part of this look, so it need not wake for another.
        self.read();
        let changes = self.seen.changes.take();
        if std::mem::take(&mut self.full) || self.inotify.is_none() { Changes::everything() } else { changes }
    }

    fn drain(&mut self) {
        let Self { inotify: Some(inotify), followed, seen, full, .. } = self else { return };
        let mut buffer = [MaybeUninit::uninit(); 16 * 1024];
        let mut reader = Reader::new(&*inotify, &mut buffer);
        loop {
            match reader.next() {
                Ok(event) if event.events().contains(ReadFlags::QUEUE_OVERFLOW) => {
                    *full = true;
                    seen.wake = Wake::Stop;
                }
                Ok(event) => {
                    let name = event.file_name().map(|name| OsStr::from_bytes(name.to_bytes()));
                    for place in followed.get(&event.wd()).into_iter().flatten() {
                        sort(seen, place, event.events(), name);
                    }
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return,
                Err(_) => {
                    *full = true;
                    return;
                }
            }
        }
    }

    /// Follows what there is now: folders come and go, and a directory may have been swapped for another.
    pub fn follow(&mut self) {
        let Some(inotify) = &self.inotify else { return };
        let mut roll = Roll { inotify, found: BTreeMap::new(), fault: None };
        roll.state(&self.places.state_dir);
        for dir in &self.places.fallback_dirs {
            roll.fallback(dir);
        }
        if let Some((dir, name)) = self.places.config.as_deref().and_then(split) {
            roll.add(dir, PLACES, Place::Config(name.to_owned()));
        }
        let Roll { found, fault, .. } = roll;
        for gone in self.followed.keys().filter(|descriptor| !found.contains_key(*descriptor)) {
            // Fails when the directory is gone, which ended it already.
            let _ = remove_watch(inotify, *gone);
        }
        let before = std::mem::replace(&mut self.followed, found);
        for (at, place) in differing(&before, &self.followed) {
            match place {
                Place::Folder(name) => self.seen.folder_came_or_went(name),
                Place::State if self.followed.contains_key(&at) => {
                    self.full = true;
                    self.seen.wake = self.seen.wake.max(Wake::Change);
                }
                _ => {}
            }
        }
        self.deaf = fault;
    }
}

type Followed = BTreeMap<i32, Vec<Place>>;

/// What is followed in one of the two rounds only, and by which descriptor: folders that came, went or were swapped.
fn differing<'a>(before: &'a Followed, now: &'a Followed) -> Vec<(i32, &'a Place)> {
    let only = |own: &'a Followed, other: &'a Followed| {
        let each = own.iter().flat_map(|(at, places)| places.iter().map(|place| (*at, place)));
        let is_new =
            |(at, place): &(i32, &Place)| !other.get(at).is_some_and(|places| places.contains(place));
        each.filter(is_new).collect::<Vec<_>>()
    };
    [only(before, now), only(now, before)].concat()
}

/// A new round of what is followed.
struct Roll<'a> {
    inotify: &'a OwnedFd,
    found: Followed,
    fault: Option<String>,
}

impl Roll<'_> {
    /// Follows a directory; `false` when there is none.
    fn add(&mut self, dir: &Path, flags: WatchFlags, place: Place) -> bool {
        match add_watch(self.inotify, dir, flags) {
            // One directory may be several places: each gets what happens in it.
            Ok(descriptor) => {
                self.found.entry(descriptor).or_default().push(place);
                true
            }
            Err(Errno::NOENT | Errno::NOTDIR) => false,
            Err(errno) => {
                self.fault.get_or_insert_with(|| format!("{} cannot be followed: {errno}", dir.display()));
                true
            }
        }
    }

    fn state(&mut self, dir: &Path) {
        self.add(dir, PLACES, Place::State);
        let Ok(entries) = std::fs::read_dir(dir) else { return };
        let is_folder = |entry: &std::fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
        for entry in entries.filter_map(Result::ok).filter(is_folder) {
            if let Some(name) = entry.file_name().to_str().filter(|name| super::sorting::is_folder(name)) {
                self.add(&entry.path(), DOCUMENTS, Place::Folder(name.to_owned()));
            }
        }
    }

    /// A second place; where it does not exist, the nearest place above it, to see it come.
    fn fallback(&mut self, dir: &Path) {
        if self.add(dir, PLACES, Place::Fallback) {
            return;
        }
        let mut below = dir;
        for above in dir.ancestors().skip(1) {
            let name = below.file_name().map(OsString::from);
            if name.is_some_and(|name| self.add(above, COMING, Place::Above(name))) {
                return;
            }
            below = above;
        }
    }
}

fn split(path: &Path) -> Option<(&Path, &OsStr)> {
    Some((path.parent()?, path.file_name()?))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "somebody else writes, whole or not")]
mod tests {
    use super::*;
    use crate::ops::check::changes::Changed;

    fn following(dir: &Path) -> Folders {
        let mut folders =
            Folders::new(Places { state_dir: dir.to_owned(), fallback_dirs: Vec::new(), config: None });
        assert_eq!(folders.take(), Changes::everything(), "everything is read first");
        folders
    }

    #[test]
    fn what_changed_is_told_once_and_by_name() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("orders")).unwrap();
        let mut folders = following(dir.path());
        std::fs::write(dir.path().join("orders/BTC%2FUSD.json"), "{}").unwrap();
        assert_eq!(folders.read(), Wake::Change);
        assert_eq!(folders.read(), Wake::No);
        let mut expected = Changes::default();
        expected.entry("orders", "BTC/USD");
        assert_eq!(folders.take(), expected);
        assert!(folders.take().is_empty());
    }

    #[test]
    fn a_folder_made_with_documents_in_it_is_read_whole() {
        let dir = tempfile::tempdir().unwrap();
        let mut folders = following(dir.path());
        std::fs::create_dir(dir.path().join("cooldowns")).unwrap();
        std::fs::write(dir.path().join("cooldowns/X.json"), "{}").unwrap();
        assert_eq!(folders.read(), Wake::Change);
        assert_eq!(folders.take().of_folder("cooldowns"), Some(&Changed::All));
        std::fs::write(dir.path().join("cooldowns/Y.json"), "{}").unwrap();
        assert_eq!(folders.read(), Wake::Change, "it is followed from now on");
    }

    #[test]
    fn more_than_the_kernel_keeps_is_a_look_at_everything() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("orders")).unwrap();
        let mut folders = following(dir.path());
        let limit = std::fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
        for number in 0..=limit.trim().parse::<u32>().unwrap() {
            // Different names, or the kernel would fold them into one.
            std::fs::write(dir.path().join(format!("orders/{}.json", number % 7)), "").unwrap();
        }
        assert_eq!(folders.read(), Wake::Stop);
        assert_eq!(folders.take(), Changes::everything());
        std::fs::write(dir.path().join("orders/1.json"), "").unwrap();
        assert_eq!(folders.read(), Wake::Change, "and it goes on");
    }
}
