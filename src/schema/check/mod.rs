//! The whole question: what changed between two versions of the code, whether migrations cover it, and what is wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::alembic::{self, Coverage};
use super::change::Change;
use super::diff::diff;
use super::eval::Modules;
use super::facts::Facts;
use super::finding::{Finding, Level, Note};
use super::ignore;
use super::model::{ForeignKey, Model, Table};
use super::place::Place;
use super::rules;
use super::settings::{Environment, Settings};
use super::tree::Tree;

pub mod affected;
mod migrations;
mod raw;
pub mod scope;
pub mod side;
mod uncovered;

use affected::Affected;
pub use migrations::{Migration, Standing};
use side::Version;

/// What is compared, and how.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The older version.
    pub from: &'a dyn Tree,
    /// The newer version.
    pub to: &'a dyn Tree,
    /// Reads modules.
    pub modules: &'a dyn Modules,
    /// What the project says.
    pub settings: &'a Settings,
    /// Where migrations are that were merged and must not be edited; the older version where nothing is known.
    pub merged: Option<&'a dyn Tree>,
    /// Look at everything, not only at what the change touches.
    pub whole: bool,
}

/// A change, and whether a migration covers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The change.
    pub change: Change,
    /// Where it is told.
    pub place: Place,
    /// Whether it is covered.
    pub coverage: Coverage,
    /// The rule that it breaks where it is not.
    pub rule: &'static str,
    /// Its environment, an index into the report's.
    pub environment: usize,
}

/// An environment as it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// Revisions that no other follows, in the newer version.
    pub heads: Vec<String>,
    /// The folder of the newest scripts; empty where there are none.
    pub folder: String,
}

/// The answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Environments.
    pub environments: Vec<Found>,
    /// Every difference of the models.
    pub changes: Vec<Judged>,
    /// What is wrong, by place.
    pub findings: Vec<Finding>,
    /// What could not be told.
    pub notes: Vec<Note>,
    /// Migrations that the change adds or edits; all of them where everything is looked at.
    pub migrations: Vec<Migration>,
}

impl Report {
    /// The worst level of a finding.
    pub fn worst(&self) -> Level {
        self.findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Off)
    }
}

/// Answers.
pub fn check(request: Request<'_>) -> Report {
    let (older, newer) = versions(request);
    let changed = side::changed(request.from, request.to);
    let mut report = Report::default();
    for (index, environment) in scope::environments(request.settings).iter().enumerate() {
        let scripts = migrations::read(request, environment, &changed);
        let tables = scripts.tables();
        let sides = Sides::read(request, older, newer, environment, &changed, tables);
        let changes = diff(&sides.older, &sides.newer);
        let steps = [scripts.steps(), raw::steps(request, environment, &changed)].concat();
        let coverage = alembic::cover(&changes, &steps);
        report.findings.extend(scripts.findings(request, &sides, &changes, &coverage));
        report.notes.extend(scripts.notes.iter().cloned().chain(sides.notes));
        report.environments.push(scripts.found(environment));
        report.migrations.extend(scripts.migrations);
        report.changes.extend(changes.into_iter().zip(coverage).map(|(change, coverage)| Judged {
            rule: rules::of(change.kind).id,
            place: uncovered::place(&change, &sides.newer),
            change,
            coverage,
            environment: index,
        }));
    }
    report.findings.extend(uncovered::findings(&report.changes));
    report.findings.extend(raw::findings(request, &changed, &report.migrations));
    finish(request, newer, &changed, &mut report);
    report
}

/// The difference of the models alone.
pub fn compare(request: Request<'_>) -> (Vec<Change>, Vec<Note>) {
    let (older, newer) = versions(request);
    let changed = side::changed(request.from, request.to);
    let mut changes = Vec::new();
    let mut notes = Vec::new();
    for environment in scope::environments(request.settings) {
        let sides = Sides::read(request, older, newer, &environment, &changed, BTreeSet::new());
        changes.extend(diff(&sides.older, &sides.newer));
        notes.extend(sides.notes);
    }
    (changes, notes)
}

/// The models of one version, by environment, and what could not be told.
pub fn show(
    tree: &dyn Tree,
    modules: &dyn Modules,
    settings: &Settings,
) -> (Vec<(String, Model)>, Vec<Note>) {
    let version = Version { tree, modules, settings };
    let mut notes = Vec::new();
    let model = |environment: &Environment| {
        let (model, told) = version.model(environment, None);
        notes.extend(told);
        (environment.name.clone(), model)
    };
    let models = scope::environments(settings).iter().map(model).collect();
    (models, notes)
}

