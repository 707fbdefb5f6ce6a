//! A message on its way through one channel: stored before it is sent, marked after.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::message::Message;
use crate::domain::document::{Document, Header};

/// First wait after a failure.
const BACKOFF_FIRST: Duration = Duration::from_secs(2);

/// Longest wait between two attempts.
const BACKOFF_MAX: Duration = Duration::from_secs(300);

/// A document of `outbox/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// The channel.
    pub channel: String,
    /// The message.
    pub message: Message,
    /// How it stands.
    pub state: State,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
    /// When it is to be tried next.
    pub due_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: u32,
    /// What went wrong last.
    #[serde(default)]
    pub trouble: Option<Trouble>,
    /// When it was sent, cancelled or given up.
    #[serde(default)]
    pub ended_at: Option<DateTime<Utc>>,
    /// Stands in for this channel, which could not take it.
    #[serde(default)]
    pub instead_of: Option<String>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// To be sent.
    Pending,
    /// The service took it.
    Sent,
    /// Somebody acknowledged or it was resolved before it was due.
    Cancelled,
    /// Given up.
    Abandoned,
}

/// What went wrong with an attempt; never with a secret in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// Of which sort.
    pub sort: Sort,
    /// One sentence.
    pub message: String,
    /// Whether trying again is of no use.
    pub permanent: bool,
    /// The service asked to wait so long.
    #[serde(default)]
    pub retry_after_seconds: Option<u64>,
}

/// Sorts of trouble, as metrics tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The service does not accept it: 4xx.
    ClientError,
    /// The service does not accept who sends it: 401, 403.
    AuthError,
    /// Too many: 429.
    RateLimited,
    /// The service is in trouble: 5xx.
    ServerError,
    /// No answer in time.
    Timeout,
    /// No connection.
    Unreachable,
    /// TLS or a certificate is not accepted.
    Tls,
    /// Something on this machine: a file, a program, the configuration.
    Local,
}

impl Sort {
    /// The word in metrics and documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::ClientError => "client_error",
            Self::AuthError => "auth_error",
            Self::RateLimited => "rate_limited",
            Self::ServerError => "server_error",
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::Tls => "tls",
            Self::Local => "local",
        }
    }
}

impl Document for Delivery {
    const FORMAT: &'static str = "nija.delivery";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }
}

impl Delivery {
    /// A message that is to go out through a channel at `due_at`.
    pub fn new(message: Message, channel: &str, due_at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self {
            header: Header::new::<Self>(now),
            channel: channel.to_owned(),
            message,
            state: State::Pending,
            created_at: now,
            due_at,
            attempts: 0,
            trouble: None,
            ended_at: None,
            instead_of: None,
            extra: Map::new(),
        }
    }

    /// When it may be tried. A wall clock that was set back must not hold it up: what was stored in the future is due now, and
    /// no wait after a failure is longer than the longest.
    pub fn due(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let asked = self.trouble.as_ref().and_then(|trouble| trouble.retry_after_seconds).unwrap_or_default();
        let longest =
            TimeDelta::from_std(BACKOFF_MAX.max(Duration::from_secs(asked))).unwrap_or(TimeDelta::MAX);
        let set_back = match self.attempts {
            0 => self.created_at > now,
            _ => self.due_at.signed_duration_since(now) > longest,
        };
        if set_back { now } else { self.due_at }
    }

    /// The copy of it that another channel takes instead.
    #[must_use]
    pub fn instead(&self, fallback: &str, now: DateTime<Utc>) -> Self {
        let instead_of = Some(self.channel.clone());
        Self { instead_of, ..Self::new(self.message.clone(), fallback, now, now) }
    }

    /// The name of its document: the message and the channel.
    pub fn name(&self) -> String {
        name(&self.message.id, &self.channel)
    }

    /// After the service took it.
    pub fn sent(&mut self, now: DateTime<Utc>) {
        self.attempts = self.attempts.saturating_add(1);
        (self.state, self.ended_at, self.trouble) = (State::Sent, Some(now), None);
    }

    /// After an attempt failed: to be tried again, or given up where that is of no use or `give_up_after` has passed. `dice`
    /// is any number.
    pub fn failed(&mut self, trouble: Trouble, give_up_after: TimeDelta, now: DateTime<Utc>, dice: u64) {
        self.attempts = self.attempts.saturating_add(1);
        let age = now.signed_duration_since(self.created_at);
        if trouble.permanent || age >= give_up_after {
            (self.state, self.ended_at) = (State::Abandoned, Some(now));
        } else {
            let asked = trouble.retry_after_seconds.map(Duration::from_secs).unwrap_or_default();
            let wait = backoff(self.attempts, dice).max(asked);
            let wait = TimeDelta::from_std(wait).unwrap_or(TimeDelta::hours(1));
            self.due_at = now.checked_add_signed(wait).unwrap_or(now);
        }
        self.trouble = Some(trouble);
    }

    /// Nobody needs to be told any more.
    pub fn cancel(&mut self, now: DateTime<Utc>) {
        (self.state, self.ended_at) = (State::Cancelled, Some(now));
    }
}

/// The name of the document of a message through a channel.
pub fn name(message: &str, channel: &str) -> String {
    format!("{message}.{channel}")
}

/// How long to wait after so many failures: doubled each time to a cap, and of that half to all by chance, so that not everybody
/// comes back at once (full jitter, with a floor).
pub fn backoff(attempts: u32, dice: u64) -> Duration {
    let whole = BACKOFF_FIRST.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(BACKOFF_MAX);
    let half_ms = u64::try_from(whole.as_millis() / 2).unwrap_or(u64::MAX).max(1);
    Duration::from_millis(half_ms + dice % half_ms)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_wait_doubles_to_a_cap_and_never_ends_at_nothing(attempts in 1u32..100, dice: u64) {
            let wait = backoff(attempts, dice);
            prop_assert!(wait >= BACKOFF_FIRST / 2 && wait <= BACKOFF_MAX);
            prop_assert!(backoff(attempts + 1, dice) >= wait / 4);
        }
    }
}
