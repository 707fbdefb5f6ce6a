//! A place in the log of fills, remembered so that it can later be told what was recorded since.

use serde::{Deserialize, Serialize};

use crate::domain::month::Month;

/// The end of a month's log at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The month whose log it is.
    pub month: Month,
    /// Bytes of whole lines in it.
    pub bytes: u64,
}
