//! Alert rules: one file each and one line in the registry; every rule is a pure function of the facts.

pub mod facts;
pub mod lifecycle;
pub mod outcome;
pub mod rule;
pub mod standing;
pub mod telling;
pub mod trading_halted;

mod adoption_guardrail;
mod answer;
mod beats;
mod broker_quality;
mod channel_failed;
mod clock_skew;
mod daily_loss;
mod drawdown;
mod heartbeat_failed;
mod heartbeat_missed;
mod heartbeat_never;
mod losses;
mod order_age;
mod order_stuck;
mod order_unknown;
mod platform_exposure;
mod price_stale;
mod slippage_high;
mod watch_down;
mod watch_gap;

pub use facts::{Collection, Facts, Input};
pub use lifecycle::Alert;
pub use outcome::{Doubt, Figure, Finding, Outcome, Pull};
pub use rule::{Reading, Rule, Severity};
pub use standing::Standing;
pub use telling::Shown;
pub use trading_halted::ID as TRADING_HALTED;

/// Every rule, in the order they are evaluated and listed.
pub const RULES: [&Rule; 17] = [
    &trading_halted::RULE,
    &heartbeat_missed::RULE,
    &heartbeat_never::RULE,
    &heartbeat_failed::RULE,
    &price_stale::RULE,
    &watch_gap::RULE,
    &watch_down::RULE,
    &channel_failed::RULE,
    &clock_skew::RULE,
    &order_stuck::RULE,
    &order_unknown::RULE,
    &platform_exposure::RULE,
    &adoption_guardrail::RULE,
    &drawdown::RULE,
    &daily_loss::RULE,
    &slippage_high::RULE,
    &broker_quality::RULE,
];

/// The rules a word selects: the rule of that id, or every rule of that group. Case does not matter.
pub fn select(word: &str) -> Vec<&'static Rule> {
    let named = |rule: &&Rule| rule.id.eq_ignore_ascii_case(word) || rule.group.eq_ignore_ascii_case(word);
    RULES.into_iter().filter(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_says_what_it_is() {
        for (index, rule) in RULES.iter().enumerate() {
            assert!(RULES.iter().skip(index + 1).all(|other| other.id != rule.id), "{} twice", rule.id);
            assert!(rule.id.chars().all(|c| c.is_ascii_uppercase() || c == '_'), "{}", rule.id);
            let texts = [rule.group, rule.about, rule.why, rule.threshold, rule.example, rule.remedy];
            assert!(texts.iter().all(|text| !text.is_empty()), "{} leaves something unsaid", rule.id);
            assert!(!rule.severities.is_empty() && !rule.reads.is_empty(), "{}", rule.id);
            assert_eq!(select(rule.id).first().map(|found| found.id), Some(rule.id));
        }
    }

    #[test]
    fn a_rule_that_was_told_nothing_never_fires() {
        let facts = Facts::nothing(chrono::DateTime::UNIX_EPOCH);
        for rule in RULES {
            let outcome = (rule.evaluate)(&facts);
            assert!(outcome.findings.is_empty(), "{} fires out of nothing", rule.id);
        }
    }
}
