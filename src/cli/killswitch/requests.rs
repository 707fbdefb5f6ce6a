//! `nija killswitch requests`: who waits for whose approval.

use clap::Args;
use serde_json::json;

use super::super::{App, words};
use crate::error::Result;
use crate::ops::killswitch::request;
use crate::output::{Page, Reply, Role, Span};

/// List requests to resume that wait for approval
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 listed\nExample: nija killswitch requests")]
pub struct Requests {}

impl Requests {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let requests = request::open(state)?;
            let mut page = Page::new();
            if requests.is_empty() {
                page.text("no request waits for approval");
            }
            for request in &requests {
                let by: Vec<&str> =
                    request.approvals.iter().map(|approval| approval.operator.as_str()).collect();
                page.line([
                    Span::new(Role::Strong, request.id.clone()),
                    Span::plain(format!(
                        "  {} agreed; until {}: {}",
                        by.join(", "),
                        words::time(request.expires_at),
                        request.reason
                    )),
                ]);
            }
            Ok(Reply::new("nija.killswitch.requests", &json!({"requests": requests}), page))
        })
    }
}
