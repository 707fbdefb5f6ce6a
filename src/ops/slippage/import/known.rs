//! What an import knows already: eight bytes for each fill of the months it meets.

use std::collections::{BTreeMap, HashMap, HashSet};

use sha2::{Digest as _, Sha256};

use super::super::hash::{BuildIdentity, hash};
use crate::domain::month::Month;
use crate::domain::slippage::{Facts, line};
use crate::error::Result;
use crate::store::Backend;
use crate::store::fills::log;

/// Ids of the log and of the file that is imported.
pub(super) struct Known<'a> {
    backend: &'a dyn Backend,
    /// The months whose logs were read, and what makes equal ids of two of them differ.
    months: BTreeMap<Month, u64>,
    ids: HashSet<u64, BuildIdentity>,
    /// Contents that the file held so far.
    contents: HashSet<u64, BuildIdentity>,
    /// How often those came that came more than once.
    repeats: HashMap<u64, u64, BuildIdentity>,
}

impl<'a> Known<'a> {
    pub(super) fn new(backend: &'a dyn Backend) -> Self {
        Self {
            backend,
            months: BTreeMap::new(),
            ids: HashSet::with_hasher(BuildIdentity),
            contents: HashSet::with_hasher(BuildIdentity),
            repeats: HashMap::with_hasher(BuildIdentity),
        }
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

    /// An id that follows from what a row says, and from how often the file said the same before: the same file gives the
    /// same ids again, and equal rows in one file are fills apart.
    pub(super) fn id_of_content(&mut self, facts: &Facts) -> String {
        let content = content(facts);
        let first = u64::from_be_bytes(short(&content, 0));
        if self.contents.insert(first) {
            return format!("i-{first:016x}");
        }
        let repeat = self.repeats.entry(first).or_default();
        *repeat += 1;
        format!("i-{:016x}", u64::from_be_bytes(short(&content, *repeat)))
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

/// What a row says, in one form whatever way its numbers are written.
fn content(facts: &Facts) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(192);
    let mut text = |text: &str| {
        bytes.extend_from_slice(text.trim().as_bytes());
        bytes.push(0);
    };
    let lower = |text: &Option<String>| text.as_deref().unwrap_or_default().to_lowercase();
    text(&facts.ticker);
    text(&lower(&facts.broker));
    text(&lower(&facts.order_type));
    text(facts.order_id.as_deref().unwrap_or_default());
    text(facts.side.word());
    bytes.extend(facts.at.timestamp_nanos_opt().unwrap_or_default().to_be_bytes());
    for number in [Some(facts.expected), Some(facts.actual), facts.qty, facts.fee] {
        bytes.extend(number.map_or([0xff; 16], |number| number.normalize().serialize()));
    }
    bytes.extend(facts.latency_ms.map_or(u64::MAX, u64::from).to_be_bytes());
    bytes
}

/// The first eight bytes of the SHA-256 of a content and of how often it came before.
fn short(content: &[u8], repeat: u64) -> [u8; 8] {
    let digest = Sha256::new().chain_update(content).chain_update(repeat.to_be_bytes()).finalize();
    let mut short = [0; 8];
    short.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    short
}
