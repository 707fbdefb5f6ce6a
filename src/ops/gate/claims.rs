//! The duplicate guard at work: claims an order before it is let out, so that of two that are the same exactly one is.

use std::path::Path;
use std::time::Duration;

use crate::clock::Clock;
use crate::domain::document::Unreadable;
use crate::domain::gate::Code;
use crate::domain::gate::claim::{COLLECTION, Claim, Identity, Moment, Standing, key, until};
use crate::error::{Error, Kind, Result};
use crate::store::document::{self, Stored};
use crate::store::file::FileBackend;
use crate::store::{Backend, Durability};

use super::super::State;
use super::cached::Refusal;

/// Claims looked at and removed in one go; what is left waits for the next.
const SWEPT_MAX: usize = 10_000;

/// What came of claiming an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Claimed {
    /// It is this one that goes out.
    Ours,
    /// Another was let out, and this one may go at that instant.
    Until(chrono::DateTime<chrono::Utc>),
    /// It cannot be told, or not be noted.
    Unknown(Refusal),
}

/// Where and how orders are claimed.
pub(super) struct Guard<'a> {
    pub(super) dir: &'a Path,
    pub(super) window: Duration,
    /// Longest wait for the claim's lock.
    pub(super) wait: Duration,
    pub(super) clock: &'a dyn Clock,
    pub(super) boot_id: &'a str,
}

impl Guard<'_> {
    /// Claims an order that nothing else stands against. Whatever fails is a refusal.
    pub(super) fn claim(&self, order: Identity) -> Claimed {
        let backend = FileBackend::open(self.dir);
        let claimed = backend.and_then(|backend| self.claim_in(&backend, order));
        claimed.unwrap_or_else(|error| Claimed::Unknown((Code::DuplicateUnknown, error.message)))
    }

    fn claim_in(&self, backend: &dyn Backend, order: Identity) -> Result<Claimed> {
        let key = key(&order.name()).map_err(|why| Error::new(Kind::Internal, why))?;
        let mut opened = document::open::<Claim>(backend, &key, self.wait)?;
        // The clocks are read under the lock: another claim cannot be younger than what is compared with it.
        let (now, since_boot) = (self.clock.now(), self.clock.since_boot());
        let moment = Moment { now, boot_id: self.boot_id, since_boot };
        let mut claim = Claim::new(order, moment, self.window);
        let claimed = match &opened.stored {
            Stored::Missing => Claimed::Ours,
            Stored::Present(stored) => {
                claim.header.revision = stored.header.revision;
                match stored.standing(moment, self.window) {
                    Standing::Over => Claimed::Ours,
                    Standing::Left(left) => return Ok(Claimed::Until(until(now, left))),
                    Standing::Ahead => Claimed::Until(until(now, self.window)),
                }
            }
            Stored::Unreadable(why) => {
                let message = document::unreadable(backend, &key, why).message;
                if matches!(why, Unreadable::Newer(_)) {
                    return Ok(Claimed::Unknown((Code::StateNewer, message)));
                }
                // It may have been made a moment ago. A new one in its place ends the doubt one window from now.
                opened.set_aside(now)?;
                Claimed::Unknown((Code::StateUnreadable, message))
            }
        };
        // A power cut takes longer to recover from than orders stay the same.
        opened.commit(&mut claim, now, Durability::Relaxed)?;
        Ok(claimed)
    }
}

/// Removes claims whose window is over, so that they do not pile up; returns how many. `window` is the configured one: a claim
/// is kept for it, or for that of the gate that made it, whichever is longer.
pub fn prune(state: &State<'_>, window: Option<Duration>) -> Result<usize> {
    let clock = state.context.clock;
    let boot_id = clock.boot_id();
    let moment = Moment { now: clock.now(), boot_id: &boot_id, since_boot: clock.since_boot() };
    let standing = |claim: &Claim| claim.standing(moment, claim.window().max(window.unwrap_or_default()));
    let mut names = Vec::new();
    document::each::<Claim>(&*state.backend, COLLECTION, &mut |name, stored| {
        let over =
            matches!(&stored, Ok(Stored::Present(claim)) if !matches!(standing(claim), Standing::Left(_)));
        if over && names.len() < SWEPT_MAX {
            names.push(name.to_owned());
        }
    })?;
    let mut removed = 0;
    for name in names {
        let key = key(&name).map_err(|why| Error::new(Kind::Internal, why))?;
        let mut opened = document::open::<Claim>(&*state.backend, &key, state.wait)?;
        // Looked at again under the lock: it may have been claimed anew.
        let Stored::Present(claim) = &opened.stored else { continue };
        match standing(claim) {
            Standing::Left(_) => {}
            Standing::Over => {
                opened.remove_with(Durability::Relaxed)?;
                removed += 1;
            }
            Standing::Ahead => {
                let mut claim = claim.clone();
                claim.date(moment, claim.window());
                opened.commit(&mut claim, moment.now, Durability::Relaxed)?;
            }
        }
    }
    Ok(removed)
}
