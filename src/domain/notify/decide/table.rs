//! The table of what is said of an alert, and when something is due where nothing is.

use serde_json::{Value, json};

use super::*;

/// A second of the day that the table is about.
fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

/// A CRITICAL alert that has fired since 0 for the second time, with whatever else is said of it.
fn alert(fields: &Value) -> Alert {
    let mut whole = json!({
        "format": "nija.alert", "version": "1.0", "revision": 1, "updated_at": at(0),
        "rule": "ORDER_STUCK", "subject": "order:1", "state": "firing", "severity": "critical",
        "message": "stuck", "first_seen": at(0), "last_seen": at(0), "count": 2,
    });
    for (name, value) in fields.as_object().unwrap() {
        whole[name] = value.clone();
    }
    serde_json::from_value(whole).unwrap()
}

/// What people were told, at 0, with a repetition at 1800 and a step at 300.
fn told(fields: &Value) -> Value {
    let mut whole = json!({
        "episode": 2, "messages": 1, "severity": "critical", "since": at(0), "at": at(0),
        "repeat_at": at(1800), "channels": ["ops"],
        "steps": [{"step": 2, "at": at(300), "after_seconds": 300, "channels": ["boss"]}],
    });
    for (name, value) in fields.as_object().unwrap() {
        whole[name] = value.clone();
    }
    whole
}

fn decide(alert: &Alert, hush: Option<Hush>, now: i64) -> Decision {
    let policy = Policy::default();
    let first_at = first_at(alert, TimeDelta::zero(), None, &policy, at(now));
    Situation { alert, hush, first_at, quiet_until: None, policy: &policy, now: at(now) }.decide()
}

/// The words for what is said, and the second at which something is due where nothing is.
fn answer(decision: &Decision) -> (String, Option<i64>) {
    let word = |say: &Say| match say {
        Say::First => "first",
        Say::Worse => "worse",
        Say::Step(_) => "step",
        Say::Repeat => "repeat",
        Say::Again => "again",
        Say::Taken => "taken",
        Say::Resolved => "resolved",
    };
    let words: Vec<&str> = decision.says.iter().map(word).collect();
    (words.join(" "), decision.due.map(|due| due.timestamp() - at(0).timestamp()))
}

const ACKED: Option<Hush> = Some(Hush { until: AT_900, known: Some(Severity::Critical), is_silenced: false });
const SILENCED: Option<Hush> = Some(Hush { until: AT_900, known: None, is_silenced: true });
const AT_900: DateTime<Utc> = DateTime::from_timestamp(1_800_000_900, 0).unwrap();

/// What is the case, why nobody is to be told, when, what is said, and when something is due.
type Row = (&'static str, Value, Option<Hush>, i64, &'static str, Option<i64>);

#[test]
fn the_table_of_reasons() {
    let gone = |fields: Value| json!({"state": "resolved", "resolved_at": at(60), "telling": told(&fields)});
    let lesser = json!({"severity": "warning"});
    let quiet = told(&json!({"repeat_at": null, "steps": []}));
    #[rustfmt::skip]
    let table: Vec<Row> = vec![
        ("nobody knows of something bad", json!({}), None, 0, "first", None),
        ("nobody knows of something lesser: it waits for others", lesser.clone(), None, 29, "", Some(30)),
        ("and not for ever", lesser, None, 30, "first", None),
        ("nobody knows, and somebody took care of it first", json!({}), ACKED, 0, "", Some(900)),
        ("what was told of an earlier time is over", json!({"telling": told(&json!({"episode": 1, "ended": true}))}), None, 0, "first", None),
        ("what came back before its end was told goes on", json!({"telling": told(&json!({"episode": 1}))}), None, 10, "", Some(300)),
        ("it became worse", json!({"severity": "emergency", "telling": told(&json!({}))}), None, 10, "worse", None),
        ("it became worse, and is silenced", json!({"telling": told(&json!({"severity": "warning"}))}), SILENCED, 10, "", Some(900)),
        ("it became better", json!({"severity": "warning", "telling": told(&json!({}))}), None, 10, "", Some(300)),
        ("nobody acknowledged it in time", json!({"telling": told(&json!({}))}), None, 300, "step", None),
        ("a moment earlier", json!({"telling": told(&json!({}))}), None, 299, "", Some(300)),
        ("a repetition is due", json!({"telling": told(&json!({"steps": []}))}), None, 1800, "repeat", None),
        ("a moment earlier", json!({"telling": told(&json!({"steps": []}))}), None, 1799, "", Some(1800)),
        ("somebody takes care of it", json!({"telling": told(&json!({}))}), ACKED, 300, "taken", Some(900)),
        ("somebody no longer takes care of it", json!({"telling": quiet}), None, 400, "again", None),
        ("nobody wants to hear of it", json!({"telling": told(&json!({}))}), SILENCED, 1800, "", Some(900)),
        ("it is over, but not for long", gone(json!({})), None, 89, "", Some(90)),
        ("it is over", gone(json!({})), None, 90, "resolved", None),
        ("it is over, and somebody took care of it", gone(json!({})), ACKED, 90, "resolved", None),
        ("it is over, and silenced", gone(json!({})), SILENCED, 90, "", Some(900)),
        ("it is over, and that was told", gone(json!({"ended": true})), None, 90, "", None),
        ("it is over, and nobody ever knew", json!({"state": "resolved", "resolved_at": at(60)}), None, 90, "", None),
    ];
    for (what, fields, hush, now, says, due) in table {
        let decision = decide(&alert(&fields), hush, now);
        assert_eq!(answer(&decision), (says.to_owned(), due), "{what}");
    }
}

#[test]
fn who_takes_care_of_it_calls_back_what_is_planned_and_knows_how_bad_it_is() {
    let alert = alert(&json!({"telling": told(&json!({"severity": "emergency"}))}));
    let decision = decide(&alert, ACKED, 10);
    assert!(decision.is_over && decision.telling.steps.is_empty() && decision.telling.repeat_at.is_none());
    assert_eq!(
        decision.telling.severity,
        Some(Severity::Critical),
        "when it becomes worse than that, people are told"
    );
    let alert = Alert { telling: decision.telling, ..alert };
    assert!(!decide(&alert, ACKED, 20).is_over, "once is enough");
}

#[test]
fn a_clock_that_steps_neither_loses_nor_floods() {
    let day = 24 * 3600;
    let known = alert(&json!({"telling": told(&json!({}))}));
    // A day back: everything is as far away as it ever was, and no further.
    let decision = decide(&known, None, -day);
    assert_eq!(answer(&decision), (String::new(), Some(301 - day)));
    assert_eq!(decision.telling.repeat_at, Some(at(1800 - day)));
    // Nobody knows of what began in the future: it is not put off until then.
    assert_eq!(answer(&decide(&alert(&json!({"severity": "warning"})), None, -day)).0, "first");
    let gone = alert(&json!({"state": "resolved", "resolved_at": at(60), "telling": told(&json!({}))}));
    assert_eq!(answer(&decide(&gone, None, -day)).0, "resolved");
    // A day forward: what is due is said once.
    assert_eq!(answer(&decide(&known, None, day)).0, "step");
}
