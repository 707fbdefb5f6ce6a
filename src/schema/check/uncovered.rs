//! Changes of the models that no migration covers, as findings.

use super::Judged;
use crate::schema::alembic::Coverage;
use crate::schema::change::{Change, Kind};
use crate::schema::finding::Finding;
use crate::schema::model::Model;
use crate::schema::place::Place;
use crate::schema::rules;

/// A finding for each change that nothing covers.
pub(super) fn findings(changes: &[Judged]) -> Vec<Finding> {
    let missing = changes.iter().filter(|judged| judged.coverage == Coverage::Missing);
    missing.map(finding).collect()
}

/// Where a change is told: a line of the newer version as long as there is one. What is gone from a table is told at the table,
/// where a comment can ignore it.
pub(super) fn place(change: &Change, newer: &Model) -> Place {
    let added = change.kind.inverse();
    let is_part = added != change.kind && change.to.is_none() && change.kind != Kind::TableDropped;
    let table = newer.tables.get(&change.table).and_then(|table| table.place.as_ref());
    table.filter(|_| is_part).or(change.place.as_ref()).cloned().unwrap_or_else(|| Place::new("", 1))
}

fn finding(judged: &Judged) -> Finding {
    let change = &judged.change;
    let rule = rules::of(change.kind);
    Finding {
        rule: rule.id,
        level: rule.level,
        place: judged.place.clone(),
        message: format!("{}; no migration in this change covers it", change.describe()),
        help: String::new(),
        table: Some(change.table.clone()),
        item: change.item.clone(),
    }
}
