//! What a channel is to send next: what cannot wait first, and the messages of one thread in their order.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::channel::{Spec, Takes};
use super::delivery::{Delivery, State};
use super::record::Record;

/// How much patience there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// What is due.
    Due,
    /// What waits after a failure as well: somebody says that it works again.
    None,
}

/// What a channel is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next<'a> {
    /// Send this one.
    Send(&'a Delivery),
    /// Nothing before that time.
    From(DateTime<Utc>),
    /// Nothing.
    Nothing,
}

/// What a channel is to do with these deliveries, in whatever order they come.
pub fn next<'a>(
    deliveries: impl IntoIterator<Item = &'a Delivery>,
    spec: &Spec,
    record: &Record,
    patience: Patience,
    now: DateTime<Utc>,
) -> Next<'a> {
    let mut threads: BTreeMap<&str, Vec<&Delivery>> = BTreeMap::new();
    for delivery in deliveries.into_iter().filter(|delivery| delivery.state == State::Pending) {
        threads.entry(&delivery.message.thread).or_default().push(delivery);
    }
    let mut heads = Vec::new();
    for thread in threads.values_mut() {
        thread.sort_by_key(|delivery| (delivery.created_at, delivery.name()));
        heads.extend(head(thread, spec, record, patience, now));
    }
    let first = heads.iter().min_by_key(|(at, delivery)| {
        let waits = *at > now;
        let wanted = if waits { *at } else { delivery.due_at };
        (waits, !delivery.message.is_urgent(), wanted, delivery.created_at, delivery.name())
    });
    match first {
        Some((at, delivery)) if *at <= now => Next::Send(delivery),
        Some(_) => heads.iter().map(|(at, _)| *at).min().map_or(Next::Nothing, Next::From),
        None => Next::Nothing,
    }
}

/// The one of a thread that goes first, and when. What cannot wait goes ahead of what has to.
fn head<'a>(
    thread: &[&'a Delivery],
    spec: &Spec,
    record: &Record,
    patience: Patience,
    now: DateTime<Utc>,
) -> Option<(DateTime<Utc>, &'a Delivery)> {
    let mut before = DateTime::<Utc>::MIN_UTC;
    let mut best: Option<(DateTime<Utc>, &Delivery)> = None;
    for delivery in thread {
        let own = ready(delivery, spec, record, patience, now);
        let at = if delivery.message.is_urgent() { own } else { own.max(before) };
        before = before.max(at);
        if best.is_none_or(|(earliest, _)| at < earliest && earliest > now) {
            best = Some((at, delivery));
        }
    }
    best
}

