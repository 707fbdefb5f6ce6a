//! The migration that is missing, written as `alembic revision --autogenerate` would render it: to be read and completed.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::change::{Change, Detail, Kind};
use crate::schema::model::{Column, ForeignKey, Table};
use crate::schema::settings::Dialect;

mod changes;
mod columns;
mod names;
mod parts;
mod python;
mod safe;
mod step;
#[cfg(test)]
mod tests;

use names::TableName;
use step::{Body, Phase, Step};

/// Both directions of a migration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Skeleton {
    /// Lines that import what the others name.
    pub imports: Vec<String>,
    /// Lines of the body of `upgrade`.
    pub upgrade: Vec<String>,
    /// Lines of the body of `downgrade`.
    pub downgrade: Vec<String>,
}

impl Skeleton {
    /// A migration of these changes.
    pub fn of(changes: &[&Change], dialect: Dialect) -> Self {
        let upgrade = lines(&changes.iter().map(|change| (*change).clone()).collect::<Vec<_>>(), dialect);
        let back: Vec<Change> = changes.iter().rev().map(|change| turned(change)).collect();
        let downgrade = lines(&back, dialect);
        Self { imports: imports(upgrade.iter().chain(&downgrade)), upgrade, downgrade }
    }

    /// As Python source: imports, and two functions.
    pub fn render(&self) -> String {
        let mut out = String::new();
        for line in &self.imports {
            out.push_str(line);
            out.push('\n');
        }
        for (name, body) in [("upgrade", &self.upgrade), ("downgrade", &self.downgrade)] {
            out.push_str(&format!("\n\ndef {name}() -> None:\n"));
            body.iter().for_each(|line| out.push_str(&format!("    {line}\n")));
            if body.iter().all(|line| line.trim_start().starts_with('#')) {
                out.push_str("    pass\n");
            }
        }
        out
    }
}

/// A change, the other way round.
fn turned(change: &Change) -> Change {
    let detail = match change.detail.clone() {
        Detail::Column(old, new) => Detail::Column(new, old),
        Detail::PrimaryKey(old, new) => Detail::PrimaryKey(new, old),
        same => same,
    };
    Change {
        kind: change.kind.inverse(),
        from: change.to.clone(),
        to: change.from.clone(),
        detail,
        ..change.clone()
    }
}

fn lines(changes: &[Change], dialect: Dialect) -> Vec<String> {
    let mut steps = types(changes, dialect);
    steps.extend(tables(changes, dialect));
    steps.extend(altered(changes, dialect));
    steps.extend(changes.iter().flat_map(|change| changes::steps(change, dialect)));
    step::lines(steps, dialect)
}

/// Every column that a change brings or takes, as it is where it is there.
fn columns_of(change: &Change, brings: bool) -> Vec<&Column> {
    match (&change.detail, change.kind) {
        (Detail::Table(table), Kind::TableAdded) if brings => table.columns.values().collect(),
        (Detail::Table(table), Kind::TableDropped) if !brings => table.columns.values().collect(),
        (Detail::Column(old, new), Kind::ColumnAdded | Kind::ColumnDropped | Kind::TypeChanged) => {
            let side = if brings { new } else { old };
            side.iter().map(|column| &**column).collect()
        }
        _ => Vec::new(),
    }
}

/// Enums: types that new columns need, and types that get other values.
fn types(changes: &[Change], dialect: Dialect) -> Vec<Step> {
    let mut steps = Vec::new();
    let step = |phase, lines| Step {
        phase,
        table: TableName::of(""),
        comments: Vec::new(),
        body: Body::Lines(lines),
    };
    let mut brought = BTreeSet::new();
    for column in changes.iter().flat_map(|change| columns_of(change, true)) {
        let Some((name, values)) = parts::native_enum(&column.kind, dialect) else { continue };
        if brought.insert(name.to_owned()) {
            let call =
                python::Call::new("sa.Enum").and(values.values.iter().map(|value| python::text(value)));
            let call = call.named("name", python::text(name)).line();
            steps.push(step(Phase::Types, vec![format!("{call}.create(op.get_bind(), checkfirst=True)")]));
        }
    }
    let taken = changes.iter().flat_map(|change| columns_of(change, false));
    let taken: BTreeSet<&str> =
        taken.filter_map(|column| Some(parts::native_enum(&column.kind, dialect)?.0)).collect();
    for name in taken.into_iter().filter(|name| !brought.contains(*name)) {
        let line = format!(
            "# The type {name} is left; where nothing uses it: {}",
            parts::execute(&format!("DROP TYPE {}", names::sql_name(name)))
        );
        steps.push(step(Phase::Comment, vec![line]));
    }
    for (name, group) in value_changes(changes, dialect) {
        let Some((old, new, _)) = group.first() else { continue };
        let (old, new) = (old.clone(), new.clone());
        let columns: Vec<(TableName, Column)> = group.into_iter().map(|(_, _, column)| column).collect();
        steps.push(step(Phase::Types, columns::enum_values(&name, &old, &new, &columns)));
    }
    steps
}

/// Older values, newer values, and a column with them.
type ValueChange = (Vec<String>, Vec<String>, (TableName, Column));

