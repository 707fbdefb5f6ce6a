//! The hash-chained record of every decision: its canonical form, how it is sealed and how it is verified.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::halt::{Actor, Source};

/// `prev` of the very first record.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A decision, before it has its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// On which machine.
    pub host: String,
    /// By whom.
    pub actor: Actor,
    /// Through which edge.
    pub source: Source,
    /// What was done, as in `killswitch.activate`.
    pub action: String,
    /// To what, as in `killswitch` or `operator:alice`.
    pub subject: String,
    /// The particulars.
    pub data: Value,
}

/// A decision in its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Position in the chain, from 1, without gaps.
    pub seq: u64,
    /// The decision.
    #[serde(flatten)]
    pub event: Event,
    /// `hash` of the record before, or [`GENESIS`].
    pub prev: String,
    /// SHA-256 of the canonical form of everything but this field, in lower-case hex.
    pub hash: String,
}

/// The end of a chain: what the next record builds on, and what a witness keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The last record's position; 0 for an empty chain.
    pub seq: u64,
    /// The last record's hash.
    pub hash: String,
}

impl Head {
    /// The head of a chain without records.
    pub fn genesis() -> Self {
        Self { seq: 0, hash: GENESIS.to_owned() }
    }
}

/// A place in the audit log: how many segments are closed, and how many bytes the current one holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mark {
    /// Closed segments.
    pub segments: u64,
    /// Bytes of complete records in the current segment.
    pub offset: u64,
}

/// Decisions that a document carries until they are certainly in the log: a crash between the two loses none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outbox {
    /// The log had at least this before the first of them.
    pub after: Mark,
    /// In the order they were decided.
    pub events: Vec<Event>,
}

/// A document whose changes are decisions on the record.
pub trait Audited: super::document::Document {
    /// Decisions not known to be in the log yet.
    fn outbox(&mut self) -> &mut Outbox;
}

/// Seals an event as the record after `head`.
pub fn seal(event: Event, head: &Head) -> Record {
    let mut record =
        Record { seq: head.seq.saturating_add(1), event, prev: head.hash.clone(), hash: String::new() };
    record.hash = hash_of(canonical(&record));
    record
}

/// The line a record is stored as: its canonical form, and a newline.
///
/// Canonical means JSON with the keys of every object sorted by code point, no white space, and nothing escaped that JSON
/// does not require; numbers are integers. `jq -cS 'del(.hash)'` prints what the hash is taken over.
pub fn line(record: &Record) -> Vec<u8> {
    let mut bytes = canonical(record).to_string().into_bytes();
    bytes.push(b'\n');
    bytes
}

/// Reads one stored line, without its newline, and checks that it is exactly what [`line()`] writes and hashes to its hash.
pub fn read(bytes: &[u8]) -> Result<Record, String> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| format!("not a record: {error}"))?;
    if value.to_string().as_bytes() != bytes {
        return Err("not in canonical form: it was edited".to_owned());
    }
    let record: Record =
        serde_json::from_value(value.clone()).map_err(|error| format!("not a record: {error}"))?;
    if record.hash != hash_of(value) {
        return Err("its content does not match its hash: it was edited".to_owned());
    }
    Ok(record)
}

/// Checks that `record` follows `head`.
pub fn follows(record: &Record, head: &Head) -> Result<(), String> {
    let expected = head.seq.saturating_add(1);
    if record.seq != expected {
        return Err(format!(
            "record {} stands where record {expected} belongs: records were removed, inserted or reordered",
            record.seq
        ));
    }
    if record.prev != head.hash {
        return Err(format!("its 'prev' is not the hash of record {}: the chain was cut here", head.seq));
    }
    Ok(())
}

// serde_json's map is sorted by key (its `preserve_order` feature is off; a test holds that).
fn canonical(record: &Record) -> Value {
    serde_json::to_value(record).unwrap_or(Value::Null)
}

fn hash_of(mut value: Value) -> String {
    if let Some(object) = value.as_object_mut() {
        object.remove("hash");
    }
    hex(&Sha256::digest(value.to_string().as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
