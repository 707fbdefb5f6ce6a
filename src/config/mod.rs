//! Flags, environment and files resolved once into plain values, each with its origin.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::policy::Policies;
use crate::error::{Error, Kind, Result};

pub mod environment;
pub mod file;
pub mod schema;
pub mod settings;

pub use environment::Environment;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// A file.
    File(PathBuf),
    /// An environment variable.
    Environment(&'static str),
    /// A command-line flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// What the command line says about configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--state-dir`.
    pub state_dir: Option<PathBuf>,
    /// `--config`.
    pub config: Option<PathBuf>,
}

/// Every setting, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The file that was read, if any.
    pub file: Option<PathBuf>,
    /// Where state lives, absolute.
    pub state_dir: PathBuf,
    /// Further places where a stop file may stand, tried in this order when the state directory cannot take it.
    pub fallback_dirs: Vec<PathBuf>,
    /// Longest wait for a lock.
    pub lock_wait: Duration,
    /// How many different people a release needs.
    pub approvals: usize,
    /// How long a request for approval stays open.
    pub approval_expiry: TimeDelta,
    /// A client silent for this long is not waited for.
    pub live_within: TimeDelta,
    /// Size at which the audit log's current segment is closed, in bytes.
    pub audit_rotate_bytes: u64,
    /// Limits and habits, by area.
    pub policies: Policies,
    /// The schema freeze.
    pub schema: schema::Schema,
    /// Origins of settings that are not at their default, by name.
    pub origins: Vec<(&'static str, Origin)>,
}

impl Config {
    /// Every setting at its default.
    pub fn defaults(environment: &Environment) -> Self {
        Self {
            file: None,
            state_dir: environment.default_state_dir(),
            fallback_dirs: environment.default_fallback_dirs(),
            lock_wait: Duration::from_secs(2),
            approvals: 1,
            approval_expiry: TimeDelta::minutes(15),
            live_within: TimeDelta::minutes(10),
            audit_rotate_bytes: 64 * 1024 * 1024,
            policies: Policies::default(),
            schema: schema::Schema::default(),
            origins: Vec::new(),
        }
    }

    /// Where a setting's value came from.
    pub fn origin(&self, name: &str) -> Origin {
        let found = self.origins.iter().find(|(own, _)| *own == name);
        found.map_or(Origin::Default, |(_, origin)| origin.clone())
    }

    fn set_origin(&mut self, name: &'static str, origin: Origin) {
        self.origins.retain(|(own, _)| *own != name);
        self.origins.push((name, origin));
    }

    fn overlay(&mut self, flags: &Flags, environment: &Environment) {
        if let Some(dir) = environment.path("NIJA_STATE_DIR") {
            self.state_dir = environment.absolute(&dir);
            self.set_origin("state_dir", Origin::Environment("NIJA_STATE_DIR"));
        }
        if let Some(dir) = &flags.state_dir {
            self.state_dir = environment.absolute(dir);
            self.set_origin("state_dir", Origin::Flag("--state-dir"));
        }
        if let Some(dir) = environment.path("NIJA_TEXTFILE_DIR") {
            self.policies.watch.textfile_dir = Some(environment.absolute(&dir));
            self.set_origin("watch.textfile_dir", Origin::Environment("NIJA_TEXTFILE_DIR"));
        }
        if let Some(file) = environment.path("NIJA_PING_URL_FILE") {
            self.policies.watch.ping_url_file = Some(environment.absolute(&file));
            self.set_origin("watch.ping_url_file", Origin::Environment("NIJA_PING_URL_FILE"));
        }
    }
}

/// Resolves the configuration. A file that cannot be trusted, read or understood is an error.
pub fn resolve(flags: &Flags, environment: &Environment) -> Result<Config> {
    let mut config = Config::defaults(environment);
    if let Some(path) = file::locate(flags, environment)? {
        file::apply(&mut config, &path, environment)?;
    }
    config.overlay(flags, environment);
    if config.state_dir.as_os_str().is_empty() {
        return Err(Error::new(
            Kind::Config,
            "there is no state directory: neither HOME nor XDG_STATE_HOME is set",
        )
        .hint("nija --state-dir /var/lib/nija status"));
    }
    Ok(config)
}

/// What a stop aims at when the configuration cannot be used.
#[derive(Debug)]
pub struct StopTarget {
    /// The settings to go by.
    pub config: Config,
    /// Further state directories that have to be stopped as well, because it is not certain which one is meant.
    pub also: Vec<PathBuf>,
    /// Why the configuration was not used as it stands.
    pub problem: Option<Error>,
}

/// Resolves what a stop needs, whatever state the configuration is in: stopping always works.
///
/// A directory named by flag or environment is certain. Otherwise, when the file cannot be used, both the directory it
/// seems to name and the default are stopped: one directory too many is better than the wrong one.
pub fn resolve_for_stop(flags: &Flags, environment: &Environment) -> StopTarget {
    let problem = match resolve(flags, environment) {
        Ok(config) => return StopTarget { config, also: Vec::new(), problem: None },
        Err(problem) => problem,
    };
    let mut config = Config::defaults(environment);
    config.overlay(flags, environment);
    let mut also = Vec::new();
    if config.origin("state_dir") == Origin::Default
        && let Ok(Some(path)) = file::locate(flags, environment)
        && let Some(named) = file::guess_state_dir(&path, environment)
        && named != config.state_dir
    {
        also.push(std::mem::replace(&mut config.state_dir, named));
        config.set_origin("state_dir", Origin::File(path));
    }
    StopTarget { config, also, problem: Some(problem) }
}

fn join(base: &Path, path: &Path) -> PathBuf {
    // `components` drops `.` and doubled slashes, so that one directory has one spelling.
    base.join(path).components().collect()
}
