//! The migration scripts of a change: which are new or edited, what they do, and what is wrong with them and their chain.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::side::Version;
use super::{Found, Request, Sides, at_top, versions};
use crate::schema::alembic::{self, Coverage, Script};
use crate::schema::change::Change;
use crate::schema::facts::Revision;
use crate::schema::finding::{Finding, Note};
use crate::schema::operation::{Operation, Step};
use crate::schema::place::Place;
use crate::schema::rules;
use crate::schema::settings::Environment;

/// What a change does to a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It is new.
    New,
    /// It was there and does something else now.
    Edited,
    /// It does what it did.
    Kept,
}

/// A migration script of the newer version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// What the change does to it.
    pub standing: Standing,
    /// The script.
    pub script: Script,
    /// What it did before, where it was edited.
    pub older: Option<Script>,
}

impl Migration {
    /// What this change makes it do: all of a new one, of an edited one what it did not do before.
    fn news(&self) -> Vec<Step> {
        let did = |step: &&Step| {
            let older = self.older.iter().flat_map(|older| &older.upgrade);
            !older.into_iter().any(|other| other.operation == step.operation)
        };
        self.script.upgrade.iter().filter(did).cloned().collect()
    }
}

/// The scripts of an environment.
pub(super) struct Scripts {
    /// New and edited ones; all where everything is looked at.
    pub(super) migrations: Vec<Migration>,
    /// What could not be told of them.
    pub(super) notes: Vec<Note>,
    /// What undoes the scripts that the change takes away: a revert takes model and script alike.
    undone: Vec<Step>,
    /// Paths that say they are scripts and cannot be read as one.
    unreadable: Vec<Arc<str>>,
    /// The chain as it was and as it is: scripts without steps.
    chains: (Vec<Script>, Vec<Script>),
    /// Revisions that were merged.
    merged: BTreeSet<String>,
}

/// Reads the scripts of an environment that the change touches, and the heads of all.
pub(super) fn read(request: Request<'_>, environment: &Environment, changed: &BTreeSet<Arc<str>>) -> Scripts {
    let (older, newer) = versions(request);
    let (before, after) = (older.heads(environment), newer.heads(environment));
    let chains = (chain(older, &before), chain(newer, &after));
    let earlier: BTreeMap<&str, &Script> =
        chains.0.iter().map(|script| (script.revision.as_str(), script)).collect();
    let merged = match request.merged {
        Some(tree) => chain_ids(Version { tree, ..newer }, environment),
        None => earlier.keys().map(|id| (*id).to_owned()).collect(),
    };
    let mut scripts = Scripts {
        migrations: Vec::new(),
        notes: Vec::new(),
        unreadable: Vec::new(),
        undone: undone(older, &chains),
        merged,
        chains: chains.clone(),
    };
    for path in after.keys().filter(|path| request.whole || changed.contains(*path)) {
        let (script, notes) = newer.script(path);
        if script.is_none() || notes.iter().any(|note| note.code == "syntax-error") {
            scripts.unreadable.push(Arc::clone(path));
        }
        scripts.notes.extend(notes);
        let Some(script) = script else { continue };
        let older = earlier.get(script.revision.as_str()).and_then(|was| older.script(&was.path).0);
        let standing = match &older {
            None => Standing::New,
            Some(older) if does(older) == does(&script) => Standing::Kept,
            Some(_) => Standing::Edited,
        };
        if request.whole || standing != Standing::Kept {
            scripts.migrations.push(Migration { standing, script, older });
        }
    }
    scripts
}

/// What undoes the scripts that only the older version has.
fn undone(older: Version<'_>, (before, after): &(Vec<Script>, Vec<Script>)) -> Vec<Step> {
    let there: BTreeSet<&str> = after.iter().map(|script| script.revision.as_str()).collect();
    let gone = before.iter().filter(|script| !there.contains(script.revision.as_str()));
    gone.filter_map(|script| older.script(&script.path).0).flat_map(|script| script.downgrade).collect()
}

/// What a script does, without where it is written.
fn does(script: &Script) -> (Vec<&Operation>, Vec<&Operation>) {
    fn of(steps: &[Step]) -> Vec<&Operation> {
        steps.iter().map(|step| &step.operation).collect()
    }
    (of(&script.upgrade), of(&script.downgrade))
}

/// Every script as a link of the chain. Only those whose head is not plain are read.
fn chain(version: Version<'_>, heads: &BTreeMap<Arc<str>, Revision>) -> Vec<Script> {
    heads.iter().filter_map(|(path, head)| head_of(version, path, head)).collect()
}

fn head_of(version: Version<'_>, path: &Arc<str>, head: &Revision) -> Option<Script> {
    match (&head.id, &head.down) {
        (Some(id), Some(down)) if !head.more => Some(Script {
            path: Arc::clone(path),
            revision: id.to_string(),
            down_revisions: down.iter().map(ToString::to_string).collect(),
            ..Script::default()
        }),
        _ => version.script(path).0,
    }
}

fn chain_ids(version: Version<'_>, environment: &Environment) -> BTreeSet<String> {
    chain(version, &version.heads(environment)).into_iter().map(|script| script.revision).collect()
}

