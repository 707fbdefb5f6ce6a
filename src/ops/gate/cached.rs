//! One document as the gate last read it: asked after at every check, read again when it may have changed.

use std::path::Path;

use crate::clock::Clock;
use crate::domain::document::{self, Document, Unreadable};
use crate::domain::gate::{Code, Refused};
use crate::error::{Error, Result};
use crate::store::atomic::Directory;
use crate::store::cached::{Watched, watch};

/// Why a document cannot be known.
pub(super) type Refusal = (Code, String);

/// A document as it was last read.
#[derive(Debug)]
pub(super) struct Cached<T> {
    watched: Option<Watched>,
    content: std::result::Result<Option<T>, Refusal>,
}

impl<T: Document> Cached<T> {
    /// There is certainly none.
    pub(super) fn absent() -> Self {
        Self { watched: None, content: Ok(None) }
    }

    fn refused(refusal: Refusal) -> Self {
        Self { watched: None, content: Err(refusal) }
    }

    /// The document, nothing when there is certainly none, or why that cannot be known.
    pub(super) fn content(&self) -> std::result::Result<Option<&T>, Refused<'_>> {
        match &self.content {
            Ok(document) => Ok(document.as_ref()),
            Err((code, detail)) => Err((*code, detail)),
        }
    }

    /// Whether what was read is certainly still what counts. That there is nothing is never remembered here.
    pub(super) fn is_unchanged(&self, by_path: bool) -> bool {
        self.watched.as_ref().is_some_and(|watched| watched.is_unchanged(by_path))
    }

    /// Reads the document `name` in a directory.
    pub(super) fn read(dir: &Path, name: &str, clock: &dyn Clock) -> Self {
        match Directory::open(dir) {
            Ok(directory) => Self::read_in(&directory, name, clock),
            Err(error) => Self::refused(refusal(error)),
        }
    }

    /// Reads the document `name` in a directory that is open.
    pub(super) fn read_in(directory: &Directory, name: &str, clock: &dyn Clock) -> Self {
        let path = || directory.path().join(name);
        let loaded: Result<_> = watch(directory, name, now_ns(clock));
        let (watched, bytes) = match loaded {
            Ok(Some(loaded)) => loaded,
            Ok(None) => return Self::absent(),
            Err(error) => return Self::refused((Code::StateUnreadable, error.message)),
        };
        let content = document::decode::<T>(&bytes).map(Some).map_err(|why| {
            let code = match why {
                Unreadable::Newer(_) => Code::StateNewer,
                Unreadable::Corrupt(_) => Code::StateUnreadable,
            };
            (code, format!("{}: {why}", path().display()))
        });
        Self { watched: Some(watched), content }
    }
}

/// The refusal of a state directory that is missing or cannot be opened.
pub(super) fn refusal(error: Error) -> Refusal {
    let is_missing = error.errno() == Some(libc::ENOENT);
    (if is_missing { Code::StateMissing } else { Code::StateUnreadable }, error.message)
}

/// The wall clock in nanoseconds since 1970, to tell how old a file is.
pub(super) fn now_ns(clock: &dyn Clock) -> i128 {
    clock.now().timestamp_nanos_opt().map_or(0, i128::from)
}
