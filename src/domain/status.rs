//! The four monitored states and how they combine.

use serde::{Deserialize, Serialize};

/// A monitored state, ordered by how much attention it deserves.
///
/// UNKNOWN ranks above WARNING (unlike the Monitoring Plugins' own `max_state`): for a safety tool, not knowing is worse
/// than being warned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nothing to do.
    Ok,
    /// Look when you can.
    Warning,
    /// Cannot tell.
    Unknown,
    /// Look now.
    Critical,
}

impl Status {
    /// The Nagios exit code: 0, 1, 2 or 3.
    pub fn nagios(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }

    /// The word shown to people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Status;

    #[test]
    fn the_worst_wins_and_not_knowing_beats_a_warning() {
        let mut all = [Status::Critical, Status::Ok, Status::Unknown, Status::Warning];
        all.sort();
        assert_eq!(all.map(Status::nagios), [0, 1, 3, 2]);
    }
}
