//! The file that earlier runs left: an index by blob id, then what a glance told, then modules.
//!
//! It is made anew whenever it is not of this very program, and whenever anything about it is odd.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;

use super::facts;
use crate::schema::facts::Facts;
use crate::schema::python::{Module, codec};
use crate::schema::tree::BlobId;

/// Above this size only what the latest run has seen is kept, in bytes.
const SIZE_MAX: usize = 64 * 1024 * 1024;

/// Longest part that is read at once, in bytes: more is no cache of ours.
const HEAD_MAX: u64 = 256 * 1024 * 1024;

/// Bytes of the fixed part: the key, the number of entries, the length of all facts, and a checksum of index and facts.
const FIXED_LEN: usize = 32 + 8 + 8 + 4;

/// Bytes of an entry: id, facts (place, length), module (place, length, checksum).
const ENTRY_LEN: usize = 20 + 4 + 4 + 8 + 4 + 4;

/// Where the parts of one content are.
#[derive(Debug, Clone, Copy)]
struct Entry {
    facts_at: u32,
    facts_len: u32,
    module_at: u64,
    module_len: u32,
    module_sum: u32,
}

/// What earlier runs left.
#[derive(Default)]
pub struct Stored {
    entries: HashMap<BlobId, Entry>,
    facts: Vec<u8>,
    modules: Option<(File, u64)>,
}

/// Facts and module of a content, as bytes; what is not there was not read.
pub type Parts = (Option<Vec<u8>>, Option<Vec<u8>>);

impl Stored {
    /// Opens the file; one that cannot be used counts as empty.
    pub fn open(path: &Path) -> Self {
        Self::read(path).unwrap_or_default()
    }

    fn read(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let len = file.metadata().ok()?.len();
        let mut fixed = [0; FIXED_LEN];
        file.read_exact_at(&mut fixed, 0).ok()?;
        let mut rest: &[u8] = fixed.strip_prefix(&key()?)?;
        let (count, facts_len, sum) = (u64_of(&mut rest)?, u64_of(&mut rest)?, u32_of(&mut rest)?);
        let index_len = count.checked_mul(ENTRY_LEN as u64)?;
        let head_len = index_len.checked_add(facts_len)?;
        if head_len > len.min(HEAD_MAX) {
            return None;
        }
        let mut head = vec![0; usize::try_from(head_len).ok()?];
        file.read_exact_at(&mut head, FIXED_LEN as u64).ok()?;
        if crc32fast::hash(&head) != sum {
            return None;
        }
        let facts = head.split_off(usize::try_from(index_len).ok()?);
        let entries = head.chunks_exact(ENTRY_LEN).filter_map(entry).collect();
        Some(Self { entries, facts, modules: Some((file, FIXED_LEN as u64 + head_len)) })
    }

    /// Whether anything is known of a content.
    pub fn holds(&self, id: BlobId) -> bool {
        self.entries.contains_key(&id)
    }

    /// What a glance at a content told.
    pub fn facts(&self, id: BlobId) -> Option<Facts> {
        facts::decode(self.facts_bytes(self.entries.get(&id)?)?)
    }

    /// The module of a content.
    pub fn module(&self, id: BlobId) -> Option<Module> {
        codec::decode(&self.module_bytes(self.entries.get(&id)?)?)
    }

    fn facts_bytes(&self, entry: &Entry) -> Option<&[u8]> {
        let from = usize::try_from(entry.facts_at).ok()?;
        self.facts.get(from..from.checked_add(usize::try_from(entry.facts_len).ok()?)?)
    }

    fn module_bytes(&self, entry: &Entry) -> Option<Vec<u8>> {
        if entry.module_len == 0 {
            return None;
        }
        let (file, start) = self.modules.as_ref()?;
        let mut bytes = vec![0; usize::try_from(entry.module_len).ok()?];
        file.read_exact_at(&mut bytes, start.checked_add(entry.module_at)?).ok()?;
        (crc32fast::hash(&bytes) == entry.module_sum).then_some(bytes)
    }

