//! SQL outside migration scripts: in `.sql` files, and in strings that code passes to the database.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::migrations::{Migration, finding};
use super::side::Version;
use super::{Request, scope, versions};
use crate::schema::finding::Finding;
use crate::schema::operation::{Operation, Step};
use crate::schema::place::Place;
use crate::schema::settings::Environment;
use crate::schema::sql;

/// What changed `.sql` files in folders of migrations do: they cover changes as scripts do.
pub(super) fn steps(
    request: Request<'_>,
    environment: &Environment,
    changed: &BTreeSet<Arc<str>>,
) -> Vec<Step> {
    let (_, newer) = versions(request);
    let mut steps = Vec::new();
    for path in changed.iter().filter(|path| path.ends_with(".sql")) {
        let ours = scope::is_migration_sql(request.settings, path)
            && scope::migrates(request.settings, environment, path);
        if ours {
            steps.extend(ddl(newer, path).into_iter().map(|(line, operation)| Step {
                operation,
                place: Place::new(Arc::clone(path), line),
                batch: false,
                autocommit: false,
                conditional: false,
            }));
        }
    }
    steps
}

/// SQL that changes a schema, is not in a migration, and is new.
pub(super) fn findings(
    request: Request<'_>,
    changed: &BTreeSet<Arc<str>>,
    migrations: &[Migration],
) -> Vec<Finding> {
    let (older, newer) = versions(request);
    let touched: BTreeSet<&str> = migrations
        .iter()
        .flat_map(|migration| &migration.script.upgrade)
        .filter_map(|step| step.operation.table())
        .collect();
    let mut found = Vec::new();
    for path in changed.iter().filter(|path| is_source(request, path)) {
        let before = ddl(older, path);
        for (line, operation) in ddl(newer, path) {
            let known = before.iter().any(|(_, other)| *other == operation);
            let table = operation.table();
            if known || table.is_some_and(|table| touched.contains(table)) {
                continue;
            }
            let what = table.map_or_else(|| "the schema".to_owned(), |table| format!("table {table}"));
            let message = format!("SQL changes {what} outside a migration");
            let help = "move it into a migration, as op.execute(\"…\"): alembic revision -m \"…\"";
            let place = Place::new(Arc::clone(path), line);
            let table = table.map(str::to_owned);
            found.push(Finding { table, ..finding("raw-ddl", place, message, help) });
        }
    }
    found
}

fn is_source(request: Request<'_>, path: &str) -> bool {
    let readable = path.ends_with(".sql") || path.ends_with(".py");
    let skipped = scope::excluded(request.settings, path) || scope::is_test(path);
    readable && !skipped && !scope::is_migration_sql(request.settings, path)
}

/// What the SQL in a file does to a schema, each with its line.
fn ddl(version: Version<'_>, path: &str) -> Vec<(u32, Operation)> {
    let Some(file) = version.tree.find(path) else { return Vec::new() };
    let dialect = version.settings.dialect;
    if path.ends_with(".sql") {
        let Ok(bytes) = version.tree.read(file) else { return Vec::new() };
        return sql::ddl(&String::from_utf8_lossy(&bytes), dialect);
    }
    let facts = version.modules.facts(version.tree, file);
    if !facts.sql || facts.revision.is_some() {
        return Vec::new();
    }
    let module = version.modules.module(version.tree, file);
    let literal = |(start, text): &(u32, Arc<str>)| {
        let start = start.saturating_sub(1);
        sql::ddl(text, dialect)
            .into_iter()
            .map(move |(line, operation)| (start + line, operation))
            .collect::<Vec<_>>()
    };
    module.sql.iter().flat_map(literal).collect()
}
