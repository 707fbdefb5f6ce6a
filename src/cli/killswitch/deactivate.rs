//! `nija killswitch deactivate`: resume, after a person agreed.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::super::app::{self, App};
use super::super::words;
use crate::config::Config;
use crate::domain::status::Status;
use crate::error::{Error, Kind, Result};
use crate::ops::State;
use crate::ops::confirm::{self, Confirmed, PHRASE};
use crate::ops::killswitch::release::{self, Outcome, Plan, Target};
use crate::ops::operator::{self, Authenticated};
use crate::output::{self, Page, Reply, Role, Span, terminal};

/// Resume: release halts
///
/// On a terminal it lists what would be released and asks to type `resume`. A halt that was activated again after you looked
/// stays.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 released; 1 still halted: more people must agree, or another halt holds; 64 and above nothing is released\n\
                        Example: nija killswitch deactivate positions reconciled --operator alice"
)]
pub struct Deactivate {
    /// Why trading may go on, in your own words
    #[arg(value_name = "REASON", required = true)]
    pub reason: Vec<String>,
    /// Release this halt only
    #[arg(long, value_name = "HALT", conflicts_with = "all")]
    pub id: Option<String>,
    /// Release every halt
    #[arg(long)]
    pub all: bool,
    /// Agree without being asked
    #[arg(long, short)]
    pub yes: bool,
    /// Read the operator's passphrase from this file
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

impl Deactivate {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        let reason = self.reason.join(" ");
        release::require_reason(&reason)?;
        let config = app.config()?;
        let identity = app.identity();
        let context = app.context(&config, &identity);
        let state = context.open()?;
        let asks = app.may_ask() && !self.yes;
        let target = match (&self.id, self.all || asks) {
            (Some(id), _) => Target::Id(id.clone()),
            (None, true) => Target::All,
            (None, false) => Target::Sole,
        };
        let Some(plan) = release::plan(&state, &target)? else { return Ok(nothing(&config)) };
        let confirmed = self.confirm(app, &state, &plan, asks)?;
        match release::release(&state, &confirmed, &reason)? {
            Outcome::Released { released, remaining, revision } => {
                let mut reply = done(&config, &released, &remaining, revision);
                // Whoever named one halt knows of the others; whoever wanted to trade has to learn that this is not it.
                reply.exit = u8::from(self.id.is_none() && !remaining.is_empty());
                Ok(reply)
            }
            Outcome::Requested { request, missing } => Ok(requested(&config, &request, missing)),
        }
    }

    fn confirm(&self, app: &App, state: &State<'_>, plan: &Plan, asks: bool) -> Result<Confirmed> {
        if !asks && !self.yes {
            return Err(Error::new(Kind::Usage, "resuming needs a person: there is no terminal to ask at")
                .hint("nija killswitch deactivate REASON --yes"));
        }
        if asks {
            output::say(&question(plan), app.style);
        }
        let again = "nija killswitch deactivate REASON --operator NAME";
        let operator = authenticate(app, state, plan.needs_operator, self.passphrase_file.as_deref(), again)?;
        if !asks {
            return confirm::by_flag(plan, operator);
        }
        let typed = terminal::ask(&format!("Type {PHRASE} to let trading go on: ")).unwrap_or_default();
        confirm::by_phrase(plan, &typed, operator)
    }
}

/// Proves who acts, where operators are known; `again` is the command that says it.
pub fn authenticate(
    app: &App,
    state: &State<'_>,
    needed: bool,
    passphrase_file: Option<&std::path::Path>,
    again: &str,
) -> Result<Option<Authenticated>> {
    if !needed {
        return Ok(None);
    }
    let name = state
        .context
        .identity
        .actor
        .operator
        .clone()
        .filter(|_| app.globals.operator.is_some() || app.environment.get("NIJA_OPERATOR").is_some());
    let name = name.ok_or_else(|| {
        Error::new(Kind::NotPermitted, "operators with passphrases exist: say which one you are").hint(again)
    })?;
    let passphrase = app.passphrase(passphrase_file, &format!("Passphrase of {name}: "))?;
    operator::authenticate(state, &name, &passphrase).map(Some)
}

fn question(plan: &Plan) -> Page {
    let mut page = Page::new();
    page.line([Span::new(Role::Strong, "These halts would be released:")]);
    for halt in &plan.halts {
        words::halt(&mut page, halt);
    }
    if plan.halts.is_empty() {
        page.text("  none: only a stop file is left of an interrupted release");
    }
    if !plan.others.is_empty() {
        page.line([Span::new(Role::Strong, "These stay in force:")]);
        for halt in &plan.others {
            words::halt(&mut page, halt);
        }
    }
    page
}

fn nothing(config: &Config) -> Reply {
    let mut page = Page::new();
    page.line([Span::new(Role::Good, "TRADING"), Span::plain("  nothing is halted")]);
    app::state_line(&mut page, config);
    Reply::new("nija.killswitch.deactivate", &json!({"released": [], "remaining": [], "request": null}), page)
}

/// The answer to a release that happened.
pub fn done(
    config: &Config,
    released: &[crate::domain::halt::Halt],
    remaining: &[crate::domain::halt::Halt],
    revision: u64,
) -> Reply {
    let mut page = Page::new();
    if remaining.is_empty() {
        page.line([
            Span::new(Role::Good, "RESUMED"),
            Span::plain("  no halt is in force; start bots yourself"),
        ]);
    } else {
        page.line([Span::new(Role::Warn, "STILL HALTED"), Span::plain("  these stay in force:")]);
        for halt in remaining {
            words::halt(&mut page, halt);
        }
    }
    for halt in released {
        page.field("released", format!("{} ({} {})", halt.id, halt.mode, halt.scope));
    }
    app::state_line(&mut page, config);
    let data = json!({"released": released, "remaining": remaining, "request": null, "revision": revision});
    let mut reply = Reply::new("nija.killswitch.deactivate", &data, page);
    reply.changed = true;
    reply.status = if remaining.is_empty() { Status::Ok } else { Status::Critical };
    reply
}

/// The answer to a release that waits for more people.
pub fn requested(config: &Config, request: &crate::domain::release::Request, missing: usize) -> Reply {
    let mut page = Page::new();
    page.line([
        Span::new(Role::Warn, "STILL HALTED"),
        Span::plain(format!("  {missing} more must agree before {}", words::time(request.expires_at))),
    ]);
    page.field("request", request.id.clone());
    page.field("next", format!("nija killswitch approve {} --operator SOMEBODY-ELSE", request.id));
    app::state_line(&mut page, config);
    let data = json!({"released": [], "remaining": null, "request": request, "approvals_missing": missing});
    let mut reply = Reply::new("nija.killswitch.deactivate", &data, page);
    reply.changed = true;
    reply.status = Status::Critical;
    reply.exit = 1;
    reply
}
