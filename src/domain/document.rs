//! What every stored document carries, and how bytes become a document or a reason why not.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The fields every document starts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Names the document type, as in `nija.killswitch`.
    pub format: String,
    /// `major.minor`: minor versions only add fields.
    pub version: String,
    /// Counts the changes, from 1.
    pub revision: u64,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Header {
    /// The header of a document that has never been stored.
    pub fn new<T: Document>(now: DateTime<Utc>) -> Self {
        Self { format: T::FORMAT.to_owned(), version: T::VERSION.to_owned(), revision: 0, updated_at: now }
    }
}

/// A typed document.
pub trait Document: Serialize + DeserializeOwned {
    /// Its type name.
    const FORMAT: &'static str;
    /// The version this nija writes.
    const VERSION: &'static str = "1.0";
    /// Permission bits of a new file of this type, before the directory's own policy is applied.
    const MODE: u32 = 0o644;

    /// The common fields.
    fn header(&self) -> &Header;
    /// The common fields, to be changed by the store alone.
    fn header_mut(&mut self) -> &mut Header;
    /// What its fields say against each other, if they do.
    fn contradiction(&self) -> Option<&'static str> {
        None
    }
}

/// Why bytes are not a usable document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// Not this document at all, or damaged; says what is wrong.
    Corrupt(String),
    /// Written by a newer major version; says which.
    Newer(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Corrupt(why) => write!(f, "it is corrupt: {why}"),
            Self::Newer(version) => {
                write!(f, "it has format version {version}, newer than this nija understands")
            }
        }
    }
}

/// What can be read out of stored bytes: a whole document, or the part of it that somebody needs.
pub trait Decode: Sized {
    /// Reads it, or says why not.
    fn decode(bytes: &[u8]) -> Result<Self, Unreadable>;
}

impl<T: Document> Decode for T {
    fn decode(bytes: &[u8]) -> Result<Self, Unreadable> {
        decode(bytes)
    }
}

#[derive(Deserialize)]
struct Probe {
    format: String,
    version: String,
}

/// Whether this nija understands a document that says this of itself.
///
/// A newer major version may have changed anything else, so the version is judged before the rest.
pub fn judge<T: Document>(format: &str, version: &str) -> Result<(), Unreadable> {
    if format != T::FORMAT {
        return Err(Unreadable::Corrupt(format!("its format is '{format}', not '{}'", T::FORMAT)));
    }
    match (major(version), major(T::VERSION)) {
        (Some(stored), Some(own)) if stored <= own => Ok(()),
        (Some(_), _) => Err(Unreadable::Newer(version.to_owned())),
        (None, _) => Err(Unreadable::Corrupt(format!("its version '{version}' is not MAJOR.MINOR"))),
    }
}

/// Why bytes that do not read as they should are not a usable document.
pub fn fault<T: Document>(bytes: &[u8], error: &serde_json::Error) -> Unreadable {
    let judged =
        serde_json::from_slice::<Probe>(bytes).map(|probe| judge::<T>(&probe.format, &probe.version));
    match judged {
        Ok(Err(why)) => why,
        _ => Unreadable::Corrupt(error.to_string()),
    }
}

/// Reads a document from its stored bytes.
pub fn decode<T: Document>(bytes: &[u8]) -> Result<T, Unreadable> {
    let document = serde_json::from_slice::<T>(bytes).map_err(|error| fault::<T>(bytes, &error))?;
    judge::<T>(&document.header().format, &document.header().version)?;
    match document.contradiction() {
        Some(why) => Err(Unreadable::Corrupt(why.to_owned())),
        None => Ok(document),
    }
}

/// Writes a document as it is stored: indented for people, one newline at the end.
pub fn encode<T: Document>(document: &T) -> Result<Vec<u8>, String> {
    let mut bytes = serde_json::to_vec_pretty(document).map_err(|error| error.to_string())?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn major(version: &str) -> Option<u32> {
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok())?;
    let (major, minor) = version.split_once('.')?;
    number(minor)?;
    number(major)
}
