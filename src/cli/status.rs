//! `nija status`: everything at a glance.

use clap::Args;

use super::app::{self, App};
use super::killswitch::status::{describe, monitored};
use crate::error::Result;
use crate::ops::status;
use crate::output::Reply;

/// Show the state of everything
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 shown; with --exit-code: 0 trading, 1 partly halted or reduce-only, 2 halted, 3 cannot tell\n\
                        Example: nija status"
)]
pub struct Status {
    /// Answer by exit code as well
    #[arg(long)]
    pub exit_code: bool,
}

impl Status {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let config = state.context.config;
            let report = status::status(state, app.environment.emergency_stop())?;
            let mut page = describe(&report.killswitch);
            if let Some(head) = &report.audit_head {
                page.field("audit", format!("{} records, head {}:{:.8}", head.seq, head.seq, head.hash));
            }
            match report.operators {
                Some(0) => page.field("operators", "none: whoever can write the state directory can resume"),
                Some(count) => page.field("operators", count.to_string()),
                None => page.field("operators", "their list cannot be read by you"),
            };
            app::state_line(&mut page, config);
            let mut reply = Reply::new("nija.status", &report, page);
            reply.status = monitored(&report.killswitch);
            reply.exit = if self.exit_code { reply.status.nagios() } else { 0 };
            reply.warnings = app::warnings(&report.killswitch.notices);
            Ok(reply)
        })
    }
}
