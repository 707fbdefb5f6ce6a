//! Reading a folder of documents whole: four system calls a document, on two or more threads where there are many.

use std::borrow::Cow;
use std::ffi::CStr;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;

use super::Shown;
use super::atomic::{Directory, failed};
use crate::domain::key;
use crate::error::Result;

/// A folder of fewer documents is read before another thread is there to help.
const SHARED_FROM: usize = 2048;

/// More threads than this only wait for each other in the kernel.
const THREADS_MAX: usize = 4;

/// Documents that a thread takes on at a time.
const BATCH: usize = 256;

/// What a folder holds. The names stand one behind the other, so that a hundred thousand are two allocations.
#[derive(Debug, Default)]
pub struct Listing {
    names: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Where its name begins and ends, the zero behind it included.
    start: usize,
    end: usize,
    regular: bool,
}

/// One document of a listing.
#[derive(Debug)]
pub struct Document<'a> {
    /// Its own name.
    pub name: Cow<'a, str>,
    file: &'a CStr,
    regular: bool,
}

impl Listing {
    /// Lists a folder.
    pub fn of(folder: &Directory) -> Result<Self> {
        let failed = |errno| failed("list", folder.path(), errno);
        let mut listing = Self::default();
        for entry in rustix::fs::Dir::read_from(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let start = listing.names.len();
            listing.names.extend_from_slice(entry.file_name().to_bytes_with_nul());
            let regular = entry.file_type() == FileType::RegularFile;
            listing.entries.push(Entry { start, end: listing.names.len(), regular });
        }
        Ok(listing)
    }

    /// The documents among the entries from `from` on, at most `count` of them; other files are passed over.
    fn part(&self, from: usize, count: usize) -> impl Iterator<Item = Document<'_>> {
        self.entries.iter().skip(from).take(count).filter_map(|entry| {
            let bytes = self.names.get(entry.start..entry.end)?;
            document(CStr::from_bytes_with_nul(bytes).ok()?, entry.regular)
        })
    }

    /// Puts the entries in the order of their names, so that whoever keeps them in order has nothing left to sort.
    fn sort(&mut self) {
        const END: usize = ".json\0".len();
        let names = &self.names;
        let stem = |entry: &Entry| names.get(entry.start..entry.end.saturating_sub(END).max(entry.start));
        self.entries.sort_unstable_by(|one, other| stem(one).cmp(&stem(other)));
    }

    /// Every document.
    pub fn documents(&self) -> impl Iterator<Item = Document<'_>> {
        self.part(0, usize::MAX)
    }
}

/// The document in a file of a collection; `None` for other files.
fn document(file: &CStr, regular: bool) -> Option<Document<'_>> {
    let stem = file.to_str().ok()?.strip_suffix(".json").filter(|stem| !stem.is_empty())?;
    Some(Document { name: key::decode(stem)?, file, regular })
}

/// A buffer to read one document after the other into.
#[derive(Debug, Default)]
pub struct Room(Vec<u8>);

impl Room {
    /// Reads a document; `None` when it is gone by now.
    pub fn read(&mut self, folder: &Directory, document: &Document<'_>) -> Result<Option<&[u8]>> {
        if !document.regular {
            // A link or a pipe, or a file system that does not tell: looked at before it is read.
            let found = folder.read_into(&document.file.to_string_lossy(), &mut self.0)?;
            return Ok(found.then_some(self.0.as_slice()));
        }
        let failed = |doing: &str, errno| {
            failed(doing, &folder.path().join(document.file.to_string_lossy().as_ref()), errno)
        };
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file = match rustix::fs::openat(folder, document.file, flags, Mode::empty()) {
            Ok(file) => file,
            Err(Errno::NOENT) => return Ok(None),
            Err(errno) => return Err(failed("open", errno)),
        };
        let mut len = 0;
        loop {
            if self.0.len() - len < 4096 {
                self.0.resize((self.0.len() * 2).max(16 * 1024), 0);
            }
            let free = self.0.get_mut(len..).unwrap_or_default();
            match rustix::io::read(&file, free) {
                Ok(0) => return Ok(self.0.get(..len)),
                Ok(read) => len += read,
                Err(Errno::INTR) => {}
                Err(errno) => return Err(failed("read", errno)),
            }
        }
    }
}

/// Shows every document to `visit`, on several threads where there are many.
pub fn read_shared(folder: &Directory, visit: &Shown<'_>) -> Result<()> {
    let mut listing = Listing::of(folder)?;
    listing.sort();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut room = Room::default();
        loop {
            let from = next.fetch_add(BATCH, Ordering::Relaxed);
            if from >= listing.entries.len() {
                return;
            }
            for document in listing.part(from, BATCH) {
                if let Some(bytes) = room.read(folder, &document).transpose() {
                    visit(from / BATCH, &document.name, bytes);
                }
            }
        }
    };
    let helpers = if listing.entries.len() < SHARED_FROM { 0 } else { cores().min(THREADS_MAX) - 1 };
    std::thread::scope(|scope| {
        for _ in 0..helpers {
            // One that cannot be started is not missed: the others take its share.
            let _ = std::thread::Builder::new().name("reader".to_owned()).spawn_scoped(scope, work);
        }
        work();
    });
    Ok(())
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
