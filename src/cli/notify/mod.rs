//! `nija notify`: try the channels that people are told through, and see what is to go out.

use clap::Subcommand;

use super::App;
use crate::error::Result;
use crate::output::Reply;

mod channels;
mod flush;
mod outbox;
mod test;

pub use test::reply as trial;

/// Try the channels that people are told through, and see what is to go out
#[derive(Debug, PartialEq, Subcommand)]
#[command(defer = true)]
pub enum Notify {
    /// Send a marked message for real, and see what each channel answers
    Test(test::Test),
    /// Show the channels and how they do
    Channels(channels::Channels),
    /// Show what is to go out
    Outbox(outbox::Outbox),
    /// Send now what waits, after failures as well
    Flush(flush::Flush),
}

impl Notify {
    /// Names the shape of this command's answer.
    pub fn format(&self) -> &'static str {
        match self {
            Self::Test(_) => "nija.notify.test",
            Self::Channels(_) => "nija.notify.channels",
            Self::Outbox(_) => "nija.notify.outbox",
            Self::Flush(_) => "nija.notify.flush",
        }
    }

    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        match self {
            Self::Test(command) => command.run(app, self.format()),
            Self::Channels(command) => command.run(app, self.format()),
            Self::Outbox(command) => command.run(app, self.format()),
            Self::Flush(command) => command.run(app, self.format()),
        }
    }
}
