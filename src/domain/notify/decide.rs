//! What there is to say of one alert now, and when the next thing will be: first, new, escalated, repeat, resolved or nothing.

use chrono::{DateTime, TimeDelta, Utc};

use super::policy::Policy;
use super::route::About;
use super::steps::interval;
use super::telling::{Due, Telling};
use crate::domain::alert::lifecycle::State;
use crate::domain::alert::{Alert, Severity, TRADING_HALTED};

/// What is to be said of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Say {
    /// Nobody was told of it yet.
    First,
    /// It became worse than people know.
    Worse,
    /// Nobody acknowledged it in time: a step of its escalation.
    Step(Due),
    /// It still fires.
    Repeat,
    /// It still fires, and whoever took care of it, or silenced it, no longer does.
    Again,
    /// It no longer holds.
    Resolved,
}

/// Why nobody is to be told of an alert at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hush {
    /// Until when.
    pub until: DateTime<Utc>,
    /// How bad whoever takes care of it knows it to be, if somebody does.
    pub known: Option<Severity>,
    /// Whether it is silenced: then nobody is told of its end either before that is over.
    pub is_silenced: bool,
}

/// What decides.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The alert.
    pub alert: &'a Alert,
    /// Why nobody is to be told, if so.
    pub hush: Option<Hush>,
    /// When people are to be told of it first: it may wait for others of its rule.
    pub first_at: DateTime<Utc>,
    /// When somebody can be told again, where every channel is left in peace until then.
    pub quiet_until: Option<DateTime<Utc>>,
    /// How people are told.
    pub policy: &'a Policy,
    /// Now.
    pub now: DateTime<Utc>,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What is to be said now.
    pub says: Vec<Say>,
    /// When there is something to be decided again, if nothing else happens; of no use where something is said now.
    pub due: Option<DateTime<Utc>>,
    /// What is remembered, before anything is said.
    pub telling: Telling,
    /// What was stored to be sent and was not yet, is no longer to be.
    pub is_over: bool,
}

/// So much later than `at`; at once where `at` is in the future, because a clock that stepped back must not hold anything up.
pub fn later(at: DateTime<Utc>, wait: TimeDelta, now: DateTime<Utc>) -> DateTime<Utc> {
    if at > now { now } else { at.checked_add_signed(wait).unwrap_or(now) }
}

/// What is remembered of the conversation about an alert that goes on: what fires again before its end was told goes on with it.
pub fn current(alert: &Alert) -> Telling {
    let told = &alert.telling;
    let is_new = told.ended || (told.severity.is_none() && told.episode != alert.count);
    if alert.state != State::Resolved && is_new {
        Telling { episode: alert.count, ..Telling::default() }
    } else {
        told.clone()
    }
}

