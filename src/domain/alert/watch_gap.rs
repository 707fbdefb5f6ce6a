//! WATCH_GAP: for some time nobody watched.

use std::time::Duration;

use super::beats;
use super::facts::Facts;
use super::outcome::{Finding, Outcome};
use super::rule::{Reading, Rule, Severity};
use crate::domain::heartbeat::gap::{Gap, Kind};

/// The rule.
pub const RULE: Rule = Rule {
    id: "WATCH_GAP",
    group: "heartbeats",
    about: "nobody looked for some time: the machine slept or was started again, or neither check nor watch ran",
    why: "what happened meanwhile is not known, and silence then must not pass for health",
    threshold: "more than heartbeats.looks_missed times heartbeats.look_interval, 3 times a minute by default; any sleep of \
                the machine, any start. UNKNOWN for heartbeats.reported_for, 5 minutes by default",
    example: "systemctl suspend, and an hour later the watch goes on",
    severities: &[Severity::Warning],
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
    if view.components.is_empty() && view.unreadable.is_empty() {
        return Outcome::idle("no component is watched");
    }
    let mut outcome = Outcome::default();
    if let Some(gap) = &view.gap {
        let words = words(gap);
        let length = gap.length_ms.map(Duration::from_millis);
        let mut finding = Finding::new("watch", Severity::Warning, words.clone());
        finding.value = length.map(beats::seconds);
        finding.limit = Some(beats::seconds(facts.policies.heartbeats.gap_limit()));
        outcome.findings.push(finding);
        outcome.doubt(None, words, "nija heartbeat status");
    }
    outcome
}

fn words(gap: &Gap) -> String {
    let what = match gap.kind {
        Kind::Suspended => "the machine slept",
        Kind::Restarted => "the machine was started again",
        Kind::Unwatched => "nobody looked",
        Kind::Forgotten => "what was seen before is lost",
    };
    let length = match (gap.kind, gap.length_ms.map(Duration::from_millis)) {
        (Kind::Forgotten, _) => String::new(),
        (Kind::Restarted, Some(length)) => {
            format!(", and nobody looked for about {}", beats::spoken(length))
        }
        (Kind::Suspended, Some(length)) => format!(", and nobody looked for {}", beats::spoken(length)),
        (_, Some(length)) => format!(" for {}", beats::spoken(length)),
        (_, None) => ", and nobody can tell for how long".to_owned(),
    };
    let until = gap.ended_at.format("%Y-%m-%dT%H:%M:%SZ");
    format!("{what}{length}, until {until}: what happened meanwhile is not known")
}
