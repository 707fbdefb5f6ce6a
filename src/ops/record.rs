//! Commits a document together with its decisions: the document carries them until they are certainly in the audit log.

use crate::domain::audit::{Audited, Event, Head, Outbox};
use crate::error::Result;
use crate::store::Durability;
use crate::store::document::Opened;

use super::State;

/// What became of a commit.
#[derive(Debug)]
pub struct Committed {
    /// The audit log's new head, or why the record is still missing there. The document carries it until the next change.
    pub audit: Result<Head>,
}

/// Writes the document, then its events to the audit log.
///
/// Decisions of earlier changes that a crash kept out of the log are written first, so that the log stays in order.
/// `Err` means that the document was not (or not certainly) changed.
pub fn commit<T: Audited>(
    state: &State<'_>,
    opened: &mut Opened<'_, T>,
    document: &mut T,
    events: &[Event],
    durability: Durability,
) -> Result<Committed> {
    let (journal, now) = (state.journal(), state.now());
    let outbox = document.outbox();
    let mark = heal(state, outbox, durability).and_then(|()| journal.mark());
    if let Ok(mark) = &mark {
        outbox.after = *mark;
        outbox.events.clear();
    }
    outbox.events.extend_from_slice(events);
    opened.commit(document, now, durability)?;
    let audit = mark.and_then(|_| journal.append(events, now, durability));
    Ok(Committed { audit })
}

/// Writes the decisions of an outbox that a crash kept out of the audit log. The document's lock is held.
pub fn heal(state: &State<'_>, outbox: &Outbox, durability: Durability) -> Result<()> {
    let journal = state.journal();
    let missing = journal.missing(outbox)?;
    if missing.is_empty() { Ok(()) } else { journal.append(&missing, state.now(), durability).map(|_| ()) }
}
