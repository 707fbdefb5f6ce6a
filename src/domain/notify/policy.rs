//! How people are told, as configured.

use std::time::Duration;

use chrono::TimeDelta;

use super::channel::Spec;
use super::escalation::Escalation;

/// How people are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The channels, by name.
    pub channels: Vec<Spec>,
    /// Who is told when, for alerts that are nobody's in particular: the first that matches decides. Without one, every channel
    /// an alert is for is told at once.
    pub escalations: Vec<Escalation>,
    /// How long the first of several less than CRITICAL alerts of a rule waits for the others.
    pub group_wait: TimeDelta,
    /// How long further ones of that rule wait for each other.
    pub group_interval: TimeDelta,
    /// How long an alert has to be gone before that is told: what comes and goes is told of once.
    pub resolve_wait: TimeDelta,
    /// After so long an alert that nobody acknowledged is told of again.
    pub repeat: TimeDelta,
    /// That doubles each time, up to this.
    pub repeat_max: TimeDelta,
    /// How long an acknowledgement holds by default.
    pub ack_for: TimeDelta,
    /// After so long of failures a message is given up, and that is announced.
    pub give_up_after: TimeDelta,
    /// The channel that takes what another cannot take.
    pub fallback: Option<String>,
    /// Longest a command waits for the messages of its own change of the kill switch, after it has answered.
    pub command_wait: Duration,
    /// What the runbook of a rule begins with; without it, the command that explains the rule is named.
    pub runbook_url: Option<String>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            channels: Vec::new(),
            escalations: Vec::new(),
            group_wait: TimeDelta::seconds(30),
            group_interval: TimeDelta::minutes(5),
            resolve_wait: TimeDelta::seconds(30),
            repeat: TimeDelta::minutes(30),
            repeat_max: TimeDelta::hours(4),
            ack_for: TimeDelta::minutes(30),
            give_up_after: TimeDelta::hours(24),
            fallback: None,
            command_wait: Duration::from_secs(3),
            runbook_url: None,
        }
    }
}

impl Policy {
    /// Whether anybody can be told at all.
    pub fn is_in_use(&self) -> bool {
        !self.channels.is_empty()
    }

    /// The channel of that name.
    pub fn channel(&self, name: &str) -> Option<&Spec> {
        self.channels.iter().find(|spec| spec.name == name)
    }

    /// Where to read about a rule: a link, or the command that explains it.
    pub fn runbook(&self, rule: &str) -> String {
        match &self.runbook_url {
            Some(base) => format!("{base}{}", rule.to_ascii_lowercase()),
            None => format!("nija rules {rule}"),
        }
    }
}
