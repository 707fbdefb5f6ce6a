//! What an import knows already: eight bytes for each fill of the months it meets.

use std::collections::{BTreeMap, HashSet};

use super::super::hash::{BuildIdentity, hash};
use crate::domain::month::Month;
use crate::domain::slippage::line;
use crate::error::Result;
use crate::store::Backend;
use crate::store::fills::log;

/// Ids of the log and of the file that is imported.
pub(super) struct Known<'a> {
    backend: &'a dyn Backend,
    /// The months whose logs were read, and what makes equal ids of two of them differ.
    months: BTreeMap<Month, u64>,
    ids: HashSet<u64, BuildIdentity>,
}

impl<'a> Known<'a> {
    pub(super) fn new(backend: &'a dyn Backend) -> Self {
        Self { backend, months: BTreeMap::new(), ids: HashSet::with_hasher(BuildIdentity) }
    }

    /// Whether an id is new in its month, which it is not any more after this.
    pub(super) fn is_new(&mut self, month: Month, id: &str) -> Result<bool> {
        let salt = match self.months.get(&month) {
            Some(salt) => *salt,
            None => self.read(month)?,
        };
        Ok(self.ids.insert(key(salt, id)))
    }

    fn read(&mut self, month: Month) -> Result<u64> {
        let salt = hash(month.to_string().as_bytes());
        let ids = &mut self.ids;
        // Ids of all months in one set: two equal ones in two months are too much of a coincidence.
        self.backend.scan(log(month), 0, &mut |line| {
            if let Some(id) = id_of(line) {
                ids.insert(key(salt, id));
            }
            true
        })?;
        self.months.insert(month, salt);
        Ok(salt)
    }
}

fn key(salt: u64, id: &str) -> u64 {
    // Made of a hash already.
    let made = id.strip_prefix("i-").filter(|hex| hex.len() == 16);
    let own = made.and_then(|hex| u64::from_str_radix(hex, 16).ok());
    own.unwrap_or_else(|| hash(id.as_bytes())) ^ salt
}

/// The id of a sound line.
fn id_of(bytes: &[u8]) -> Option<&str> {
    let body = line::checked(bytes).ok()?;
    let rest = body.strip_prefix(b"{\"id\":\"")?;
    let end = memchr::memchr(b'"', rest)?;
    std::str::from_utf8(rest.get(..end)?).ok()
}
