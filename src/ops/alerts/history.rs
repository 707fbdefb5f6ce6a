//! What happened to alerts and silences, from the audit log.

use chrono::{DateTime, Utc};

use crate::domain::alert::standing::short_id;
use crate::domain::audit::Record;
use crate::error::{Error, Kind, Result};

use super::super::State;
use super::super::audit::{self, Take};

/// The last `limit` records about alerts and silences, or about the one that `word` names, oldest first, not older than
/// `since`. What was forgotten since is found as well.
pub fn history(
    state: &State<'_>,
    word: Option<&str>,
    limit: usize,
    since: Option<DateTime<Utc>>,
) -> Result<Vec<Record>> {
    let word = word.map(|word| word.trim().to_lowercase());
    let is_meant = |record: &Record| {
        let subject = &record.event.subject;
        let about = subject.strip_prefix("alert:").or_else(|| subject.strip_prefix("silence:"));
        about.is_some_and(|name| word.as_ref().is_none_or(|word| is_called(name, word)))
    };
    let wanted = |record: &Record| is_meant(record) && since.is_none_or(|since| record.event.at >= since);
    let records = audit::select(state, Take::Last(limit), &wanted)?;
    if let Some(word) = word.filter(|_| records.is_empty() && since.is_none() && limit > 0) {
        let message = format!("nothing is on record about '{word}'");
        return Err(Error::new(Kind::NotFound, message).hint("nija alerts history"));
    }
    Ok(records)
}

fn is_called(name: &str, word: &str) -> bool {
    !word.is_empty() && (name.to_lowercase().starts_with(word) || short_id(name).starts_with(word))
}
