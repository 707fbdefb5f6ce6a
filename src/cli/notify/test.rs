//! `nija notify test`: a marked message through the real path.

use clap::Args;

use super::super::app::{self, App};
use crate::config::Config;
use crate::domain::notify::Topic;
use crate::domain::status::Status;
use crate::error::{Error, Kind, Result};
use crate::ops::notify::trial::{Answer, Trial, chosen, trial};
use crate::output::{Page, Reply, Role, Span};

/// Send a marked message for real, and see what each channel answers
///
/// It goes the way of every message, at night as well, and is tried once.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 every channel took it; 66 no such channel; 69 some did not\n\
                        Example: nija notify test ops-telegram")]
pub struct Test {
    /// The channels [default: the only one]
    #[arg(value_name = "CHANNEL", conflicts_with = "all")]
    pub channels: Vec<String>,
    /// Every channel
    #[arg(long)]
    pub all: bool,
}

impl Test {
    /// Runs the command.
    pub fn run(&self, app: &App, format: &'static str) -> Result<Reply> {
        let config = app.config()?;
        let means = app.means(&config);
        let chosen = chosen(&means.context(), &self.channels)?;
        if chosen.len() > 1 && self.channels.is_empty() && !self.all {
            let names: Vec<&str> = chosen.iter().map(|spec| spec.name.as_str()).collect();
            let message = format!("there are several channels, say which: {}", names.join(", "));
            return Err(Error::new(Kind::Usage, message).hint("nija notify test --all"));
        }
        Ok(reply(format, &config, &trial(&means, &chosen, Topic::Test)?))
    }
}

/// What a trial came to.
pub fn reply(format: &'static str, config: &Config, trial: &Trial) -> Reply {
    let mut page = Page::new();
    let width = trial.channels.iter().map(|answer| answer.channel.len()).max().unwrap_or_default();
    for answer in &trial.channels {
        page.line(line(answer, width));
    }
    app::state_line(&mut page, config);
    let mut reply = Reply::new(format, trial, page);
    reply.changed = true;
    reply.warnings = app::warnings(&trial.notices);
    if !trial.is_good() {
        reply.status = Status::Critical;
        reply.exit = Kind::Unavailable.row().exit;
    }
    reply
}

fn line(answer: &Answer, width: usize) -> Vec<Span> {
    let (role, word) = if answer.ok { (Role::Good, "TOLD") } else { (Role::Bad, "FAILED") };
    let took = answer.duration_ms.map_or_else(String::new, |ms| format!(" in {ms} ms"));
    let trouble = answer.trouble.as_ref();
    let why =
        trouble.map_or_else(String::new, |trouble| format!("  {}: {}", trouble.sort.word(), trouble.message));
    vec![
        Span::new(role, format!("{word:<6}")),
        Span::new(Role::Strong, format!("  {:<width$}", answer.channel)),
        Span::plain(format!("  {}{took}{why}", answer.kind)),
    ]
}
