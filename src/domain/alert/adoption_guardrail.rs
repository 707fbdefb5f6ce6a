//! ADOPTION_GUARDRAIL: too many of the users are active at once.

use super::facts::{Facts, Input};
use super::outcome::{Figure, Finding, Outcome, Pull};
use super::rule::{Reading, Rule, Severity};
use crate::domain::halt::{Mode, Scope};

/// The rule.
pub const RULE: Rule = Rule {
    id: "ADOPTION_GUARDRAIL",
    group: "adoption",
    about: "too many of the users are active at once",
    why: "everybody trading at the same moment is a load, and a crowd on one side of the market, that nothing was tried with",
    threshold: "above 80 % of all users EMERGENCY (adoption.limit_pct); UNKNOWN from 1 hour after the last report on \
                (adoption.stale_after)",
    example: "nija check adoption --active 85 --total 100",
    severities: &[Severity::Emergency],
    auto_kill: Some("on EMERGENCY with adoption.auto_kill: halts everything"),
    latches: None,
    remedy: "nija adoption show",
    reads: &[Reading::Adoption],
    evaluate,
};

fn evaluate(facts: &Facts) -> Outcome {
    let adoption = match &facts.adoption {
        Input::Known(adoption) => adoption,
        Input::Unreadable(why) => return Outcome::unknown(why.clone(), "nija doctor"),
        Input::Missing => return Outcome::idle("no users were ever reported"),
        Input::NotRead => return Outcome::idle("the users were not read"),
    };
    let policy = &facts.policies.adoption;
    if let Some(why) = policy.age(adoption.recorded_at, facts.now).doubt(adoption.recorded_at) {
        let why = format!("the count of active users {why}");
        return Outcome::unknown(why, "nija adoption set --active ACTIVE --total TOTAL");
    }
    let (limit, (pct, is_above)) = (policy.limit_pct, adoption.active_pct(policy));
    let mut outcome = Outcome::default();
    outcome.figures.push(Figure {
        label: "adoption".to_owned(),
        value: pct,
        unit: "%",
        warning: None,
        critical: Some(limit),
    });
    if is_above {
        let (users, all) = (adoption.active, adoption.total);
        let message = format!("{pct} % of the users are active ({users} of {all}), above {limit} %");
        let pull = policy.auto_kill.then_some(Pull { scope: Scope::All, mode: Mode::Halted });
        let finding = Finding::new("adoption", Severity::Emergency, message).judged(pct, limit).pulls(pull);
        outcome.findings.push(finding);
    }
    outcome
}
