//! The finished model: tables by name, each with its columns, keys and indexes in order.

use super::builder::Builder;
use super::draft::Draft;
use crate::schema::model::{Model, Table};

impl Builder<'_, '_> {
    /// The model of every table so far.
    pub fn assemble(&mut self) -> Model {
        let mut order: Vec<usize> = (0..self.drafts.len()).collect();
        order.sort_by(|a, b| {
            self.drafts.get(*a).map(|draft| &draft.place).cmp(&self.drafts.get(*b).map(|draft| &draft.place))
        });
        let mut model = Model::default();
        for at in order {
            let Some(draft) = self.drafts.get(at).cloned() else { continue };
            let table = self.finish(at, &draft);
            let name = draft.full_name();
            let second = format!("{name} [{}]", module_of(&draft.place.path));
            let name = if model.tables.contains_key(&name) { second } else { name };
            model.tables.entry(name).or_insert(table);
        }
        model
    }

    /// A table with everything that is in it, sorted.
    pub(super) fn finish(&mut self, at: usize, draft: &Draft) -> Table {
        let mut table = Table {
            name: draft.name.clone(),
            schema: draft.schema.clone(),
            order: draft.order(),
            comment: draft.comment.clone(),
            place: Some(draft.place.clone()),
            ..Table::default()
        };
        for field in 0..draft.fields.len() {
            let column = self.column((at, field));
            table.columns.insert(column.name.clone(), column);
        }
        self.constrain(at, &mut table);
        table.foreign_keys.sort();
        table.uniques.sort();
        table.checks.sort();
        table.excludes.sort();
        table.indexes.sort();
        table
    }
}

/// The dotted name of a file's module.
fn module_of(path: &str) -> String {
    let path = path.strip_suffix(".py").unwrap_or(path);
    path.strip_suffix("/__init__").unwrap_or(path).replace('/', ".")
}