fn value_changes(changes: &[Change], dialect: Dialect) -> BTreeMap<String, Vec<ValueChange>> {
    let mut found: BTreeMap<String, Vec<ValueChange>> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.kind == Kind::EnumChanged) {
        let Detail::Column(Some(old), Some(new)) = &change.detail else { continue };
        let (Some((_, before)), Some((name, after))) =
            (parts::native_enum(&old.kind, dialect), parts::native_enum(&new.kind, dialect))
        else {
            continue;
        };
        let column = (TableName::of(&change.table), (**new).clone());
        found.entry(name.to_owned()).or_default().push((before.values.clone(), after.values.clone(), column));
    }
    found
}

/// New tables in an order in which each finds those that it points to, and tables that are gone the other way round.
fn tables(changes: &[Change], dialect: Dialect) -> Vec<Step> {
    let of = |kind: Kind| -> Vec<&Table> {
        let wanted = changes.iter().filter(move |change| change.kind == kind);
        wanted
            .filter_map(|change| match &change.detail {
                Detail::Table(table) => Some(&**table),
                _ => None,
            })
            .collect()
    };
    let mut steps = Vec::new();
    let added = of(Kind::TableAdded);
    let mut there = BTreeSet::new();
    let new: BTreeSet<String> = added.iter().map(|table| table.full_name()).collect();
    for table in in_order(&added) {
        let name = TableName { schema: table.schema.clone(), name: table.name.clone() };
        there.insert(table.full_name());
        let later = |key: &ForeignKey| new.contains(&key.target) && !there.contains(&key.target);
        let lines = parts::create_table(table, dialect, &later);
        let (phase, comments, body) = (Phase::Create, Vec::new(), Body::Lines(lines));
        steps.push(Step { phase, table: name.clone(), comments, body });
        steps.extend(changes::indexes(&table.indexes, &name));
        let excludes = table.excludes.iter().map(|check| parts::exclude(&name.sql(), check)).collect();
        let (phase, comments, body) = (Phase::Create, Vec::new(), Body::Lines(excludes));
        steps.push(Step { phase, table: name.clone(), comments, body });
        let apart = table.foreign_keys.iter().filter(|key| later(key));
        steps.extend(apart.map(|key| changes::foreign_key_later(key, &name, dialect)));
    }
    for table in in_order(&of(Kind::TableDropped)).into_iter().rev() {
        let name = TableName { schema: table.schema.clone(), name: table.name.clone() };
        let call = python::Call::new("op.drop_table").with(python::text(&table.name));
        let line = call.maybe("schema", table.schema.as_deref().map(python::text)).line();
        let (comments, body) = (Vec::new(), Body::Lines(vec![line]));
        steps.push(Step { phase: Phase::Drop, table: name, comments, body });
    }
    steps
}

/// Tables, each behind those that it points to as far as they do not point in a circle.
fn in_order<'a>(tables: &[&'a Table]) -> Vec<&'a Table> {
    let mut left: Vec<&Table> = tables.to_vec();
    left.sort_by_key(|table| table.full_name());
    let mut names: BTreeSet<String> = left.iter().map(|table| table.full_name()).collect();
    let mut ordered: Vec<&Table> = Vec::new();
    while !left.is_empty() {
        let waits = |table: &&Table| {
            let own = table.full_name();
            table.foreign_keys.iter().any(|key| key.target != own && names.contains(&key.target))
        };
        let at = left.iter().position(|table| !waits(table)).unwrap_or(0);
        let next = left.remove(at);
        names.remove(&next.full_name());
        ordered.push(next);
    }
    ordered
}

/// Columns that stay, each with all that changed of it.
fn altered(changes: &[Change], dialect: Dialect) -> Vec<Step> {
    let mut groups: BTreeMap<(&str, &str), (Vec<Kind>, &Column, &Column)> = BTreeMap::new();
    for change in changes {
        let Detail::Column(Some(old), Some(new)) = &change.detail else { continue };
        let group = groups.entry((&change.table, &new.name)).or_insert_with(|| (Vec::new(), old, new));
        group.0.push(change.kind);
    }
    let steps = |((table, _), (kinds, old, new)): ((&str, &str), (Vec<Kind>, &Column, &Column))| {
        columns::alter(&TableName::of(table), &kinds, old, new, dialect)
    };
    groups.into_iter().flat_map(steps).collect()
}

/// Imports of every module that is named.
fn imports<'a>(lines: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut modules = BTreeSet::new();
    for line in lines {
        let code = line.split('#').next().unwrap_or(line);
        for (at, _) in code.match_indices('.') {
            let before = code.get(..at).unwrap_or_default();
            let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
            let name = before.get(start..).unwrap_or_default();
            let opens = before.get(..start).unwrap_or_default();
            let starts = opens.is_empty() || opens.ends_with(['(', ' ', '=', '[', ',']);
            let quoted = opens.matches('\'').count() % 2 == 1 || opens.matches('"').count() % 2 == 1;
            if starts && !quoted && name.starts_with(|c: char| c.is_alphabetic()) {
                modules.insert(name.to_owned());
            }
        }
    }
    let mut lines: Vec<String> = Vec::new();
    let dialects = ["postgresql", "mysql", "sqlite", "mssql", "oracle"];
    let others = modules.iter().filter(|name| !["sa", "op", "batch_op"].contains(&name.as_str()));
    for name in others {
        lines.push(if dialects.contains(&name.as_str()) {
            format!("from sqlalchemy.dialects import {name}")
        } else {
            format!("import {name}")
        });
    }
    lines.splice(0..0, ["from alembic import op".to_owned(), "import sqlalchemy as sa".to_owned()]);
    lines
}
