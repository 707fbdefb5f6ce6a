//! WATCH_DOWN: a watch is expected, and does not tick.

use std::time::Duration;

use super::beats;
use super::facts::{Facts, Input};
use super::outcome::{Finding, Outcome};
use super::rule::{Reading, Rule, Severity};
use crate::domain::watch::{Seen, Ticks};

/// A watch that looks every second may be late by more than three of them on a machine that is busy.
const LEAST: Duration = Duration::from_secs(15);

/// So many intervals without a tick are too many.
const INTERVALS: u32 = 3;

/// The rule.
pub const RULE: Rule = Rule {
    id: "WATCH_DOWN",
    group: "watch",
    about: "nija watch is expected to run, and does not look",
    why: "nothing is noticed between two runs of cron, nobody is told in time, and nothing is stopped",
    threshold: "no tick for 3 of its intervals, at least 15s, by a clock that runs while the machine sleeps. Expected is a watch \
                that has not ended by itself, or any at all with watch.expected or gate.require_watch",
    example: "kill -9 $(pidof nija)",
    severities: &[Severity::Critical],
    auto_kill: None,
    latches: None,
    remedy: "systemctl restart nija-watch",
    reads: &[Reading::Watch],
    evaluate,
};

fn evaluate(facts: &Facts) -> Outcome {
    let wanted = facts.policies.watch.expected || facts.policies.gate.require_watch.is_some();
    let seen = match &facts.watch {
        Input::Known(Ticks::Own) => return Outcome::default(),
        Input::Known(Ticks::Seen(seen)) => Some(seen),
        Input::Missing => None,
        Input::Unreadable(why) => return Outcome::unknown(why.clone(), "nija doctor"),
        Input::NotRead => return Outcome::idle("the watch was not read"),
    };
    match seen {
        None if wanted => down("none has ever ticked here", None),
        None => Outcome::idle("no watch is expected"),
        Some(seen) => judge(seen, wanted),
    }
}

fn judge(seen: &Seen, wanted: bool) -> Outcome {
    let watch = &seen.watch;
    if watch.ended_at.is_some() && !wanted {
        return Outcome::idle("the watch was ended");
    }
    let limit = Duration::from_secs(watch.interval_seconds).saturating_mul(INTERVALS).max(LEAST);
    match seen.age {
        _ if watch.ended_at.is_some() => down("it was ended", None),
        Some(age) if age <= limit => {
            let mut outcome = Outcome::default();
            outcome.figure("watch_age", beats::seconds(Duration::from_secs(age.as_secs())), "s");
            outcome
        }
        Some(age) => {
            let words = format!("it ticked last {} ago", beats::spoken(age));
            down(&words, Some((age, limit)))
        }
        None => down("it has not ticked since this machine was started", None),
    }
}

fn down(why: &str, judged: Option<(Duration, Duration)>) -> Outcome {
    let mut finding = Finding::new("watch", Severity::Critical, format!("nija watch is down: {why}"));
    if let Some((age, limit)) = judged {
        finding = finding.judged(beats::seconds(Duration::from_secs(age.as_secs())), beats::seconds(limit));
    }
    Outcome { findings: vec![finding], ..Outcome::default() }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::watch::Watch;

    fn found(ticks: Input<Ticks>, wanted: bool) -> (usize, bool) {
        let mut facts = Facts::nothing(DateTime::UNIX_EPOCH);
        facts.policies.watch.expected = wanted;
        facts.watch = ticks;
        let outcome = evaluate(&facts);
        (outcome.findings.len(), outcome.idle.is_some())
    }

    fn seen(age: Option<u64>, ended: bool) -> Input<Ticks> {
        let mut watch =
            Watch::new(DateTime::UNIX_EPOCH, "boot-1", Duration::ZERO, 1, Duration::from_secs(30));
        watch.ended_at = ended.then_some(DateTime::UNIX_EPOCH);
        Input::Known(Ticks::Seen(Seen { watch, age: age.map(Duration::from_secs) }))
    }

    #[test]
    fn what_is_expected_has_to_tick() {
        for (ticks, wanted, expected) in [
            (Input::Known(Ticks::Own), true, (0, false)),
            (Input::Missing, false, (0, true)),
            (Input::Missing, true, (1, false)),
            (seen(Some(90), false), false, (0, false)),
            (seen(Some(91), false), false, (1, false)),
            (seen(None, false), false, (1, false)),
            (seen(Some(91), true), false, (0, true)),
            (seen(None, true), false, (0, true)),
            (seen(Some(1), true), true, (1, false)),
        ] {
            assert_eq!(found(ticks.clone(), wanted), expected, "{ticks:?} {wanted}");
        }
    }
}
