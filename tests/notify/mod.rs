//! Every channel over real sockets on loopback: what it sends, and what it makes of every kind of answer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use nija::clock::{Clock, Manual};
use nija::config::{Config, Environment, file};
use nija::domain::alert::Severity;
use nija::domain::notify::delivery::Trouble;
use nija::domain::notify::{Message, Reason, Topic};
use nija::notify::{Channel, Surroundings, open};

use crate::common::TestEnv;

mod alertmanager;
mod exec;
mod mail;
mod places;
mod reference;
mod refusals;
mod requests;
mod secrets;
mod transport;

/// Longer than anything takes that is answered.
const LIMIT: Duration = Duration::from_secs(20);

/// Long enough to connect, and short enough to wait for what never comes.
const SHORT: Duration = Duration::from_millis(300);

/// A configuration file with one channel, and the files of its secrets.
struct Desk {
    env: TestEnv,
    variables: BTreeMap<String, String>,
}

impl Desk {
    fn new() -> Self {
        Self { env: TestEnv::new(), variables: BTreeMap::new() }
    }

    /// The file of a secret.
    fn secret(&self, name: &str, text: &str) -> PathBuf {
        self.env.secret(name, text);
        self.env.path(name)
    }

    /// A variable of the environment.
    fn variable(&mut self, name: &str, text: &str) {
        self.variables.insert(name.to_owned(), text.to_owned());
    }

    /// Opens the channel that these lines configure, as nija does.
    fn open(&self, lines: &str) -> Result<Box<dyn Channel>, String> {
        let uid = rustix::process::getuid().as_raw();
        let surroundings = Environment { cwd: Some(self.env.path("work")), uid, ..Environment::default() };
        let mut config = Config::defaults(&surroundings);
        let text = format!("[channels.ops]\n{lines}\n");
        file::take_over(&mut config, &text, &self.env.path("nija.toml")).unwrap();
        let secret = |path: &Path| file::read_secret(path, uid);
        let variable = |name: &str| self.variables.get(name).cloned();
        let clock: Arc<dyn Clock> = Arc::new(Manual::at("2026-03-02T09:30:05Z".parse().unwrap()));
        let surroundings = Surroundings { secret: &secret, variable: &variable, clock };
        open(&config.policies.notify.channels[0], &surroundings)
    }

    /// Opens it and sends one message.
    fn send(&self, lines: &str, message: &Message, limit: Duration) -> Result<(), Trouble> {
        self.open(lines).unwrap_or_else(|why| panic!("{why}\n{lines}")).send(message, limit)
    }
}

/// An alert as people are told of it first.
fn message() -> Message {
    let time = |text: &str| text.parse().unwrap();
    Message {
        id: "m-0123456789abcdef-1".to_owned(),
        thread: "ORDER_STUCK:order:o-17".to_owned(),
        topic: Topic::Alert,
        reason: Reason::First,
        severity: Severity::Critical,
        rule: Some("ORDER_STUCK".to_owned()),
        summary: "order o-17 on kraken has been open for 95 s".to_owned(),
        value: Some("95".parse().unwrap()),
        limit: Some("60".parse().unwrap()),
        labels: BTreeMap::from([
            ("order".to_owned(), "o-17".to_owned()),
            ("trading-pair".to_owned(), "BTC/USD".to_owned()),
        ]),
        notes: vec!["two more of this rule: o-18, o-19".to_owned()],
        since: time("2026-03-02T09:28:30Z"),
        until: None,
        at: time("2026-03-02T09:30:00Z"),
        remedy: "nija orders show o-17".to_owned(),
        runbook: "https://wiki.example/nija/order_stuck".to_owned(),
        host: "desk-1".to_owned(),
        state_dir: "/var/lib/nija".to_owned(),
        alerts: BTreeMap::new(),
        audit_head: Some("412:9f86d081".to_owned()),
    }
}

/// Its end.
fn resolved() -> Message {
    Message {
        id: "m-0123456789abcdef-2".to_owned(),
        reason: Reason::Resolved,
        until: Some("2026-03-02T09:40:00Z".parse().unwrap()),
        at: "2026-03-02T09:40:30Z".parse().unwrap(),
        ..message()
    }
}

/// One that no service takes as it is: characters of four bytes, of two, and what is markup somewhere.
fn long() -> Message {
    let odd = "\u{1D11E}<&>\u{E9}*_`@here\"\\\u{65E5}\u{672C} ";
    Message { summary: odd.repeat(2000), notes: vec![odd.repeat(500); 20], ..message() }
}

/// One with characters that are easily broken on their way.
fn odd() -> Message {
    let summary =
        "Z\u{FC}rich \u{65E5}\u{672C} \u{1D11E} <b>&amp;</b> \"q\" \\ 'a' %41 *b* _c_ `d` @here <!channel>";
    Message { summary: summary.to_owned(), ..message() }
}
