//! Stopping: the stop file first, lock-free and synced; then document, audit log and reserve, each failure told.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::domain::halt::{Cause, Mode, Scope, Source};
use crate::domain::killswitch::Change;
use crate::domain::sentinel::{Activation, FILE_NAME};
use crate::error::{Error, Kind, Result};
use crate::store::Durability;
use crate::store::directory::{
    Presence, is_more_private, is_volatile, make_fallback, presence, refill_reserve,
};
use crate::store::document;
use crate::store::sentinel::{Raised, raise};

use super::super::{Context, Notice, record};
use super::{adopt, key, present, recorded, standing};

/// Longest wait for a lock once trading is stopped: the rest can be completed by any later command.
const WAIT_AFTER_STOP: Duration = Duration::from_millis(100);

/// Longest reason that is recorded, in characters; a longer one is shortened, never refused.
const REASON_LEN_MAX: usize = 1000;

/// What to stop, how hard and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Why; may be empty.
    pub reason: String,
    /// How hard.
    pub mode: Mode,
    /// What.
    pub scope: Scope,
    /// Through which edge.
    pub source: Source,
    /// The rule that fired, when automatic.
    pub rule: Option<String>,
    /// Further state directories to stop, when it is not certain which one is meant.
    pub also: Vec<PathBuf>,
}

/// One step of a stop.
#[derive(Debug)]
pub enum Step {
    /// Done.
    Done,
    /// Not needed.
    NotNeeded,
    /// Missing, and why.
    Failed(Error),
}

/// What became of a stop.
#[derive(Debug)]
pub struct Report {
    /// The activation.
    pub activation: Activation,
    /// The stop files that were raised; none for a halt that does not stop everything.
    pub raised: Vec<Raised>,
    /// Places that could not take the stop file.
    pub refused: Vec<Error>,
    /// Whether the stop is certain to survive a power cut.
    pub durable: bool,
    /// Whether other users' gates see it.
    pub is_shared: bool,
    /// What it did to the document, once that is written.
    pub change: Option<Change>,
    /// The document's revision, once that is written.
    pub revision: Option<u64>,
    /// The document.
    pub document: Step,
    /// The audit record.
    pub audit: Step,
    /// The reserve for the next stop on a full disk.
    pub reserve: Step,
    /// What else is worth knowing.
    pub notices: Vec<Notice>,
}

impl Report {
    /// Whether every step is done.
    pub fn is_complete(&self) -> bool {
        ![&self.document, &self.audit, &self.reserve].iter().any(|step| matches!(step, Step::Failed(_)))
    }
}

/// Stops. `on_stopped` is called the moment trading is stopped, before the slower steps.
///
/// `Err` means that nothing is stopped by this call.
pub fn activate(
    context: &Context<'_>,
    request: &Request,
    on_stopped: &mut dyn FnMut(&Report),
) -> Result<Report> {
    let activation = Activation::new(
        (context.new_id)("h"),
        request.scope.clone(),
        request.mode,
        Cause {
            source: request.source,
            rule: request.rule.clone(),
            reason: request.reason.chars().take(REASON_LEN_MAX).collect(),
            actor: context.identity.actor.clone(),
            host: context.identity.host.clone(),
            at: context.now(),
            extra: serde_json::Map::new(),
        },
    );
    let total = request.scope == Scope::All && request.mode == Mode::Halted;
    let mut report = Report {
        activation,
        raised: Vec::new(),
        refused: Vec::new(),
        durable: false,
        is_shared: false,
        change: None,
        revision: None,
        document: Step::NotNeeded,
        audit: Step::NotNeeded,
        reserve: Step::NotNeeded,
        notices: Vec::new(),
    };
    if total {
        raise_everywhere(context, request, &mut report)?;
        on_stopped(&report);
    }
    complete(context, total, &mut report);
    if !total {
        // Only the document carries this halt: without it nothing is stopped.
        if let Step::Failed(error) = std::mem::replace(&mut report.document, Step::Done) {
            let message = format!("NOT STOPPED: {}", error.message);
            return Err(Error { message, hint: "nija kill".to_owned(), ..error });
        }
        report.durable = true;
        report.is_shared = true;
        on_stopped(&report);
    }
    Ok(report)
}

