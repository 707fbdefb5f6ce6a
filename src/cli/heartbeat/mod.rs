//! `nija heartbeat`: report that a component is alive, say which must be, and see how they are and who listens.

use std::time::Duration;

use clap::Subcommand;

use super::app::App;
use crate::error::Result;
use crate::output::Reply;

mod decisions;
mod ping;
mod run;
pub mod status;

/// Report that a component is alive, say which must be, and see how they are
#[derive(Debug, PartialEq, Subcommand)]
#[command(defer = true)]
pub enum Heartbeat {
    /// Report that a component is alive, how it is, and what it sees of the kill switch
    Ping(ping::Ping),
    /// Run a command and report its start, its end and its exit code
    Run(run::Run),
    /// Show how every component is, and who has seen the present state of the kill switch
    Status(status::Status),
    /// Say that a component must beat
    Expect(decisions::Expect),
    /// Let nobody judge a component for now
    Pause(decisions::Pause),
    /// Let a component be judged again
    Unpause(decisions::Unpause),
    /// Forget a component, and what was said about it
    Forget(decisions::Forget),
}

impl Heartbeat {
    /// Names the shape of this command's answer.
    pub fn format(&self) -> &'static str {
        match self {
            Self::Ping(_) => "nija.heartbeat.ping",
            Self::Run(_) => "nija.heartbeat.run",
            Self::Status(_) => "nija.heartbeat.status",
            Self::Expect(_) => "nija.heartbeat.expect",
            Self::Pause(_) => "nija.heartbeat.pause",
            Self::Unpause(_) => "nija.heartbeat.unpause",
            Self::Forget(_) => "nija.heartbeat.forget",
        }
    }

    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        match self {
            Self::Ping(command) => command.run(app),
            Self::Run(command) => command.run(app),
            Self::Status(command) => command.run(app),
            Self::Expect(command) => command.run(app),
            Self::Pause(command) => command.run(app),
            Self::Unpause(command) => command.run(app),
            Self::Forget(command) => command.run(app),
        }
    }
}

/// Reads a length that a component is judged by.
fn length(text: &str) -> std::result::Result<Duration, String> {
    const LONGEST: Duration = Duration::from_secs(31 * 24 * 3600);
    let wanted = "a length of whole seconds from 1s to 31days, as in 30s or 5m";
    let length = humantime::parse_duration(text).map_err(|error| format!("{error}; it must be {wanted}"))?;
    let whole = length.subsec_nanos() == 0 && length >= Duration::from_secs(1) && length <= LONGEST;
    if whole { Ok(length) } else { Err(format!("it must be {wanted}")) }
}

/// Reads words of a component or about it.
fn note(text: &str) -> std::result::Result<String, String> {
    const LONGEST: usize = 1000;
    let count = text.chars().count();
    if count > LONGEST {
        return Err(format!("it has {count} characters; at most {LONGEST} are kept"));
    }
    Ok(text.to_owned())
}
