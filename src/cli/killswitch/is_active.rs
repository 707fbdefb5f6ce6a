//! `nija killswitch is-active`: the answer as an exit code.

use clap::Args;
use serde_json::json;

use super::super::app::{self, App};
use crate::domain::status::Status;
use crate::error::Result;
use crate::ops::Notice;
use crate::ops::killswitch::status::{self, Report};
use crate::output::{Page, Reply, Role, Span};

/// Answer by exit code whether anything is halted
///
/// What cannot be read counts as halted.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 halted, or cannot tell; 1 nothing is halted; 64 and above the question makes no sense\n\
                        Example: if nija killswitch is-active --quiet; then echo stopped; fi"
)]
pub struct IsActive {}

impl IsActive {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        let (is_active, notices) = match look(app) {
            Ok(report) => (report.is_active, report.notices),
            // A shell reads every code but 0 as "not halted", so doubt has to be 0 here.
            Err(error) => (true, vec![Notice::of("STATE_UNREADABLE", "cannot tell, so halted", &error)]),
        };
        let mut page = Page::new();
        let (role, word) = if is_active { (Role::Bad, "HALTED") } else { (Role::Good, "TRADING") };
        if !app.style.quiet {
            page.line([Span::new(role, word)]);
        }
        let mut reply = Reply::new("nija.killswitch.is_active", &json!({"is_active": is_active}), page);
        reply.exit = u8::from(!is_active);
        reply.status = if is_active { Status::Critical } else { Status::Ok };
        reply.warnings = app::warnings(&notices);
        Ok(reply)
    }
}

fn look(app: &App) -> Result<Report> {
    app.on_state(|state| status::status(state, app.environment.emergency_stop()))
}
