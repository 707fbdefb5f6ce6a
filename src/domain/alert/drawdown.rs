//! DRAWDOWN: too much was lost since the peak.

use super::facts::Facts;
use super::losses::{Measure, judge};
use super::outcome::Outcome;
use super::rule::{Reading, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "DRAWDOWN",
    group: "equity",
    about: "too much was lost since the peak",
    why: "a strategy that stopped working loses on until somebody stops it, and open losses are losses",
    threshold: "above 20 % of the peak EMERGENCY (equity.drawdown_limit_pct), above 75 % of that limit WARNING \
                (equity.warn_at_pct); peak and loss are what 3 readings in a row confirm (equity.confirmations); UNKNOWN \
                from 15 minutes after the last reading on (equity.stale_after)",
    example: "nija check equity 7900",
    severities: &[Severity::Warning, Severity::Emergency],
    auto_kill: Some(
        "on EMERGENCY with equity.auto_kill: halts that account, or everything where the equity is of no one account or \
         equity.auto_kill_scope = \"all\"",
    ),
    latches: Some(Severity::Emergency),
    remedy: "nija equity show",
    reads: &[Reading::Equity],
    evaluate,
};

const MEASURE: Measure =
    Measure { figure: "drawdown", since: "the peak", of: |assessment| assessment.drawdown };

fn evaluate(facts: &Facts) -> Outcome {
    judge(facts, &MEASURE)
}
