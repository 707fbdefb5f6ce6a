//! CHANNEL_FAILED: people are not reached through a channel.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::facts::{Facts, Input};
use super::outcome::{Finding, Outcome};
use super::rule::{Reading, Rule, Severity};
use crate::domain::notify::record::Record;

/// A channel that fails for less than this may come back by itself.
const FAILING: TimeDelta = TimeDelta::minutes(5);

/// The rule.
pub const RULE: Rule = Rule {
    id: "CHANNEL_FAILED",
    group: "notify",
    about: "messages do not get out through a channel",
    why: "an alert that nobody sees did not happen, and silence looks like health",
    threshold: "WARNING when every attempt has failed for more than 5 minutes; CRITICAL once a message was given up, until the \
                channel takes one again",
    example: "nija notify test ops-telegram",
    severities: &[Severity::Warning, Severity::Critical],
    auto_kill: None,
    latches: None,
    remedy: "nija notify channels",
    reads: &[Reading::Channels],
    evaluate,
};

fn evaluate(facts: &Facts) -> Outcome {
    let channels = &facts.policies.notify.channels;
    if channels.is_empty() {
        return Outcome::idle("no channel is configured");
    }
    let records = match &facts.channels {
        Input::Known(records) => records,
        Input::Unreadable(why) => return Outcome::unknown(why.clone(), "nija doctor"),
        Input::NotRead | Input::Missing => return Outcome::idle("channels were not read"),
    };
    let mut outcome = Outcome::default();
    for spec in channels {
        let subject = format!("channel:{}", spec.name);
        match records.get(&spec.name) {
            Some(Ok(record)) => outcome.findings.extend(judge(&spec.name, subject, record, facts.now)),
            Some(Err(why)) => {
                let why = format!("what channel {} did cannot be read: {why}", spec.name);
                outcome.doubt(Some(subject), why, "nija doctor");
            }
            None => {}
        }
    }
    outcome
}

fn judge(name: &str, subject: String, record: &Record, now: DateTime<Utc>) -> Option<Finding> {
    let trouble = record.trouble.as_ref();
    let why = trouble.map_or_else(String::new, |trouble| format!(": {}", trouble.message));
    let (severity, message) = match (record.abandoned_at, record.failing_since) {
        (Some(at), _) => {
            let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
            (
                Severity::Critical,
                format!("channel {name} could not take a message, which was given up at {at}{why}"),
            )
        }
        // A clock that was set back makes a failure no younger than it is.
        (None, Some(since)) if now.signed_duration_since(since).abs() > FAILING => {
            let since = since.to_rfc3339_opts(SecondsFormat::Secs, true);
            (Severity::Warning, format!("channel {name} has taken nothing since {since}{why}"))
        }
        _ => return None,
    };
    let given_up = Decimal::from(record.abandoned);
    let finding = Finding::new(subject, severity, message).label("channel", name);
    Some(finding.judged(given_up, Decimal::ZERO).remedy(format!("nija notify test {name}")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::domain::notify::Spec;
    use crate::domain::notify::delivery::{Sort, Trouble};

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn severity(record: Result<Record, String>, second: i64) -> (Option<Severity>, usize) {
        let mut facts = Facts::nothing(at(second));
        facts.policies.notify.channels = vec![Spec {
            name: "ops".to_owned(),
            kind: "file".to_owned(),
            timeout: Duration::from_secs(1),
            min_severity: Severity::Info,
            rules: Vec::new(),
            quiet: None,
            rate_limit: None,
            options: BTreeMap::new(),
        }];
        facts.channels = Input::Known(Arc::new([("ops".to_owned(), record)].into()));
        let outcome = evaluate(&facts);
        (outcome.findings.first().map(|finding| finding.severity), outcome.doubts.len())
    }

    #[test]
    fn failing_is_told_after_a_while_and_giving_up_at_once() {
        let trouble = Trouble {
            sort: Sort::Timeout,
            message: "late".to_owned(),
            permanent: false,
            retry_after_seconds: None,
        };
        let mut record = Record::new(at(0));
        assert_eq!(severity(Ok(record.clone()), 0), (None, 0));
        record.failed(trouble.clone(), false, at(0));
        assert_eq!(severity(Ok(record.clone()), 300), (None, 0));
        assert_eq!(severity(Ok(record.clone()), 301), (Some(Severity::Warning), 0));
        record.failed(trouble, true, at(302));
        assert_eq!(severity(Ok(record.clone()), 302), (Some(Severity::Critical), 0));
        record.sent(None, at(303));
        assert_eq!(severity(Ok(record), 303), (None, 0));
        assert_eq!(severity(Err("torn".to_owned()), 0), (None, 1));
    }
}
