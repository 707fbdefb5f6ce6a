//! A state directory to break and examine, with its own configuration, clock and second place.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chrono::{DateTime, Utc};
use nija::clock::Manual;
use nija::config::{Environment, Flags, resolve_for_stop};
use nija::domain::halt::{Actor, Mode, Source};
use nija::domain::heartbeat::Report as Words;
use nija::domain::status::Status;
use nija::ops::doctor::{CHECKS, Finding, Patient, Report, examine};
use nija::ops::killswitch::activate::{Request, activate};
use nija::ops::{Context, Identity, State, heartbeat, identity, init};
use serde_json::Value;

/// The user that tests of refused access run as.
const NOBODY: &str = "65534";

/// The ward.
pub(crate) struct Ward {
    root: tempfile::TempDir,
    pub(crate) clock: Manual,
}

pub(crate) fn noon() -> DateTime<Utc> {
    "2026-01-31T12:00:00Z".parse().unwrap()
}

impl Ward {
    /// An initialised state directory with a client, in good health.
    pub(crate) fn healthy() -> Self {
        let ward = Self::empty();
        ward.with_context(|context| init::init(context, 0o755).unwrap());
        ward.with_state(|state| heartbeat::ping(state, "bot-a", &Words::default()).unwrap());
        ward
    }

    /// A configuration, and nothing that it names.
    pub(crate) fn empty() -> Self {
        let root = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        chmod(root.path(), 0o755);
        let ward = Self { root, clock: Manual::at(noon()) };
        ward.configure("");
        ward
    }

    /// Writes the configuration with these further lines.
    pub(crate) fn configure(&self, more: &str) {
        let text = format!("state_dir = \"state\"\nfallback_dirs = [\"second\"]\n{more}");
        std::fs::write(self.config_file(), text).unwrap();
        chmod(&self.config_file(), 0o644);
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn config_file(&self) -> PathBuf {
        self.root().join("nija.toml")
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.root().join("state")
    }

    /// A path in the state directory.
    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.dir().join(name)
    }

    /// Changes the text of a file in the state directory.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.at(name)).unwrap();
        assert!(text.contains(from), "{name} does not hold {from}");
        std::fs::write(self.at(name), text.replace(from, to)).unwrap();
    }

    pub(crate) fn with_context<T>(&self, act: impl FnOnce(&Context<'_>) -> T) -> T {
        let target = resolve_for_stop(&self.flags(), &environment());
        let context = Context {
            config: &target.config,
            clock: &self.clock,
            identity: &somebody(),
            new_id: &identity::random_id,
        };
        act(&context)
    }

    pub(crate) fn with_state<T>(&self, act: impl FnOnce(&State<'_>) -> T) -> T {
        self.with_context(|context| act(&context.open().unwrap()))
    }

    /// Stops everything.
    pub(crate) fn stop(&self) {
        self.stop_scope("all");
    }

    /// Stops what is named.
    pub(crate) fn stop_scope(&self, scope: &str) {
        let request = Request {
            reason: "drill".to_owned(),
            mode: Mode::Halted,
            scope: scope.parse().unwrap(),
            source: Source::Cli,
            rule: None,
            also: Vec::new(),
        };
        self.with_context(|context| activate(context, &request, &mut |_| ()).unwrap());
    }

    fn flags(&self) -> Flags {
        Flags { state_dir: None, config: Some(self.config_file()) }
    }

    /// Makes every check.
    pub(crate) fn examine(&self) -> Report {
        let (flags, environment) = (self.flags(), environment());
        let target = resolve_for_stop(&flags, &environment);
        self.with_context(|context| {
            let problem = target.problem.as_ref();
            examine(&Patient::new(context, &flags, &environment, problem, &target.also), &CHECKS)
        })
    }

    /// What one check finds.
    pub(crate) fn findings(&self, check: &str) -> Vec<Finding> {
        let report = self.examine();
        report.checks.into_iter().find(|examined| examined.name == check).unwrap().findings
    }

    pub(crate) fn assert_ok(&self, check: &str) {
        let findings = self.findings(check);
        assert!(findings.iter().all(|finding| finding.status == Status::Ok), "{findings:#?}");
    }

    /// Asserts that a check's worst finding is this one, and returns its mend.
    pub(crate) fn assert_finds(&self, check: &str, status: Status, words: &str) -> String {
        let findings = self.findings(check);
        let worst = &findings[0];
        assert!(worst.status == status && worst.message.contains(words), "{findings:#?}");
        assert!(!worst.mend.is_empty(), "{findings:#?}");
        worst.mend.clone()
    }

    /// Asserts a finding, types its mend into a shell, and asserts that the check is satisfied.
    pub(crate) fn assert_mended(&self, check: &str, status: Status, words: &str) {
        let mend = self.assert_finds(check, status, words);
        let output = shell(&mend).output().unwrap();
        assert!(output.status.success(), "{mend}: {output:?}");
        let findings = self.findings(check);
        assert!(findings.iter().all(|finding| finding.status == Status::Ok), "{mend}: {findings:#?}");
    }

    /// Runs the program as a user who owns nothing here, or as oneself when one is no root.
    pub(crate) fn as_nobody(&self, arguments: &[&str]) -> Output {
        let nija = env!("CARGO_BIN_EXE_nija");
        let mut command = Command::new(if is_root() { "setpriv" } else { nija });
        if is_root() {
            command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", nija]);
        }
        command.env_clear().env("NIJA_CONFIG", self.config_file()).args(arguments).output().unwrap()
    }

    /// What one check tells that user: its status and its findings' text.
    pub(crate) fn told_to_nobody(&self, check: &str) -> (String, String) {
        let output = self.as_nobody(&["--json", "doctor"]);
        let reply: Value = serde_json::from_slice(&output.stdout).unwrap();
        let checks = reply["data"]["checks"].as_array().unwrap();
        let found = checks.iter().find(|examined| examined["name"] == check).unwrap();
        assert!(found["status"] == "ok" || found["findings"][0]["mend"] != "", "{found}");
        (found["status"].as_str().unwrap().to_owned(), found["findings"].to_string())
    }
}

/// A shell that finds this build of nija.
pub(crate) fn shell(command: &str) -> Command {
    let bin = Path::new(env!("CARGO_BIN_EXE_nija")).parent().unwrap();
    let mut shell = Command::new("sh");
    // Whatever nija is told where the tests are started is none of theirs.
    shell.env_clear();
    shell.args(["-c", command]).env("PATH", format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", bin.display()));
    shell
}

pub(crate) fn environment() -> Environment {
    Environment { uid: uid(), ..Environment::default() }
}

pub(crate) fn uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

pub(crate) fn is_root() -> bool {
    uid() == 0
}

pub(crate) fn chmod(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn somebody() -> Identity {
    let actor = Actor { uid: uid(), user: None, operator: None };
    Identity { actor, host: "ward".to_owned(), pid: std::process::id() }
}
