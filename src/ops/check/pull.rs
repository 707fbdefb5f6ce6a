//! Pulls the kill switch for a rule, as the configuration says.

use crate::domain::alert::lifecycle::Pulled;
use crate::domain::alert::{Finding, Pull, Rule};
use crate::domain::halt::Source;

use super::super::killswitch::activate::{Request, activate};
use super::super::{Notice, State};
use super::Report;

/// Stops what the finding says. A failure is told and tried again at the next look.
pub fn pull(
    state: &State<'_>,
    rule: &Rule,
    finding: &Finding,
    pull: &Pull,
    report: &mut Report,
) -> Option<Pulled> {
    let request = Request {
        reason: format!("{}: {}", rule.id, finding.message),
        mode: pull.mode,
        scope: pull.scope.clone(),
        source: Source::AutoMonitoring,
        rule: Some(rule.id.to_owned()),
        also: Vec::new(),
    };
    match activate(state.context, &request, &mut |_| {}) {
        Ok(done) => {
            if !done.durable {
                let message = format!(
                    "{} halted {}, and it is not certain to survive a power cut",
                    rule.id, pull.scope
                );
                report.notices.push(Notice::new("AUTO_KILL_NOT_DURABLE", message, "nija kill"));
            }
            let halt = done.change.map_or(done.activation.id.clone(), |change| match change {
                crate::domain::killswitch::Change::Added(halt)
                | crate::domain::killswitch::Change::Repeated(halt) => halt.id,
                crate::domain::killswitch::Change::Known => done.activation.id,
            });
            let pulled = Pulled { halt, pull: pull.clone(), at: state.now() };
            report.pulled.push(pulled.clone());
            Some(pulled)
        }
        Err(error) => {
            report.notices.push(Notice::of(
                "AUTO_KILL_FAILED",
                &format!("{} could not stop", rule.id),
                &error,
            ));
            None
        }
    }
}
