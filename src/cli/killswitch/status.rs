//! `nija killswitch status`: what is stopped, why, and who has confirmed.

use clap::Args;

use super::super::app::{self, App};
use super::super::words;
use crate::domain::heartbeat::Confirmation;
use crate::domain::status::Status as Monitored;
use crate::error::Result;
use crate::ops::heartbeat::Listener;
use crate::ops::killswitch::status::{self, Report, Verdict};
use crate::output::{Page, Reply, Role, Span};

/// Show what is stopped, why, and who has confirmed
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 shown; with --exit-code: 0 trading, 1 partly halted or reduce-only, 2 halted, 3 cannot tell\n\
                        Example: nija killswitch status --json"
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
            let mut page = describe(&report);
            app::state_line(&mut page, config);
            let mut reply = Reply::new("nija.killswitch.status", &report, page);
            reply.status = monitored(&report);
            reply.exit = if self.exit_code { reply.status.nagios() } else { 0 };
            reply.warnings = app::warnings(&report.notices);
            Ok(reply)
        })
    }
}

/// The monitored state of a kill switch.
pub fn monitored(report: &Report) -> Monitored {
    match report.verdict {
        _ if report.unreadable.is_some() && report.stop_files.is_empty() => Monitored::Unknown,
        Verdict::Trading => Monitored::Ok,
        Verdict::PartlyHalted | Verdict::ReduceOnly => Monitored::Warning,
        Verdict::Halted => Monitored::Critical,
    }
}

/// The page.
pub fn describe(report: &Report) -> Page {
    let mut page = Page::new();
    let (role, word, text) = match report.verdict {
        Verdict::Trading => (Role::Good, "TRADING", "no halt is in force"),
        Verdict::PartlyHalted => (Role::Warn, "PARTLY HALTED", "some orders are stopped"),
        Verdict::ReduceOnly => (Role::Warn, "REDUCE-ONLY", "only orders that shrink a position may go out"),
        Verdict::Halted => (Role::Bad, "HALTED", "no order may go out"),
    };
    page.line([Span::new(role, word), Span::plain(format!("  {text} (revision {})", report.revision))]);
    for halt in &report.halts {
        words::halt(&mut page, halt);
    }
    for stop in &report.stop_files {
        page.field("stop file", stop.path.clone());
    }
    if let Some(reason) = &report.env_stop {
        page.field("ENV", format!("NIJA_EMERGENCY_STOP={reason}"));
    }
    for request in &report.requests {
        page.field(
            "request",
            format!("{} waits for approval until {}", request.id, words::time(request.expires_at)),
        );
    }
    describe_clients(&mut page, &report.clients);
    page
}

/// Who listens.
pub fn describe_clients(page: &mut Page, clients: &[Listener]) {
    if clients.is_empty() {
        let text = "  no client has ever reported: a stop nobody listens to is not a stop";
        page.line([Span::new(Role::Warn, text)]);
    }
    for client in clients {
        let (role, word) = match client.confirmation {
            Confirmation::Confirmed => (Role::Good, "confirmed"),
            Confirmation::Waiting => (Role::Bad, "NOT yet"),
            Confirmation::Absent => (Role::Warn, "absent"),
            Confirmation::Unreadable => (Role::Bad, "UNREADABLE"),
        };
        let last =
            client.last_seen.map_or_else(String::new, |at| format!(", last heard of {}", words::time(at)));
        page.line([
            Span::new(role, format!("  {word:<10} ")),
            Span::plain(format!("{} has seen revision {}", client.name, client.revision)),
            Span::new(Role::Muted, last),
        ]);
    }
}
