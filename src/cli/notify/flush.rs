//! `nija notify flush`: send now what waits.

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::super::app::{self, App};
use super::super::telling;
use crate::domain::status::Status;
use crate::error::{Kind, Result};
use crate::ops::notify::trial::chosen;
use crate::ops::notify::{Delivered, What, deliver};
use crate::output::{Page, Reply, Role, Span};

/// Send now what waits, after failures as well
///
/// What waits for the morning, or for a limit of the rate, goes on waiting.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 nothing is left that could be sent; 66 there is no channel; 69 some of it could not be sent\n\
                        Example: nija notify flush"
)]
pub struct Flush {
    /// Longest time it may take
    #[arg(long, value_name = "DURATION", default_value = "1m", value_parser = humantime::parse_duration)]
    pub within: Duration,
}

impl Flush {
    /// Runs the command.
    pub fn run(&self, app: &App, format: &'static str) -> Result<Reply> {
        let config = app.config()?;
        let means = app.means(&config);
        chosen(&means.context(), &[])?;
        means.context().require_initialised()?;
        let delivered = deliver(&means, What::Everything, self.within);
        let mut page = Page::new();
        for drained in &delivered.drained {
            let sent = drained.attempts.iter().filter(|attempt| attempt.result.is_ok()).count();
            let failed = drained.attempts.len() > sent;
            let (role, word) = if failed { (Role::Bad, "FAILED") } else { (Role::Good, "TOLD") };
            let words = format!("  {sent} sent through {}", drained.channel);
            page.line([Span::new(role, word), Span::plain(words)]);
        }
        if page.is_empty() && delivered.late.is_empty() {
            page.text("nothing waits");
        }
        app::state_line(&mut page, &config);
        let mut reply = Reply::new(format, &json!({"channels": data(&delivered)}), page);
        let sent = |attempt: &crate::ops::notify::drain::Attempt| attempt.result.is_ok();
        reply.changed = delivered.drained.iter().any(|drained| !drained.attempts.is_empty());
        let all = delivered.drained.iter().all(|drained| !drained.busy && drained.attempts.iter().all(sent));
        if !all || !delivered.late.is_empty() {
            reply.status = Status::Critical;
            reply.exit = Kind::Unavailable.row().exit;
        }
        reply.warnings = app::warnings(&telling::missing(&delivered));
        Ok(reply)
    }
}

fn data(delivered: &Delivered) -> Vec<Value> {
    let through = delivered.drained.iter().map(|drained| {
        let attempts: Vec<Value> = drained
            .attempts
            .iter()
            .map(|attempt| {
                json!({
                    "delivery": attempt.name,
                    "ok": attempt.result.is_ok(),
                    "duration_ms": u64::try_from(attempt.took.as_millis()).unwrap_or(u64::MAX),
                    "trouble": attempt.result.as_ref().err(),
                })
            })
            .collect();
        json!({"channel": drained.channel, "attempts": attempts, "busy": drained.busy, "late": false})
    });
    let late = delivered.late.iter();
    let late = late.map(|name| json!({"channel": name, "attempts": [], "busy": false, "late": true}));
    through.chain(late).collect()
}
