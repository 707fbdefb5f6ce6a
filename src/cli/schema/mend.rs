//! What to do about changes that no migration covers: the command that makes one, and what to put into it.

use crate::ops::schema::Checked;
use crate::ops::schema::alembic::Configuration;
use crate::output::{Page, Role, Span};
use crate::schema::alembic::Coverage;
use crate::schema::change::{Change, Kind};
use crate::schema::check::{Found, Standing};
use crate::schema::finding::Level;
use crate::schema::report::skeleton::Skeleton;

/// Longest title of a migration, in characters.
const TITLE_MAX: usize = 60;

/// The migration that an environment misses.
pub struct Missing {
    /// Name of the environment; empty where there is one.
    pub environment: String,
    /// The command that makes a script.
    pub command: String,
    /// A script of the same change that could take it in.
    pub into: Option<String>,
    /// What to put in.
    pub skeleton: Skeleton,
}

/// What is missing, by environment.
pub fn missing(checked: &Checked) -> Vec<Missing> {
    let report = &checked.report;
    let of = |(index, found): (usize, &Found)| {
        let own = report.changes.iter().filter(|judged| judged.environment == index);
        let uncovered = own.filter(|judged| judged.coverage == Coverage::Missing);
        // What is ignored, or no more than a note, asks for no migration.
        let told = |rule: &str, change: &Change| {
            report.findings.iter().any(|finding| {
                finding.rule == rule
                    && finding.level >= Level::Warning
                    && finding.table.as_deref() == Some(&change.table)
                    && finding.item == change.item
            })
        };
        let changes: Vec<&Change> = uncovered
            .filter(|judged| told(judged.rule, &judged.change))
            .map(|judged| &judged.change)
            .collect();
        if changes.is_empty() {
            return None;
        }
        let inside = |path: &str| {
            found.folder.is_empty()
                || path.strip_prefix(found.folder.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        let new = report.migrations.iter().filter(|migration| migration.standing == Standing::New);
        let into = new.map(|migration| &migration.script.path).find(|path| inside(path));
        Some(Missing {
            environment: found.name.clone(),
            command: command(checked, index, found, &title(&changes)),
            into: into.map(ToString::to_string),
            skeleton: Skeleton::of(&changes, checked.found.settings.dialect),
        })
    };
    report.environments.iter().enumerate().filter_map(of).collect()
}

fn command(checked: &Checked, index: usize, found: &Found, title: &str) -> String {
    let heads = found.heads.as_slice();
    let head = heads.first().filter(|_| heads.len() > 1).map(String::as_str);
    match checked.found.configuration(index, &found.folder) {
        Some(configuration) => configuration.revision(title, head),
        None => Configuration::default().revision(title, head),
    }
}

/// A few words for the migration's name.
fn title(changes: &[&Change]) -> String {
    let words: Vec<String> = changes.iter().map(|change| phrase(change)).collect();
    let whole = words.join(", ");
    if whole.chars().count() <= TITLE_MAX {
        return whole;
    }
    let mut tables: Vec<&str> = changes.iter().map(|change| change.table.as_str()).collect();
    tables.dedup();
    let tables = format!("change {}", tables.join(", "));
    if tables.chars().count() <= TITLE_MAX { tables } else { "change several tables".to_owned() }
}

fn phrase(change: &Change) -> String {
    let verb = match change.kind {
        Kind::TableAdded
        | Kind::ColumnAdded
        | Kind::ForeignKeyAdded
        | Kind::UniqueAdded
        | Kind::CheckAdded
        | Kind::ExcludeAdded
        | Kind::IndexAdded => "add",
        Kind::TableDropped
        | Kind::ColumnDropped
        | Kind::ForeignKeyDropped
        | Kind::UniqueDropped
        | Kind::CheckDropped
        | Kind::ExcludeDropped
        | Kind::IndexDropped => "drop",
        _ => "alter",
    };
    match &change.item {
        Some(item) => format!("{verb} {}.{item}", change.table),
        None => format!("{verb} {}", change.table),
    }
}

/// The part of the page that says so.
pub fn page(page: &mut Page, checked: &Checked) {
    let all = missing(checked);
    for missing in &all {
        let of = if all.len() > 1 { format!(" of {}", missing.environment) } else { String::new() };
        match &missing.into {
            Some(path) => page.line([
                Span::new(Role::Strong, format!("MISSING{of}")),
                Span::plain(format!(
                    "  {path} is new and does not make these changes; put into it, or into another:"
                )),
            ]),
            None => page.line([
                Span::new(Role::Strong, format!("MISSING{of}")),
                Span::plain("  a migration that makes these changes; git add it to the same commit:"),
            ]),
        };
        if missing.into.is_none() {
            page.line([Span::plain("    "), Span::new(Role::Strong, missing.command.clone())]);
        }
        page.text("");
        for line in missing.skeleton.render().lines() {
            page.text(if line.is_empty() { String::new() } else { format!("    {line}") });
        }
        page.text("");
    }
}
