//! Changes of the models that no migration covers, as findings.

use super::Judged;
use crate::schema::alembic::Coverage;
use crate::schema::finding::Finding;
use crate::schema::place::Place;
use crate::schema::rules;

/// A finding for each change that nothing covers.
pub(super) fn findings(changes: &[Judged]) -> Vec<Finding> {
    let missing = changes.iter().filter(|judged| judged.coverage == Coverage::Missing);
    missing.map(finding).collect()
}

fn finding(judged: &Judged) -> Finding {
    let change = &judged.change;
    let rule = rules::of(change.kind);
    Finding {
        rule: rule.id,
        level: rule.level,
        place: change.place.clone().unwrap_or_else(|| Place::new("", 1)),
        message: format!("{}; no migration in this change covers it", change.describe()),
        help: String::new(),
        table: Some(change.table.clone()),
        item: change.item.clone(),
    }
}
