//! `nija drill`: prove, while it is quiet, that what matters in an emergency works.

use clap::Args;

use super::App;
use super::notify;
use crate::domain::notify::Topic;
use crate::error::Result;
use crate::ops::notify::trial::{chosen, trial};
use crate::output::Reply;

/// Prove that people can be told
///
/// Sends a message marked as a drill through every channel. Who took it and when is remembered: `nija doctor` tells which
/// channels have not been drilled lately.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 every channel took it; 66 there is no channel; 69 some did not\n\
                        Example: nija drill --channels")]
pub struct Drill {
    /// The channels that people are told through
    #[arg(long, required = true)]
    pub channels: bool,
}

impl Drill {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        let config = app.config()?;
        let means = app.means(&config);
        let chosen = chosen(&means.context(), &[])?;
        Ok(notify::trial("nija.drill", &config, &trial(&means, &chosen, Topic::Drill)?))
    }
}
