//! The alerts that fire, as people read them.

use chrono::{DateTime, Utc};

use super::super::{check, words};
use crate::domain::alert::{Alert, Severity};
use crate::output::{Page, Role, Span};

/// How many fire, and a line for each, the worst first.
pub fn section(alerts: &[Alert], now: DateTime<Utc>) -> Page {
    let mut page = Page::new();
    let Some(worst) = alerts.first() else { return page };
    let severities = [Severity::Emergency, Severity::Critical, Severity::Warning, Severity::Info];
    let counts: Vec<String> = severities
        .into_iter()
        .map(|severity| (severity, alerts.iter().filter(|alert| alert.severity == severity).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| format!("{count} {severity}"))
        .collect();
    page.line([
        Span::new(check::role(worst.severity.status()), "ALERTS"),
        Span::plain(format!("  {}", counts.join(", "))),
    ]);
    for alert in alerts {
        let since = words::age(now.signed_duration_since(alert.first_seen).num_seconds().max(0));
        let doubt =
            alert.doubt.as_ref().map_or_else(String::new, |why| format!("; not to be judged now: {why}"));
        page.line([
            Span::new(check::role(alert.severity.status()), format!("  {:<9} ", alert.severity.word())),
            Span::new(Role::Strong, alert.rule.clone()),
            Span::plain(format!("  {}", alert.message)),
            Span::new(Role::Muted, format!("  for {since}{doubt}")),
        ]);
    }
    page
}
