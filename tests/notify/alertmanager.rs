//! Against Prometheus' own Alertmanager.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use nija::domain::alert::Severity;
use nija::domain::notify::{Message, Reason};
use serde_json::Value;

use super::{Desk, LIMIT, message, odd};
use crate::common::http::{nobody, somebody};

/// An Alertmanager of this test's own. Killed when dropped.
struct Running {
    child: Child,
    port: u16,
}

impl Running {
    fn start(desk: &Desk) -> Self {
        let config = desk.env.path("alertmanager.yml");
        std::fs::write(&config, "route:\n  receiver: nobody\nreceivers:\n  - name: nobody\n").unwrap();
        let port = nobody();
        let child = Command::new("prometheus-alertmanager")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.path={}", desk.env.path("work").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--cluster.listen-address=")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("prometheus-alertmanager; try scripts/setup.sh");
        let mut running = Self { child, port };
        let begun = Instant::now();
        while !somebody(port) {
            assert!(running.child.try_wait().unwrap().is_none(), "it ended");
            assert!(begun.elapsed() < Duration::from_secs(60), "it does not listen");
            std::thread::yield_now();
        }
        running
    }

    /// What it has, as its API says it, until that is as wanted.
    fn alerts(&self, is_wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let begun = Instant::now();
        loop {
            let url = format!("http://127.0.0.1:{}/api/v2/alerts", self.port);
            let mut answer = ureq::get(&url).config().proxy(None).build().call().unwrap();
            let found: Vec<Value> =
                serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
            if is_wanted(&found) {
                return found;
            }
            assert!(begun.elapsed() < LIMIT, "{found:#?}");
            std::thread::yield_now();
        }
    }

    fn lines(&self) -> String {
        format!("kind = \"alertmanager\"\nbase_url = \"http://127.0.0.1:{}\"", self.port)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_alert_fires_there_gets_worse_and_ends() {
    let desk = Desk::new();
    let running = Running::start(&desk);
    let now = Utc::now();
    let first = Message { since: now - TimeDelta::minutes(2), at: now, ..message() };
    desk.send(&running.lines(), &first, LIMIT).unwrap();
    let found = running.alerts(|found| found.len() == 1);
    let labels = &found[0]["labels"];
    assert_eq!(labels["alertname"], "ORDER_STUCK");
    assert_eq!(labels["severity"], "critical");
    assert_eq!(labels["thread"], "ORDER_STUCK:order:o-17");
    assert_eq!(found[0]["annotations"]["trading_pair"], "BTC/USD");
    assert_eq!(labels["instance"], "desk-1");
    assert_eq!(found[0]["generatorURL"], "https://wiki.example/nija/order_stuck");
    assert_eq!(found[0]["annotations"]["audit_head"], "412:9f86d081");
    assert_eq!(found[0]["status"]["state"], "active");
    let ends: chrono::DateTime<Utc> = found[0]["endsAt"].as_str().unwrap().parse().unwrap();
    assert!(ends - now > TimeDelta::hours(23), "{ends}");

    let worse = Message { severity: Severity::Emergency, reason: Reason::Escalated, ..first };
    desk.send(&running.lines(), &worse, LIMIT).unwrap();
    let found = running.alerts(|found| found.len() == 1 && found[0]["labels"]["severity"] == "emergency");
    assert_eq!(found[0]["labels"]["alertname"], "ORDER_STUCK");

    let end = Message { reason: Reason::Resolved, until: Some(now), ..worse };
    desk.send(&running.lines(), &end, LIMIT).unwrap();
    running.alerts(<[Value]>::is_empty);
}

#[test]
fn alerts_that_were_told_together_end_each_on_their_own() {
    let desk = Desk::new();
    let running = Running::start(&desk);
    let now = Utc::now();
    let names = ["ORDER_STUCK:order:o-17", "ORDER_STUCK:order:o-18"];
    let alerts = names.iter().map(|name| ((*name).to_owned(), "m-1".to_owned())).collect();
    let both = Message { since: now, at: now, alerts, ..message() };
    desk.send(&running.lines(), &both, LIMIT).unwrap();
    running.alerts(|found| found.len() == 2);
    let alone =
        Message { alerts: BTreeMap::new(), labels: BTreeMap::new(), thread: names[1].to_owned(), ..both };
    let end = Message { reason: Reason::Resolved, until: Some(now), ..alone };
    desk.send(&running.lines(), &end, LIMIT).unwrap();
    let left = running.alerts(|found| found.len() == 1);
    assert_eq!(left[0]["labels"]["thread"], names[0]);
}

#[test]
fn whatever_is_in_a_message_alertmanager_takes_it() {
    let desk = Desk::new();
    let running = Running::start(&desk);
    let now = Utc::now();
    let odd = Message { since: now, at: now, runbook: "nija rules ORDER_STUCK".to_owned(), ..odd() };
    let mut labelled = odd.clone();
    labelled.labels.extend([
        ("0 odd-n\u{E4}me".to_owned(), "x".to_owned()),
        ("empty".to_owned(), String::new()),
        ("severity".to_owned(), "mine".to_owned()),
    ]);
    let ahead = Message { since: now + TimeDelta::minutes(5), reason: Reason::Resolved, ..odd.clone() };
    for message in [odd, labelled, Message { audit_head: None, rule: None, ..ahead }] {
        desk.send(&running.lines(), &message, LIMIT).unwrap();
    }
}
