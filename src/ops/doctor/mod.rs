//! What can silently break a stop: a registry of checks that only look, each telling what it found and what mends it.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::config::{Environment, Flags, Origin};
use crate::domain::status::Status;
use crate::error::{Error, Kind, Result};

use super::{Context, State, operator};

pub mod access;
pub mod channels;
pub mod clients;
pub mod clock;
pub mod config;
pub mod directory;
pub mod disk;
pub mod documents;
pub mod escalations;
pub mod fallbacks;
pub mod kept;
pub mod leftovers;
pub mod locks;
pub mod record;
pub mod stop;
pub mod tickers;

/// One thing that is looked at.
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// What has to hold.
    pub about: &'static str,
    /// Looks. Never changes anything, and answers however broken the rest is.
    pub run: fn(&Patient<'_>) -> Vec<Finding>,
}

/// Every check, in the order they are made.
pub const CHECKS: [Check; 21] = [
    config::FILE,
    config::APPROVALS,
    directory::DIRECTORY,
    directory::MODES,
    disk::SPACE,
    disk::FILE_SYSTEM,
    stop::RESERVE_CHECK,
    fallbacks::FALLBACKS,
    stop::STOP_FILE,
    documents::DOCUMENTS,
    leftovers::LEFTOVERS,
    locks::LOCKS,
    record::CHAIN,
    record::OUTBOX,
    record::HALTS,
    clock::CLOCK,
    tickers::TICKERS,
    clients::CLIENTS,
    channels::CHANNELS,
    channels::REACH,
    escalations::ESCALATIONS,
];

/// The checks of the configuration alone.
pub const CHECKS_OF_CONFIG: [Check; 4] =
    [config::FILE, config::APPROVALS, channels::CHANNELS, escalations::ESCALATIONS];

/// Most findings one check tells; the rest is counted.
const FINDINGS_MAX: usize = 20;

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub status: Status,
    /// The thing, the place and the reason.
    pub message: String,
    /// A command that mends it; empty when nothing has to be mended.
    pub mend: String,
}

impl Finding {
    /// Nothing to mend.
    pub fn ok(message: impl Into<String>) -> Self {
        Self { status: Status::Ok, message: message.into(), mend: String::new() }
    }

    /// Mend it when you can.
    pub fn warning(message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { status: Status::Warning, message: message.into(), mend: mend.into() }
    }

    /// Mend it now.
    pub fn critical(message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { status: Status::Critical, message: message.into(), mend: mend.into() }
    }

    /// It cannot be told.
    pub fn unknown(message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { status: Status::Unknown, message: message.into(), mend: mend.into() }
    }
}

/// One check and what it found, the worst first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Examined {
    /// Its name.
    pub name: &'static str,
    /// What has to hold.
    pub about: &'static str,
    /// The worst of its findings.
    pub status: Status,
    /// At least one.
    pub findings: Vec<Finding>,
}

/// Every check and what it found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The worst of all.
    #[serde(skip)]
    pub status: Status,
    /// In the order they were made.
    pub checks: Vec<Examined>,
}

/// Makes the given checks.
pub fn examine(patient: &Patient<'_>, checks: &[Check]) -> Report {
    let checks: Vec<Examined> = checks.iter().map(|check| examined(patient, check)).collect();
    let status = checks.iter().map(|check| check.status).max().unwrap_or(Status::Unknown);
    Report { status, checks }
}

fn examined(patient: &Patient<'_>, check: &Check) -> Examined {
    let mut findings = (check.run)(patient);
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.status));
    if findings.len() > FINDINGS_MAX {
        let rest = findings.split_off(FINDINGS_MAX);
        let status = rest.iter().map(|finding| finding.status).max().unwrap_or(Status::Unknown);
        let message = format!("{} more, not listed", rest.len());
        findings.push(Finding { status, message, mend: patient.nija("doctor") });
    }
    let status = findings.iter().map(|finding| finding.status).max().unwrap_or(Status::Unknown);
    Examined { name: check.name, about: check.about, status, findings }
}

/// What is examined: the settings as a stop would take them, and the state directory as far as it opens.
pub struct Patient<'a> {
    /// Settings, clock and identity.
    pub context: &'a Context<'a>,
    /// What the command line said about the configuration.
    pub flags: &'a Flags,
    /// The surroundings.
    pub environment: &'a Environment,
    /// Why the configuration is not used as it stands, if so.
    pub problem: Option<&'a Error>,
    /// Further state directories that a stop would aim at because of that.
    pub also: &'a [PathBuf],
    state: Result<State<'a>>,
}

impl<'a> Patient<'a> {
    /// Opens the state directory, if it opens.
    pub fn new(
        context: &'a Context<'a>,
        flags: &'a Flags,
        environment: &'a Environment,
        problem: Option<&'a Error>,
        also: &'a [PathBuf],
    ) -> Self {
        let dir = &context.config.state_dir;
        let state = if dir.is_absolute() {
            context.open()
        } else {
            Err(Error::new(Kind::NotInitialised, "there is no state directory"))
        };
        Self { context, flags, environment, problem, also, state }
    }

    /// The state directory.
    pub fn dir(&self) -> &Path {
        &self.context.config.state_dir
    }

    /// The open state, or the one finding that says why there is none; the check of the directory says more.
    pub fn state(&self) -> std::result::Result<&State<'a>, Vec<Finding>> {
        let message = "not examined: there is no open state directory";
        self.state.as_ref().map_err(|error| vec![Finding::unknown(message, self.mend_state(error))])
    }

    /// Why the state directory does not open, if so.
    pub fn state_error(&self) -> Option<&Error> {
        self.state.as_ref().err()
    }

    /// What makes the state directory open again after `error`.
    pub fn mend_state(&self, error: &Error) -> String {
        let dir = self.dir();
        if error.kind == Kind::NotInitialised || error.errno() == Some(libc::ENOENT) {
            return self.init();
        }
        if let Some(command) = access::to_make_way(self, dir) {
            return format!("{command} && {}", self.init());
        }
        access::to_enter(self, dir)
    }

    /// How many operators may resume. A directory that was never initialised has none.
    pub fn operators(&self) -> Result<usize> {
        match &self.state {
            Ok(state) => operator::list(state).map(|operators| operators.len()),
            Err(error) if error.kind == Kind::NotInitialised => Ok(0),
            Err(error) => Err(Error::new(error.kind, error.message.clone())),
        }
    }

    /// A nija command on this very configuration and state directory.
    pub fn nija(&self, words: &str) -> String {
        let config = &self.context.config;
        let mut command = "nija".to_owned();
        if let Some(file) = &config.file {
            command.push_str(&format!(" --config {}", quoted(file)));
        }
        if !matches!(config.origin("state_dir"), Origin::File(_)) || config.file.is_none() {
            command.push_str(&format!(" --state-dir {}", quoted(self.dir())));
        }
        format!("{command} {words}")
    }

    /// The command that makes what is missing in the state directory.
    pub fn init(&self) -> String {
        let dir = self.dir();
        format!("nija init {}", if dir.is_absolute() { quoted(dir) } else { "/var/lib/nija".to_owned() })
    }

    /// `sudo `, unless this is root or the owner of what is to be mended.
    pub fn sudo(&self, owner: Option<u32>) -> &'static str {
        let uid = self.environment.uid;
        if uid == 0 || owner == Some(uid) { "" } else { "sudo " }
    }
}

/// A path as a shell takes it.
pub fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.into_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
