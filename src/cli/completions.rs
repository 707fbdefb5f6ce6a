//! `nija completions`: a completion script for a shell.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use serde_json::json;

use super::Cli;
use crate::error::Result;
use crate::output::{Page, Reply};

/// Print a completion script for a shell
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 printed\n\
                        Example: nija completions bash > ~/.local/share/bash-completion/completions/nija")]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

impl Completions {
    /// Runs the command.
    pub fn run(&self) -> Result<Reply> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "nija", &mut script);
        let data = json!({"shell": self.shell.to_string(), "script": String::from_utf8_lossy(&script)});
        let mut reply = Reply::new("nija.completions", &data, Page::new());
        reply.raw = Some(script);
        Ok(reply)
    }
}