fn versions(request: Request<'_>) -> (Version<'_>, Version<'_>) {
    let version = |tree| Version { tree, modules: request.modules, settings: request.settings };
    (version(request.from), version(request.to))
}

/// Both models of an environment.
struct Sides {
    older: Model,
    newer: Model,
    notes: Vec<Note>,
}

impl Sides {
    /// Reads the files that the change can reach, on both sides at once, and what these point to.
    fn read(
        request: Request<'_>,
        older: Version<'_>,
        newer: Version<'_>,
        environment: &Environment,
        changed: &BTreeSet<Arc<str>>,
        mut tables: BTreeSet<String>,
    ) -> Self {
        if changed.is_empty() {
            let (model, notes) = newer.model(environment, None);
            return Self {
                older: model.clone(),
                newer: model,
                notes: if request.whole { notes } else { Vec::new() },
            };
        }
        let (before, after) = (facts(older), facts(newer));
        let mut affected = Affected::of(changed, &before);
        affected.merge(Affected::of(changed, &after));
        loop {
            affected.with_tables(&tables, &before);
            affected.with_tables(&tables, &after);
            let which = (!request.whole).then_some(&affected);
            let (left, right) = both(|| older.model(environment, which), || newer.model(environment, which));
            let missing: BTreeSet<String> = pointed_at(&left.0)
                .chain(pointed_at(&right.0))
                .filter(|table| !tables.contains(table))
                .collect();
            if request.whole || missing.is_empty() {
                let told: BTreeSet<&Note> = left.1.iter().collect();
                let says = |note: &Note| {
                    request.whole || changed.contains(&note.place.path) || !is_told(&told, note)
                };
                let notes = right.1.iter().filter(|note| says(note)).cloned().collect();
                return Self { older: left.0, newer: right.0, notes };
            }
            tables.extend(missing);
        }
    }
}

/// Whether the older side says the same, on whatever line.
fn is_told(told: &BTreeSet<&Note>, note: &Note) -> bool {
    told.iter().any(|other| {
        other.code == note.code && other.place.path == note.place.path && other.message == note.message
    })
}

/// Tables that a model does not hold and that a column has its type from.
fn pointed_at(model: &Model) -> impl Iterator<Item = String> {
    let untyped = |table: &Table, key: &ForeignKey| {
        key.columns.iter().filter_map(|name| table.columns.get(name)).any(|column| column.kind.unresolved)
    };
    let keys = model
        .tables
        .values()
        .flat_map(move |table| table.foreign_keys.iter().filter(move |key| untyped(table, key)));
    keys.map(|key| &key.target)
        .filter(|target| !model.tables.contains_key(*target))
        .map(|target| target.rsplit('.').next().unwrap_or(target).to_owned())
}

fn facts(version: Version<'_>) -> Vec<(Arc<str>, Arc<Facts>)> {
    version.python().map(|(file, facts)| (Arc::clone(&file.path), facts)).collect()
}

/// Both at once, on two threads.
fn both<A: Send, B: Send>(left: impl FnOnce() -> A + Send, right: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let left = scope.spawn(left);
        let right = right();
        match left.join() {
            Ok(left) => (left, right),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Levels as the project sets them, comments that ignore, and an order.
fn finish(request: Request<'_>, newer: Version<'_>, changed: &BTreeSet<Arc<str>>, report: &mut Report) {
    let mut known: BTreeMap<Arc<str>, Vec<super::python::ast::Ignore>> = BTreeMap::new();
    for (file, _) in newer.python().filter(|(_, facts)| facts.ignores) {
        let named = report.findings.iter().any(|finding| finding.place.path == file.path);
        if request.whole || named || changed.contains(&file.path) {
            let ignores = newer.modules.module(newer.tree, file).ignores.clone();
            if request.whole || changed.contains(&file.path) {
                report.findings.extend(ignore::mistakes(&file.path, &ignores));
            }
            known.insert(Arc::clone(&file.path), ignores);
        }
    }
    let findings = std::mem::take(&mut report.findings);
    report.findings = ignore::apply(findings, &known);
    for finding in &mut report.findings {
        if let Some(level) = request.settings.levels.get(finding.rule) {
            finding.level = *level;
        }
    }
    report.findings.retain(|finding| finding.level != Level::Off);
    report.findings.sort_by(|a, b| (&a.place, a.rule, &a.item).cmp(&(&b.place, b.rule, &b.item)));
    report.findings.dedup();
    report.notes.sort();
    report.notes.dedup();
}

/// The place of a rule's finding that is about a file as a whole.
fn at_top(path: &Arc<str>) -> Place {
    Place::new(Arc::clone(path), 1)
}
