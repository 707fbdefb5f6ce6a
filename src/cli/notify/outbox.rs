//! `nija notify outbox`: what is to go out, and what went out lately.

use clap::Args;
use serde_json::json;

use super::super::app::{self, App};
use super::super::words;
use crate::domain::notify::delivery::State as Life;
use crate::error::Result;
use crate::ops::notify::show::{Entry, entries};
use crate::output::{Page, Reply, Role, Span};

/// Show what is to go out
///
/// What waits and what was given up; with --all also what was sent or called back within a day.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 shown\nExample: nija notify outbox --all")]
pub struct Outbox {
    /// Also what was sent or called back
    #[arg(long)]
    pub all: bool,
}

impl Outbox {
    /// Runs the command.
    pub fn run(&self, app: &App, format: &'static str) -> Result<Reply> {
        app.on_state(|state| {
            let (entries, notices) = entries(state, self.all)?;
            let mut page = Page::new();
            for entry in &entries {
                describe(&mut page, entry);
            }
            if entries.is_empty() {
                page.text("nothing waits");
            }
            app::state_line(&mut page, state.context.config);
            let mut reply = Reply::new(format, &json!({"deliveries": entries}), page);
            reply.warnings = app::warnings(&notices);
            Ok(reply)
        })
    }
}

fn describe(page: &mut Page, entry: &Entry) {
    let (role, word) = match entry.state {
        Life::Pending => (Role::Warn, "waits"),
        Life::Sent => (Role::Good, "sent"),
        Life::Cancelled => (Role::Muted, "called back"),
        Life::Abandoned => (Role::Bad, "GIVEN UP"),
    };
    let instead = entry.instead_of.as_ref().map_or_else(String::new, |name| format!(" instead of {name}"));
    page.line([
        Span::new(role, format!("{word:<11}")),
        Span::new(Role::Strong, format!(" {}{instead}", entry.channel)),
        Span::plain(format!("  {}", entry.headline)),
    ]);
    let when = match (entry.state, entry.ended_at) {
        (Life::Pending, _) if entry.attempts > 0 => format!("next try {}", words::time(entry.due_at)),
        (Life::Pending, _) => format!("due {}", words::time(entry.due_at)),
        (_, Some(at)) => format!("ended {}", words::time(at)),
        (_, None) => "ended".to_owned(),
    };
    let tried = match entry.attempts {
        0 => String::new(),
        1 => ", tried once".to_owned(),
        count => format!(", tried {count} times"),
    };
    let why = entry.trouble.as_ref();
    let why =
        why.map_or_else(String::new, |trouble| format!(": {}: {}", trouble.sort.word(), trouble.message));
    let line = format!("            stored {}, {when}{tried}{why}", words::time(entry.created_at));
    page.line([Span::new(Role::Muted, line)]);
}
