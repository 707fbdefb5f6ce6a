//! The process's surroundings, captured once: variables, working directory, user.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Every variable nija looks at, with what it does.
pub const VARIABLES: [(&str, &str); 27] = [
    ("NIJA_STATE_DIR", "the state directory, unless --state-dir is given"),
    ("NIJA_CONFIG", "the configuration file, unless --config is given"),
    ("NIJA_OPERATOR", "who you are, for the record, unless --operator is given"),
    ("NIJA_NO_INPUT", "never ask: fail instead"),
    ("NIJA_NO_COLOR", "no colour"),
    ("NIJA_EMERGENCY_STOP", "halts the gate of this process, with this reason"),
    ("NIJA_PING_URL_FILE", "the file with the URL that the watch pings, before watch.ping_url_file"),
    ("NIJA_TEXTFILE_DIR", "where the watch writes nija.prom, before watch.textfile_dir"),
    ("PRE_COMMIT_FROM_REF", "the older version of a schema check, unless --from or --to is given"),
    ("PRE_COMMIT_TO_REF", "the newer version of a schema check, unless --from or --to is given"),
    ("NO_COLOR", "no colour, when not empty"),
    ("FORCE_COLOR", "colour even without a terminal"),
    ("CLICOLOR_FORCE", "colour even without a terminal, unless 0"),
    ("CLICOLOR", "no colour when 0"),
    ("TERM", "no colour when dumb"),
    ("LC_ALL", "block characters in charts, when it names UTF-8"),
    ("LC_CTYPE", "the same, unless LC_ALL is set"),
    ("LANG", "the same, unless LC_ALL or LC_CTYPE is set"),
    ("HOME", "below it are the default directories"),
    ("XDG_STATE_HOME", "below it is the default state directory"),
    ("XDG_CONFIG_HOME", "below it is the user's configuration file"),
    ("XDG_RUNTIME_DIR", "below it is a second place for the stop file"),
    ("SUDO_USER", "who you are, for the record, behind sudo"),
    ("NOTIFY_SOCKET", "where the watch tells the service manager that it is ready and alive"),
    ("WATCHDOG_USEC", "how long the service manager waits for the watch to tell, in microseconds"),
    ("WATCHDOG_PID", "the process that is to tell"),
    ("LOGNAME", "your name, when the system's list of users does not have it"),
];

/// Captured surroundings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Environment {
    /// The variables of [`VARIABLES`] that are set.
    pub variables: BTreeMap<String, OsString>,
    /// The working directory; `None` when it is gone.
    pub cwd: Option<PathBuf>,
    /// The effective user id.
    pub uid: u32,
}

impl Environment {
    /// Captures this process's surroundings.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn capture() -> Self {
        let set = |(name, _): &(&str, &str)| std::env::var_os(name).map(|value| ((*name).to_owned(), value));
        Self {
            variables: VARIABLES.iter().filter_map(set).collect(),
            cwd: std::env::current_dir().ok(),
            uid: rustix::process::geteuid().as_raw(),
        }
    }

    /// A variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(name).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// A variable as text; what is not UTF-8 is replaced.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(|value| value.to_string_lossy().into_owned())
    }

    /// A variable as a path.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.get(name).map(PathBuf::from)
    }

    /// `NIJA_EMERGENCY_STOP`: set at all means stop, with whatever reason it gives.
    pub fn emergency_stop(&self) -> Option<String> {
        self.variables.get("NIJA_EMERGENCY_STOP").map(|value| value.to_string_lossy().into_owned())
    }

    /// A path made absolute against the working directory.
    pub fn absolute(&self, path: &Path) -> PathBuf {
        super::join(self.cwd.as_deref().unwrap_or(Path::new("/")), path)
    }

    /// Where state lives unless anything says otherwise; empty when nothing tells.
    pub fn default_state_dir(&self) -> PathBuf {
        if self.uid == 0 {
            return PathBuf::from("/var/lib/nija");
        }
        match (self.path("XDG_STATE_HOME"), self.path("HOME")) {
            (Some(state), _) => state.join("nija"),
            (None, Some(home)) => home.join(".local/state/nija"),
            (None, None) => PathBuf::new(),
        }
    }

    /// Second places for the stop file: one that every user reads, then one that this user can always write.
    pub fn default_fallback_dirs(&self) -> Vec<PathBuf> {
        let own = self.path("XDG_RUNTIME_DIR").map(|dir| dir.join("nija"));
        std::iter::once(PathBuf::from("/run/nija")).chain(own).collect()
    }

    /// Configuration files to look for, in order.
    pub fn config_candidates(&self) -> Vec<PathBuf> {
        let nearest = self.cwd.iter().flat_map(|cwd| cwd.ancestors()).map(|dir| dir.join("nija.toml"));
        let own = self.path("XDG_CONFIG_HOME").or_else(|| Some(self.path("HOME")?.join(".config")));
        let own = own.map(|dir| dir.join("nija/nija.toml"));
        nearest.chain(own).chain([PathBuf::from("/etc/nija/nija.toml")]).collect()
    }
}
