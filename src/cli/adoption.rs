//! `nija adoption`: how many of the users are active at once.

use clap::{Args, Subcommand};
use serde_json::json;

use super::app::{self, App};
use super::words;
use crate::error::Result;
use crate::ops::adoption::{self, View};
use crate::output::{Page, Reply, Role, Span};

/// Report how many users are active, and see how that stands against the limit
#[derive(Debug, PartialEq, Subcommand)]
#[command(defer = true)]
pub enum Adoption {
    /// Report how many users are active
    Set(Set),
    /// Show how many users are active
    Show(Show),
    /// Forget what was reported
    Forget(Forget),
}

/// Report how many users are active
///
/// What was reported says nothing any more after adoption.stale_after.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 recorded; 64 more users are active than there are, or there are none\n\
                        Example: nija adoption set --active 85 --total 100"
)]
pub struct Set {
    /// Users that are active
    #[arg(long, value_parser = users, allow_negative_numbers = true)]
    pub active: u64,
    /// All users
    #[arg(long, value_parser = users, allow_negative_numbers = true)]
    pub total: u64,
}

/// Show how many users are active
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 shown\nExample: nija adoption show")]
pub struct Show {}

/// Forget what was reported
///
/// From then on nothing watches it. On the record.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 forgotten; 66 nothing was reported\nExample: nija adoption forget")]
pub struct Forget {}

/// Reads a number of users.
pub fn users(text: &str) -> std::result::Result<u64, String> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let count = text.parse().ok().filter(|_| digits);
    count.ok_or_else(|| format!("'{text}' is not a number of users, as in 85"))
}

impl Adoption {
    /// Names the shape of this command's answer.
    pub fn format(&self) -> &'static str {
        match self {
            Self::Set(_) => "nija.adoption.set",
            Self::Show(_) => "nija.adoption.show",
            Self::Forget(_) => "nija.adoption.forget",
        }
    }

    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let mut page = Page::new();
            let (data, notices) = match self {
                Self::Set(set) => {
                    let (view, notices) = adoption::report(state, set.active, set.total)?;
                    describe(&mut page, Some(&view));
                    (json!({"adoption": view}), notices)
                }
                Self::Show(_) => {
                    let view = adoption::show(state)?;
                    describe(&mut page, view.as_ref());
                    (json!({"adoption": view}), Vec::new())
                }
                Self::Forget(_) => {
                    adoption::forget(state)?;
                    page.text("forgot how many users are active");
                    (json!({}), Vec::new())
                }
            };
            app::state_line(&mut page, state.context.config);
            let mut reply = Reply::new(self.format(), &data, page);
            reply.changed = !matches!(self, Self::Show(_));
            reply.warnings = app::warnings(&notices);
            Ok(reply)
        })
    }
}

/// The page.
pub fn describe(page: &mut Page, view: Option<&View>) {
    let heading = Span::new(Role::Strong, "ADOPTION");
    let Some(view) = view else {
        page.line([heading, Span::plain("  no users were ever reported")]);
        return;
    };
    let (role, word) = match &view.doubt {
        Some(_) => (Role::Warn, "UNKNOWN"),
        None if view.is_above_limit => (Role::Bad, "EMERGENCY"),
        None => (Role::Good, "ok"),
    };
    page.line([
        heading,
        Span::new(role, format!("  {word}")),
        Span::plain(format!(
            "  {} of {} users are active, {} % of {} %",
            view.active, view.total, view.active_pct, view.limit_pct
        )),
        Span::new(Role::Muted, format!("  age {}", words::age(view.age_seconds))),
    ]);
    if let Some(why) = &view.doubt {
        page.field("why", format!("the count {why}"));
    }
}
