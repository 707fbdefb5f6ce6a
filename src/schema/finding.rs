//! What is wrong, how bad that is, and where.

use serde::{Deserialize, Serialize};

use super::place::Place;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not looked at.
    Off,
    /// Told; the exit code does not speak of it.
    Note,
    /// A finding.
    Warning,
    /// A finding.
    Error,
}

/// Something that a rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// How bad.
    pub level: Level,
    /// Where.
    pub place: Place,
    /// One sentence: what, and from what to what.
    pub message: String,
    /// What to do: a command to type, or a safe recipe. May hold several lines.
    pub help: String,
    /// The table it is about, if one is.
    pub table: Option<String>,
    /// The column, constraint or index it is about, if one is.
    pub item: Option<String>,
}

/// Something that could not be told, and is therefore not covered by the answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Note {
    /// Stable word: `syntax-error`, `unresolved-column`, `unresolved-type`, `unresolved-base`, `opaque-step` and so on.
    pub code: &'static str,
    /// Where.
    pub place: Place,
    /// One sentence.
    pub message: String,
}
