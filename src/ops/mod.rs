//! One function per use case: the only layer that joins the pure rules with clock, store and identity.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::clock::Clock;
use crate::config::Config;
use crate::domain::audit::Event;
use crate::domain::halt::{Actor, Source};
use crate::error::{Error, Kind, Result};
use crate::store::Backend;
use crate::store::directory::{Presence, presence};
use crate::store::file::FileBackend;
use crate::store::journal::Journal;

pub mod adoption;
pub mod alerts;
pub mod audit;
pub mod check;
pub mod confirm;
pub mod cooldown;
pub mod doctor;
pub mod equity;
pub mod exposure;
pub mod gate;
pub mod heartbeat;
pub mod identity;
pub mod init;
pub mod killswitch;
pub mod metrics;
pub mod notify;
pub mod operator;
pub mod orders;
pub mod record;
pub mod schema;
pub mod silences;
pub mod slippage;
pub mod status;
pub mod watch;

pub use crate::store::export::write_files;
pub use identity::Identity;

/// A finding beside the answer: stable code, one sentence, and a command to type next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Stable word.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// A command; may be empty.
    pub hint: String,
}

impl Notice {
    /// A notice with a hint.
    pub fn new(code: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: hint.into() }
    }

    /// A failure that did not stop the operation.
    pub fn of(code: &'static str, doing: &str, error: &Error) -> Self {
        Self::new(code, format!("{doing}: {}", error.message), error.hint.clone())
    }
}

/// What every operation is given.
pub struct Context<'a> {
    /// The resolved settings.
    pub config: &'a Config,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Who asks, from where.
    pub identity: &'a Identity,
    /// Makes ids: a prefix, and eight random hex digits.
    pub new_id: &'a dyn Fn(&str) -> String,
}

/// An open state directory.
pub struct State<'a> {
    /// What the operation was given.
    pub context: &'a Context<'a>,
    /// The store.
    pub backend: Box<dyn Backend>,
    /// Longest wait for a lock in this operation.
    pub wait: Duration,
}

impl<'a> Context<'a> {
    /// Opens the state directory. A directory that no nija initialised is an error that says where was looked.
    pub fn open(&'a self) -> Result<State<'a>> {
        self.require_initialised()?;
        self.open_waiting(self.config.lock_wait)
    }

    /// Opens the state directory without asking whether it is one, with an own limit for locks.
    pub fn open_waiting(&'a self, wait: Duration) -> Result<State<'a>> {
        let backend = FileBackend::open(&self.config.state_dir)?;
        Ok(State { context: self, backend: Box::new(backend), wait })
    }

    /// Fails unless some nija initialised the state directory.
    pub fn require_initialised(&self) -> Result<()> {
        let dir = &self.config.state_dir;
        match presence(dir)? {
            Presence::Initialised => Ok(()),
            found => Err(self.not_initialised(dir, found)),
        }
    }

    /// The error for a directory that is none of nija's.
    pub fn not_initialised(&self, dir: &Path, found: Presence) -> Error {
        let what =
            if found == Presence::Missing { "does not exist" } else { "was never initialised by nija" };
        let origin = self.config.origin("state_dir");
        let file =
            self.config.file.as_ref().map_or("none found".to_owned(), |file| file.display().to_string());
        let message = format!(
            "state directory {} {what} (it comes from: {origin}; configuration file: {file})",
            dir.display()
        );
        Error::new(Kind::NotInitialised, message).hint(format!("nija init {}", dir.display()))
    }

    /// The time of a decision.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A decision by whoever asks, for the record.
    pub fn event(&self, source: Source, action: &str, subject: &str, data: Value) -> Event {
        self.event_by(self.identity.actor.clone(), source, action, subject, data)
    }

    /// A decision by somebody else, for the record.
    pub fn event_by(&self, actor: Actor, source: Source, action: &str, subject: &str, data: Value) -> Event {
        let (action, subject) = (action.to_owned(), subject.to_owned());
        Event { at: self.now(), host: self.identity.host.clone(), actor, source, action, subject, data }
    }
}

impl State<'_> {
    /// The audit journal.
    pub fn journal(&self) -> Journal<'_> {
        Journal::new(&*self.backend, self.wait, self.context.config.audit_rotate_bytes)
    }

    /// The time of a decision.
    pub fn now(&self) -> DateTime<Utc> {
        self.context.now()
    }
}