impl Situation<'_> {
    /// Decides.
    pub fn decide(&self) -> Decision {
        let mut decision =
            Decision { says: Vec::new(), due: None, telling: current(self.alert), is_over: false };
        if self.alert.state == State::Resolved {
            self.ended(&mut decision);
        } else if let Some(hush) = self.hush {
            self.hushed(hush, &mut decision);
        } else {
            match decision.telling.severity {
                None => self.at(self.first_at, Say::First, &mut decision),
                Some(known) if self.alert.severity > known => decision.says.push(Say::Worse),
                Some(_) => self.goes_on(&mut decision),
            }
        }
        decision
    }

    fn at(&self, at: DateTime<Utc>, say: Say, decision: &mut Decision) {
        if at <= self.now {
            decision.says.push(say);
        } else {
            decision.due = Some(at);
        }
    }

    /// What was told is told to have ended, once it has ended for a while.
    fn ended(&self, decision: &mut Decision) {
        if decision.telling.severity.is_none() || decision.telling.ended {
            return;
        }
        // A halt does not come again: the next one is another.
        let is_halt = self.alert.rule == TRADING_HALTED;
        let wait = if is_halt { TimeDelta::zero() } else { self.policy.resolve_wait };
        let at = later(self.alert.resolved_at.unwrap_or(self.now), wait, self.now);
        // Somebody who takes care of it wants to know; whoever silenced it wants peace.
        let silence = self.hush.filter(|hush| hush.is_silenced);
        let at = silence.map_or(at, |silence| at.max(silence.until));
        self.at(at, Say::Resolved, decision);
        decision.is_over = !decision.says.is_empty();
    }

    fn hushed(&self, hush: Hush, decision: &mut Decision) {
        let telling = &mut decision.telling;
        if telling.severity.is_some() {
            // When it becomes worse than whoever takes care of it knows, people are told.
            telling.severity = hush.known.or(telling.severity);
        }
        if telling.severity.is_some() && (telling.repeat_at.is_some() || !telling.steps.is_empty()) {
            telling.repeat_at = None;
            telling.steps.clear();
            telling.rounds_left = 0;
            decision.is_over = true;
        }
        decision.due = Some(hush.until);
    }

    /// It fires, people know, and nobody takes care of it.
    fn goes_on(&self, decision: &mut Decision) {
        let Some(repeat_at) = decision.telling.repeat_at else {
            return self.at(self.quiet_until.unwrap_or(self.now), Say::Again, decision);
        };
        self.clamp(repeat_at, &mut decision.telling);
        let telling = &decision.telling;
        let due: Vec<Due> = telling.steps.iter().filter(|step| step.at <= self.now).cloned().collect();
        if !due.is_empty() {
            decision.says = due.into_iter().map(Say::Step).collect();
            return;
        }
        let step = telling.steps.iter().map(|step| step.at).min();
        let repeat = telling.repeat_at.map(|at| self.quiet_until.map_or(at, |end| at.max(end)));
        if let Some(repeat) = repeat {
            self.at(repeat, Say::Repeat, decision);
        }
        decision.due = decision.due.into_iter().chain(step).min();
    }

    /// No time is further away than it was when it was planned: then the clock stepped back.
    fn clamp(&self, repeat_at: DateTime<Utc>, telling: &mut Telling) {
        let latest = |wait: TimeDelta| self.now.checked_add_signed(wait).unwrap_or(self.now);
        telling.repeat_at = Some(repeat_at.min(latest(interval(self.policy, telling.repeats))));
        for step in &mut telling.steps {
            let seconds = i64::try_from(step.after_seconds).unwrap_or(i64::MAX);
            // What is left of a second is not lost.
            let wait = TimeDelta::try_seconds(seconds.saturating_add(1)).unwrap_or(TimeDelta::MAX);
            step.at = step.at.min(latest(wait));
        }
    }
}

