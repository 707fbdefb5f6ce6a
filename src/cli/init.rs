//! `nija init`: make a state directory ready.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::app::{self, App};
use crate::config::Config;
use crate::error::Result;
use crate::ops::init;
use crate::output::{Page, Reply, Role, Span};

/// Make a state directory ready
///
/// What is already there stays as it is, a halt included.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 ready; 65 it lost its kill switch; 73 cannot be made\nExample: nija init /var/lib/nija"
)]
pub struct Init {
    /// The directory [default: the state directory in force]
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Permission bits of a new directory, octal
    #[arg(long, default_value = "0755", value_parser = mode)]
    pub mode: u32,
}

fn mode(text: &str) -> std::result::Result<u32, String> {
    let mode = u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o7777 && mode & 0o700 == 0o700);
    mode.ok_or_else(|| format!("'{text}' is not an octal mode that lets its owner in, as in 0755 or 2775"))
}

impl Init {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        let config = app.config()?;
        let config = match &self.dir {
            Some(dir) => Config { state_dir: app.environment.absolute(dir), ..config },
            None => config,
        };
        app.acts_on(&config);
        let identity = app.identity();
        let context = app.context(&config, &identity);
        let changed = init::init(&context, self.mode)?;
        let mut page = Page::new();
        let text = if changed {
            "  a new state directory"
        } else {
            "  it was initialised before; nothing is changed"
        };
        page.line([Span::new(Role::Good, "READY"), Span::plain(text)]);
        page.field("next", "nija doctor");
        app::state_line(&mut page, &config);
        let mut reply = Reply::new("nija.init", &json!({"state_dir": config.state_dir}), page);
        reply.changed = changed;
        Ok(reply)
    }
}
