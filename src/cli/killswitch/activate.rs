//! `nija killswitch activate` and `nija kill`: stop trading now.

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::super::app::{self, App};
use super::super::{telling, words};
use crate::config::Config;
use crate::domain::halt::{Mode, Scope, Source};
use crate::domain::heartbeat::{Awaited, Confirmation};
use crate::domain::killswitch::Change;
use crate::domain::status::Status;
use crate::error::{Kind, Result};
use crate::ops::heartbeat::{self, Awaiting, Confirmations};
use crate::ops::killswitch::activate::{self as op, Report, Request, Step};
use crate::ops::{Context, Notice};
use crate::output::{self, Page, Reply, Role, Span};

/// Stop trading now
///
/// Never asks, needs no passphrase, and says HALTED only when the stop is on disk. Reason words need no quotes.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 the stop is durable (with --wait: and confirmed by every live client); 1 durable, but a \
                        later step or a confirmation is missing; 64 and above not durable\n\
                        Example: nija kill fat finger on desk 3"
)]
pub struct Activate {
    /// Why, in your own words
    #[arg(value_name = "REASON")]
    pub reason: Vec<String>,
    /// How hard: halted, or reduce-only (only orders that shrink a position)
    #[arg(long, default_value = "halted", value_parser = str::parse::<Mode>)]
    pub mode: Mode,
    /// What: all, platform:X, symbol:X, strategy:X or account:X
    #[arg(long, default_value = "all", value_parser = str::parse::<Scope>)]
    pub scope: Scope,
    /// Through what: CLI, API, FILE_SYSTEM, ENV or AUTO_MONITORING
    #[arg(long, default_value = "CLI", value_parser = str::parse::<Source>)]
    pub source: Source,
    /// The rule that fired, when automatic
    #[arg(long)]
    pub rule: Option<String>,
    /// Wait until every live client has confirmed, at most this long
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub wait: Option<Duration>,
}

impl Activate {
    /// The plain stop: everything, fully, from the command line.
    pub fn plain(reason: Vec<String>) -> Self {
        Self { reason, mode: Mode::Halted, scope: Scope::All, source: Source::Cli, rule: None, wait: None }
    }

    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        let target = app.stop_target();
        let identity = app.identity();
        let context = app.context(&target.config, &identity);
        let request = Request {
            reason: self.reason.join(" "),
            mode: self.mode,
            scope: self.scope.clone(),
            source: self.source,
            rule: self.rule.clone(),
            also: target.also.clone(),
        };
        let mut report =
            op::activate(&context, &request, &mut |report| output::announce(&headline(report), app.style))?;
        if let Some(problem) = &target.problem {
            report.notices.push(Notice::of("CONFIG_UNUSABLE", "the configuration was not used", problem));
        }
        let confirmations = match self.wait {
            Some(limit) => Some(self.wait(app, &context, &report, limit)?),
            None => None,
        };
        if target.config.policies.notify.is_in_use() {
            telling::of_stop(app, &target.config, &report);
        }
        Ok(reply(&target.config, &report, confirmations.as_ref()))
    }

    fn wait(
        &self,
        app: &App,
        context: &Context<'_>,
        report: &Report,
        limit: Duration,
    ) -> Result<Confirmations> {
        let state = context.open_waiting(context.config.lock_wait)?;
        let seen = heartbeat::look(&state);
        let awaited = Awaited {
            revision: report.revision.unwrap_or(seen.revision),
            stop_file: report.revision.is_none() && seen.stop_file,
            since: (!report.raised.is_empty()).then_some(report.activation.cause.at),
        };
        heartbeat::wait(&state, awaited, limit, &mut |client| {
            let mut page = Page::new();
            page.line(confirmed(client));
            output::announce(&page, app.style);
        })
    }
}

fn confirmed(client: &Awaiting) -> [Span; 2] {
    let delay = client.delay_ms.unwrap_or(0);
    [
        Span::new(Role::Good, "  confirmed  "),
        Span::plain(format!("{} after {delay} ms", client.listener.name)),
    ]
}

/// The line that is out the moment trading is stopped.
fn headline(report: &Report) -> Page {
    let activation = &report.activation;
    let word = match activation.mode {
        _ if !report.is_shared => "HALTED FOR YOU ONLY",
        Mode::Halted => "HALTED",
        Mode::ReduceOnly => "REDUCE-ONLY",
    };
    let what =
        if activation.scope == Scope::All { "all trading".to_owned() } else { activation.scope.to_string() };
    let reason =
        if activation.cause.reason.is_empty() { "no reason given" } else { &activation.cause.reason };
    let mut page = Page::new();
    page.line([Span::new(Role::Bad, word), Span::plain(format!("  {what}: {reason}"))]);
    for raised in &report.raised {
        let durable = match &raised.durable {
            Ok(()) => "on disk",
            Err(_) => "in place, durability NOT confirmed",
        };
        page.field("stop file", format!("{} ({durable})", raised.path.display()));
    }
    page
}