impl Scripts {
    /// What the change makes the database do, in the order of the chain as far as it is known.
    pub(super) fn steps(&self) -> Vec<Step> {
        let new = self.migrations.iter().filter(|migration| migration.standing != Standing::Kept);
        new.flat_map(Migration::news).chain(self.undone.iter().cloned()).collect()
    }

    /// Tables that the scripts touch, without schema.
    pub(super) fn tables(&self) -> BTreeSet<String> {
        let steps = self.migrations.iter().flat_map(|migration| &migration.script.upgrade);
        let names = steps.filter_map(|step| step.operation.table());
        names.map(|table| table.rsplit('.').next().unwrap_or(table).to_owned()).collect()
    }

    /// The environment as it stands.
    pub(super) fn found(&self, environment: &Environment) -> Found {
        let newest = self.chains.1.last().map_or("", |script| &script.path);
        let folder = newest.rsplit_once('/').map_or("", |(folder, _)| folder);
        Found {
            name: environment.name.clone(),
            heads: alembic::heads(&self.chains.1),
            folder: folder.to_owned(),
        }
    }

    /// What is wrong with them.
    pub(super) fn findings(
        &self,
        request: Request<'_>,
        sides: &Sides,
        changes: &[Change],
        coverage: &[Coverage],
    ) -> Vec<Finding> {
        let mut found = self.chain_findings(request.whole);
        found.extend(self.unreadable.iter().map(|path| {
            let message = "the file says it is a migration, and cannot be read as one".to_owned();
            finding("unreadable-migration", at_top(path), message, "python -m py_compile FILE")
        }));
        for migration in &self.migrations {
            found.extend(self.script_findings(migration));
            if migration.standing == Standing::New && !request.whole {
                found.extend(unrelated(migration, changes, coverage));
            }
            if migration.standing != Standing::Kept || request.whole {
                found.extend(lint(request, migration, sides));
            }
        }
        found
    }

    /// Heads and breaks of the chain that were not there before.
    fn chain_findings(&self, whole: bool) -> Vec<Finding> {
        let before = if whole { Vec::new() } else { alembic::chain(&self.chains.0) };
        let mut after = alembic::chain(&self.chains.1);
        after.retain(|finding| {
            !before.iter().any(|old| old.rule == finding.rule && old.message == finding.message)
        });
        after
    }

    fn script_findings(&self, migration: &Migration) -> Vec<Finding> {
        let script = &migration.script;
        let mut found = Vec::new();
        let acts =
            |steps: &[Step]| steps.iter().any(|step| !matches!(step.operation, Operation::Data { .. }));
        if acts(&script.upgrade) && script.downgrade.is_empty() && !script.irreversible {
            let line = script.downgrade_line.unwrap_or(1);
            let message = format!("migration {} cannot be undone: downgrade does nothing", script.revision);
            let help = "write the way back; where there is none, raise NotImplementedError(\"irreversible\") in downgrade";
            found.push(finding("empty-downgrade", Place::new(Arc::clone(&script.path), line), message, help));
        }
        if migration.standing == Standing::Edited && self.merged.contains(&script.revision) {
            let message = format!("migration {} was merged and does something else now", script.revision);
            let help = "databases that ran it will not run it again: restore it and write a new one; alembic revision -m \"…\"";
            found.push(finding("edited-migration", at_top(&script.path), message, help));
        }
        found
    }
}

/// A new script that changes a schema, while no change of the models is covered by it.
fn unrelated(migration: &Migration, changes: &[Change], coverage: &[Coverage]) -> Option<Finding> {
    let script = &migration.script;
    let alters = |step: &Step| step.operation.alters_schema();
    let covers = |coverage: &Coverage| match coverage {
        Coverage::Covered(place) | Coverage::Perhaps(place) => place.path == script.path,
        Coverage::Missing => false,
    };
    if !script.upgrade.iter().any(alters) || coverage.iter().any(covers) {
        return None;
    }
    let what = if changes.is_empty() { "no model changed" } else { "it covers no change of the models" };
    let message = format!("migration {} changes the schema, and {what}", script.revision);
    Some(finding("unrelated-migration", at_top(&script.path), message, "nija schema diff"))
}

fn lint(request: Request<'_>, migration: &Migration, sides: &Sides) -> Vec<Finding> {
    let steps = &migration.script.upgrade;
    let created = steps
        .iter()
        .filter_map(|step| match &step.operation {
            Operation::CreateTable(table) => Some(table.full_name()),
            _ => None,
        })
        .collect();
    rules::lint(&rules::Context {
        steps,
        dialect: request.settings.dialect,
        older: &sides.older,
        newer: &sides.newer,
        created: &created,
    })
}

/// A finding at its rule's own level.
pub(super) fn finding(rule: &'static str, place: Place, message: String, help: &str) -> Finding {
    let level = rules::find(rule).map_or(crate::schema::finding::Level::Error, |rule| rule.level);
    Finding { rule, level, place, message, help: help.to_owned(), table: None, item: None }
}
