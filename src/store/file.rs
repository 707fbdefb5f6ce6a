//! The file backend: a state directory of JSON documents and JSONL logs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{AtFlags, RenameFlags};
use rustix::io::Errno;

use super::atomic::{Directory, failed};
use super::{Backend, Durability, Held, Loaded, Log, Revision, Tail, lock, log};
use crate::domain::key::{self, Key};
use crate::error::{Error, Kind, Result};

/// Folder of the lock files.
pub const LOCKS: &str = ".locks";

/// State in one directory.
#[derive(Debug)]
pub struct FileBackend {
    root: Directory,
}

/// Where a key lives: its directory, held open, and its name in there.
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

    fn expect(&self, place: &Place<'_>, key: &Key, expected: Revision) -> Result<()> {
        let current = revision_of(place.directory().read(place.name())?.as_deref());
        if current == expected { Ok(()) } else { Err(self.conflict(key)) }
    }

    /// Takes a document's name away and returns where it was; `None` when there is not even its folder.
    fn unlink(&self, key: &Key, expected: Revision) -> Result<Option<Place<'_>>> {
        let Some(place) = self.place(key, false)? else {
            return if expected == Revision::Absent { Ok(None) } else { Err(self.conflict(key)) };
        };
        self.expect(&place, key, expected)?;
        match rustix::fs::unlinkat(place.directory(), place.name(), AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(Some(place)),
            Err(errno) => Err(failed("remove", &place.path(), errno)),
        }
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

    fn remove(&self, _held: &dyn Held, key: &Key, expected: Revision) -> Result<()> {
        match self.unlink(key, expected)? {
            Some(place) => place.directory().sync(),
            None => Ok(()),
        }
    }

    fn discard(&self, _held: &dyn Held, key: &Key, expected: Revision) -> Result<()> {
        self.unlink(key, expected).map(drop)
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

    fn list(&self, collection: &'static str) -> Result<Vec<Key>> {
        let Some(folder) = self.root.existing_folder(collection)? else { return Ok(Vec::new()) };
        let entries = rustix::fs::Dir::read_from(&folder).map_err(|e| failed("list", folder.path(), e))?;
        let mut keys = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|e| failed("list", folder.path(), e))?;
            let name = name_of(&entry.file_name().to_string_lossy());
            keys.extend(name.map(|name| Key { collection: Some(collection), name }));
        }
        Ok(keys)
    }

    fn each(
        &self,
        collection: &'static str,
        visit: &mut dyn FnMut(&str, Result<&[u8]>) -> bool,
    ) -> Result<()> {
        let Some(folder) = self.root.existing_folder(collection)? else { return Ok(()) };
        let entries = rustix::fs::Dir::read_from(&folder).map_err(|e| failed("list", folder.path(), e))?;
        let mut bytes = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|e| failed("list", folder.path(), e))?;
            let file = entry.file_name().to_string_lossy();
            let Some(name) = name_of(&file) else { continue };
            let going = match folder.read_into(&file, &mut bytes) {
                Ok(true) => visit(&name, Ok(&bytes)),
                Ok(false) => true,
                Err(error) => visit(&name, Err(error)),
            };
            if !going {
                break;
            }
        }
        Ok(())
    }

    fn append(&self, _held: &dyn Held, log: Log, record: &[u8], durability: Durability) -> Result<()> {
        log::append(&self.root, log, record, durability)
    }

    fn sync_log(&self, _held: &dyn Held, log: Log) -> Result<()> {
        log::sync(&self.root, log)
    }

    fn tail(&self, log: Log) -> Result<Tail> {
        log::tail(&self.root, log)
    }

    fn cut_torn(&self, _held: &dyn Held, log: Log, suffix: &str) -> Result<String> {
        log::cut_torn(&self.root, log, suffix)
    }

    fn scan(&self, log: Log, from: u64, visit: &mut dyn FnMut(&[u8]) -> bool) -> Result<u64> {
        match self.root.open_entry(&log::file(log))? {
            Some(file) => log::scan(file, &self.root.path().join(log::file(log)), from, visit),
            None => Ok(from),
        }
    }

    fn rotate(&self, _held: &dyn Held, log: Log, name: &str) -> Result<()> {
        log::rotate(&self.root, log, name)
    }

    fn segments(&self, log: Log) -> Result<Vec<String>> {
        let Some(folder) = self.root.existing_folder(log.0)? else { return Ok(Vec::new()) };
        log::segments(&folder)
    }

    fn scan_segment(&self, log: Log, name: &str, visit: &mut dyn FnMut(&[u8]) -> bool) -> Result<u64> {
        let path = self.root.path().join(log.0).join(log::segment_file(name));
        let folder = self.root.existing_folder(log.0)?.ok_or_else(|| gone(&self.root))?;
        let file = folder.open_entry(&log::segment_file(name))?.ok_or_else(|| {
            Error::new(Kind::NotFound, format!("{} is gone", path.display())).hint("nija audit verify")
        })?;
        log::scan(file, &path, 0, visit)
    }

    fn location(&self) -> PathBuf {
        self.root.path().to_owned()
    }
}

/// The name of the document in a file of a collection; `None` for other files.
fn name_of(file: &str) -> Option<String> {
    file.strip_suffix(".json").filter(|stem| !stem.is_empty()).and_then(key::decode)
}

fn gone(root: &Directory) -> Error {
    Error::new(Kind::NotFound, format!("a folder in {} is gone", root.path().display())).hint("nija doctor")
}
