//! `nija notify channels`: who can be told, how that goes, and what kinds of channels there are.

use clap::Args;
use serde_json::{Value, json};

use super::super::app::{self, App};
use super::super::words;
use crate::error::Result;
use crate::ops::notify::show::{Health, Shown, channels};
use crate::ops::notify::{ChannelKind, KINDS, reference};
use crate::output::{Page, Reply, Role, Span};

/// Show the channels and how they do
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 shown\nExample: nija notify channels --kinds")]
pub struct Channels {
    /// The kinds of channels and their options instead
    #[arg(long)]
    pub kinds: bool,
    /// Print the reference page of the kinds instead, as Markdown
    #[arg(long)]
    pub markdown: bool,
}

impl Channels {
    /// Runs the command.
    pub fn run(&self, app: &App, format: &'static str) -> Result<Reply> {
        if self.kinds || self.markdown {
            return Ok(self.kinds(format));
        }
        app.on_state(|state| {
            let config = state.context.config;
            let (channels, notices) = channels(&app.means(config), state)?;
            let mut page = Page::new();
            for channel in &channels {
                describe(&mut page, channel);
            }
            if channels.is_empty() {
                page.line([Span::new(Role::Warn, "no channel is configured: nobody is told of anything")]);
            }
            app::state_line(&mut page, config);
            let mut reply = Reply::new(format, &json!({"channels": channels}), page);
            reply.warnings = app::warnings(&notices);
            Ok(reply)
        })
    }

    fn kinds(&self, format: &'static str) -> Reply {
        let mut page = Page::new();
        for kind in KINDS {
            page.line([
                Span::new(Role::Strong, format!("{:<14}", kind.word)),
                Span::plain(format!(" {}", kind.about)),
            ]);
            for (name, about) in kind.options {
                page.line([
                    Span::new(Role::Muted, format!("    {name:<20} ")),
                    Span::plain((*about).to_owned()),
                ]);
            }
        }
        let kind = |kind: &ChannelKind| {
            let option = |(name, about): &(&str, &str)| json!({"name": name, "about": about});
            let options: Vec<Value> = kind.options.iter().map(option).collect();
            json!({"kind": kind.word, "about": kind.about, "options": options})
        };
        let mut reply =
            Reply::new(format, &json!({"kinds": KINDS.iter().map(kind).collect::<Vec<Value>>()}), page);
        if self.markdown {
            reply.raw = Some(reference().into_bytes());
        }
        reply
    }
}

fn describe(page: &mut Page, channel: &Shown) {
    let role = match channel.health {
        Health::Works => Role::Good,
        Health::Unused => Role::Muted,
        Health::Failing => Role::Warn,
        Health::Abandoned | Health::Unusable => Role::Bad,
    };
    page.line([
        Span::new(Role::Strong, format!("{:<16}", channel.name)),
        Span::new(role, format!(" {:<9}", channel.health.word())),
        Span::plain(format!(" {}, {} and worse", channel.kind, channel.min_severity)),
    ]);
    let time = |at: Option<_>| at.map_or_else(|| "never".to_owned(), words::time);
    page.field("told", format!("{} ({} so far)", time(channel.last_success_at), channel.sent));
    page.field("drilled", time(channel.last_drill_at));
    if let Some(why) = &channel.problem {
        page.field("problem", why.clone());
    }
    if let (Some(since), Some(trouble)) = (channel.failing_since, &channel.trouble) {
        let why = format!("since {}: {}: {}", words::time(since), trouble.sort.word(), trouble.message);
        page.field("failing", why);
    }
    if channel.pending > 0 {
        page.field("waiting", messages(channel.pending));
    }
    if channel.abandoned > 0 {
        page.field("given up", format!("{} so far", channel.abandoned));
    }
    if !channel.rules.is_empty() {
        page.field("rules", channel.rules.join(", "));
    }
    if let Some(until) = channel.quiet_until {
        page.field("quiet", format!("until {}", words::time(until)));
    }
    if let Some(rate) = &channel.rate_limit {
        page.field("rate", rate.clone());
    }
}

fn messages(count: usize) -> String {
    if count == 1 { "1 message".to_owned() } else { format!("{count} messages") }
}
