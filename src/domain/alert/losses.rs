//! What DRAWDOWN and DAILY_LOSS have in common: every account's equity, judged by one of its losses.

use super::facts::{Facts, Input};
use super::outcome::{Figure, Finding, Outcome, Pull};
use super::rule::Severity;
use crate::domain::equity::{Assessment, Equity, Level, Loss, Policy};
use crate::domain::halt::{Mode, Scope};

/// One of the two.
pub struct Measure {
    /// The name of its figure.
    pub figure: &'static str,
    /// What the loss is measured from, in words.
    pub since: &'static str,
    /// The loss.
    pub of: fn(Assessment) -> Option<Loss>,
}

/// Judges every account by this measure.
pub fn judge(facts: &Facts, measure: &Measure) -> Outcome {
    let accounts = match &facts.equity {
        Input::Known(accounts) if !accounts.is_empty() => accounts,
        Input::Unreadable(why) => return Outcome::unknown(why.clone(), "nija doctor"),
        Input::Known(_) | Input::Missing => return Outcome::idle("no equity was ever reported"),
        Input::NotRead => return Outcome::idle("the equity was not read"),
    };
    let policy = &facts.policies.equity;
    let mut outcome = Outcome::default();
    for (name, account) in accounts.iter() {
        let subject = if name.is_empty() { "equity".to_owned() } else { format!("account:{name}") };
        match account {
            Ok(equity) => {
                let assessment = equity.assess(policy, facts.now);
                if let Some(why) = &assessment.doubt {
                    outcome.doubt(Some(subject.clone()), why.clone(), "nija equity set EQUITY");
                }
                if let Some(loss) = (measure.of)(assessment) {
                    outcome.figures.extend(figure(measure, name, &loss));
                    outcome.findings.extend(finding(measure, subject, equity, &loss, policy));
                }
            }
            Err(why) => {
                outcome.doubt(Some(subject), why.clone(), "nija doctor");
            }
        }
    }
    if outcome == Outcome::default() {
        return Outcome::idle(format!(
            "no equity is confirmed yet; it takes {} readings",
            policy.confirmations
        ));
    }
    outcome
}

fn figure(measure: &Measure, account: &str, loss: &Loss) -> Option<Figure> {
    let separator = if account.is_empty() { "" } else { "_" };
    Some(Figure {
        label: format!("{}{separator}{account}", measure.figure),
        value: loss.pct?,
        unit: "%",
        warning: Some(loss.warning_pct),
        critical: Some(loss.limit_pct),
    })
}

fn finding(
    measure: &Measure,
    subject: String,
    equity: &Equity,
    loss: &Loss,
    policy: &Policy,
) -> Option<Finding> {
    let severity = match loss.level {
        Level::Ok => return None,
        Level::Warning => Severity::Warning,
        Level::Emergency => Severity::Emergency,
    };
    let share = loss.pct.map_or_else(String::new, |pct| format!("{pct} %, "));
    let cash = loss.limit_cash.map_or_else(String::new, |limit| format!(" or {limit}"));
    let whose = equity.account.as_ref().map_or_else(String::new, |account| format!("{account} "));
    let message = format!(
        "{whose}lost {share}{} of {} since {}; the limit is {} %{cash}",
        loss.cash, loss.from, measure.since, loss.limit_pct
    );
    let pulls = policy.auto_kill && severity == Severity::Emergency;
    let scope = if policy.kills_everything { Scope::All } else { equity.scope() };
    let mut finding =
        Finding::new(subject, severity, message).pulls(pulls.then_some(Pull { scope, mode: Mode::Halted }));
    (finding.value, finding.limit) = (loss.pct, Some(loss.limit_pct));
    Some(match &equity.account {
        Some(account) => finding.label("account", account.clone()),
        None => finding,
    })
}
