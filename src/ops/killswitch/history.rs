//! What happened to the kill switch, from the audit log.

use chrono::{DateTime, Utc};

use crate::domain::audit::Record;
use crate::error::Result;

use super::super::State;
use super::super::audit::{self, Take};
use super::SUBJECT;

/// The last `limit` records about the kill switch, oldest first, not older than `since`.
pub fn history(state: &State<'_>, limit: usize, since: Option<DateTime<Utc>>) -> Result<Vec<Record>> {
    audit::select(state, Take::Last(limit), &|record| {
        record.event.subject == SUBJECT && since.is_none_or(|since| record.event.at >= since)
    })
}
