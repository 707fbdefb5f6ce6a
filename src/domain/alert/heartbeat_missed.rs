//! HEARTBEAT_MISSED: a component has been silent for too long, or does not finish what it started.

use super::beats;
use super::facts::Facts;
use super::outcome::{Figure, Outcome};
use super::rule::{Reading, Rule, Severity};
use crate::domain::heartbeat::Component;

/// Components whose age becomes a figure, the most silent first: a line of figures must stay a line.
const FIGURES_MAX: usize = 50;

/// The rule.
pub const RULE: Rule = Rule {
    id: "HEARTBEAT_MISSED",
    group: "heartbeats",
    about: "a component that beats has been silent for its interval, or has not finished within its grace what it started",
    why: "a bot that died or hangs manages no position, and nobody else knows that",
    threshold: "its own interval, or heartbeats.interval: CRITICAL at once with positions open, WARNING when flat",
    example: "nija heartbeat ping bot-a --interval 30s --open-positions 2; then silence for 30 s",
    severities: &[Severity::Warning, Severity::Critical],
    auto_kill: None,
    latches: None,
    remedy: "nija heartbeat status",
    reads: &[Reading::Heartbeats],
    evaluate,
};

fn evaluate(facts: &Facts) -> Outcome {
    let view = match beats::view(facts) {
        Ok(view) => view,
        Err(outcome) => return outcome,
    };
    let beating = |component: &&Component| component.silent.is_some() || component.running.is_some();
    let mut components: Vec<&Component> = view.judged().filter(beating).collect();
    let mut outcome = beats::outcome(view, components.len(), "no component beats");
    for component in &components {
        judge(component, &mut outcome);
    }
    components.sort_by_key(|component| std::cmp::Reverse(component.silent.map(|age| age.length)));
    outcome.figures.extend(components.into_iter().take(FIGURES_MAX).filter_map(figure));
    outcome
}

fn judge(component: &Component, outcome: &mut Outcome) {
    let silent = component.silent.filter(|_| component.missed());
    let running = component.running.filter(|_| component.is_overdue());
    let (what, value, limit) = match (silent, running) {
        (Some(age), _) => {
            let what = format!(
                "has been silent for {} (interval {}, grace {})",
                beats::spoken(age.length),
                beats::spoken(component.interval),
                beats::spoken(component.grace)
            );
            (what, age.length, component.interval)
        }
        (None, Some(length)) => {
            let what = format!(
                "started {} ago and has not finished (grace {})",
                beats::spoken(length),
                beats::spoken(component.grace)
            );
            (what, length, component.grace)
        }
        (None, None) => {
            if component.silent.is_some_and(|age| !age.certain) {
                let why = format!(
                    "{} has not been seen to beat since the watch began to look; it has {} to",
                    component.name,
                    beats::spoken(component.patience())
                );
                outcome.doubt(Some(beats::subject(&component.name)), why, "nija heartbeat status");
            }
            return;
        }
    };
    let finding = beats::finding(component, Severity::Warning, &what);
    outcome.findings.push(finding.judged(beats::seconds(value), beats::seconds(limit)));
}

fn figure(component: &Component) -> Option<Figure> {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let name: String = component.name.chars().map(plain).collect();
    Some(Figure {
        label: format!("heartbeat_age_{name}"),
        value: beats::seconds(component.silent?.length),
        unit: "s",
        warning: Some(beats::seconds(component.interval)),
        critical: Some(beats::seconds(component.patience())),
    })
}
