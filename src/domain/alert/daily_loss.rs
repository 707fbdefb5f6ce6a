//! DAILY_LOSS: too much was lost since the day began.

use super::facts::Facts;
use super::losses::{Measure, judge};
use super::outcome::Outcome;
use super::rule::{Reading, Rule, Severity};

/// The rule.
pub const RULE: Rule = Rule {
    id: "DAILY_LOSS",
    group: "equity",
    about: "too much was lost since the day began",
    why: "a bad day that is stopped in time is one bad day",
    threshold: "above 5 % of the day's opening EMERGENCY (equity.daily_loss_limit_pct; in cash equity.daily_loss_limit_cash), \
                above 75 % of that limit WARNING (equity.warn_at_pct); days begin at 00:00 UTC (equity.day_start); opening \
                and loss are what 3 readings in a row confirm (equity.confirmations); UNKNOWN from 15 minutes after the \
                last reading on (equity.stale_after)",
    example: "nija check equity 9400 --account main",
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
    Measure { figure: "daily_loss", since: "the day began", of: |assessment| assessment.daily_loss };

fn evaluate(facts: &Facts) -> Outcome {
    judge(facts, &MEASURE)
}
