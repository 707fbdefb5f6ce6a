//! Who is told when nobody acknowledges: ordered steps, each with its channels and its delay.

use chrono::TimeDelta;

use super::channel::{Spec, matches};
use crate::domain::alert::Severity;

/// An escalation policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// Its name.
    pub name: String,
    /// Alerts less severe than this are not its business.
    pub min_severity: Severity,
    /// Rules it is for, as in `ORDER_*`; empty for all.
    pub rules: Vec<String>,
    /// The steps, by delay.
    pub steps: Vec<Step>,
    /// How often all steps are gone through again after the last, 0 to 9.
    pub repeat: u32,
    /// How long after the last step they begin again.
    pub repeat_after: TimeDelta,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// How long after the alert began to fire.
    pub after: TimeDelta,
    /// Who is told.
    pub channels: Vec<String>,
}

impl Escalation {
    /// Whether this is the policy for such an alert.
    pub fn is_for(&self, rule: &str, severity: Severity) -> bool {
        let named = self.rules.is_empty() || self.rules.iter().any(|mask| matches(mask, rule));
        named && severity >= self.min_severity
    }

    /// What is wrong with it, if anything: a step that reaches nobody is found here, and not at night.
    pub fn problem(&self, channels: &[Spec]) -> Option<String> {
        let name = &self.name;
        if self.steps.is_empty() {
            return Some(format!("escalation {name} has no steps"));
        }
        for (index, step) in self.steps.iter().enumerate() {
            let number = index + 1;
            if step.channels.is_empty() {
                return Some(format!(
                    "step {number} of escalation {name} names no channel: it reaches nobody"
                ));
            }
            if let Some(unknown) =
                step.channels.iter().find(|own| channels.iter().all(|spec| spec.name != **own))
            {
                return Some(format!(
                    "step {number} of escalation {name} names '{unknown}', which is no channel"
                ));
            }
            let reaches = |own: &String| {
                channels.iter().any(|spec| spec.name == *own && spec.min_severity <= self.min_severity)
            };
            if !step.channels.iter().any(reaches) {
                let severity = self.min_severity;
                return Some(format!(
                    "step {number} of escalation {name} reaches nobody: its channels take nothing of {severity}"
                ));
            }
        }
        let mut delays = self.steps.windows(2);
        let unordered = delays.any(|pair| matches!(pair, [one, other] if one.after >= other.after));
        unordered.then(|| format!("the steps of escalation {name} are not in the order of their delays"))
    }
}
