//! `nija heartbeat expect`, `pause`, `unpause`, `forget`: what people decide about a component, on the record.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::super::app::{self, App};
use super::super::words;
use super::{length, note};
use crate::domain::heartbeat::Expectation;
use crate::domain::heartbeat::expectation::Terms;
use crate::error::Result;
use crate::ops::{State, heartbeat};
use crate::output::{Page, Reply, Role, Span};

/// Say that a component must beat
///
/// It is an alarm when it never does within its start-up grace. These lengths win over what the component says itself.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 expected, also when it was before\n\
                        Example: nija heartbeat expect bot-a --interval 30s --grace 30s")]
pub struct Expect {
    /// The component
    pub name: String,
    /// How long it may be silent [default: heartbeats.interval]
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    pub interval: Option<Duration>,
    /// How much longer before it counts as down [default: heartbeats.grace]
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    pub grace: Option<Duration>,
    /// How long it may take until its first beat ever [default: interval and grace together]
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    pub start_up: Option<Duration>,
}

/// Let nobody judge a component for now
///
/// It stays so until `nija heartbeat unpause`, whether or not it beats. Its open positions still count for others.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 paused, also when it was before; 66 not known\n\
                        Example: nija heartbeat pause bot-a --reason maintenance")]
pub struct Pause {
    /// The component
    pub name: String,
    /// Why
    #[arg(long, value_parser = note, default_value = "", hide_default_value = true)]
    pub reason: String,
}

/// Let a component be judged again
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 judged again, also when it was; 66 not known\n\
                        Example: nija heartbeat unpause bot-a")]
pub struct Unpause {
    /// The component
    pub name: String,
}

/// Forget a component, and what was said about it
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 forgotten; 66 not known\nExample: nija heartbeat forget bot-a")]
pub struct Forget {
    /// The component
    pub name: String,
}

impl Expect {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let policy = &state.context.config.policies.heartbeats;
            let interval = self.interval.unwrap_or(policy.interval);
            let terms = Terms::new(interval, self.grace.unwrap_or(policy.grace), self.start_up);
            let (said, changed) = heartbeat::expect(state, &self.name, terms.clone())?;
            let text = format!(
                "  {} must beat every {}, and is down {} later; its first beat may take {}",
                self.name,
                seconds(terms.interval_seconds),
                seconds(terms.grace_seconds),
                seconds(terms.start_up_seconds)
            );
            Ok(reply("nija.heartbeat.expect", state, "EXPECTED", text, &said, changed))
        })
    }
}

impl Pause {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let (said, changed) = heartbeat::pause(state, &self.name, &self.reason)?;
            let text = format!("  {} is not judged until: nija heartbeat unpause {0}", self.name);
            Ok(reply("nija.heartbeat.pause", state, "PAUSED", text, &said, changed))
        })
    }
}

impl Unpause {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let (said, changed) = heartbeat::unpause(state, &self.name)?;
            let text = format!("  {} has its interval and grace from now on to show itself", self.name);
            Ok(reply("nija.heartbeat.unpause", state, "JUDGED", text, &said, changed))
        })
    }
}

impl Forget {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            heartbeat::forget(state, &self.name)?;
            let mut page = Page::new();
            page.text(format!("forgot {}", self.name));
            app::state_line(&mut page, state.context.config);
            let mut reply = Reply::new("nija.heartbeat.forget", &json!({"name": self.name}), page);
            reply.changed = true;
            Ok(reply)
        })
    }
}

fn seconds(count: u64) -> String {
    words::length(Duration::from_secs(count))
}

fn reply(
    format: &'static str,
    state: &State<'_>,
    head: &str,
    text: String,
    said: &Expectation,
    changed: bool,
) -> Reply {
    let mut page = Page::new();
    let before = if changed { "" } else { " (as before)" };
    page.line([Span::new(Role::Good, head), Span::plain(text), Span::new(Role::Muted, before)]);
    app::state_line(&mut page, state.context.config);
    let data = json!({
        "name": said.name,
        "terms": said.terms,
        "expected_at": said.expected_at,
        "paused": said.paused,
    });
    let mut reply = Reply::new(format, &data, page);
    reply.changed = changed;
    reply
}