    /// The file as it is to be: with what is new, and without what nobody asked for where it becomes too large.
    pub fn with(&self, fresh: HashMap<BlobId, Parts>, seen: &dyn Fn(BlobId) -> bool) -> Vec<u8> {
        let mut all: BTreeMap<BlobId, Parts> = fresh.into_iter().collect();
        for (id, entry) in &self.entries {
            let (facts, module) = all.entry(*id).or_default();
            if facts.is_none() {
                *facts = self.facts_bytes(entry).map(<[u8]>::to_vec);
            }
            if module.is_none() {
                *module = self.module_bytes(entry);
            }
        }
        let len = |part: &Option<Vec<u8>>| part.as_ref().map_or(0, Vec::len);
        let size: usize = all.values().map(|(facts, module)| len(facts) + len(module) + ENTRY_LEN).sum();
        if size > SIZE_MAX {
            all.retain(|id, _| seen(*id));
        }
        written(&all).unwrap_or_default()
    }
}

fn written(all: &BTreeMap<BlobId, Parts>) -> Option<Vec<u8>> {
    let (mut index, mut all_facts, mut modules) = (Vec::new(), Vec::new(), Vec::new());
    for (id, (facts, module)) in all {
        let (facts, module) = (facts.as_deref().unwrap_or_default(), module.as_deref().unwrap_or_default());
        index.extend_from_slice(&id.0);
        index.extend_from_slice(&u32::try_from(all_facts.len()).ok()?.to_le_bytes());
        index.extend_from_slice(&u32::try_from(facts.len()).ok()?.to_le_bytes());
        index.extend_from_slice(&u64::try_from(modules.len()).ok()?.to_le_bytes());
        index.extend_from_slice(&u32::try_from(module.len()).ok()?.to_le_bytes());
        index.extend_from_slice(&crc32fast::hash(module).to_le_bytes());
        all_facts.extend_from_slice(facts);
        modules.extend_from_slice(module);
    }
    let mut out = key()?.to_vec();
    out.extend_from_slice(&u64::try_from(all.len()).ok()?.to_le_bytes());
    out.extend_from_slice(&u64::try_from(all_facts.len()).ok()?.to_le_bytes());
    index.append(&mut all_facts);
    out.extend_from_slice(&crc32fast::hash(&index).to_le_bytes());
    out.append(&mut index);
    out.append(&mut modules);
    Some(out)
}

/// Tells this very program from every other, so that nothing is read as what it was not written as.
fn key() -> Option<[u8; 32]> {
    use sha2::Digest as _;
    let program = std::env::current_exe().ok()?.metadata().ok()?;
    let of = format!(
        "{} {} {} {} {}",
        env!("CARGO_PKG_VERSION"),
        program.len(),
        program.ino(),
        program.mtime(),
        program.mtime_nsec()
    );
    Some(sha2::Sha256::digest(of.as_bytes()).into())
}

fn entry(bytes: &[u8]) -> Option<(BlobId, Entry)> {
    let (id, mut rest) = bytes.split_first_chunk::<20>()?;
    let rest = &mut rest;
    let (facts_at, facts_len) = (u32_of(rest)?, u32_of(rest)?);
    let (module_at, module_len, module_sum) = (u64_of(rest)?, u32_of(rest)?, u32_of(rest)?);
    Some((BlobId(*id), Entry { facts_at, facts_len, module_at, module_len, module_sum }))
}

fn u32_of(rest: &mut &[u8]) -> Option<u32> {
    let (bytes, more) = rest.split_first_chunk::<4>()?;
    *rest = more;
    Some(u32::from_le_bytes(*bytes))
}

fn u64_of(rest: &mut &[u8]) -> Option<u64> {
    let (bytes, more) = rest.split_first_chunk::<8>()?;
    *rest = more;
    Some(u64::from_le_bytes(*bytes))
}
