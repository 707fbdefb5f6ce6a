//! Alembic's side: migration scripts, their chain, what they do, and whether that covers what the models became.

use std::sync::Arc;

use super::operation::Step;
use super::place::Place;

mod chain;
mod coverage;
mod read;
mod steps;
#[cfg(test)]
mod tests;

pub use chain::{chain, heads};
pub use coverage::cover;
pub use read::{is_script, read};

/// A migration script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    /// Path of its file.
    pub path: Arc<str>,
    /// `revision`.
    pub revision: String,
    /// `down_revision`; several of a merge.
    pub down_revisions: Vec<String>,
    /// `branch_labels`.
    pub branch_labels: Vec<String>,
    /// `depends_on`.
    pub depends_on: Vec<String>,
    /// What upgrading does, in order.
    pub upgrade: Vec<Step>,
    /// What downgrading does, in order.
    pub downgrade: Vec<Step>,
    /// Whether downgrading is declared impossible: it raises, or says so in a comment or docstring.
    pub irreversible: bool,
    /// Line of `def downgrade`, if there is one.
    pub downgrade_line: Option<u32>,
}

/// Whether a change is covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// By the step there.
    Covered(Place),
    /// Perhaps: by the step there, of which it cannot be told what it does.
    Perhaps(Place),
    /// By nothing.
    Missing,
}