/// From when on one may be sent, all others aside.
fn ready(
    delivery: &Delivery,
    spec: &Spec,
    record: &Record,
    patience: Patience,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let (urgent, tried) = (delivery.message.is_urgent(), delivery.attempts > 0);
    let forced = patience == Patience::None;
    let due = if forced && tried { now } else { delivery.due(now) };
    let mut limits = vec![spec.takes(urgent, now)];
    if !urgent {
        limits.push(record.takes(spec.rate_limit, now));
    }
    if !forced && (tried || !urgent) {
        limits.push(record.rests(now));
    }
    let latest = limits.into_iter().filter_map(|takes| match takes {
        Takes::From(at) => Some(at),
        Takes::Now => None,
    });
    latest.fold(due, DateTime::max)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::alert::Severity;
    use crate::domain::notify::channel::Quiet;
    use crate::domain::notify::delivery::{Sort, Trouble};
    use crate::domain::notify::message::{Message, Reason, Topic};

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn spec() -> Spec {
        Spec {
            name: "ops".to_owned(),
            kind: "file".to_owned(),
            timeout: Duration::from_secs(10),
            min_severity: Severity::Info,
            rules: Vec::new(),
            quiet: None,
            rate_limit: None,
            options: BTreeMap::new(),
        }
    }

    fn delivery(id: &str, thread: &str, severity: Severity, second: i64) -> Delivery {
        let message = Message {
            id: id.to_owned(),
            thread: thread.to_owned(),
            topic: Topic::Alert,
            reason: Reason::First,
            severity,
            rule: None,
            alerts: BTreeMap::new(),
            summary: String::new(),
            value: None,
            limit: None,
            labels: BTreeMap::new(),
            notes: Vec::new(),
            since: at(second),
            until: None,
            at: at(second),
            remedy: String::new(),
            runbook: String::new(),
            host: String::new(),
            state_dir: String::new(),
            audit_head: None,
        };
        Delivery::new(message, "ops", at(second), at(second))
    }

    fn trouble() -> Trouble {
        Trouble { sort: Sort::Timeout, message: String::new(), permanent: false, retry_after_seconds: None }
    }

    fn sent<'a>(next: Next<'a>) -> Option<&'a str> {
        match next {
            Next::Send(delivery) => Some(&delivery.message.id),
            _ => None,
        }
    }

    #[test]
    fn a_thread_keeps_its_order_and_an_emergency_goes_ahead_of_what_waits() {
        let (spec, mut record) = (spec(), Record::new(at(0)));
        let mut first = delivery("a", "t", Severity::Warning, 0);
        let second = delivery("b", "t", Severity::Critical, 1);
        let worst = delivery("c", "t", Severity::Emergency, 2);
        let other = delivery("d", "u", Severity::Warning, 3);
        let all = [second.clone(), first.clone()];
        assert_eq!(sent(next(&all, &spec, &record, Patience::Due, at(5))), Some("a"));
        first.failed(trouble(), TimeDelta::hours(1), at(5), 0);
        let due = first.due_at;
        let all = [first.clone(), second.clone()];
        assert_eq!(next(&all, &spec, &record, Patience::Due, at(5)), Next::From(due));
        assert_eq!(sent(next(&all, &spec, &record, Patience::None, at(5))), Some("a"));
        let all = [first.clone(), second.clone(), worst, other.clone()];
        assert_eq!(sent(next(&all, &spec, &record, Patience::Due, at(5))), Some("c"));
        // While the channel rests, only what cannot wait is tried.
        record.failed(trouble(), false, at(5));
        record.retry_at = Some(at(60));
        assert_eq!(sent(next(&all, &spec, &record, Patience::Due, at(5))), Some("c"));
        let all = [first, second, other];
        assert_eq!(next(&all, &spec, &record, Patience::Due, at(5)), Next::From(at(60)));
    }

    #[test]
    fn at_night_only_what_cannot_wait() {
        let time = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        let night = at(0).date_naive().and_hms_opt(23, 0, 0).unwrap().and_utc();
        let quiet = Quiet { from: time(22), to: time(7), offset: TimeDelta::zero() };
        let (spec, record) = (Spec { quiet: Some(quiet), ..spec() }, Record::new(at(0)));
        let late = |id, severity| {
            let plain = delivery(id, "t", severity, 0);
            Delivery { created_at: night, due_at: night, ..plain }
        };
        let (warning, emergency) = (late("a", Severity::Warning), late("b", Severity::Emergency));
        let morning = night + TimeDelta::hours(8);
        assert_eq!(next([&warning], &spec, &record, Patience::None, night), Next::From(morning));
        let both = [warning, emergency];
        assert_eq!(sent(next(&both, &spec, &record, Patience::Due, night)), Some("b"));
    }

    proptest! {
        /// Whatever is there and however the clock was set: something is sent, or there is a time when something will be.
        #[test]
        fn nothing_is_forgotten(
            kinds in proptest::collection::vec((0usize..3, 0u8..4, 0i64..100, 0u32..3), 1..20),
            now in -1000i64..1000,
        ) {
            let (spec, record) = (spec(), Record::new(at(0)));
            let severities = [Severity::Info, Severity::Warning, Severity::Critical, Severity::Emergency];
            let mut all: Vec<Delivery> = kinds.iter().enumerate().map(|(index, (thread, severity, second, attempts))| {
                let severity = severities[usize::from(*severity)];
                let mut one = delivery(&format!("m{index}"), ["a", "b", "c"][*thread], severity, *second);
                for _ in 0..*attempts {
                    one.failed(trouble(), TimeDelta::hours(9), at(*second), 7);
                }
                one
            }).collect();
            let (mut now, mut sent) = (at(now), 0);
            while sent < kinds.len() {
                match next(&all, &spec, &record, Patience::Due, now) {
                    Next::Send(delivery) => {
                        let name = delivery.name();
                        let found = all.iter_mut().find(|one| one.name() == name).unwrap();
                        found.sent(now);
                        sent += 1;
                    }
                    Next::From(at) => {
                        prop_assert!(at > now && at - now <= TimeDelta::minutes(20));
                        now = at;
                    }
                    Next::Nothing => prop_assert!(false, "{} left", kinds.len() - sent),
                }
            }
        }
    }
}
