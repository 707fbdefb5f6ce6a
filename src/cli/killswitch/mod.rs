//! `nija killswitch`: stop, resume, and see what is stopped.

use clap::Subcommand;

use super::App;
use crate::error::Result;
use crate::output::Reply;

pub mod activate;
pub mod approve;
pub mod deactivate;
pub mod history;
pub mod is_active;
pub mod requests;
pub mod status;

/// Stop, resume, and see what is stopped
#[derive(Debug, PartialEq, Subcommand)]
#[command(defer = true)]
pub enum KillSwitch {
    /// Stop trading now
    Activate(activate::Activate),
    /// Show what is stopped, why, and who has confirmed
    Status(status::Status),
    /// Resume: release halts
    Deactivate(deactivate::Deactivate),
    /// Agree to another operator's request to resume
    Approve(approve::Approve),
    /// List requests to resume that wait for approval
    Requests(requests::Requests),
    /// Show what happened to the kill switch
    History(history::History),
    /// Answer by exit code whether anything is halted
    IsActive(is_active::IsActive),
}

impl KillSwitch {
    /// Names the shape of this command's answer.
    pub fn format(&self) -> &'static str {
        match self {
            Self::Activate(_) => "nija.killswitch.activate",
            Self::Status(_) => "nija.killswitch.status",
            Self::Deactivate(_) => "nija.killswitch.deactivate",
            Self::Approve(_) => "nija.killswitch.approve",
            Self::Requests(_) => "nija.killswitch.requests",
            Self::History(_) => "nija.killswitch.history",
            Self::IsActive(_) => "nija.killswitch.is_active",
        }
    }

    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        match self {
            Self::Activate(command) => command.run(app),
            Self::Status(command) => command.run(app),
            Self::Deactivate(command) => command.run(app),
            Self::Approve(command) => command.run(app),
            Self::Requests(command) => command.run(app),
            Self::History(command) => command.run(app),
            Self::IsActive(command) => command.run(app),
        }
    }
}
