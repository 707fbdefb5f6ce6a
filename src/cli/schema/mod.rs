//! `nija schema`: no change of the database's schema without its migration.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::App;
use crate::config::settings::schema::dialect;
use crate::error::{Error, Kind, Result};
use crate::ops::schema::{Asked, Version};
use crate::output::Reply;
use crate::schema::settings::Dialect;

mod check;
mod diff;
mod document;
mod explain;
mod init;
mod install_hook;
mod mend;
mod page;
mod show;

/// Hold that no schema change goes without its migration
#[derive(Debug, PartialEq, Subcommand)]
#[command(defer = true)]
pub enum Schema {
    /// Check that migrations cover what changed in the models
    Check(check::Check),
    /// Show what changed in the models
    Diff(diff::Diff),
    /// Show the models as they are read
    Show(show::Show),
    /// Explain a rule, or list them all
    Explain(explain::Explain),
    /// Write down what checks go by, for nija and for pre-commit
    Init(init::Init),
    /// Check before every commit, as a plain hook of git
    InstallHook(install_hook::InstallHook),
}

/// What is compared.
#[derive(Args, Clone, Debug, Default, PartialEq)]
pub struct Compare {
    /// The older version, as git names it [default: HEAD]
    #[arg(long, value_name = "REV")]
    pub from: Option<Version>,
    /// The newer version: as git names it, or INDEX, or WORKTREE [default: INDEX]
    #[arg(long, value_name = "REV")]
    pub to: Option<Version>,
    /// Compare with where the newer version branched off the older one, as for a pull request
    #[arg(long, requires = "from")]
    pub merge_base: bool,
    /// How the source is read.
    #[command(flatten)]
    pub reading: Reading,
}

/// How the source is read.
#[derive(Args, Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The database: postgresql, sqlite or mysql [default: schema.dialect, or what alembic.ini says, or postgresql]
    #[arg(long, value_parser = dialect)]
    pub dialect: Option<Dialect>,
    /// Neither use nor keep what earlier runs have read
    #[arg(long)]
    pub no_cache: bool,
}

impl Compare {
    fn asked(&self, app: &App) -> Asked {
        Asked {
            from: self.from.clone(),
            to: self.to.clone(),
            merge_base: self.merge_base,
            ..self.reading.asked(app)
        }
    }
}

impl Reading {
    fn asked(&self, app: &App) -> Asked {
        let file = app.globals.config.as_ref().map(|file| app.environment.absolute(file));
        Asked { dialect: self.dialect, without_cache: self.no_cache, file, ..Asked::default() }
    }
}

impl Schema {
    /// Names the shape of this command's answer.
    pub fn format(&self) -> &'static str {
        match self {
            Self::Check(_) => "nija.schema.check",
            Self::Diff(_) => "nija.schema.diff",
            Self::Show(_) => "nija.schema.show",
            Self::Explain(_) => "nija.schema.explain",
            Self::Init(_) => "nija.schema.init",
            Self::InstallHook(_) => "nija.schema.install_hook",
        }
    }

    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        match self {
            Self::Check(command) => command.run(app, self.format()),
            Self::Diff(command) => command.run(app, self.format()),
            Self::Show(command) => command.run(app, self.format()),
            Self::Explain(command) => command.run(self.format()),
            Self::Init(command) => command.run(app, self.format()),
            Self::InstallHook(command) => command.run(app, self.format()),
        }
    }
}

/// The directory that is asked about.
fn here(app: &App) -> Result<PathBuf> {
    let gone =
        || Error::new(Kind::NotFound, "the working directory is gone").hint("cd /path/to/the/repository");
    app.environment.cwd.clone().ok_or_else(gone)
}
