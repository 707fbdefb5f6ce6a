//! `nija killswitch deactivate`: resume, after a person agreed.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::super::app::{self, App};
use super::super::{telling, words};
use crate::config::Config;
use crate::domain::halt::Halt;
use crate::domain::release::Request;
use crate::domain::status::Status;
use crate::error::{Error, Kind, Result};
use crate::ops::confirm::{self, Confirmed, PHRASE};
use crate::ops::killswitch::release::{self, Outcome, Plan, Target};
use crate::ops::operator::{self, Authenticated};
use crate::ops::{Notice, State};
use crate::output::{self, Page, Reply, Role, Span, terminal};

/// Resume: release halts
///
/// On a terminal it lists what would be released and asks to type `resume`. A halt that was activated again after you looked
/// stays.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 released; 1 still halted (more people must agree, or another halt holds), or released and not yet on the record; 64 and above nothing is released\n\
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
        app.on_state(|state| {
            let config = state.context.config;
            let asks = app.may_ask() && !self.yes;
            let target = match (&self.id, self.all || asks) {
                (Some(id), _) => Target::Id(id.clone()),
                (None, true) => Target::All,
                (None, false) => Target::Sole,
            };
            let Some(plan) = release::plan(state, &target)? else { return Ok(nothing(config)) };
            let confirmed = self.confirm(app, state, &plan, asks)?;
            let outcome = release::release(state, &confirmed, &reason)?;
            telling::of_release(app, config, &outcome, &reason);
            // Whoever named one halt knows of the others; whoever wanted to trade has to learn that this is not it.
            Ok(reply(config, &outcome, self.id.is_some()))
        })
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

/// The answer for programs, of one shape whatever became of it.
#[derive(Default, Serialize)]
struct Data<'a> {
    released: &'a [Halt],
    /// The halts still in force; `null` where the release waits for more people.
    remaining: Option<&'a [Halt]>,
    request: Option<&'a Request>,
    approvals_missing: usize,
    /// The document's revision, where it was changed.
    revision: Option<u64>,
}

fn nothing(config: &Config) -> Reply {
    let mut page = Page::new();
    page.line([Span::new(Role::Good, "NOTHING TO RELEASE"), Span::plain("  no halt is in force here")]);
    app::state_line(&mut page, config);
    let data = Data { remaining: Some(&[]), ..Data::default() };
    Reply::new("nija.killswitch.deactivate", &data, page)
}

/// The answer to a release, or to the request for one. `knows_others`: other halts that hold are no surprise.
pub fn reply(config: &Config, outcome: &Outcome, knows_others: bool) -> Reply {
    match outcome {
        Outcome::Released { released, remaining, revision, unrecorded } => {
            let mut reply = done(config, released, remaining, *revision);
            reply.exit = u8::from(unrecorded.is_some() || (!knows_others && !remaining.is_empty()));
            let notice = |error| {
                Notice::of("AUDIT_MISSING", "released; the record follows with the next change", error)
            };
            reply.warnings.extend(app::warnings(&unrecorded.iter().map(notice).collect::<Vec<_>>()));
            reply
        }
        Outcome::Requested { request, missing } => requested(config, request, *missing),
    }
}

fn done(config: &Config, released: &[Halt], remaining: &[Halt], revision: u64) -> Reply {
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
    let data = Data { released, remaining: Some(remaining), revision: Some(revision), ..Data::default() };
    let mut reply = Reply::new("nija.killswitch.deactivate", &data, page);
    reply.changed = true;
    reply.status = if remaining.is_empty() { Status::Ok } else { Status::Critical };
    reply
}

fn requested(config: &Config, request: &Request, missing: usize) -> Reply {
    let mut page = Page::new();
    page.line([
        Span::new(Role::Warn, "STILL HALTED"),
        Span::plain(format!("  {missing} more must agree before {}", words::time(request.expires_at))),
    ]);
    page.field("request", request.id.clone());
    page.field("next", format!("nija killswitch approve {} --operator SOMEBODY-ELSE", request.id));
    app::state_line(&mut page, config);
    let data = Data { request: Some(request), approvals_missing: missing, ..Data::default() };
    let mut reply = Reply::new("nija.killswitch.deactivate", &data, page);
    reply.changed = true;
    reply.status = Status::Critical;
    reply.exit = 1;
    reply
}
