//! `nija killswitch approve`: a second person agrees to resume.

use std::path::PathBuf;

use clap::Args;

use super::super::{App, telling};
use super::deactivate::{authenticate, reply};
use crate::error::{Error, Kind, Result};
use crate::ops::killswitch::request;
use crate::output::Reply;

/// Agree to another operator's request to resume
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 released; 1 still halted: more people must agree, or another halt holds; 66 no such open request; 77 not permitted; 75 halted again meanwhile\n\
                        Example: nija killswitch approve r-7f3a9c21 --operator bob"
)]
pub struct Approve {
    /// The request, as `nija killswitch requests` shows it
    #[arg(value_name = "REQUEST")]
    pub id: String,
    /// Read your passphrase from this file
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

impl Approve {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let config = state.context.config;
            let again = format!("nija killswitch approve {} --operator NAME", self.id);
            let operator = authenticate(app, state, true, self.passphrase_file.as_deref(), &again)?
                .ok_or_else(|| {
                    Error::new(Kind::NotPermitted, "approving needs an operator").hint("nija operator list")
                })?;
            let name = operator.name().to_owned();
            let outcome = request::approve(state, &self.id, operator)?;
            telling::of_release(app, config, &outcome, &format!("{name} agreed to {}", self.id));
            let mut reply = reply(config, &outcome, false);
            reply.format = "nija.killswitch.approve";
            Ok(reply)
        })
    }
}
