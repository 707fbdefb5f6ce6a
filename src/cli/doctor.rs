//! `nija doctor`: what can silently break a stop, and what mends it.

use clap::Args;

use super::app::{self, App};
use crate::config::StopTarget;
use crate::domain::status::Status;
use crate::error::Result;
use crate::ops::doctor::{CHECKS, Examined, Finding, Patient, Report, examine};
use crate::output::{Page, Reply, Role, Span};

/// Find what can silently break a stop
///
/// Only looks, and works however broken the state is. Every finding ends with a command that mends it.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 OK; 1 warning; 2 critical; 3 unknown, or the checks could not be made\nExample: nija doctor"
)]
pub struct Doctor {}

impl Doctor {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        let target = app.stop_target();
        let report = with_patient(app, &target, |patient| examine(patient, &CHECKS));
        let mut page = describe(&report);
        app::state_line(&mut page, &target.config);
        let mut reply = Reply::new("nija.doctor", &report, page);
        reply.status = report.status;
        reply.exit = report.status.nagios();
        Ok(reply)
    }
}

/// Hands what a stop would aim at to `look`.
pub fn with_patient<T>(app: &App, target: &StopTarget, look: impl FnOnce(&Patient<'_>) -> T) -> T {
    let (identity, flags) = (app.identity(), app.flags());
    let context = app.context(&target.config, &identity);
    look(&Patient::new(&context, &flags, &app.environment, target.problem.as_ref(), &target.also))
}

/// The page: one line for a monitoring system, then every finding, the worst first.
fn describe(report: &Report) -> Page {
    let mut page = Page::new();
    let mut findings: Vec<(&Examined, &Finding)> = report
        .checks
        .iter()
        .flat_map(|check| check.findings.iter().map(move |found| (check, found)))
        .collect();
    findings.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.status));
    page.line([
        Span::new(Role::Strong, "NIJA "),
        Span::new(role(report.status), report.status.word()),
        Span::plain(format!(" - {}", summary(report, &findings))),
    ]);
    for told in findings.chunk_by(|(_, one), (_, other)| one == other) {
        let names: Vec<&str> = told.iter().map(|(check, _)| check.name).collect();
        let Some((_, finding)) = told.first() else { continue };
        page.line([
            Span::new(role(finding.status), format!("{:<8} ", finding.status.word())),
            Span::new(Role::Strong, format!("{:<11} ", names.join(", "))),
            Span::plain(finding.message.clone()),
        ]);
        if !finding.mend.is_empty() {
            page.line([Span::new(Role::Muted, "         mend: "), Span::plain(finding.mend.clone())]);
        }
    }
    page
}

fn summary(report: &Report, findings: &[(&Examined, &Finding)]) -> String {
    let count = |status| findings.iter().filter(|(_, finding)| finding.status == status).count();
    let parts = [(Status::Critical, "critical"), (Status::Unknown, "unknown"), (Status::Warning, "warning")];
    let parts: Vec<String> = parts
        .iter()
        .map(|(status, word)| (count(*status), *word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| {
            let plural = if word == "warning" && count > 1 { "s" } else { "" };
            format!("{count} {word}{plural}")
        })
        .collect();
    match findings.first() {
        Some((_, first)) if report.status != Status::Ok => format!("{}: {}", parts.join(", "), first.message),
        _ => format!("{} checks", report.checks.len()),
    }
}

fn role(status: Status) -> Role {
    match status {
        Status::Ok => Role::Good,
        Status::Warning | Status::Unknown => Role::Warn,
        Status::Critical => Role::Bad,
    }
}
