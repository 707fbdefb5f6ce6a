//! Releasing with a second person: a request, its approvals and its expiry.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A halt as somebody saw it: any activation since then raises the count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The halt's id.
    pub id: String,
    /// Its count at that time.
    pub count: u64,
}

/// A release that waits for more people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Names the request when approving it.
    pub id: String,
    /// Why trading may go on, in the words of the first operator.
    pub reason: String,
    /// What would be released, as it was seen.
    pub halts: Vec<Seen>,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// From this instant on it is void.
    pub expires_at: DateTime<Utc>,
    /// Who agreed so far, the requester first.
    pub approvals: Vec<Approval>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One person's agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The authenticated operator.
    pub operator: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What an approval led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Enough different people agreed.
    Granted,
    /// So many more are needed.
    Waiting(usize),
    /// This operator already agreed; a different one is needed.
    SamePerson,
    /// Too late.
    Expired,
}

impl Request {
    /// Whether the request is still open at `now`; at the exact end instant it is over.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        now < self.expires_at
    }

    /// Adds one person's agreement; `needed` counts the requester.
    pub fn approve(&mut self, operator: &str, needed: usize, now: DateTime<Utc>) -> Outcome {
        if !self.is_open(now) {
            return Outcome::Expired;
        }
        if self.approvals.iter().any(|approval| approval.operator == operator) {
            return Outcome::SamePerson;
        }
        self.approvals.push(Approval { operator: operator.to_owned(), at: now });
        match needed.saturating_sub(self.approvals.len()) {
            0 => Outcome::Granted,
            missing => Outcome::Waiting(missing),
        }
    }
}