/// When an alert that waits for nobody is to be told first: `told_at` is when people were last told of others of its rule.
pub fn first_at(
    alert: &Alert,
    after: TimeDelta,
    told_at: Option<DateTime<Utc>>,
    policy: &Policy,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let own = later(alert.first_seen, after, now);
    if About::of(alert).is_immediate() {
        return own;
    }
    let waited = later(alert.first_seen, policy.group_wait, now);
    let others = told_at.map_or(own, |at| later(at, policy.group_interval, now));
    own.max(waited).max(others)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A second of the day that the table is about.
    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    /// A CRITICAL alert that has fired since 0 for the second time, with whatever else is said of it.
    fn alert(fields: Value) -> Alert {
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
    fn told(fields: Value) -> Value {
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
            Say::Resolved => "resolved",
        };
        let words: Vec<&str> = decision.says.iter().map(word).collect();
        (words.join(" "), decision.due.map(|due| due.timestamp() - at(0).timestamp()))
    }

    const ACKED: Option<Hush> =
        Some(Hush { until: AT_900, known: Some(Severity::Critical), is_silenced: false });
    const SILENCED: Option<Hush> = Some(Hush { until: AT_900, known: None, is_silenced: true });
    const AT_900: DateTime<Utc> = DateTime::from_timestamp(1_800_000_900, 0).unwrap();

    #[test]
    fn the_table_of_reasons() {
        let gone =
            |fields: Value| json!({"state": "resolved", "resolved_at": at(60), "telling": told(fields)});
        let lesser = json!({"severity": "warning"});
        let quiet = told(json!({"repeat_at": null, "steps": []}));
        #[rustfmt::skip]
        let table: Vec<(&str, Value, Option<Hush>, i64, &str, Option<i64>)> = vec![
            ("nobody knows of something bad", json!({}), None, 0, "first", None),
            ("nobody knows of something lesser: it waits for others", lesser.clone(), None, 29, "", Some(30)),
            ("and not for ever", lesser, None, 30, "first", None),
            ("nobody knows, and somebody took care of it first", json!({}), ACKED, 0, "", Some(900)),
            ("what was told of an earlier time is over", json!({"telling": told(json!({"episode": 1, "ended": true}))}), None, 0, "first", None),
            ("what came back before its end was told goes on", json!({"telling": told(json!({"episode": 1}))}), None, 10, "", Some(300)),
            ("it became worse", json!({"severity": "emergency", "telling": told(json!({}))}), None, 10, "worse", None),
            ("it became worse, and is silenced", json!({"telling": told(json!({"severity": "warning"}))}), SILENCED, 10, "", Some(900)),
            ("it became better", json!({"severity": "warning", "telling": told(json!({}))}), None, 10, "", Some(300)),
            ("nobody acknowledged it in time", json!({"telling": told(json!({}))}), None, 300, "step", None),
            ("a moment earlier", json!({"telling": told(json!({}))}), None, 299, "", Some(300)),
            ("a repetition is due", json!({"telling": told(json!({"steps": []}))}), None, 1800, "repeat", None),
            ("a moment earlier", json!({"telling": told(json!({"steps": []}))}), None, 1799, "", Some(1800)),
            ("somebody takes care of it", json!({"telling": told(json!({}))}), ACKED, 300, "", Some(900)),
            ("somebody no longer takes care of it", json!({"telling": quiet.clone()}), None, 400, "again", None),
            ("nobody wants to hear of it", json!({"telling": told(json!({}))}), SILENCED, 1800, "", Some(900)),
            ("it is over, but not for long", gone(json!({})), None, 89, "", Some(90)),
            ("it is over", gone(json!({})), None, 90, "resolved", None),
            ("it is over, and somebody took care of it", gone(json!({})), ACKED, 90, "resolved", None),
            ("it is over, and silenced", gone(json!({})), SILENCED, 90, "", Some(900)),
            ("it is over, and that was told", gone(json!({"ended": true})), None, 90, "", None),
            ("it is over, and nobody ever knew", json!({"state": "resolved", "resolved_at": at(60)}), None, 90, "", None),
        ];
        for (what, fields, hush, now, says, due) in table {
            let decision = decide(&alert(fields), hush, now);
            assert_eq!(answer(&decision), (says.to_owned(), due), "{what}");
        }
    }

    #[test]
    fn who_takes_care_of_it_calls_back_what_is_planned_and_knows_how_bad_it_is() {
        let alert = alert(json!({"telling": told(json!({"severity": "emergency"}))}));
        let decision = decide(&alert, ACKED, 10);
        assert!(
            decision.is_over && decision.telling.steps.is_empty() && decision.telling.repeat_at.is_none()
        );
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
        let known = alert(json!({"telling": told(json!({}))}));
        // A day back: everything is as far away as it ever was, and no further.
        let decision = decide(&known, None, -day);
        assert_eq!(answer(&decision), (String::new(), Some(301 - day)));
        assert_eq!(decision.telling.repeat_at, Some(at(1800 - day)));
        // Nobody knows of what began in the future: it is not put off until then.
        assert_eq!(answer(&decide(&alert(json!({"severity": "warning"})), None, -day)).0, "first");
        let gone = alert(json!({"state": "resolved", "resolved_at": at(60), "telling": told(json!({}))}));
        assert_eq!(answer(&decide(&gone, None, -day)).0, "resolved");
        // A day forward: what is due is said once.
        assert_eq!(answer(&decide(&known, None, day)).0, "step");
    }
}
