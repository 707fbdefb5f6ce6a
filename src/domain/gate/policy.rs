//! What the gate insists on beyond the kill switch and the cooldowns.

use std::time::Duration;

/// What the gate insists on beyond the kill switch and the cooldowns. Nothing, unless it is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// A watch must have completed a tick less than this ago.
    pub require_watch: Option<Duration>,
    /// The same order goes out once in this time.
    pub dedupe_window: Option<Duration>,
}
