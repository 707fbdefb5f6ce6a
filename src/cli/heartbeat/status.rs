//! `nija heartbeat status`: how every component is, and who listens.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::super::app::{self, App};
use super::super::killswitch::status::describe_clients;
use super::super::words;
use crate::domain::heartbeat::life::State;
use crate::error::Result;
use crate::ops::heartbeat;
use crate::ops::heartbeat::present::{Present, Shown, components};
use crate::output::{Page, Reply, Role, Span};

/// Show how every component is, and who has seen the present state of the kill switch
///
/// NEW: has not beaten yet. OK. LATE: silent for its interval. DOWN: silent for interval and grace, failed, not finished
/// within its grace, or never came. PAUSED: not judged. UNKNOWN: not seen to beat since the watch looks without a gap.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 shown\nExample: nija heartbeat status --json")]
pub struct Status {}

impl Status {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let present = components(state)?;
            let (revision, clients) = heartbeat::present(state)?;
            let mut page = Page::new();
            describe(&mut page, &present);
            describe_clients(&mut page, &clients);
            app::state_line(&mut page, state.context.config);
            let data = json!({
                "revision": revision,
                "clients": clients,
                "components": present.components,
                "unreadable": present.unreadable,
                "looked_at": present.looked_at,
            });
            Ok(Reply::new("nija.heartbeat.status", &data, page))
        })
    }
}

/// How every component is.
pub fn describe(page: &mut Page, present: &Present) {
    for component in &present.components {
        let note = component.note.as_ref().map_or_else(String::new, |note| format!("  {note}"));
        page.line([
            Span::new(role(component.state), format!("  {:<10} ", component.state.word())),
            Span::plain(format!("{} {}", component.name, details(component).join(", "))),
            Span::new(Role::Muted, note),
        ]);
    }
    for unreadable in &present.unreadable {
        page.line([
            Span::new(Role::Bad, format!("  {:<10} ", "UNREADABLE")),
            Span::plain(format!("{} {}", unreadable.name, unreadable.why)),
        ]);
    }
    if present.looked_at.is_none() && !present.components.is_empty() {
        let text = "  nobody has looked at them yet: let cron run nija check";
        page.line([Span::new(Role::Warn, text)]);
    }
}

fn role(state: State) -> Role {
    match state {
        State::New => Role::Plain,
        State::Ok => Role::Good,
        State::Late | State::Unknown => Role::Warn,
        State::Down => Role::Bad,
        State::Paused => Role::Muted,
    }
}

fn details(component: &Shown) -> Vec<String> {
    let mut details = Vec::new();
    let spoken = |milliseconds: u64| words::length(Duration::from_millis(milliseconds));
    details.push(match (component.age_ms, component.beat_at) {
        (Some(age), _) if component.age_is_certain => format!("beat {} ago", spoken(age)),
        (_, Some(at)) if component.paused.is_some() => format!("beat at {}", words::time(at)),
        (_, Some(at)) => format!("beat at {} by its own clock, which nobody saw", words::time(at)),
        _ => "has never beaten".to_owned(),
    });
    if let Some(length) = component.running_ms {
        details.push(format!("started {} ago", spoken(length)));
    }
    if component.failed {
        let code = component.exit_code.map_or_else(String::new, |code| format!(" with exit code {code}"));
        details.push(format!("failed{code}"));
    }
    if let Some(open) = component.open_positions {
        details.push(format!("open positions {open}"));
    }
    if let Some(age) = component.price_age_ms {
        details.push(format!("prices {} old", spoken(age)));
    }
    let terms = if component.expected { ", expected" } else { "" };
    details.push(format!(
        "interval {}, grace {}{terms}",
        words::length(Duration::from_secs(component.interval_seconds)),
        words::length(Duration::from_secs(component.grace_seconds))
    ));
    if let Some(paused) = &component.paused {
        let reason = if paused.reason.is_empty() { "no reason given" } else { &paused.reason };
        details.push(format!("paused by {} at {}: {reason}", paused.by, words::time(paused.at)));
    }
    details
}
