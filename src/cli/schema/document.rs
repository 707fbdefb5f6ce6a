//! The answers for programs.

use serde_json::{Value, json};

use super::mend::{self, Missing};
use crate::ops::schema::{Checked, Difference};
use crate::schema::alembic::Coverage;
use crate::schema::change::Change;
use crate::schema::check::{Judged, Migration, Standing};
use crate::schema::finding::{Finding, Level, Note};

/// What a check found out.
pub fn check(checked: &Checked) -> Value {
    let report = &checked.report;
    let count = |level: Level| report.findings.iter().filter(|finding| finding.level == level).count();
    let uncovered = report.changes.iter().filter(|judged| judged.coverage == Coverage::Missing).count();
    json!({
        "from": checked.from,
        "to": checked.to,
        "dialect": checked.found.settings.dialect,
        "configuration": checked.found.file,
        "alters_schema": !report.changes.is_empty(),
        "environments": report.environments,
        "changes": report.changes.iter().map(judged).collect::<Vec<_>>(),
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "notes": notes(&report.notes),
        "missing": mend::missing(checked).iter().map(missing).collect::<Vec<_>>(),
        "migrations": report.migrations.iter().map(migration).collect::<Vec<_>>(),
        "counts": {
            "changes": report.changes.len(),
            "uncovered": uncovered,
            "errors": count(Level::Error),
            "warnings": count(Level::Warning),
            "note_findings": count(Level::Note),
            "notes": report.notes.len(),
        },
    })
}

/// What changed.
pub fn difference(difference: &Difference) -> Value {
    json!({
        "from": difference.from,
        "to": difference.to,
        "dialect": difference.found.settings.dialect,
        "configuration": difference.found.file,
        "alters_schema": !difference.changes.is_empty(),
        "changes": difference.changes.iter().map(change).collect::<Vec<_>>(),
        "notes": notes(&difference.notes),
    })
}

fn change(change: &Change) -> Value {
    json!({
        "kind": change.kind,
        "table": change.table,
        "item": change.item,
        "from": change.from,
        "to": change.to,
        "path": change.place.as_ref().map(|place| &*place.path),
        "line": change.place.as_ref().map(|place| place.line),
    })
}

fn judged(judged: &Judged) -> Value {
    let (word, by) = match &judged.coverage {
        Coverage::Covered(place) => ("covered", Some(place)),
        Coverage::Perhaps(place) => ("perhaps", Some(place)),
        Coverage::Missing => ("missing", None),
    };
    let mut value = change(&judged.change);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("coverage".to_owned(), json!(word));
        fields.insert("covered_by".to_owned(), json!(by.map(ToString::to_string)));
        fields.insert("rule".to_owned(), json!(judged.rule));
        fields.insert("environment".to_owned(), json!(judged.environment));
    }
    value
}

fn finding(finding: &Finding) -> Value {
    json!({
        "rule": finding.rule,
        "level": finding.level,
        "path": &*finding.place.path,
        "line": finding.place.line,
        "message": finding.message,
        "help": finding.help,
        "table": finding.table,
        "item": finding.item,
    })
}

/// What could not be told.
pub fn notes(notes: &[Note]) -> Vec<Value> {
    let note = |note: &Note| json!({"code": note.code, "path": &*note.place.path, "line": note.place.line, "message": note.message});
    notes.iter().map(note).collect()
}

fn migration(migration: &Migration) -> Value {
    let script = &migration.script;
    json!({
        "path": &*script.path,
        "revision": script.revision,
        "down_revisions": script.down_revisions,
        "is_new": migration.standing == Standing::New,
        "is_edited": migration.standing == Standing::Edited,
    })
}

fn missing(missing: &Missing) -> Value {
    json!({
        "environment": missing.environment,
        "command": missing.command,
        "into": missing.into,
        "source": missing.skeleton.render(),
    })
}
