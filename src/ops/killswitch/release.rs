//! Resuming: what a person saw is released, unless it was activated again meanwhile; what they did not see stays.

use serde_json::json;

use crate::domain::halt::{Actor, Halt, Source};
use crate::domain::killswitch::KillSwitch;
use crate::domain::release::{Request, Seen};
use crate::error::{Error, Kind, Result};
use crate::store::Durability;
use crate::store::document::{self, Opened};
use crate::store::sentinel::{Standing, TakenDown, take_down};

use super::super::confirm::Confirmed;
use super::super::{State, operator, record};
use super::{SUBJECT, adopt, halt_json, key, present, recorded, request, settle, standing};

/// Which halts to release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The only one in force; an error when there are several.
    Sole,
    /// This one.
    Id(String),
    /// Every one.
    All,
}

/// What a person is asked to agree to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The halts that would be released.
    pub halts: Vec<Halt>,
    /// The halts that would stay.
    pub others: Vec<Halt>,
    /// All of them as they stand now.
    pub seen: Vec<Seen>,
    /// Whether an operator's passphrase is needed.
    pub needs_operator: bool,
    /// How many different people have to agree.
    pub approvals: usize,
}

/// What became of a release.
#[derive(Debug)]
pub enum Outcome {
    /// The halts are released.
    Released {
        /// These.
        released: Vec<Halt>,
        /// These stay in force.
        remaining: Vec<Halt>,
        /// The document's revision.
        revision: u64,
        /// Why the record of it is not in the audit log yet; the next change writes it.
        unrecorded: Option<Error>,
    },
    /// A request was recorded; other people have to approve.
    Requested {
        /// The request.
        request: Request,
        /// How many are missing.
        missing: usize,
    },
}

/// Looks at what would be released. `None` when nothing is halted.
pub fn plan(state: &State<'_>, target: &Target) -> Result<Option<Plan>> {
    // What was interrupted is completed first, so that the person sees everything that holds.
    settle::settle(state);
    let mut opened = document::open::<KillSwitch>(&*state.backend, &key(), state.wait)?;
    let mut killswitch = readable(state, &mut opened)?;
    let stops = adopted(state, &mut opened, &mut killswitch)?;
    if killswitch.halts.is_empty() && stops.is_empty() {
        return Ok(None);
    }
    let wanted = |halt: &Halt| match target {
        Target::Id(id) => halt.id == *id,
        Target::Sole | Target::All => true,
    };
    let seen = killswitch.seen().into_iter().chain(stops.iter().map(file_seen)).collect();
    let (halts, others): (Vec<Halt>, Vec<Halt>) = killswitch.halts.into_iter().partition(wanted);
    match target {
        Target::Id(id) if halts.is_empty() => {
            return Err(Error::new(Kind::NotFound, format!("no halt '{id}' is in force"))
                .hint("nija killswitch status"));
        }
        Target::Sole if halts.len() > 1 => return Err(several(&halts)),
        _ => {}
    }
    let needs_operator = operator::any(state)?;
    Ok(Some(Plan { halts, others, seen, needs_operator, approvals: state.context.config.approvals }))
}

fn several(halts: &[Halt]) -> Error {
    let list: Vec<String> = halts.iter().map(|h| format!("{} ({} {})", h.id, h.mode, h.scope)).collect();
    Error::new(Kind::Usage, format!("{} halts are in force, say which: {}", halts.len(), list.join(", ")))
        .hint("nija killswitch deactivate REASON --all")
}

/// A stop file as it was seen: writing into it or touching it makes it another.
fn file_seen(stop: &Standing) -> Seen {
    Seen { id: format!("{} {}", stop.path().display(), stop.file.id()), count: 1 }
}

/// The document. One that is missing or corrupt is replaced by one that halts everything, and nothing is released: nobody
/// has seen which halts were lost with it.
fn readable(state: &State<'_>, opened: &mut Opened<'_, KillSwitch>) -> Result<KillSwitch> {
    let (mut killswitch, recovered) = present(state, opened)?;
    let Some(recovered) = recovered else { return Ok(killswitch) };
    let message = format!("nothing is released: {}; everything is halted now", recovered.0.cause.reason);
    let events = recorded(state.context, &[recovered]);
    record::commit(state, opened, &mut killswitch, &events, Durability::Strict)?;
    Err(Error::new(Kind::Corrupt, message).hint("nija killswitch status"))
}

