//! The rules, one file each, and their registry.

use std::collections::BTreeSet;

use super::change::Kind;
use super::finding::{Finding, Level};
use super::model::Model;
use super::operation::Step;
use super::settings::Dialect;

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// A change of the models that no migration covers.
    Coverage,
    /// The migration scripts themselves.
    Migration,
    /// What a migration does to a database that is in use.
    LockSafety,
    /// Source outside models and migrations.
    Source,
}

/// A rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its id, as in `uncovered-column`.
    pub id: &'static str,
    /// What it is about.
    pub group: Group,
    /// How bad its findings are, where the settings say nothing.
    pub level: Level,
    /// One line.
    pub about: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What it finds.
    pub bad: &'static str,
    /// What to do instead: a safe recipe.
    pub good: &'static str,
    /// Where the rule comes from.
    pub reference: &'static str,
}

/// What a lock-safety rule is given: one script, and the models around it.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// What upgrading does, in order.
    pub steps: &'a [Step],
    /// The dialect.
    pub dialect: Dialect,
    /// The models before.
    pub older: &'a Model,
    /// The models after.
    pub newer: &'a Model,
    /// Tables that the script creates itself.
    pub created: &'a BTreeSet<String>,
}

/// Every rule, in the order it is shown.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    std::iter::empty()
}

/// The rule of an id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

const STUB: Rule = Rule {
    id: "uncovered-column",
    group: Group::Coverage,
    level: Level::Error,
    about: "",
    why: "",
    bad: "",
    good: "",
    reference: "",
};

/// The rule that a change without a migration breaks.
pub fn of(_kind: Kind) -> &'static Rule {
    &STUB
}

/// What the lock-safety rules find, at the rules' own levels.
pub fn lint(_context: &Context<'_>) -> Vec<Finding> {
    Vec::new()
}
