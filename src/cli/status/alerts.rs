//! The alerts that fire or wait for somebody, and what is silenced, as people read them.

use chrono::{DateTime, Utc};

use super::super::{alerts, check, words};
use crate::domain::alert::lifecycle::State as Life;
use crate::domain::alert::{Severity, Shown};
use crate::ops::status::Report;
use crate::output::{Page, Role, Span};

/// Alerts that are over and wait for somebody are named up to this many; the rest is counted.
const NAMED_MAX: usize = 20;

/// How many fire, and a line for each, the worst first; then what waits for somebody though it is over.
pub fn section(report: &Report, now: DateTime<Utc>) -> Page {
    let mut page = Page::new();
    let waiting: Vec<&Shown> = report.latched.iter().chain(&report.unseen).collect();
    let role = match report.alerts.first() {
        Some(worst) => check::role(worst.severity.status()),
        None if waiting.is_empty() => return page,
        None => Role::Warn,
    };
    page.line([Span::new(role, "ALERTS"), Span::plain(format!("  {}", counts(report)))]);
    for shown in report.alerts.iter().chain(waiting.iter().take(NAMED_MAX).copied()) {
        line(&mut page, shown, now);
    }
    if waiting.len() > NAMED_MAX {
        page.line([Span::new(Role::Muted, format!("  {} more: nija alerts", waiting.len() - NAMED_MAX))]);
    }
    page
}

/// How many of each severity fire, and how many wait for somebody.
fn counts(report: &Report) -> String {
    let severities = [Severity::Emergency, Severity::Critical, Severity::Warning, Severity::Info];
    let mut counts: Vec<String> = severities
        .into_iter()
        .map(|severity| (severity, report.alerts.iter().filter(|alert| alert.severity == severity).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| format!("{count} {severity}"))
        .collect();
    for (count, word) in [(report.latched.len(), "latched"), (report.unseen.len(), "unseen")] {
        if count > 0 {
            counts.push(format!("{count} {word}"));
        }
    }
    let unacknowledged = report.unacknowledged().count();
    counts.push(format!("{unacknowledged} unacknowledged"));
    counts.join(", ")
}

fn line(page: &mut Page, shown: &Shown, now: DateTime<Utc>) {
    let since = words::age(now.signed_duration_since(shown.first_seen).num_seconds().max(0));
    let doubt = shown.doubt.as_ref().map_or_else(String::new, |why| format!("; not to be judged now: {why}"));
    let age = if shown.state == Life::Firing { format!("  for {since}{doubt}") } else { String::new() };
    page.line([
        Span::new(check::role(shown.severity.status()), format!("  {:<9} ", shown.severity.word())),
        Span::new(Role::Muted, format!("{} ", shown.id())),
        Span::new(Role::Strong, shown.rule.clone()),
        Span::plain(format!("  {}", shown.message)),
        Span::new(Role::Muted, age),
        Span::new(Role::Warn, alerts::page::aside(shown)),
    ]);
}

/// What is silenced, by whom, until when.
pub fn silences(report: &Report) -> Page {
    let mut page = Page::new();
    if !report.silences.is_empty() {
        let count = format!("  {} in force", report.silences.len());
        page.line([Span::new(Role::Warn, "SILENCES"), Span::plain(count)]);
        report.silences.iter().for_each(|shown| alerts::page::silence(&mut page, shown));
    }
    page
}