/// Releases what `confirmed` names, or records a request when more people have to agree.
///
/// Never resumes over an activation that came after the person looked: such a halt is a conflict, and stays.
pub fn release(state: &State<'_>, confirmed: &Confirmed, reason: &str) -> Result<Outcome> {
    require_reason(reason)?;
    let mut opened = document::open::<KillSwitch>(&*state.backend, &key(), state.wait)?;
    let mut killswitch = readable(state, &mut opened)?;
    if state.context.config.approvals > 1 {
        return request::record(state, &mut opened, killswitch, confirmed, reason);
    }
    carry_out(state, &mut opened, &mut killswitch, confirmed, reason, &[])
}

/// A reason that says something.
pub fn require_reason(reason: &str) -> Result<()> {
    if reason.trim().is_empty() {
        return Err(
            Error::new(Kind::Usage, "resuming needs a reason").hint("nija killswitch deactivate REASON")
        );
    }
    Ok(())
}

/// The release itself, under the document's lock.
pub(super) fn carry_out(
    state: &State<'_>,
    opened: &mut Opened<'_, KillSwitch>,
    killswitch: &mut KillSwitch,
    confirmed: &Confirmed,
    reason: &str,
    approvals: &[String],
) -> Result<Outcome> {
    let stops = adopted(state, opened, killswitch)?;
    let mut changed = killswitch.changed_since(confirmed.ids(), confirmed.seen());
    let keeps_total =
        killswitch.halts.iter().any(|halt| halt.is_total() && !confirmed.ids().contains(&halt.id));
    if !keeps_total {
        let unseen = stops.iter().filter(|stop| !confirmed.seen().contains(&file_seen(stop)));
        changed.extend(unseen.map(|stop| stop.path().display().to_string()));
    }
    if !changed.is_empty() {
        return Err(conflict(&changed));
    }
    // Until here the document may rest on the synced stop file; from here on it stands alone.
    opened.sync()?;
    state.journal().sync()?;
    let released = killswitch.release(confirmed.ids());
    let mut down = Vec::new();
    if !killswitch.needs_stop_file() {
        down = take_all_down(state, &stops)?;
        killswitch.stop_file_applied.clear();
    }
    let context = state.context;
    let actor = Actor {
        operator: confirmed.operator().map(str::to_owned).or_else(|| context.identity.actor.operator.clone()),
        ..context.identity.actor.clone()
    };
    let data = json!({
        "reason": reason,
        "released": released.iter().map(halt_json).collect::<Vec<_>>(),
        "remaining": killswitch.halts.iter().map(halt_json).collect::<Vec<_>>(),
        "approved_by": approvals,
    });
    let event = context.event_by(actor, Source::Cli, "killswitch.release", SUBJECT, data);
    let committed = match record::commit(state, opened, killswitch, &[event], Durability::Strict) {
        Ok(committed) => committed,
        Err(error) => {
            restore(down)?;
            return Err(error);
        }
    };
    down.into_iter().for_each(TakenDown::discard);
    let (remaining, revision) = (killswitch.halts.clone(), killswitch.header.revision);
    Ok(Outcome::Released { released, remaining, revision, unrecorded: committed.audit.err() })
}

/// The standing stop files, all of them known to the document.
fn adopted(
    state: &State<'_>,
    opened: &mut Opened<'_, KillSwitch>,
    killswitch: &mut KillSwitch,
) -> Result<Vec<Standing>> {
    let (stops, mut doubts) = standing(state.context);
    if let Some(doubt) = doubts.pop() {
        return Err(doubt);
    }
    let changes = adopt(state.context, killswitch, &stops);
    if !changes.is_empty() {
        let events = recorded(state.context, &changes);
        record::commit(state, opened, killswitch, &events, Durability::Strict)?;
    }
    Ok(stops)
}

/// Takes every stop file out of sight, and looks at each once more: one that was written to meanwhile goes back.
fn take_all_down(state: &State<'_>, stops: &[Standing]) -> Result<Vec<TakenDown>> {
    let id = (state.context.new_id)("released");
    let mut down = Vec::new();
    for stop in stops {
        match take_down(&stop.dir, &id) {
            Ok(taken) => {
                let changed = !taken.is_still(stop);
                down.push(taken);
                if changed {
                    restore(down)?;
                    return Err(conflict(&["EMERGENCY_STOP".to_owned()]));
                }
            }
            Err(error) => {
                restore(down)?;
                return Err(error);
            }
        }
    }
    Ok(down)
}

/// Puts every stop file back, whatever becomes of one of them; returns the first failure.
fn restore(down: Vec<TakenDown>) -> Result<()> {
    down.into_iter().map(TakenDown::restore).fold(Ok(()), Result::and)
}

fn conflict(changed: &[String]) -> Error {
    let message = format!("nothing is released: {} was activated again since you looked", changed.join(", "));
    Error::new(Kind::Conflict, message).hint("nija killswitch status")
}
