//! Steps by the table they act on, with tables that are renamed taken for one.

use std::collections::{BTreeMap, BTreeSet};

use super::names;
use crate::schema::operation::{Operation, Step};

/// Steps, so that those of a table are found.
pub(super) struct Index<'a> {
    /// Steps by table, under the name that stands for all the names it had.
    by_table: BTreeMap<String, Vec<&'a Step>>,
    /// Steps that name no table.
    loose: Vec<&'a Step>,
    /// Steps of which it cannot be told what they do.
    pub(super) opaque: Vec<&'a Step>,
    /// For each name of a renamed table the one that stands for all.
    same: BTreeMap<String, String>,
    /// Columns that get another name: table, old, new.
    renamed: BTreeSet<(String, String, String)>,
}

impl<'a> Index<'a> {
    pub(super) fn of(steps: &'a [Step]) -> Self {
        let mut index = Self {
            by_table: BTreeMap::new(),
            loose: Vec::new(),
            opaque: Vec::new(),
            same: BTreeMap::new(),
            renamed: BTreeSet::new(),
        };
        for step in steps {
            if let Operation::RenameTable { from, to } = &step.operation {
                index.join(from, to);
            }
        }
        for step in steps {
            index.add(step);
        }
        index
    }

    fn add(&mut self, step: &'a Step) {
        if matches!(step.operation, Operation::Opaque { .. }) {
            self.opaque.push(step);
            return;
        }
        let Some(table) = step.operation.table() else { return self.loose.push(step) };
        let table = self.stands_for(table);
        if let Operation::AlterColumn { column, to, .. } = &step.operation
            && let Some(name) = &to.name
        {
            self.renamed.insert((table.clone(), names::plain(column), names::plain(name)));
        }
        self.by_table.entry(table).or_default().push(step);
    }

    /// Takes two names for one table.
    fn join(&mut self, from: &str, to: &str) {
        let (from, to) = (self.stands_for(from), self.stands_for(to));
        if from == to {
            return;
        }
        for name in self.same.values_mut().filter(|name| **name == from) {
            name.clone_from(&to);
        }
        self.same.insert(from, to);
    }

    fn stands_for(&self, table: &str) -> String {
        let bare = names::bare(table);
        self.same.get(&bare).cloned().unwrap_or(bare)
    }

    /// Steps of a table, and those that name none.
    pub(super) fn of_table(&self, table: &str) -> impl Iterator<Item = &'a Step> {
        let named = self.by_table.get(&self.stands_for(table)).into_iter().flatten().copied();
        let agrees =
            move |step: &&Step| step.operation.table().is_none_or(|other| names::schemas_agree(table, other));
        named.filter(agrees).chain(self.loose.iter().copied())
    }

    /// The step that renames a table, from or to this name.
    pub(super) fn renames(&self, table: &str) -> Option<&'a Step> {
        let bare = names::bare(table);
        self.of_table(table).find(|step| match &step.operation {
            Operation::RenameTable { from, to } => names::bare(from) == bare || names::bare(to) == bare,
            _ => false,
        })
    }

    /// Whether a column gets another name, or has got it.
    pub(super) fn is_renamed(&self, table: &str, column: &str) -> bool {
        let (table, column) = (self.stands_for(table), names::plain(column));
        self.renamed.iter().any(|(of, from, to)| *of == table && (*from == column || *to == column))
    }
}
