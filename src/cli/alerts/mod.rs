//! `nija alerts`: see what fires, say who takes care of it, and keep quiet what is known.

use clap::{Args, Subcommand};

use super::App;
use crate::error::Result;
use crate::output::Reply;

mod change;
mod look;
pub mod page;
mod silence;

/// See what fires, say who takes care of it, and keep quiet what is known
///
/// Without a command it lists the alerts that fire or wait for somebody.
#[derive(Args, Debug, PartialEq)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Exit codes: 0 listed; with --exit-code: 0 nothing fires, 1 warning, or over and waiting for somebody, 2 critical\n\
                  Example: nija alerts\n\
                  Example: nija alerts ack a-1f2e3d4c --for 1h --note on-it"
)]
pub struct Alerts {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to list.
    #[command(flatten)]
    pub list: look::List,
}

/// What to do with alerts.
#[derive(Debug, PartialEq, Subcommand)]
pub enum Command {
    /// List alerts, those that somebody has to look at first
    List(look::List),
    /// Show one alert
    Show(look::Show),
    /// Take care of alerts: nobody is told again until that is over, or it gets worse
    Ack(change::Ack),
    /// Give alerts back: they are nobody's again
    Unack(change::Unack),
    /// End latched alerts, after looking into them
    Resolve(change::Resolve),
    /// Show what happened to alerts and silences
    History(look::History),
    /// Tell nobody of certain alerts for a while
    Silence(silence::Create),
    /// List silences
    Silences(silence::List),
    /// End a silence now
    Unsilence(silence::End),
}

impl Alerts {
    /// Names the shape of this command's answer.
    pub fn format(&self) -> &'static str {
        match &self.command {
            None | Some(Command::List(_)) => "nija.alerts.list",
            Some(Command::Show(_)) => "nija.alerts.show",
            Some(Command::Ack(_)) => "nija.alerts.ack",
            Some(Command::Unack(_)) => "nija.alerts.unack",
            Some(Command::Resolve(_)) => "nija.alerts.resolve",
            Some(Command::History(_)) => "nija.alerts.history",
            Some(Command::Silence(_)) => "nija.alerts.silence",
            Some(Command::Silences(_)) => "nija.alerts.silences",
            Some(Command::Unsilence(_)) => "nija.alerts.unsilence",
        }
    }

    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        let format = self.format();
        app.on_state(|state| match &self.command {
            None => self.list.run(format, state),
            Some(Command::List(list)) => list.run(format, state),
            Some(Command::Show(show)) => show.run(format, state),
            Some(Command::Ack(ack)) => ack.run(format, state),
            Some(Command::Unack(unack)) => unack.run(format, state),
            Some(Command::Resolve(resolve)) => resolve.run(format, state),
            Some(Command::History(history)) => history.run(format, state),
            Some(Command::Silence(create)) => create.run(format, state),
            Some(Command::Silences(list)) => list.run(format, state),
            Some(Command::Unsilence(end)) => end.run(format, state),
        })
    }
}
