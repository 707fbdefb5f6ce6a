//! `nija man`: the manual pages as files.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use serde_json::json;

use super::Cli;
use crate::error::{Error, Kind, Result};
use crate::ops::write_files;
use crate::output::{Page, Reply, Role, Span};

/// Write the manual pages
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 written; 73 cannot be created\nExample: nija man ~/.local/share/man/man1"
)]
pub struct Man {
    /// Where to
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
}

impl Man {
    /// Runs the command.
    pub fn run(&self) -> Result<Reply> {
        let mut pages = Vec::new();
        render(&Cli::command().disable_help_flag(true), "nija", &mut pages)
            .map_err(|error| Error::new(Kind::Internal, format!("cannot render the manual: {error}")))?;
        write_files(&self.dir, &pages)?;
        let mut page = Page::new();
        let count = pages.len();
        page.line([
            Span::new(Role::Good, "WRITTEN"),
            Span::plain(format!("  {count} pages to {}", self.dir.display())),
        ]);
        let names: Vec<&String> = pages.iter().map(|(name, _)| name).collect();
        let mut reply = Reply::new("nija.man", &json!({"dir": self.dir, "pages": names}), page);
        reply.changed = true;
        Ok(reply)
    }
}

fn render(command: &clap::Command, name: &str, pages: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    let mut built = command.clone().name(name.to_owned());
    built.build();
    let mut bytes = Vec::new();
    clap_mangen::Man::new(built.clone()).render(&mut bytes)?;
    pages.push((format!("{name}.1"), bytes));
    for sub in built.get_subcommands() {
        render(sub, &format!("{name}-{}", sub.get_name()), pages)?;
    }
    Ok(())
}
