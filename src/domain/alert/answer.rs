//! What people say to an alert: that they take care of it, that they do not any more, that a latched one is dealt with.

use chrono::{DateTime, Utc};

use super::lifecycle::{Alert, Resolution, State};
use super::rule::Severity;
use super::standing::stays_unseen;
use crate::domain::notify::telling::Ack;

impl Alert {
    /// The alert in the hands of whoever acknowledges it; one that is over is seen by that, and no more.
    ///
    /// # Errors
    ///
    /// When there is nothing to acknowledge: it is resolved, and was seen.
    pub fn acknowledged(&self, ack: Ack) -> Result<Self, &'static str> {
        if self.state == State::Resolved && !stays_unseen(self) {
            return Err("it is resolved, so there is nothing to acknowledge");
        }
        Ok(Self { acked: Some(ack), unseen: false, ..self.clone() })
    }

    /// The alert in nobody's hands; `None` when it was in nobody's.
    pub fn given_back(&self) -> Option<Self> {
        self.acked.as_ref()?;
        let is_bad = self.state != State::Resolved && self.severity >= Severity::Critical;
        Some(Self { acked: None, unseen: self.unseen || is_bad, ..self.clone() })
    }

    /// The latched alert, resolved by a person, who has seen it by that.
    ///
    /// # Errors
    ///
    /// When it is not latched.
    pub fn settled(&self, by: Resolution, now: DateTime<Utc>) -> Result<Self, &'static str> {
        match self.state {
            State::Firing => Err("it still holds: it ends when its cause does"),
            State::Resolved => Err("it is resolved already"),
            State::Latched => Ok(Self {
                state: State::Resolved,
                resolved_at: Some(now),
                resolved_by: Some(by),
                unseen: false,
                ..self.clone()
            }),
        }
    }
}
