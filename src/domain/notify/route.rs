//! Who is told of an alert: the steps of the first escalation that matches, or else every channel that it is for.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::escalation::Escalation;
use super::policy::Policy;
use crate::domain::alert::{Alert, Severity, TRADING_HALTED};

/// The label of an alert about a channel: nobody is told through it that it does not work.
pub const CHANNEL_LABEL: &str = "channel";

/// What decides who is told.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The rule.
    pub rule: &'a str,
    /// How bad it is.
    pub severity: Severity,
    /// What programs filter by.
    pub labels: &'a BTreeMap<String, String>,
}

/// Who is told at first, and by which escalation.
#[derive(Debug, Clone)]
pub struct Route<'a> {
    /// The escalation, if one matches.
    pub escalation: Option<&'a Escalation>,
    /// Who is told first.
    pub first: Vec<String>,
    /// How long after the alert began to fire.
    pub after: TimeDelta,
}

impl<'a> About<'a> {
    /// What an alert is about now.
    pub fn of(alert: &'a Alert) -> Self {
        Self { rule: &alert.rule, severity: alert.severity, labels: &alert.labels }
    }

    /// Whether it is told at once, and on its own.
    pub fn is_immediate(&self) -> bool {
        self.severity >= Severity::Critical || self.rule == TRADING_HALTED
    }

    /// Those of the channels that exist, and that this is for.
    pub fn reached(&self, policy: &Policy, channels: &[String]) -> Vec<String> {
        let takes = |name: &&String| {
            let is_for = |spec: &super::Spec| spec.is_for(Some(self.rule), self.severity);
            policy.channel(name).is_some_and(is_for) && !self.is_of_channel(name)
        };
        channels.iter().filter(takes).cloned().collect()
    }

    /// Who is told of it.
    pub fn route<'p>(&self, policy: &'p Policy) -> Route<'p> {
        let escalation = policy.escalations.iter().find(|one| one.is_for(self.rule, self.severity));
        // A change of the kill switch is told to everybody it is for, and by whoever made it.
        let step = escalation.and_then(|one| one.steps.first()).filter(|_| self.rule != TRADING_HALTED);
        let first = step.map_or_else(Vec::new, |step| self.reached(policy, &step.channels));
        let after = step.map_or(TimeDelta::zero(), |step| step.after);
        if !first.is_empty() {
            return Route { escalation, first, after };
        }
        // A step that reaches nobody must not be the end of it.
        let all: Vec<String> = policy.channels.iter().map(|spec| spec.name.clone()).collect();
        Route { escalation, first: self.reached(policy, &all), after }
    }

    fn is_of_channel(&self, name: &str) -> bool {
        self.labels.get(CHANNEL_LABEL).is_some_and(|own| own == name)
    }
}
