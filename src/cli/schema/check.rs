//! `nija schema check`: whether migrations cover what changed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Compare, document, here, page};
use crate::cli::App;
use crate::domain::status::Status;
use crate::error::Result;
use crate::ops::schema::{self, Asked, Checked};
use crate::output::Reply;
use crate::schema::finding::Level;
use crate::schema::report::{github, sarif};

/// Check that migrations cover what changed in the models
///
/// Compares what would be committed now with the last commit. Source is read, never run. A change of the models that no migration
/// in the same change covers is a finding; so is what is wrong with a migration that the change brings. To leave one out, write
/// `# nija: ignore[RULE] why` on its line.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 clean; 1 findings; 66 no repository or no such revision; 69 git cannot be run; 78 the configuration \
                  cannot be used\n\
                  Example: nija schema check --from origin/main --to HEAD --merge-base"
)]
pub struct Check {
    /// What is compared.
    #[command(flatten)]
    pub compare: Compare,
    /// Compare the index with the last commit, as is done without any option
    #[arg(long, conflicts_with_all = ["from", "to", "all"])]
    pub staged: bool,
    /// Look at every model and every migration, not only at what changed [default of --to: WORKTREE]
    #[arg(long)]
    pub all: bool,
    /// Print findings for people, for GitHub Actions, or for code scanning
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
    /// The lowest level that makes the exit code 1
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    pub fail_on: FailOn,
    /// Files that a hook names; the whole change is looked at whatever they are
    #[arg(value_name = "PATH", hide = true)]
    pub paths: Vec<PathBuf>,
}

/// `--format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
pub enum Format {
    /// A page
    #[default]
    Human,
    /// Annotations of GitHub Actions
    Github,
    /// A SARIF 2.1.0 log
    Sarif,
}

/// `--fail-on`.
#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
pub enum FailOn {
    /// Errors only
    Error,
    /// Warnings and errors
    #[default]
    Warning,
    /// Every finding
    Note,
}

impl FailOn {
    fn level(self) -> Level {
        match self {
            Self::Error => Level::Error,
            Self::Warning => Level::Warning,
            Self::Note => Level::Note,
        }
    }
}

impl Check {
    /// Runs the command.
    pub fn run(&self, app: &App, format: &'static str) -> Result<Reply> {
        let asked = Asked { whole: self.all, ..self.asked(app) };
        let checked = schema::check(&here(app)?, &asked)?;
        let mut reply = Reply::new(format, &document::check(&checked), page::check(&checked, self.all));
        let worst = checked.report.worst();
        let fails = worst >= self.fail_on.level();
        reply.status = match worst {
            Level::Error => Status::Critical,
            _ if fails => Status::Warning,
            _ => Status::Ok,
        };
        reply.exit = u8::from(fails);
        reply.raw = self.raw(&checked);
        Ok(reply)
    }

    /// What is asked. Where pre-commit compares two revisions, it names them in variables; what is said outright goes first.
    fn asked(&self, app: &App) -> Asked {
        let asked = self.compare.asked(app);
        let named = |name: &str| app.environment.text(name).and_then(|name| name.parse().ok());
        let silent = asked.from.is_none() && asked.to.is_none() && !self.staged && !self.all;
        match (named("PRE_COMMIT_FROM_REF"), named("PRE_COMMIT_TO_REF")) {
            (Some(from), Some(to)) if silent => Asked { from: Some(from), to: Some(to), ..asked },
            _ => asked,
        }
    }

    fn raw(&self, checked: &Checked) -> Option<Vec<u8>> {
        let (findings, notes) = (&checked.report.findings, &checked.report.notes);
        match self.format {
            Format::Human => None,
            Format::Github => Some(github::annotations(findings, notes).into_bytes()),
            Format::Sarif => {
                let log = sarif::log(findings, notes, env!("CARGO_PKG_VERSION"));
                Some(format!("{log:#}\n").into_bytes())
            }
        }
    }
}
