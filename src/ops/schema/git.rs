//! The `git` program: where its repository is, and what it says.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::error::{Error, Kind, Result};

/// A repository, seen from the directory that it was asked about. Every command runs there, with the variables that git sets for
/// its hooks.
#[derive(Debug, Clone)]
pub struct Git {
    cwd: PathBuf,
    /// Its own directory, which linked work trees share.
    pub common_dir: PathBuf,
    /// Root of the work tree; a bare repository has none.
    pub top: Option<PathBuf>,
    /// The directory that was asked about, from the root of the work tree: empty, or with a slash at its end.
    pub prefix: String,
}

/// A command that runs.
pub struct Running {
    child: Child,
    what: String,
}

impl Git {
    /// Finds the repository around a directory.
    pub fn find(cwd: &Path) -> Result<Self> {
        let questions =
            ["rev-parse", "--is-bare-repository", "--git-common-dir", "--show-prefix", "--show-toplevel"];
        let output = command(cwd, &questions).output().map_err(|error| cannot_run(&error))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut answers = text.lines();
        let (Some(_), Some(common)) = (answers.next(), answers.next()) else {
            return Err(no_repository(cwd, &output.stderr));
        };
        let prefix = answers.next().unwrap_or_default().to_owned();
        // Of a bare repository, and from inside of .git, there is no answer to the last question.
        let top = answers.next().filter(|_| output.status.success()).map(PathBuf::from);
        Ok(Self { cwd: cwd.to_owned(), common_dir: cwd.join(common), top, prefix })
    }

    /// Starts a command whose answer is read later.
    pub fn start(&self, arguments: &[&str]) -> Result<Running> {
        let child = command(&self.cwd, arguments).spawn().map_err(|error| cannot_run(&error))?;
        Ok(Running { child, what: arguments.first().copied().unwrap_or_default().to_owned() })
    }

    /// Runs a command and returns what it prints.
    pub fn run(&self, arguments: &[&str]) -> Result<Vec<u8>> {
        self.start(arguments)?.finish()
    }

    /// The first line that a command prints, if it succeeds and prints one.
    pub fn line(&self, arguments: &[&str]) -> Option<String> {
        let output = self.run(arguments).ok()?;
        let text = String::from_utf8_lossy(&output);
        text.lines().next().filter(|line| !line.is_empty()).map(str::to_owned)
    }

    /// Starts a command that answers questions for as long as it is asked.
    pub fn converse(&self, arguments: &[&str]) -> std::io::Result<Child> {
        command(&self.cwd, arguments).stdin(Stdio::piped()).stderr(Stdio::null()).spawn()
    }

    /// Whether history ends somewhere because the rest of it was not fetched.
    pub fn is_shallow(&self) -> bool {
        self.common_dir.join("shallow").exists()
    }

    /// The root of the work tree.
    pub fn work_tree(&self) -> Result<&Path> {
        self.top.as_deref().ok_or_else(|| {
            let message = format!("{} has no work tree and no index", self.common_dir.display());
            Error::new(Kind::NotFound, message).hint("nija schema check --from REV --to REV")
        })
    }
}

impl Running {
    /// Waits for its end, and returns what it printed.
    pub fn finish(self) -> Result<Vec<u8>> {
        let output = self.child.wait_with_output().map_err(|error| cannot_run(&error))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let why = first_line(&output.stderr);
        Err(Error::new(Kind::Unavailable, format!("git {}: {why}", self.what)).hint("git status"))
    }
}

fn command(cwd: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    // Looking must not take locks from whoever commits, and messages are read in one language.
    command.args(arguments).current_dir(cwd).env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn cannot_run(error: &std::io::Error) -> Error {
    let hint = match error.kind() {
        std::io::ErrorKind::NotFound => "sudo apt install git",
        _ => "git --version",
    };
    Error::new(Kind::Unavailable, format!("git cannot be run: {error}")).hint(hint)
}

fn no_repository(cwd: &Path, stderr: &[u8]) -> Error {
    let why = first_line(stderr);
    if why.contains("dubious ownership") {
        let hint = format!("git config --global --add safe.directory {}", cwd.display());
        return Error::new(Kind::NotPermitted, format!("git refuses {}: {why}", cwd.display())).hint(hint);
    }
    if why.contains("not a git repository") {
        let message = format!("{} is in no git repository", cwd.display());
        return Error::new(Kind::NotFound, message).hint("git init");
    }
    Error::new(Kind::Unavailable, format!("git in {}: {why}", cwd.display())).hint("git status")
}

/// What a program said first about its failure.
fn first_line(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("it says nothing about it");
    line.trim_start_matches("fatal: ").to_owned()
}

/// Writes a question to a program that answers, and flushes it.
pub fn ask(child: &mut Child, question: &str) -> std::io::Result<()> {
    let stdin = child.stdin.as_mut().ok_or(std::io::ErrorKind::BrokenPipe)?;
    stdin.write_all(question.as_bytes())?;
    stdin.flush()
}
