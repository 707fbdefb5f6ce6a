//! How the kill switch stands: halts, stop files, who has confirmed, and what waits for approval.

use serde::Serialize;

use crate::domain::document::Unreadable;
use crate::domain::halt::{Halt, Mode, Scope};
use crate::domain::killswitch::KillSwitch;
use crate::domain::release::Request;
use crate::error::{Error, Result};
use crate::store::document::{self, Stored};

use super::super::heartbeat::{self, Listener};
use super::super::{Notice, State};
use super::{key, settle, standing};

/// The overall state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// No halt is in force.
    Trading,
    /// Halts are in force, none of everything.
    PartlyHalted,
    /// Only orders that shrink a position may go out.
    ReduceOnly,
    /// Everything is stopped.
    Halted,
}

/// One stop file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StopFile {
    /// Where it stands.
    pub path: String,
    /// The user id of its owner.
    pub owner_uid: u32,
}

/// How things stand.
#[derive(Debug, Serialize)]
pub struct Report {
    /// In one word.
    pub verdict: Verdict,
    /// Whether any halt is in force or any doubt holds.
    pub is_active: bool,
    /// Revision of the document; 0 when it cannot be read.
    pub revision: u64,
    /// Halts in force, oldest first.
    pub halts: Vec<Halt>,
    /// Stop files that stand.
    pub stop_files: Vec<StopFile>,
    /// Components that listen, and whether they have seen this state.
    pub clients: Vec<Listener>,
    /// Releases that wait for approval.
    pub requests: Vec<Request>,
    /// Why the document cannot be used; trading is halted then.
    pub unreadable: Option<String>,
    /// The stop that this process's own environment asks for.
    pub env_stop: Option<String>,
    /// What else is worth knowing.
    #[serde(skip)]
    pub notices: Vec<Notice>,
}

/// Looks, after completing what an interrupted command left.
pub fn status(state: &State<'_>, env_stop: Option<String>) -> Result<Report> {
    let mut notices = settle::settle(state);
    let (stops, doubts) = standing(state.context);
    let (document, unreadable) = match document::read::<KillSwitch>(&*state.backend, &key()) {
        Ok(Stored::Present(document)) => (Some(document), None),
        Ok(Stored::Missing) => (None, Some(missing(state))),
        Ok(Stored::Unreadable(why)) => (None, Some(unusable(state, &why))),
        Err(error) => (None, Some(error)),
    };
    notices
        .extend(unreadable.as_ref().map(|error| Notice::of("STATE_UNREADABLE", "trading is halted", error)));
    let revision = document.as_ref().map_or(0, |document| document.header.revision);
    let clients = heartbeat::listeners(state, heartbeat::awaited(document.as_ref(), !stops.is_empty()))?;
    let (halts, requests) =
        document.map_or_else(Default::default, |document| (document.halts, document.requests));
    let requests = requests.into_iter().filter(|request| request.is_open(state.now())).collect();
    let stopped = !stops.is_empty() || !doubts.is_empty() || unreadable.is_some() || env_stop.is_some();
    let verdict = if stopped { Verdict::Halted } else { strongest(&halts) };
    Ok(Report {
        verdict,
        is_active: verdict != Verdict::Trading,
        revision,
        halts,
        stop_files: stops
            .iter()
            .map(|stop| StopFile { path: stop.path().display().to_string(), owner_uid: stop.file.uid })
            .collect(),
        clients,
        requests,
        unreadable: unreadable.map(|error| error.message),
        env_stop,
        notices,
    })
}

fn strongest(halts: &[Halt]) -> Verdict {
    match halts.iter().filter(|halt| halt.scope == Scope::All).map(|halt| halt.mode).max() {
        Some(Mode::Halted) => Verdict::Halted,
        Some(Mode::ReduceOnly) => Verdict::ReduceOnly,
        None if halts.is_empty() => Verdict::Trading,
        None => Verdict::PartlyHalted,
    }
}

fn missing(state: &State<'_>) -> Error {
    let path = state.backend.location().join(key().file());
    Error::new(crate::error::Kind::NotFound, format!("{} is missing", path.display())).hint("nija doctor")
}

fn unusable(state: &State<'_>, why: &Unreadable) -> Error {
    document::unreadable(&*state.backend, &key(), why)
}
