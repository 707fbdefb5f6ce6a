//! Lets rules judge on a thread of their own: one that panics or hangs is UNKNOWN and cannot stop the others.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::domain::alert::{Facts, Outcome, Rule};

/// The name of the threads that rules judge on.
const THREAD: &str = "rules";

/// Lets a rule that panics do so without a word: its outcome says all there is to say.
pub fn silence_rules() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() != Some(THREAD) {
            before(panic);
        }
    }));
}

/// Longest time one rule may take.
const LIMIT: Duration = Duration::from_secs(5);

/// Judges, and remembers rules that hang.
#[derive(Debug)]
pub struct Runner {
    limit: Duration,
    hung: Vec<(&'static str, JoinHandle<()>)>,
}

impl Default for Runner {
    fn default() -> Self {
        Self::new(LIMIT)
    }
}

impl Runner {
    /// A runner that waits at most `limit` for each rule.
    pub fn new(limit: Duration) -> Self {
        Self { limit, hung: Vec::new() }
    }

    /// The outcome of every rule, in their order.
    pub fn judge(&mut self, rules: &[&'static Rule], facts: &Arc<Facts>) -> Vec<Outcome> {
        self.hung.retain(|(_, thread)| !thread.is_finished());
        let hangs = |rule: &Rule| self.hung.iter().any(|(id, _)| *id == rule.id);
        // A rule that still hangs from an earlier look is not started again: its threads would pile up.
        let mut waiting: Vec<&'static Rule> = rules.iter().copied().filter(|rule| !hangs(rule)).collect();
        let mut outcomes: Vec<(&str, Outcome)> = Vec::new();
        while !waiting.is_empty() {
            let (thread, receiver) = match start(waiting.clone(), Arc::clone(facts)) {
                Ok(started) => started,
                Err(error) => {
                    let why = format!("no thread could be started for it: {error}");
                    outcomes.extend(waiting.drain(..).map(|rule| (rule.id, failed(&why))));
                    break;
                }
            };
            let done = self.collect(&receiver, waiting.len());
            let count = done.len();
            outcomes.extend(waiting.drain(..count).map(|rule| rule.id).zip(done));
            if !waiting.is_empty() {
                let rule = waiting.remove(0);
                outcomes.push((rule.id, failed(&format!("it did not answer within {:?}", self.limit))));
                self.hung.push((rule.id, thread));
            }
        }
        let outcome = |rule: &&'static Rule| {
            let at = outcomes.iter().position(|(id, _)| *id == rule.id);
            at.map_or_else(|| failed("it still hangs from an earlier look"), |at| outcomes.swap_remove(at).1)
        };
        rules.iter().map(outcome).collect()
    }

    fn collect(&self, receiver: &Receiver<Outcome>, count: usize) -> Vec<Outcome> {
        let mut done = Vec::with_capacity(count);
        while done.len() < count {
            match receiver.recv_timeout(self.limit) {
                Ok(outcome) => done.push(outcome),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        done
    }
}

type Started = (JoinHandle<()>, Receiver<Outcome>);

fn start(rules: Vec<&'static Rule>, facts: Arc<Facts>) -> std::io::Result<Started> {
    let (sender, receiver) = sync_channel(rules.len());
    let work = move || {
        for rule in rules {
            let judged = catch_unwind(AssertUnwindSafe(|| (rule.evaluate)(&facts)));
            let outcome = judged.unwrap_or_else(|panic| failed(&format!("it panicked: {}", words(&*panic))));
            if sender.send(outcome).is_err() {
                return;
            }
        }
    };
    Ok((std::thread::Builder::new().name(THREAD.to_owned()).spawn(work)?, receiver))
}

fn failed(why: &str) -> Outcome {
    Outcome::unknown(format!("the rule could not be judged: {why}"), "nija rules")
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word").to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use chrono::DateTime;

    use super::*;
    use crate::domain::alert::{RULES, Reading};

    static GATE: Mutex<()> = Mutex::new(());

    const fn rule(id: &'static str, evaluate: fn(&Facts) -> Outcome) -> Rule {
        Rule { id, evaluate, reads: &[Reading::KillSwitch], ..*RULES[0] }
    }

    static PANICS: Rule = rule("PANICS", |_| panic!("for the test"));
    static HANGS: Rule = rule("HANGS", |_| {
        drop(GATE.lock());
        Outcome::idle("went on")
    });
    static FINE: Rule = rule("FINE", |_| Outcome::idle("fine"));

    fn why(outcome: &Outcome) -> &str {
        outcome.doubts.first().map_or("", |doubt| &doubt.why)
    }

    #[test]
    fn a_rule_that_panics_or_hangs_is_unknown_and_the_others_are_judged() {
        silence_rules();
        let facts = Arc::new(Facts::nothing(DateTime::UNIX_EPOCH));
        let mut runner = Runner::new(Duration::from_millis(200));
        let held = GATE.lock().unwrap();
        let rules = [&PANICS, &HANGS, &FINE];
        let outcomes = runner.judge(&rules, &facts);
        assert!(why(&outcomes[0]).contains("panicked: for the test"), "{outcomes:?}");
        assert!(why(&outcomes[1]).contains("did not answer"), "{outcomes:?}");
        assert_eq!(outcomes[2], Outcome::idle("fine"));
        assert!(why(&runner.judge(&rules, &facts)[1]).contains("still hangs"));
        drop(held);
        while !runner.hung.iter().all(|(_, thread)| thread.is_finished()) {
            std::thread::yield_now();
        }
        assert_eq!(runner.judge(&rules, &facts)[1], Outcome::idle("went on"));
    }
}
