//! The file backend: a state directory of JSON documents and JSONL logs.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{AtFlags, RenameFlags};
use rustix::io::Errno;

use super::atomic::{Directory, failed};
use super::folder::{self, Listing, Room};
use super::{Appended, Backend, Durability, Held, Loaded, Log, Reader, Revision, Shown, Tail, lock, log};
use crate::domain::key::{self, Key};
use crate::domain::month::Month;
use crate::error::{Error, Kind, Result};

/// Folder of the lock files.
pub const LOCKS: &str = ".locks";

/// State in one directory.
#[derive(Debug)]
pub struct FileBackend {
    root: Directory,
}

/// Where a key or a log lives: its directory, held open, and its name in there.
enum Place<'a> {
    Root(&'a Directory, String),
    Folder(Directory, String),
}

impl Place<'_> {
    fn directory(&self) -> &Directory {
        match self {
            Self::Root(directory, _) => directory,
            Self::Folder(directory, _) => directory,
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Root(_, name) | Self::Folder(_, name) => name,
        }
    }

    fn path(&self) -> PathBuf {
        self.directory().path().join(self.name())
    }
}

impl FileBackend {
    /// Opens a state directory that exists.
    pub fn open(root: &Path) -> Result<Self> {
        Ok(Self { root: Directory::open(root)? })
    }

    /// The directory itself.
    pub fn root(&self) -> &Directory {
        &self.root
    }

    fn place(&self, key: &Key, create: bool) -> Result<Option<Place<'_>>> {
        let Some(collection) = key.collection else {
            return Ok(Some(Place::Root(&self.root, key.file())));
        };
        let name = format!("{}.json", key::encode(&key.name));
        if create {
            return Ok(Some(Place::Folder(self.root.folder(collection)?, name)));
        }
        Ok(self.root.existing_folder(collection)?.map(|folder| Place::Folder(folder, name)))
    }

    /// Where a log's file is; `None` when not even its folder exists.
    fn log_place(&self, log: Log, create: bool) -> Result<Option<Place<'_>>> {
        let Some(month) = log.month else { return Ok(Some(Place::Root(&self.root, log.file()))) };
        let name = log::segment_file(&month.to_string());
        if create {
            return Ok(Some(Place::Folder(self.root.folder(log.name)?, name)));
        }
        Ok(self.root.existing_folder(log.name)?.map(|folder| Place::Folder(folder, name)))
    }

    fn expect(&self, place: &Place<'_>, key: &Key, expected: Revision) -> Result<()> {
        let current = revision_of(place.directory().read(place.name())?.as_deref());
        if current == expected { Ok(()) } else { Err(self.conflict(key)) }
    }

    fn conflict(&self, key: &Key) -> Error {
        let path = self.root.path().join(key.file());
        let message = format!("{} was changed by somebody who does not take the lock", path.display());
        Error::new(Kind::Conflict, message).hint(format!("cat {}", path.display()))
    }
}

fn revision_of(bytes: Option<&[u8]>) -> Revision {
    use std::hash::{DefaultHasher, Hasher as _};
    bytes.map_or(Revision::Absent, |bytes| {
        let mut hasher = DefaultHasher::new();
        hasher.write(bytes);
        Revision::Stored(hasher.finish())
    })
}

impl Backend for FileBackend {
    fn lock(&self, name: &str, wait: Duration) -> Result<Box<dyn Held>> {
        Ok(Box::new(lock::take(&self.root.folder(LOCKS)?, name, wait)?))
    }

    fn load(&self, key: &Key) -> Result<Option<Loaded>> {
        let Some(place) = self.place(key, false)? else { return Ok(None) };
        let bytes = place.directory().read(place.name())?;
        Ok(bytes.map(|bytes| Loaded { revision: revision_of(Some(&bytes)), bytes }))
    }

    fn replace(
        &self,
        _held: &dyn Held,
        key: &Key,
        expected: Revision,
        bytes: &[u8],
        mode: u32,
        durability: Durability,
    ) -> Result<Revision> {
        let Some(place) = self.place(key, true)? else { return Err(gone(&self.root)) };
        self.expect(&place, key, expected)?;
        place.directory().replace(place.name(), bytes, mode, durability)?;
        Ok(revision_of(Some(bytes)))
    }

    fn sync(&self, _held: &dyn Held, key: &Key) -> Result<()> {
        let Some(place) = self.place(key, false)? else { return Ok(()) };
        if let Some(file) = place.directory().open_entry(place.name())? {
            rustix::fs::fsync(&file).map_err(|e| failed("sync", &place.path(), e))?;
        }
        place.directory().sync()
    }

    fn sync_all(&self) -> Result<()> {
        rustix::fs::syncfs(&self.root).map_err(|e| failed("sync the file system of", self.root.path(), e))
    }

