//! `nija heartbeat`: report that a component is alive, and see who listens.

use clap::{Args, Subcommand};
use serde_json::json;

use super::app::{self, App};
use super::killswitch::status::describe_clients;
use crate::error::Result;
use crate::ops::heartbeat;
use crate::output::{Page, Reply, Role, Span};

/// Report that a component is alive, and see who listens
#[derive(Debug, PartialEq, Subcommand)]
#[command(defer = true)]
pub enum Heartbeat {
    /// Report that a component is alive and what it sees of the kill switch
    Ping(Ping),
    /// Show who listens, and who has seen the present state
    Status(Status),
    /// Forget a component
    Forget(Forget),
}

/// Report that a component is alive and what it sees of the kill switch
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 recorded\nExample: nija heartbeat ping bot-a")]
pub struct Ping {
    /// The component
    pub name: String,
}

/// Show who listens, and who has seen the present state
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 shown\nExample: nija heartbeat status")]
pub struct Status {}

/// Forget a component
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 forgotten; 66 not known\nExample: nija heartbeat forget bot-a")]
pub struct Forget {
    /// The component
    pub name: String,
}

impl Heartbeat {
    /// Names the shape of this command's answer.
    pub fn format(&self) -> &'static str {
        match self {
            Self::Ping(_) => "nija.heartbeat.ping",
            Self::Status(_) => "nija.heartbeat.status",
            Self::Forget(_) => "nija.heartbeat.forget",
        }
    }

    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let config = state.context.config;
            let mut page = Page::new();
            Ok(match self {
                Self::Ping(ping) => {
                    let client = heartbeat::ping(state, &ping.name)?;
                    let seen = client.killswitch;
                    let saw = if seen.stop_file { ", a stop file stands" } else { "" };
                    page.line([
                        Span::new(Role::Good, "PING"),
                        Span::plain(format!(
                            "  {} beat {}, sees revision {}{saw}",
                            client.name, client.seq, seen.revision
                        )),
                    ]);
                    app::state_line(&mut page, config);
                    let mut reply = Reply::new(self.format(), &json!({"client": client}), page);
                    reply.changed = true;
                    reply
                }
                Self::Status(_) => {
                    let (revision, clients) = heartbeat::present(state)?;
                    describe_clients(&mut page, &clients);
                    Reply::new(self.format(), &json!({"revision": revision, "clients": clients}), page)
                }
                Self::Forget(forget) => {
                    heartbeat::forget(state, &forget.name)?;
                    page.text(format!("forgot {}", forget.name));
                    app::state_line(&mut page, config);
                    let mut reply = Reply::new(self.format(), &json!({"name": forget.name}), page);
                    reply.changed = true;
                    reply
                }
            })
        })
    }
}
