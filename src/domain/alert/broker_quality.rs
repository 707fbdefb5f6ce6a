//! BROKER_QUALITY: a broker executes worse than it should.

use std::collections::BTreeMap;

use chrono::DateTime;
use rust_decimal::Decimal;

use super::facts::{Facts, Input};
use super::outcome::{Figure, Finding, Outcome};
use super::rule::{Reading, Rule, Severity};
use crate::domain::slippage::Selection;
use crate::domain::slippage::fixed::{BPS_PLACES, decimal, units};
use crate::domain::slippage::grade::{Grade, Grading, Outcomes};
use crate::domain::slippage::quality::{ONE, REVIEW_BELOW, Verdict};
use crate::domain::slippage::recent::Recent;

/// The rule.
pub const RULE: Rule = Rule {
    id: "BROKER_QUALITY",
    group: "slippage",
    about: "the quality score of a broker is below 80",
    why: "what a broker costs in slippage, fees, refused and stuck orders is paid on every trade",
    threshold: "a score below 80 of at least 10 fills in 7 days is WARNING, unless only their small number keeps it there \
                (slippage.quality_window, slippage.cost_limit_bps, and the same by ticker and by broker); of the latest 5000 \
                fills",
    example: "nija slippage quality --broker kraken --days 7",
    severities: &[Severity::Warning],
    auto_kill: None,
    latches: None,
    remedy: "nija slippage quality --broker NAME",
    reads: &[Reading::Fills, Reading::Orders],
    evaluate,
};

fn evaluate(facts: &Facts) -> Outcome {
    let recent = match &facts.fills {
        Input::Known(recent) => recent,
        Input::Unreadable(why) => return Outcome::unknown(why.clone(), "nija slippage verify"),
        Input::Missing => return Outcome::idle("no fill was ever recorded"),
        Input::NotRead => return Outcome::idle("the fills were not read"),
    };
    let mut outcome = Outcome::default();
    if let Input::Unreadable(why) = &facts.orders {
        outcome.doubt(None, why.clone(), "nija doctor");
    }
    for (broker, grade) in grades(recent, facts) {
        outcome.figures.extend(figure(&broker, &grade));
        outcome.findings.extend(finding(&broker, &grade));
    }
    outcome
}

/// The grade of every broker that a recent fill names.
fn grades(recent: &Recent, facts: &Facts) -> BTreeMap<String, Grade> {
    let policies = &facts.policies;
    let since =
        facts.now.checked_sub_signed(policies.slippage.quality_window).unwrap_or(DateTime::UNIX_EPOCH);
    let mut gradings: BTreeMap<&str, Grading> = BTreeMap::new();
    for fill in recent.since(since) {
        if let Some(broker) = fill.broker {
            gradings.entry(broker).or_default().add(&fill);
        }
    }
    let orders = match &facts.orders {
        Input::Known(orders) => Some(orders),
        _ => None,
    };
    let grade = |(broker, mut grading): (&str, Grading)| {
        let selection =
            Selection { since: Some(since), broker: Some(broker.to_owned()), ..Selection::default() };
        let known =
            orders.into_iter().flat_map(|orders| orders.values()).filter_map(|order| order.as_ref().ok());
        let outcomes = Outcomes::of(known, &selection, &policies.tickers, &policies.orders, facts.now);
        let limit = policies.slippage.cost_limit_bps(None, Some(broker), &policies.tickers);
        (broker.to_owned(), grading.grade(units(limit, BPS_PLACES), outcomes))
    };
    gradings.into_iter().map(grade).collect()
}

/// A score of 0 to 100, cut to hundredths.
fn shown(score: i64) -> Option<Decimal> {
    Some(decimal(score.into(), 4)?.trunc_with_scale(2).normalize())
}

fn figure(broker: &str, grade: &Grade) -> Option<Figure> {
    Some(Figure {
        label: format!("quality_{broker}"),
        value: shown(grade.score.score?)?,
        unit: "",
        // A limit of a figure is one from above.
        warning: None,
        critical: None,
    })
}