    fn remove(&self, _held: &dyn Held, key: &Key, expected: Revision, durability: Durability) -> Result<()> {
        let Some(place) = self.place(key, false)? else {
            return if expected == Revision::Absent { Ok(()) } else { Err(self.conflict(key)) };
        };
        self.expect(&place, key, expected)?;
        match rustix::fs::unlinkat(place.directory(), place.name(), AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) if durability == Durability::Strict => place.directory().sync(),
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(failed("remove", &place.path(), errno)),
        }
    }

    fn set_aside(&self, _held: &dyn Held, key: &Key, suffix: &str) -> Result<String> {
        let Some(place) = self.place(key, false)? else { return Err(gone(&self.root)) };
        let (from, path) = (place.name(), place.path());
        for attempt in 0..100 {
            let to =
                if attempt == 0 { format!("{from}.{suffix}") } else { format!("{from}.{suffix}.{attempt}") };
            let directory = place.directory();
            match rustix::fs::renameat_with(directory, from, directory, &to, RenameFlags::NOREPLACE) {
                Ok(()) => {
                    directory.sync()?;
                    return Ok(key.collection.map_or(to.clone(), |folder| format!("{folder}/{to}")));
                }
                Err(Errno::EXIST) => {}
                Err(errno) => return Err(failed("set aside", &path, errno)),
            }
        }
        Err(Error::new(
            Kind::CannotCreate,
            format!("cannot set aside {}: every name is taken", path.display()),
        )
        .hint(format!("ls {}*", path.display())))
    }

    fn copy_aside(&self, _held: &dyn Held, key: &Key, suffix: &str, mode: u32) -> Result<String> {
        let Some(place) = self.place(key, false)? else { return Err(gone(&self.root)) };
        let directory = place.directory();
        let Some(bytes) = directory.read(place.name())? else { return Err(gone(directory)) };
        let to = directory.free_name(&format!("{}.{suffix}", place.name()))?;
        directory.replace(&to, &bytes, mode, Durability::Strict)?;
        Ok(key.collection.map_or(to.clone(), |folder| format!("{folder}/{to}")))
    }

    fn list(&self, collection: &'static str) -> Result<Vec<Key>> {
        let Some(folder) = self.root.existing_folder(collection)? else { return Ok(Vec::new()) };
        let listing = Listing::of(&folder)?;
        let key = |name: Cow<'_, str>| Key { collection: Some(collection), name: name.into_owned() };
        Ok(listing.documents().map(|document| key(document.name)).collect())
    }

    fn each(
        &self,
        collection: &'static str,
        visit: &mut dyn FnMut(&str, Result<&[u8]>) -> bool,
    ) -> Result<()> {
        let Some(folder) = self.root.existing_folder(collection)? else { return Ok(()) };
        let (listing, mut room) = (Listing::of(&folder)?, Room::default());
        for document in listing.documents() {
            let going = match room.read(&folder, &document).transpose() {
                Some(bytes) => visit(&document.name, bytes),
                None => true,
            };
            if !going {
                break;
            }
        }
        Ok(())
    }

    fn each_shared(&self, collection: &'static str, visit: &Shown<'_>) -> Result<()> {
        let Some(folder) = self.root.existing_folder(collection)? else { return Ok(()) };
        folder::read_shared(&folder, visit)
    }

    fn append(&self, _held: &dyn Held, log: Log, records: &[u8], torn_suffix: &str) -> Result<Appended> {
        let place = self.log_place(log, true)?.ok_or_else(|| gone(&self.root))?;
        let appended = log::append(place.directory(), place.name(), records, torn_suffix)?;
        Ok(Appended { cut: appended.cut.map(|kept| beside(log, kept)), ..appended })
    }

    fn sync_log(&self, log: Log) -> Result<()> {
        match self.log_place(log, false)? {
            Some(place) => log::sync(place.directory(), place.name()),
            None => Ok(()),
        }
    }

    fn tail(&self, log: Log) -> Result<Tail> {
        match self.log_place(log, false)? {
            Some(place) => log::tail(place.directory(), place.name()),
            None => Ok(Tail::default()),
        }
    }

    fn cut_torn(&self, _held: &dyn Held, log: Log, suffix: &str) -> Result<String> {
        let place = self.log_place(log, true)?.ok_or_else(|| gone(&self.root))?;
        log::cut_torn(place.directory(), place.name(), suffix).map(|kept| beside(log, kept))
    }

    fn reader(&self, log: Log) -> Result<Option<Box<dyn Reader>>> {
        let Some(place) = self.log_place(log, false)? else { return Ok(None) };
        let opened = place.directory().open_entry(place.name())?;
        Ok(opened.map(|file| log::reader(file, place.path())))
    }

    fn scan(&self, log: Log, from: u64, visit: &mut dyn FnMut(&[u8]) -> bool) -> Result<u64> {
        let Some(place) = self.log_place(log, false)? else { return Ok(from) };
        match place.directory().open_entry(place.name())? {
            Some(file) => log::scan(file, &place.path(), from, visit),
            None => Ok(from),
        }
    }

    fn months(&self, name: &'static str) -> Result<Vec<Month>> {
        let Some(folder) = self.root.existing_folder(name)? else { return Ok(Vec::new()) };
        Ok(log::segments(&folder)?.iter().filter_map(|name| name.parse().ok()).collect())
    }

    fn rotate(&self, _held: &dyn Held, log: Log, name: &str) -> Result<()> {
        log::rotate(&self.root, log, name)
    }

    fn segments(&self, log: Log) -> Result<Vec<String>> {
        let Some(folder) = self.root.existing_folder(log.name)? else { return Ok(Vec::new()) };
        log::segments(&folder)
    }

    fn scan_segment(&self, log: Log, name: &str, visit: &mut dyn FnMut(&[u8]) -> bool) -> Result<u64> {
        let path = self.root.path().join(log.name).join(log::segment_file(name));
        let folder = self.root.existing_folder(log.name)?.ok_or_else(|| gone(&self.root))?;
        let file = folder.open_entry(&log::segment_file(name))?.ok_or_else(|| {
            Error::new(Kind::NotFound, format!("{} is gone", path.display())).hint("nija audit verify")
        })?;
        log::scan(file, &path, 0, visit)
    }

    fn location(&self) -> PathBuf {
        self.root.path().to_owned()
    }
}

/// What is kept beside a log, relative to the state directory.
fn beside(log: Log, kept: String) -> String {
    if log.month.is_some() { format!("{}/{kept}", log.name) } else { kept }
}

fn gone(root: &Directory) -> Error {
    Error::new(Kind::NotFound, format!("a folder in {} is gone", root.path().display())).hint("nija doctor")
}
