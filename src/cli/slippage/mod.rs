//! `nija slippage`: what fills cost against what was expected of them.

use clap::Subcommand;

use super::App;
use crate::error::Result;
use crate::output::Reply;

mod events;
mod export;
mod import;
mod quality;
pub(super) mod record;
mod report;
mod stats;
mod verify;
mod which;

/// Record what fills cost against what was expected, and see what it comes to
#[derive(Debug, PartialEq, Subcommand)]
#[command(defer = true)]
pub enum Slippage {
    /// Record one fill
    Record(record::Record),
    /// Show what fills cost against what was expected
    Stats(stats::Stats),
    /// Import fills from a file
    Import(import::Import),
    /// Score how well a ticker or a broker was executed, from 0 to 100
    Quality(quality::Quality),
    /// Draw how slippage is spread, how it went day by day, and the worst fills
    Report(report::Report),
    /// Show the latest fills
    Events(events::Events),
    /// Print the recorded fills for other programs
    Export(export::Export),
    /// Recompute everything from the logs
    Verify(verify::Verify),
}

impl Slippage {
    /// Names the shape of this command's answer.
    pub fn format(&self) -> &'static str {
        match self {
            Self::Record(_) => record::FORMAT,
            Self::Import(_) => import::FORMAT,
            Self::Quality(_) => quality::FORMAT,
            Self::Report(_) => report::FORMAT,
            Self::Events(_) => events::FORMAT,
            Self::Export(_) => export::FORMAT,
            Self::Verify(_) => verify::FORMAT,
            Self::Stats(_) => "nija.slippage.stats",
        }
    }

    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        match self {
            Self::Record(record) => record.run(app),
            Self::Import(import) => import.run(app),
            Self::Quality(quality) => quality.run(app),
            Self::Report(report) => report.run(app),
            Self::Events(events) => events.run(app),
            Self::Export(export) => export.run(app),
            Self::Verify(verify) => verify.run(app),
            Self::Stats(stats) => stats.run(app),
        }
    }
}
