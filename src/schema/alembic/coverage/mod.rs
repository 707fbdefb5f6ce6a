//! Whether the steps of migrations cover what the models became.

use super::Coverage;
use crate::schema::change::{Change, Detail, Kind};
use crate::schema::operation::{Operation, Step};
use index::Index;

mod column;
mod constraint;
mod index;
pub(super) mod names;
#[cfg(test)]
mod tests;

/// For each change, whether the steps cover it, in the order of the changes.
///
/// Names match leniently, since migrations and models do not spell them alike: a schema that is the default is left out on one
/// side, constraints have names in one of them only, a renamed table goes by both names.
pub fn cover(changes: &[Change], steps: &[Step]) -> Vec<Coverage> {
    let index = Index::of(steps);
    changes.iter().map(|change| Question { change, index: &index }.answer()).collect()
}

/// Whether one change is covered.
struct Question<'a> {
    change: &'a Change,
    index: &'a Index<'a>,
}

impl Question<'_> {
    fn answer(&self) -> Coverage {
        let table = &self.change.table;
        if let Some(step) = self.index.of_table(table).find(|step| self.is_covered_by(step)) {
            return Coverage::Covered(step.place.clone());
        }
        if let Some(step) = self.by_renaming() {
            return Coverage::Covered(step.place.clone());
        }
        let speaks = |step: &&&Step| self.is_spoken_of(step);
        match self
            .index
            .opaque
            .iter()
            .find(speaks)
            .or_else(|| self.index.opaque.iter().find(|step| says_nothing(step)))
        {
            Some(step) => Coverage::Perhaps(step.place.clone()),
            None => Coverage::Missing,
        }
    }

    fn is_covered_by(&self, step: &Step) -> bool {
        match self.change.kind {
            Kind::TableAdded | Kind::TableDropped => self.table(step),
            _ if self.is_created_anew(step) => true,
            Kind::PrimaryKeyChanged => self.primary_key(step),
            Kind::ForeignKeyAdded | Kind::ForeignKeyDropped => self.foreign_key(step),
            Kind::UniqueAdded | Kind::UniqueDropped => self.unique(step),
            Kind::IndexAdded | Kind::IndexDropped => self.index(step),
            Kind::CheckAdded | Kind::CheckDropped | Kind::ExcludeAdded | Kind::ExcludeDropped => {
                self.check(step)
            }
            _ => self.column(step),
        }
    }

    fn table(&self, step: &Step) -> bool {
        let added = self.change.kind == Kind::TableAdded;
        let name = names::bare(&self.change.table);
        match &step.operation {
            Operation::CreateTable(table) => added && names::bare(&table.name) == name,
            Operation::DropTable { table } => !added && names::bare(table) == name,
            Operation::RenameTable { from, to } => names::bare(if added { to } else { from }) == name,
            _ => false,
        }
    }

    /// Whether the table is created within the same migrations, so that whatever the models say of it is new. Of columns it is
    /// looked whether they are in it.
    fn is_created_anew(&self, step: &Step) -> bool {
        let Operation::CreateTable(table) = &step.operation else { return false };
        let is_there = self.change.item.as_ref().is_some_and(|item| {
            table.columns.is_empty()
                || table.columns.keys().any(|name| names::plain(name) == names::plain(item))
        });
        match self.change.kind {
            Kind::ColumnAdded => is_there,
            Kind::ColumnDropped => table.columns.is_empty() || !is_there,
            _ => true,
        }
    }

    /// What another name of a table or column brings about by itself: foreign keys follow both, constraints the column.
    fn by_renaming(&self) -> Option<&Step> {
        let table = &self.change.table;
        let renames = |table: &str, columns: &[String]| {
            let is_renamed = columns.iter().any(|column| self.index.is_renamed(table, column));
            let renaming = |step: &&Step| matches!(&step.operation, Operation::AlterColumn { to, .. } if to.name.is_some());
            if is_renamed { self.index.of_table(table).find(renaming) } else { None }
        };
        match &self.change.detail {
            Detail::ForeignKey(key) => renames(table, &key.columns)
                .or_else(|| self.index.renames(&key.target))
                .or_else(|| renames(&key.target, &key.target_columns)),
            Detail::Unique(key) => renames(table, &key.columns),
            Detail::PrimaryKey(from, to) => {
                from.iter().chain(to).find_map(|key| renames(table, &key.columns))
            }
            Detail::Index(index) => renames(table, &index.columns),
            Detail::Check(check) => {
                let words: Vec<String> = words(&check.sql);
                renames(table, &words)
            }
            Detail::Table(_) | Detail::Column(..) | Detail::Comment => None,
        }
    }

    /// Whether a step that cannot be told names what the change is about.
    fn is_spoken_of(&self, step: &Step) -> bool {
        let Operation::Opaque { about, .. } = &step.operation else { return false };
        let table = names::bare(&self.change.table);
        let item = self.change.item.as_deref().map(names::plain);
        let named = |word: &String| {
            let word = names::bare(word);
            word == table || Some(&word) == item.as_ref()
        };
        about.iter().any(named)
    }
}

fn says_nothing(step: &Step) -> bool {
    matches!(&step.operation, Operation::Opaque { about, .. } if about.is_empty())
}

/// Words of an expression.
fn words(sql: &str) -> Vec<String> {
    let words = sql.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}
