//! The rules and their registry.
//!
//! Adding one is a file with its constant (and, for lock safety, its function) and a line here.

use serde::Serialize;

use super::finding::{Finding, Level};
use super::operation::Step;

mod context;
pub mod coverage;
pub mod migration;
pub mod source;

mod column;
mod constraint;
mod index;
mod table;
mod transaction;

pub use context::Context;
pub use coverage::of;

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Every difference of the models has its migration.
    Coverage,
    /// The scripts make one chain that goes both ways.
    Migration,
    /// A script does not stop the programs that use the database while it runs.
    LockSafety,
    /// What source says beside models and scripts.
    Source,
}

/// Looks at one script's upgrade.
pub type Look = fn(&Context<'_>) -> Vec<Finding>;

/// A rule: what it is, why it is, and what it looks like to break and to keep it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Rule {
    /// Stable name, as in `# nija: ignore[not-null-without-default] …` and in the settings.
    pub id: &'static str,
    /// What it is about.
    pub group: Group,
    /// How bad breaking it is, where the settings say nothing else.
    pub level: Level,
    /// One line: what is found.
    pub about: &'static str,
    /// Why that is bad.
    pub why: &'static str,
    /// What breaks it.
    pub bad: &'static str,
    /// The safe recipe.
    pub good: &'static str,
    /// Where to read more.
    pub reference: &'static str,
    /// Finds what breaks it; `None` where the check itself raises it.
    #[serde(skip)]
    pub look: Option<Look>,
}

impl Rule {
    /// A finding at a step of a script. `item` is the column, constraint or index within the table.
    pub fn at(
        &self,
        step: &Step,
        table: Option<&str>,
        item: Option<&str>,
        message: String,
        help: String,
    ) -> Finding {
        Finding {
            rule: self.id,
            level: self.level,
            place: step.place.clone(),
            message,
            help,
            table: table.map(str::to_owned),
            item: item.map(str::to_owned),
        }
    }
}

/// Every rule, by group.
pub static REGISTRY: [&Rule; 40] = [
    &coverage::TABLE,
    &coverage::COLUMN,
    &coverage::TYPE,
    &coverage::NULLABILITY,
    &coverage::DEFAULT,
    &coverage::PRIMARY_KEY,
    &coverage::FOREIGN_KEY,
    &coverage::UNIQUE,
    &coverage::CHECK,
    &coverage::EXCLUDE,
    &coverage::INDEX,
    &coverage::ENUM,
    &coverage::COMMENT,
    &coverage::GENERATED,
    &source::RAW_DDL,
    &source::IGNORE_WITHOUT_REASON,
    &source::UNKNOWN_IGNORED_RULE,
    &migration::MULTIPLE_HEADS,
    &migration::BROKEN_CHAIN,
    &migration::DUPLICATE_REVISION,
    &migration::EMPTY_DOWNGRADE,
    &migration::EDITED,
    &migration::UNRELATED,
    &migration::UNREADABLE,
    &column::not_null_without_default::RULE,
    &column::set_not_null::RULE,
    &column::type_rewrite::RULE,
    &column::add_column_volatile_default::RULE,
    &column::drop_column_used::RULE,
    &column::rename_column_used::RULE,
    &constraint::foreign_key_not_valid::RULE,
    &constraint::check_not_valid::RULE,
    &constraint::unique_constraint_locks::RULE,
    &constraint::primary_key_locks::RULE,
    &index::index_not_concurrent::RULE,
    &index::concurrently_in_transaction::RULE,
    &table::drop_table_used::RULE,
    &table::rename_table_used::RULE,
    &transaction::enum_add_value::RULE,
    &transaction::many_locks::RULE,
];

/// Every rule, in the order it is shown.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    REGISTRY.iter().copied()
}

/// The rule of that id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// What the lock-safety rules find in one script's upgrade, at the rules' own levels, in the order of the script.
pub fn lint(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        all().filter_map(|rule| rule.look).flat_map(|look| look(context)).collect();
    findings.sort_by(|a, b| a.place.cmp(&b.place));
    findings
}

#[cfg(test)]
mod tests;