fn finding(broker: &str, grade: &Grade) -> Option<Finding> {
    if grade.score.verdict != Verdict::ReviewBroker {
        return None;
    }
    let (score, limit) = (shown(grade.score.score?)?, shown(REVIEW_BELOW)?);
    let known =
        grade.score.components.iter().filter_map(|component| Some((component.value?, component.meaning)));
    let lost =
        known.max_by_key(|(value, meaning)| (ONE - value) * meaning.weight).map(|(_, meaning)| meaning.name);
    let message = format!(
        "{broker} scores {score} of 100, below {limit}: review it, for its {} first",
        lost.unwrap_or("cost")
    );
    let finding = Finding::new(format!("broker:{broker}"), Severity::Warning, message);
    Some(finding.judged(score, limit).label("broker", broker).remedy(remedy(broker)))
}

/// A command about this broker, where its name can be typed as it is.
fn remedy(broker: &str) -> String {
    let is_plain = broker.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if is_plain { format!("nija slippage quality --broker {broker}") } else { String::new() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::order::Side;
    use crate::domain::slippage::Sample;

    const NOW: i64 = 1_800_000_000;

    fn facts(fills: &[(&str, i64, i64)]) -> Facts {
        let mut recent = Recent::default();
        for (broker, bps, age) in fills {
            recent.push(&Sample {
                id: "",
                at_ns: (NOW - age) * 1_000_000_000,
                ticker: "BTCUSD",
                side: Side::Buy,
                slippage: bps * 10_000,
                high: 0,
                notional: None,
                cash: None,
                fee: None,
                latency_ms: Some(200),
                broker: Some(broker).filter(|broker| !broker.is_empty()).copied(),
                order_type: None,
            });
        }
        let now = DateTime::from_timestamp(NOW, 0).unwrap();
        Facts { fills: Input::Known(Arc::new(recent)), ..Facts::nothing(now) }
    }

    fn subjects(facts: &Facts) -> Vec<String> {
        evaluate(facts).findings.into_iter().map(|finding| finding.subject).collect()
    }

    #[test]
    fn a_broker_that_costs_too_much_is_named_and_the_others_are_not() {
        let fills: Vec<(&str, i64, i64)> =
            (0..40).flat_map(|age| [("dear", 8, age), ("cheap", 0, age), ("", 50, age)]).collect();
        let outcome = evaluate(&facts(&fills));
        assert_eq!(outcome.findings.len(), 1);
        let finding = &outcome.findings[0];
        assert_eq!(finding.subject, "broker:dear");
        // Of 70 %: cost 0.4 * 0.2, tail 0.2 * 0.733333, latency 0.1 * 1: 0.466666; with 40 fills 0.477777.
        assert_eq!(finding.message, "dear scores 47.77 of 100, below 80: review it, for its cost first");
        assert_eq!(finding.remedy, "nija slippage quality --broker dear");
        assert_eq!(outcome.figures.len(), 2);
    }

    #[test]
    fn too_few_fills_are_no_reason() {
        let fills = |count: i64, bps: i64| (0..count).map(|age| ("b", bps, age)).collect::<Vec<_>>();
        assert_eq!(subjects(&facts(&fills(9, 100))), [] as [String; 0]);
        assert_eq!(subjects(&facts(&fills(10, 100))), ["broker:b"]);
        assert_eq!(subjects(&facts(&fills(10, 0))), [] as [String; 0], "only few, not bad");
        let old: Vec<_> = (0..50).map(|age| ("b", 100, 700_000 + age)).collect();
        assert_eq!(subjects(&facts(&old)), [] as [String; 0], "long ago");
    }

    #[test]
    fn a_broker_with_a_limit_of_its_own_is_held_to_that() {
        let fills: Vec<_> = (0..40).map(|age| ("b", 8, age)).collect();
        let mut facts = facts(&fills);
        facts.policies.slippage.cost_limit_bps_by_broker.insert("b".to_owned(), Decimal::from(100));
        assert_eq!(subjects(&facts), [] as [String; 0]);
    }

    proptest! {
        #[test]
        fn dearer_fills_never_end_an_alert(
            fills in prop::collection::vec((-20i64..40, 0i64..1000), 10..60),
            more in 0i64..20,
        ) {
            let with = |more: i64| {
                let fills: Vec<_> = fills.iter().map(|(bps, age)| ("b", bps + more, *age)).collect();
                subjects(&facts(&fills)).len()
            };
            prop_assert!(with(more) >= with(0));
        }
    }
}
