//! `nija slippage`: what fills cost against what was expected.

use clap::Subcommand;

use super::App;
use crate::error::Result;
use crate::output::Reply;

pub mod stats;
mod which;

/// Record what fills cost against what was expected, and see what it comes to
#[derive(Debug, PartialEq, Subcommand)]
#[command(defer = true)]
pub enum Slippage {
    /// Show what fills cost against what was expected
    Stats(stats::Stats),
}

impl Slippage {
    /// Names the shape of this command's answer.
    pub fn format(&self) -> &'static str {
        match self {
            Self::Stats(_) => "nija.slippage.stats",
        }
    }

    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        match self {
            Self::Stats(stats) => stats.run(app),
        }
    }
}
