//! Typed documents over the dumb backend: read one, or open it under its lock, change it and commit.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Backend, Durability, Held, Revision};
use crate::domain::document::{self, Decode, Document, Unreadable};
use crate::domain::key::Key;
use crate::error::{Error, Kind, Result};

/// Lock files of one collection: enough that two bots rarely wait for each other, few enough to sit in one directory.
const STRIPES: u64 = 256;

/// What stands under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored<T> {
    /// Nothing.
    Missing,
    /// The document.
    Present(T),
    /// Bytes that are not a usable document.
    Unreadable(Unreadable),
}

/// Reads a document, or a part of it, without a lock. `Err` means that not even the bytes could be read.
pub fn read<T: Decode>(backend: &dyn Backend, key: &Key) -> Result<Stored<T>> {
    Ok(backend.load(key)?.map_or(Stored::Missing, |loaded| stored(&loaded.bytes)))
}

/// Shows every document of a collection to `visit`, by name: what is stored, or why not even its bytes could be read.
pub fn each<T: Decode>(
    backend: &dyn Backend,
    collection: &'static str,
    visit: &mut dyn FnMut(&str, Result<Stored<T>>),
) -> Result<()> {
    backend.each(collection, &mut |name, bytes| {
        visit(name, bytes.map(stored));
        true
    })
}

/// A document by name: what is stored, or why not even its bytes could be read.
pub type Named<T> = (String, Result<Stored<T>>);

/// Reads every document of a collection, or the same part of each, on several threads where there are many; nearly sorted by
/// name.
pub fn gather<T: Decode + Send>(backend: &dyn Backend, collection: &'static str) -> Result<Vec<Named<T>>> {
    let parts = Mutex::new(BTreeMap::<usize, Vec<Named<T>>>::new());
    backend.each_shared(collection, &|part, name, bytes| {
        let one = (name.to_owned(), bytes.map(stored));
        // Reading and decoding takes long, this does not: threads hardly ever meet here.
        parts.lock().unwrap_or_else(PoisonError::into_inner).entry(part).or_default().push(one);
    })?;
    Ok(parts.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().flatten().collect())
}

fn stored<T: Decode>(bytes: &[u8]) -> Stored<T> {
    T::decode(bytes).map_or_else(Stored::Unreadable, Stored::Present)
}

/// A document under its lock, between reading and writing it.
pub struct Opened<'a, T> {
    backend: &'a dyn Backend,
    key: Key,
    held: Box<dyn Held>,
    revision: Revision,
    /// What was stored, or `Missing`.
    pub stored: Stored<T>,
}

/// Takes the document's lock within `wait` and reads it.
pub fn open<'a, T: Document>(backend: &'a dyn Backend, key: &Key, wait: Duration) -> Result<Opened<'a, T>> {
    let held = backend.lock(&lock_name(key), wait)?;
    let loaded = backend.load(key)?;
    let revision = loaded.as_ref().map_or(Revision::Absent, |loaded| loaded.revision);
    let stored = loaded.map_or(Stored::Missing, |loaded| stored(&loaded.bytes));
    Ok(Opened { backend, key: key.clone(), held, revision, stored })
}

impl<T: Document> Opened<'_, T> {
    /// Writes the next revision of the document. Refuses to overwrite what this nija cannot read.
    pub fn commit(&mut self, document: &mut T, now: DateTime<Utc>, durability: Durability) -> Result<()> {
        if let Stored::Unreadable(why) = &self.stored {
            return Err(unreadable(self.backend, &self.key, why));
        }
        let header = document.header_mut();
        header.revision = header.revision.saturating_add(1);
        header.updated_at = now;
        let bytes = document::encode(document)
            .map_err(|why| Error::new(Kind::Internal, format!("cannot write {}: {why}", self.key.file())))?;
        self.revision =
            self.backend.replace(&*self.held, &self.key, self.revision, &bytes, T::MODE, durability)?;
        Ok(())
    }

    /// Makes an earlier relaxed commit durable.
    pub fn sync(&self) -> Result<()> {
        self.backend.sync(&*self.held, &self.key)
    }

    /// Removes the document.
    pub fn remove(self) -> Result<()> {
        self.remove_with(Durability::Strict)
    }

    /// Removes the document; a power cut may bring it back, unless that is ruled out.
    pub fn remove_with(self, durability: Durability) -> Result<()> {
        self.backend.remove(&*self.held, &self.key, self.revision, durability)
    }

    /// Copies a corrupt document aside, so that a new one can replace it without a moment in which there is none; returns the
    /// name its bytes are kept under. A document of a newer version is not corrupt and is not to be replaced.
    pub fn copy_aside(&mut self, now: DateTime<Utc>) -> Result<String> {
        if let Stored::Unreadable(why @ Unreadable::Newer(_)) = &self.stored {
            return Err(unreadable(self.backend, &self.key, why));
        }
        let name = self.backend.copy_aside(&*self.held, &self.key, &corrupt_suffix(now), T::MODE)?;
        self.stored = Stored::Missing;
        Ok(name)
    }

    /// Moves a corrupt document aside so that a new one can take its place; returns the name its bytes are kept under.
    /// A document of a newer version is not corrupt and stays.
    pub fn set_aside(&mut self, now: DateTime<Utc>) -> Result<String> {
        if let Stored::Unreadable(why @ Unreadable::Newer(_)) = &self.stored {
            return Err(unreadable(self.backend, &self.key, why));
        }
        let name = self.backend.set_aside(&*self.held, &self.key, &corrupt_suffix(now))?;
        self.revision = Revision::Absent;
        self.stored = Stored::Missing;
        Ok(name)
    }
}

/// The suffix under which unusable bytes are kept.
pub fn corrupt_suffix(now: DateTime<Utc>) -> String {
    format!("corrupt-{}", now.format("%Y%m%dT%H%M%SZ"))
}

/// A stored document that cannot be used, as an error.
pub fn unreadable(backend: &dyn Backend, key: &Key, why: &Unreadable) -> Error {
    let path = backend.location().join(key.file());
    let message = format!("cannot use {}: {why}", path.display());
    match why {
        Unreadable::Corrupt(_) => Error::new(Kind::Corrupt, message).hint("nija doctor"),
        Unreadable::Newer(_) => Error::new(Kind::Newer, message).hint("nija --version"),
    }
}

fn lock_name(key: &Key) -> String {
    match key.collection {
        None => key.name.clone(),
        Some(collection) => {
            // FNV-1a, written out: every nija has to come to the same name, whichever compiler built it.
            let hash = key.name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
            format!("{collection}.{:02x}", hash % STRIPES)
        }
    }
}