fn reply(config: &Config, report: &Report, confirmations: Option<&Confirmations>) -> Reply {
    let exit = exit(report, confirmations);
    let mut page = Page::new();
    if let Some(change) = &report.change {
        page.field("halt", counted(change, &report.activation.id));
    }
    describe_clients(&mut page, confirmations);
    app::state_line(&mut page, config);
    let mut reply = Reply::new("nija.killswitch.activate", &data(report, confirmations), page);
    reply.status = Status::Critical;
    reply.exit = exit;
    reply.changed = true;
    reply.warnings = app::warnings(&report.notices);
    reply.warnings.extend(app::warnings(&missing(report)));
    reply
}

fn counted(change: &Change, id: &str) -> String {
    match change {
        Change::Added(halt) => halt.id.clone(),
        Change::Repeated(halt) => format!("{} again, {} times now", halt.id, halt.count),
        Change::Known => format!("{id} was recorded before"),
    }
}

fn describe_clients(page: &mut Page, confirmations: Option<&Confirmations>) {
    let Some(confirmations) = confirmations else { return };
    if confirmations.clients.is_empty() {
        page.line([Span::new(
            Role::Warn,
            "  no client has ever reported: a stop nobody listens to is not a stop",
        )]);
    }
    for client in &confirmations.clients {
        let name = &client.listener.name;
        match client.listener.confirmation {
            Confirmation::Confirmed => {}
            Confirmation::Waiting => {
                page.line([Span::new(Role::Bad, "  NOT confirmed  "), Span::plain(name.clone())]);
            }
            Confirmation::Unreadable => {
                let text = format!("{name}: its record cannot be read");
                page.line([Span::new(Role::Bad, "  NOT confirmed  "), Span::plain(text)]);
            }
            Confirmation::Absent => {
                let last = client.listener.last_seen.map_or_else(|| "never".to_owned(), words::time);
                page.line([
                    Span::new(Role::Warn, "  absent  "),
                    Span::plain(format!("{name}, last heard of {last}")),
                ]);
            }
        }
    }
}

fn exit(report: &Report, confirmations: Option<&Confirmations>) -> u8 {
    let confirmed = confirmations.is_none_or(|confirmations| confirmations.complete);
    match (report.durable, report.is_complete() && confirmed) {
        (false, _) => Kind::Io.row().exit,
        (true, false) => 1,
        (true, true) => 0,
    }
}

/// What is not done, and what completes it.
fn missing(report: &Report) -> Vec<Notice> {
    let mut notices: Vec<Notice> = report
        .refused
        .iter()
        .map(|error| Notice::of("STOP_FILE_REFUSED", "a place could not take the stop", error))
        .collect();
    for raised in &report.raised {
        if let Err(error) = &raised.durable {
            notices.push(Notice::of("STOP_NOT_DURABLE", "HALTED, but a power cut may undo it", error));
        } else if !raised.recorded {
            let message = format!("{} stops by its existence; the cause is not in it", raised.path.display());
            notices.push(Notice::new("CAUSE_NOT_IN_STOP_FILE", message, "nija killswitch status"));
        }
    }
    if !report.is_shared {
        let message = "only gates that run as you see this stop: others still trade";
        notices.push(Notice::new("STOP_NOT_SHARED", message, "sudo nija kill"));
    } else if !report.durable && report.raised.iter().all(|raised| raised.durable.is_ok()) {
        let message = "HALTED, but only where a reboot forgets it";
        notices.push(Notice::new("STOP_NOT_DURABLE", message, "nija doctor"));
    }
    let steps = [
        (
            "DOCUMENT_MISSING",
            "HALTED; killswitch.json is not written yet, the next nija command does it",
            &report.document,
        ),
        (
            "AUDIT_MISSING",
            "HALTED; the audit record is not written yet, the next change does it",
            &report.audit,
        ),
        ("RESERVE_MISSING", "HALTED; the reserve for the next stop on a full disk is spent", &report.reserve),
    ];
    for (code, message, step) in steps {
        if let Step::Failed(error) = step {
            notices.push(Notice::of(code, message, error));
        }
    }
    notices
}

fn data(report: &Report, confirmations: Option<&Confirmations>) -> Value {
    let step = |step: &Step| match step {
        Step::Done => json!({"state": "done"}),
        Step::NotNeeded => json!({"state": "not-needed"}),
        Step::Failed(error) => json!({"state": "missing", "code": error.code(), "message": error.message}),
    };
    let stop_files: Vec<Value> = report
        .raised
        .iter()
        .map(|raised| {
            json!({
                "path": raised.path,
                "durable": raised.durable.is_ok(),
                "cause_recorded": raised.recorded,
                "reserve_spent": raised.reserve_spent,
                "already_stood": raised.already_stood,
            })
        })
        .collect();
    let halt = match &report.change {
        Some(Change::Added(halt) | Change::Repeated(halt)) => json!(halt),
        _ => Value::Null,
    };
    json!({
        "activation": report.activation,
        "halt": halt,
        "durable": report.durable,
        "shared": report.is_shared,
        "revision": report.revision,
        "stop_files": stop_files,
        "steps": {"document": step(&report.document), "audit": step(&report.audit), "reserve": step(&report.reserve)},
        "confirmations": confirmations,
    })
}
