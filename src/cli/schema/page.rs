//! How a check reads: each finding with its place, then how to mend all of them.

use super::mend;
use crate::ops::schema::Checked;
use crate::output::{Page, Role, Span};
use crate::schema::alembic::Coverage;
use crate::schema::change::Change;
use crate::schema::check::Report;
use crate::schema::finding::{Finding, Level, Note};

/// Notes that are shown where not everything is looked at.
const NOTES_MAX: usize = 10;

/// The page of a check.
pub fn check(checked: &Checked, all: bool) -> Page {
    let report = &checked.report;
    let mut page = Page::new();
    for finding in &report.findings {
        describe(&mut page, finding);
    }
    covered(&mut page, report);
    mend::page(&mut page, checked);
    notes(&mut page, &report.notes, if all { usize::MAX } else { NOTES_MAX });
    verdict(&mut page, checked);
    page
}

fn describe(page: &mut Page, finding: &Finding) {
    let (role, word) = match finding.level {
        Level::Error => (Role::Bad, "error"),
        Level::Warning => (Role::Warn, "warning"),
        Level::Note | Level::Off => (Role::Muted, "note"),
    };
    page.line([
        Span::new(Role::Strong, finding.place.to_string()),
        Span::plain("  "),
        Span::new(role, word),
        Span::plain("  "),
        Span::new(Role::Strong, finding.rule),
    ]);
    for line in finding.message.lines() {
        page.text(format!("    {line}"));
    }
    for line in finding.help.lines() {
        page.line([Span::new(Role::Muted, format!("    {line}"))]);
    }
    page.text("");
}

/// Changes that are taken care of, in one line each.
fn covered(page: &mut Page, report: &Report) {
    let mut any = false;
    for judged in &report.changes {
        let (role, word, place) = match &judged.coverage {
            Coverage::Covered(place) => (Role::Good, "covered", place),
            Coverage::Perhaps(place) => (Role::Warn, "perhaps", place),
            Coverage::Missing => continue,
        };
        any = true;
        page.line([
            Span::new(role, format!("{word}  ")),
            Span::plain(judged.change.describe()),
            Span::new(Role::Muted, format!("  by {place}")),
        ]);
    }
    if any {
        page.text("");
    }
}

/// What could not be told.
pub fn notes(page: &mut Page, notes: &[Note], most: usize) {
    for note in notes.iter().take(most) {
        page.line([Span::new(Role::Muted, format!("{}  {}  {}", note.place, note.code, note.message))]);
    }
    if let Some(more) = notes.len().checked_sub(most).filter(|more| *more > 0) {
        page.line([Span::new(
            Role::Muted,
            format!("{more} more could not be told: nija schema check --json"),
        )]);
    }
    if !notes.is_empty() {
        page.text("");
    }
}

fn verdict(page: &mut Page, checked: &Checked) {
    let report = &checked.report;
    let compared = if checked.from == checked.to {
        format!("all of {}", checked.to)
    } else {
        format!("{} against {}", checked.to, checked.from)
    };
    let findings = report.findings.len();
    let changes = match report.changes.len() {
        0 => "no schema change".to_owned(),
        1 => "1 schema change".to_owned(),
        count => format!("{count} schema changes"),
    };
    let (role, word) = match report.worst() {
        Level::Error => (Role::Bad, "REFUSED"),
        Level::Warning => (Role::Warn, "DOUBTFUL"),
        Level::Note | Level::Off => (Role::Good, "CLEAN"),
    };
    let count = match findings {
        0 => String::new(),
        1 => ", 1 finding".to_owned(),
        count => format!(", {count} findings"),
    };
    page.line([Span::new(role, word), Span::plain(format!("  {compared}: {changes}{count}"))]);
    if report.worst() >= Level::Warning {
        page.field(
            "ignore",
            "# nija: ignore[RULE] why it is right here   on its line, or alone on the line above",
        );
        page.field("rules", "nija schema explain RULE");
        page.field(
            "bypass",
            "git commit --no-verify   not recommended: nothing else holds the database to the models",
        );
    }
}

/// The lines of a difference.
pub fn change(page: &mut Page, change: &Change) {
    let place = change.place.as_ref().map(|place| format!("  {place}")).unwrap_or_default();
    page.line([Span::plain(change.describe()), Span::new(Role::Muted, place)]);
}
