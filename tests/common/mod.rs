//! A hermetic environment to run `nija` in: a directory of its own, a cleared environment, no terminal.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

pub(crate) mod certificate;
pub(crate) mod http;
mod render;
mod terminal;
mod world;

pub(crate) use world::World;

/// A directory that stands for a whole machine; removed when dropped.
pub(crate) struct TestEnv {
    root: tempfile::TempDir,
}

/// One run of `nija`, to be adjusted and started.
pub(crate) struct Run {
    root: PathBuf,
    under: Vec<OsString>,
    args: Vec<OsString>,
    variables: BTreeMap<OsString, OsString>,
    cwd: PathBuf,
    stdin: Vec<u8>,
    stdout: Stdio,
}

/// What a run printed and how it ended.
pub(crate) struct Output {
    root: PathBuf,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The exit code; 128 and the signal's number when a signal ended it.
    pub(crate) code: i32,
}

impl TestEnv {
    /// An environment without any state yet.
    pub(crate) fn new() -> Self {
        let root = tempfile::Builder::new().prefix("env-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let env = Self { root };
        for folder in ["home", "run", "fallback", "work"] {
            std::fs::create_dir(env.path(folder)).unwrap();
        }
        env.config("");
        env
    }

    /// An environment with an initialised state directory.
    pub(crate) fn initialised() -> Self {
        let env = Self::new();
        env.nija(&["init"]).run().expect(0);
        env
    }

    /// A path in this environment.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// A path in its state directory.
    pub(crate) fn state(&self, name: &str) -> PathBuf {
        self.path("state").join(name)
    }

    /// Rewrites the configuration file: directories in here instead of the machine's own, then `lines`.
    pub(crate) fn config(&self, lines: &str) {
        let own = "state_dir = \"state\"\nfallback_dirs = [\"fallback\"]\n";
        std::fs::write(self.path("nija.toml"), format!("{own}{lines}")).unwrap();
    }

    /// A file that only its owner can read, holding a passphrase; its path.
    pub(crate) fn secret(&self, name: &str, passphrase: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, format!("{passphrase}\n")).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        path.display().to_string()
    }

    /// `text` without what differs from run to run and from machine to machine.
    pub(crate) fn stable(&self, text: &str) -> String {
        render::stable(text, self.root.path())
    }

    /// `nija` with these arguments, not started yet.
    pub(crate) fn nija(&self, args: &[&str]) -> Run {
        let mut run = Run {
            root: self.root.path().to_owned(),
            under: Vec::new(),
            args: args.iter().map(OsString::from).collect(),
            variables: BTreeMap::new(),
            cwd: self.path("work"),
            stdin: Vec::new(),
            stdout: Stdio::piped(),
        };
        for (name, folder) in [
            ("HOME", "home"),
            ("XDG_CACHE_HOME", "home/.cache"),
            ("XDG_CONFIG_HOME", "home/.config"),
            ("XDG_DATA_HOME", "home/.local/share"),
            ("XDG_RUNTIME_DIR", "run"),
            ("XDG_STATE_HOME", "home/.local/state"),
            ("NIJA_CONFIG", "nija.toml"),
            ("NIJA_STATE_DIR", "state"),
        ] {
            run = run.env(name, self.path(folder));
        }
        // The repository that the tests themselves lie in is none of theirs.
        run = run.env("GIT_CEILING_DIRECTORIES", self.root.path());
        run.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
    }
}

impl Run {
    /// Sets a variable of its environment.
    pub(crate) fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Takes a variable out of its environment, as in `NIJA_STATE_DIR`.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.variables.remove(&OsString::from(name));
        self
    }

    /// Starts it somewhere else.
    pub(crate) fn cwd(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cwd = folder.into();
        self
    }

    /// Gives it something to read.
    pub(crate) fn stdin(mut self, text: &str) -> Self {
        self.stdin = text.into();
        self
    }

    /// Sends its standard output somewhere else; it is then missing from the [`Output`].
    pub(crate) fn stdout(mut self, to: impl Into<Stdio>) -> Self {
        self.stdout = to.into();
        self
    }

    /// Starts it through another command, as in `strace -f`.
    pub(crate) fn under<S: Into<OsString>>(mut self, command: impl IntoIterator<Item = S>) -> Self {
        self.under.splice(0..0, command.into_iter().map(Into::into));
        self
    }

    /// Starts it and does not wait for its end. Its input is closed.
    pub(crate) fn spawn(self) -> Child {
        let mut words = self.under;
        words.push(env!("CARGO_BIN_EXE_nija").into());
        words.extend(self.args);
        let mut child = Command::new(&words[0])
            .args(&words[1..])
            .env_clear()
            .envs(self.variables)
            .current_dir(self.cwd)
            .stdin(Stdio::piped())
            .stdout(self.stdout)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{} does not start: {error}; try scripts/setup.sh", words[0].display())
            });
        // Whoever does not read its input may be gone before all of it is written.
        let _ = child.stdin.take().unwrap().write_all(&self.stdin);
        child
    }

    /// Starts it and waits for its end.
    pub(crate) fn run(self) -> Output {
        let root = self.root.clone();
        let output = self.spawn().wait_with_output().unwrap();
        let signal = |status: std::process::ExitStatus| status.signal().map(|signal| 128 + signal);
        Output {
            root,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code().or_else(|| signal(output.status)).unwrap(),
        }
    }
}

impl Output {
    /// Fails the test unless it ended with this code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.render());
        self
    }

    /// Everything as one text that is the same on every run and machine.
    pub(crate) fn render(&self) -> String {
        let text = format!("{}--- stderr\n{}--- exit {}\n", self.stdout, self.stderr, self.code);
        render::stable(&text, &self.root)
    }
}

#[test]
fn a_run_sees_nothing_of_this_machine() {
    let env = TestEnv::initialised();
    let found = env.nija(&["status"]).without("NIJA_STATE_DIR").without("NIJA_CONFIG").run().expect(0);
    assert!(found.render().contains("state directory [ENV]/state\n"), "{}", found.render());
    let elsewhere = env.nija(&["status"]).without("NIJA_STATE_DIR").cwd("/").run().expect(0);
    assert_eq!(elsewhere.render(), found.render());
}

#[test]
fn a_run_reads_what_it_is_given() {
    let env = TestEnv::initialised();
    env.nija(&["operator", "add", "alice"]).stdin("correct horse battery staple\n").run().expect(0);
    env.nija(&["operator", "add", "bob"]).run().expect(77);
}
