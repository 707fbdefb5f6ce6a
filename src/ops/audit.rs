//! Reading and verifying the audit log.

use std::collections::VecDeque;

use serde::Serialize;

use crate::domain::audit::{Head, Record, follows, read};
use crate::error::{Error, Kind, Result};

use super::State;

/// What verifying found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Records that were checked.
    pub records: u64,
    /// The head: what a witness outside this machine should keep.
    pub head: Head,
}

/// How many records, and from which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// The oldest.
    First(usize),
    /// The latest.
    Last(usize),
}

/// The records that `wanted` takes, oldest first. Lines that are no records are left to [`verify`].
pub fn select(state: &State<'_>, take: Take, wanted: &dyn Fn(&Record) -> bool) -> Result<Vec<Record>> {
    let mut kept = VecDeque::new();
    state.journal().lines(&mut |_, line| {
        if let Ok(record) = serde_json::from_slice::<Record>(line)
            && wanted(&record)
        {
            kept.push_back(record);
            if matches!(take, Take::Last(limit) if kept.len() > limit) {
                kept.pop_front();
            }
        }
        !matches!(take, Take::First(limit) if kept.len() >= limit)
    })?;
    Ok(kept.into())
}

/// Every stored line, in order.
pub fn export(state: &State<'_>, take: &mut dyn FnMut(&[u8]) -> bool) -> Result<()> {
    state.journal().lines(&mut |_, line| take(line))
}

/// Checks the whole chain, and that it still holds the record a witness noted. Names the first bad record.
pub fn verify(
    state: &State<'_>,
    expected: Option<&Head>,
    on_record: &mut dyn FnMut(u64),
) -> Result<Verified> {
    let mut head = Head::genesis();
    let mut bad: Option<Error> = None;
    let mut witnessed = expected.is_none_or(|expected| *expected == head);
    state.journal().lines(&mut |segment, line| {
        let outcome = read(line).and_then(|record| follows(&record, &head).map(|()| record));
        match outcome {
            Ok(record) => {
                head = Head { seq: record.seq, hash: record.hash };
                if let Some(expected) = expected
                    && expected.seq == head.seq
                {
                    witnessed = head.hash.starts_with(&expected.hash) && !expected.hash.is_empty();
                }
                on_record(head.seq);
                true
            }
            Err(why) => {
                bad = Some(broken(segment, head.seq + 1, &why));
                false
            }
        }
    })?;
    if let Some(error) = bad {
        return Err(error);
    }
    if let Some(expected) = expected.filter(|_| !witnessed) {
        return Err(unwitnessed(expected, &head));
    }
    Ok(Verified { records: head.seq, head })
}

fn broken(segment: Option<&str>, seq: u64, why: &str) -> Error {
    let file = segment.map_or("audit.jsonl".to_owned(), |name| format!("audit/{name}.jsonl"));
    Error::new(Kind::AuditBroken, format!("the audit chain breaks at record {seq} in {file}: {why}"))
        .hint(format!("nija audit show --from {} --limit 5", seq.saturating_sub(2).max(1)))
}

fn unwitnessed(expected: &Head, head: &Head) -> Error {
    let message = if head.seq < expected.seq {
        format!(
            "the audit log was truncated: it ends at record {}, a witness saw record {}",
            head.seq, expected.seq
        )
    } else {
        format!("record {} is not the one a witness saw: the log was rewritten", expected.seq)
    };
    Error::new(Kind::AuditBroken, message).hint("nija audit show --limit 5")
}
