//! The watch as its readers, its supervisor and its operator meet it.

use std::io::{BufRead as _, BufReader};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::common::{Run, TestEnv};

mod beside;
mod changes;
mod courier;
mod deadline;
mod metrics;
mod ping;
mod reload;
mod screen;
mod stream;
mod supervisor;
mod units;

/// Nothing that is waited for takes this long, however busy the machine is.
const LIMIT: Duration = Duration::from_secs(20);

/// A running watch, and what it says line by line. Killed when dropped.
struct Watching {
    child: Child,
    lines: Receiver<Value>,
}

impl Watching {
    /// Starts one and waits for its first tick.
    fn of(env: &TestEnv) -> Self {
        let mut watching = Self::start(env.nija(&["watch"]));
        watching.tick("start");
        watching
    }

    fn start(run: Run) -> Self {
        let mut child = run.spawn();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
                if sender.send(value).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The next line of this kind; everything before it is passed over.
    fn event(&mut self, kind: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut seen = Vec::new();
        loop {
            let line = self.lines.recv_timeout(LIMIT).unwrap_or_else(|_| panic!("no {kind} after {seen:#?}"));
            if line["event"] == kind && wanted(&line) {
                return line;
            }
            seen.push(line);
        }
    }

    fn tick(&mut self, cause: &str) -> Value {
        self.event("tick", |tick| tick["cause"] == cause)
    }

    fn alert(&mut self, transition: &str, rule: &str) -> Value {
        self.event("alert", |alert| alert["transition"] == transition && alert["rule"] == rule)
    }

    fn halt(&mut self, action: &str) -> Value {
        self.event("halt", |halt| halt["action"] == action)
    }

    fn notice(&mut self, code: &str) -> Value {
        self.event("notice", |notice| notice["code"] == code)
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Ends it by a signal; the lines that were left, and its exit code.
    fn end(mut self, signal: Signal) -> (Vec<Value>, Option<i32>) {
        self.signal(signal);
        let left = self.lines.iter().collect();
        (left, self.child.wait().unwrap().code())
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Pulls and pushes the one lever that needs nothing else: a share of the capital that is too much, or fine.
fn expose(env: &TestEnv, kraken: u32) {
    let kraken = format!("Kraken={kraken}");
    env.nija(&["exposure", "set", &kraken, "--total", "10000"]).run().expect(0);
}

/// Records of this action in the audit log, about this subject.
fn recorded(env: &TestEnv, action: &str, subject: &str) -> usize {
    let log = std::fs::read_to_string(env.state("audit.jsonl")).unwrap();
    let records = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    records
        .filter(|record| record["action"] == action)
        .filter(|record| record["subject"].as_str().unwrap().contains(subject))
        .count()
}
