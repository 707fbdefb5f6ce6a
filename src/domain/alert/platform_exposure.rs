//! PLATFORM_EXPOSURE: one platform holds too much of the capital.

use super::facts::{Facts, Input};
use super::outcome::{Figure, Finding, Outcome, Pull};
use super::rule::{Reading, Rule, Severity};
use crate::domain::exposure::{Level, Policy, Share, Whole};
use crate::domain::halt::{Mode, Scope, folded};

/// The rule.
pub const RULE: Rule = Rule {
    id: "PLATFORM_EXPOSURE",
    group: "exposure",
    about: "one platform holds too much of the capital",
    why: "what fails there, from an outage to a bankruptcy, takes that much of the capital with it",
    threshold: "above 30 % of the total CRITICAL (exposure.limit_pct, per platform exposure.limits), above 1.5 times that \
                EMERGENCY (exposure.emergency_ratio); UNKNOWN from 15 minutes after the last report on (exposure.stale_after)",
    example: "nija check exposure Coinbase=4000 Kraken=500 --total 5000",
    severities: &[Severity::Critical, Severity::Emergency],
    auto_kill: Some(
        "on EMERGENCY with exposure.auto_kill: halts that platform, or everything with exposure.auto_kill_scope = \"all\"",
    ),
    latches: None,
    remedy: "nija exposure show",
    reads: &[Reading::Exposure],
    evaluate,
};

const REPORT: &str = "nija exposure set PLATFORM=BALANCE --total TOTAL";

fn evaluate(facts: &Facts) -> Outcome {
    let exposure = match &facts.exposure {
        Input::Known(exposure) if !exposure.balances.is_empty() => exposure,
        Input::Unreadable(why) => return Outcome::unknown(why.clone(), "nija doctor"),
        Input::Known(_) | Input::Missing => return Outcome::idle("no balance was ever reported"),
        Input::NotRead => return Outcome::idle("the balances were not read"),
    };
    let policy = &facts.policies.exposure;
    let assessment = exposure.assess(policy, facts.now);
    let mut outcome = Outcome::default();
    if let Some(why) = assessment.doubt {
        outcome.doubt(None, why, REPORT);
    }
    for share in &assessment.shares {
        if let Some(why) = &share.doubt {
            outcome.doubt(
                Some(subject(share)),
                why.clone(),
                format!("nija exposure set '{}=BALANCE'", share.platform),
            );
        }
        outcome.figures.extend(figure(share));
        outcome.findings.extend(assessment.total.and_then(|total| finding(share, total, policy)));
    }
    outcome
}

fn subject(share: &Share) -> String {
    format!("platform:{}", folded(&share.platform))
}

fn figure(share: &Share) -> Option<Figure> {
    Some(Figure {
        label: format!("exposure_{}", folded(&share.platform)),
        value: share.share_pct?,
        unit: "%",
        warning: None,
        critical: Some(share.limit_pct),
    })
}

fn finding(share: &Share, total: Whole, policy: &Policy) -> Option<Finding> {
    let (severity, limit) = match share.level {
        Level::Emergency => (Severity::Emergency, share.emergency_pct),
        Level::Critical => (Severity::Critical, share.limit_pct),
        Level::Ok | Level::Unknown => return None,
    };
    let (platform, balance) = (&share.platform, share.balance?);
    let pct = share.share_pct?;
    let message =
        format!("{platform} holds {pct} % of the capital ({balance} of {}), above {limit} %", total.amount);
    let pulls = policy.auto_kill && severity == Severity::Emergency;
    let scope = if policy.kills_everything { Scope::All } else { Scope::Platform(platform.clone()) };
    Some(
        Finding::new(subject(share), severity, message)
            .judged(pct, limit)
            .label("platform", platform.clone())
            .pulls(pulls.then_some(Pull { scope, mode: Mode::Halted })),
    )
}