fn raise_everywhere(context: &Context<'_>, request: &Request, report: &mut Report) -> Result<()> {
    let dir = &context.config.state_dir;
    let found = presence(dir).unwrap_or(Presence::Initialised);
    // A directory that somebody named and that is gone was lost; a default that never was is a mistake.
    let named = context.config.origin("state_dir") != crate::config::Origin::Default;
    if !dir.is_absolute() {
        let message = "there is no state directory: neither HOME nor XDG_STATE_HOME is set";
        report.refused.push(Error::new(Kind::Config, message).hint("nija --state-dir /var/lib/nija kill"));
    } else if found == Presence::Foreign || (found == Presence::Missing && !named) {
        report.refused.push(context.not_initialised(dir, found));
    } else {
        raise_in(dir, None, report);
    }
    for other in &request.also {
        if presence(other).is_ok_and(|found| found == Presence::Initialised) {
            raise_in(other, None, report);
        }
    }
    // A second place when the first is not certain, or when the stop would leave no trace of its own in it.
    let certain = report.durable && !report.raised.iter().all(Raised::leaves_no_trace);
    if !certain && found != Presence::Foreign && (named || found != Presence::Missing) {
        for fallback in &context.config.fallback_dirs {
            if raise_in(fallback, Some(dir), report) {
                break;
            }
        }
    }
    if report.raised.is_empty() {
        Err(not_stopped(context, std::mem::take(&mut report.refused)))
    } else {
        Ok(())
    }
}

/// Raises the stop file in one place; for a second place, `instead_of` is the state directory. Returns whether it is enough.
fn raise_in(dir: &Path, instead_of: Option<&Path>, report: &mut Report) -> bool {
    if instead_of.is_some()
        && let Err(error) = make_fallback(dir)
    {
        report.refused.push(error);
        return false;
    }
    match raise(dir, &report.activation) {
        Ok(raised) => {
            // What a reboot empties does not keep a stop, and what others cannot see does not stop them.
            let private = instead_of.is_some_and(|state_dir| is_more_private(dir, state_dir));
            let volatile = instead_of.is_some() && is_volatile(dir);
            let kept = raised.durable.is_ok() && !private && !volatile;
            report.is_shared |= !private;
            report.durable |= kept;
            report.raised.push(raised);
            kept
        }
        Err(error) => {
            report.refused.push(error);
            false
        }
    }
}

fn not_stopped(context: &Context<'_>, refused: Vec<Error>) -> Error {
    let manual = format!("touch {}", context.config.state_dir.join(FILE_NAME).display());
    let forbidden = |error: &Error| error.kind == Kind::NotPermitted;
    let kind = match refused.as_slice() {
        [only] if only.kind == Kind::NotInitialised => Kind::NotInitialised,
        all if all.iter().all(forbidden) => Kind::NotPermitted,
        _ => Kind::Io,
    };
    let hint = match refused.as_slice() {
        [only] if only.kind == Kind::NotInitialised => only.hint.clone(),
        _ if kind == Kind::NotPermitted => {
            format!("sudo nija --state-dir {} kill", context.config.state_dir.display())
        }
        _ => format!("{manual}; then stop the bots themselves, as in: systemctl stop YOUR-BOT"),
    };
    let reasons: Vec<String> = refused.into_iter().map(|error| error.message).collect();
    Error::new(kind, format!("NOT STOPPED: nothing could hold the stop: {}", reasons.join("; "))).hint(hint)
}

/// Document, audit log and reserve. A failure is kept in the report; it never un-stops.
fn complete(context: &Context<'_>, total: bool, report: &mut Report) {
    if let Err(error) = store(context, total, report) {
        report.document = Step::Failed(error);
        report.audit = Step::Failed(Error::new(Kind::Busy, "waits for the document").hint("nija status"));
    }
    if report.raised.iter().any(|raised| raised.reserve_spent) {
        report.reserve = match refill_reserve(&context.config.state_dir) {
            Ok(_) => Step::Done,
            Err(error) => Step::Failed(error),
        };
    }
}

fn store(context: &Context<'_>, total: bool, report: &mut Report) -> Result<()> {
    context.require_initialised()?;
    let state = context.open_waiting(if total { WAIT_AFTER_STOP } else { context.config.lock_wait })?;
    let mut opened = document::open(&*state.backend, &key(), state.wait)?;
    let (mut killswitch, recovered) = present(&state, &mut opened)?;
    let (stops, _) = standing(context);
    let mut changes: Vec<_> = recovered.into_iter().collect();
    let own = killswitch.activate(&report.activation);
    changes.push((report.activation.clone(), own.clone()));
    if total {
        killswitch.stop_file_applied.push(report.activation.id.clone());
    }
    changes.extend(adopt(context, &mut killswitch, &stops));
    let events = recorded(context, &changes);
    // The synced stop file carries the whole cause, so what follows may be written unsynced: a power cut loses nothing
    // that the next command does not complete.
    let told = total
        && report.durable
        && report.raised.iter().any(|raised| raised.recorded && raised.durable.is_ok());
    let durability = if told { Durability::Relaxed } else { Durability::Strict };
    let committed = record::commit(&state, &mut opened, &mut killswitch, &events, durability)?;
    report.document = Step::Done;
    report.change = Some(own);
    report.revision = Some(killswitch.header.revision);
    report.audit = committed.audit.map_or_else(Step::Failed, |_| Step::Done);
    Ok(())
}
