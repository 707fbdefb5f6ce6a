//! PRICE_STALE: positions are open and prices are old.

use super::beats;
use super::facts::Facts;
use super::outcome::{Finding, Outcome, Pull};
use super::rule::{Reading, Rule, Severity};
use crate::domain::halt::{Mode, Scope};
use crate::domain::heartbeat::life::Age;
use crate::domain::heartbeat::{Component, Policy};

/// The rule.
pub const RULE: Rule = Rule {
    id: "PRICE_STALE",
    group: "heartbeats",
    about: "positions are open and the prices they are managed by are old",
    why: "stops do not trigger on prices that do not come, and every decision is made for a market that has moved on",
    threshold: "heartbeats.price_limit, 60 s by default: CRITICAL; EMERGENCY where heartbeats.auto_kill is on. The age is \
                as the component said, and what has passed since. A component that reports prices and never positions \
                is judged by the positions of all",
    example: "nija heartbeat ping bot-a --open-positions 2 --price-age 75s",
    severities: &[Severity::Critical, Severity::Emergency],
    auto_kill: Some("with heartbeats.auto_kill: halts everything"),
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
    let policy = &facts.policies.heartbeats;
    let all = view.open_positions();
    let quoting: Vec<(&Component, Age)> =
        view.judged().filter_map(|component| Some((component, component.price?))).collect();
    let mut outcome = beats::outcome(view, quoting.len(), "no component says how old its prices are");
    for (component, age) in &quoting {
        let open = component.open_positions.unwrap_or(all);
        if open > 0 {
            judge(component, *age, open, policy, &mut outcome);
        }
    }
    if outcome.idle.is_none() {
        outcome.figure("open_positions", all.into(), "");
    }
    if let Some(oldest) = quoting.iter().map(|(_, age)| age.length).max() {
        outcome.figure("price_age", beats::seconds(oldest), "s");
    }
    outcome
}

fn judge(component: &Component, age: Age, open: u64, policy: &Policy, outcome: &mut Outcome) {
    let limit = policy.price_limit;
    let subject = beats::subject(&component.name);
    // An age that is not certain is at least so long.
    if age.length >= limit {
        let severity = if policy.auto_kill { Severity::Emergency } else { Severity::Critical };
        let message = format!(
            "prices of {} are {} old (limit {}), {}",
            component.name,
            beats::spoken(age.length),
            beats::spoken(limit),
            beats::positions(open)
        );
        let pull = Pull { scope: Scope::All, mode: Mode::Halted };
        let finding = Finding::new(subject, severity, message)
            .judged(beats::seconds(age.length), beats::seconds(limit))
            .label("component", &component.name)
            .pulls(policy.auto_kill.then_some(pull));
        outcome.findings.push(finding);
    } else if !age.certain {
        let why = format!("{} has not spoken of its prices since the watch began to look", component.name);
        outcome.doubt(Some(subject), why, "nija heartbeat status");
    }
}
