//! Channels, one file each and one line in the registry: each sends one message once, in bounded time, and says what became of it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::clock::Clock;
use crate::domain::notify::channel::Spec;
use crate::domain::notify::delivery::{Sort, Trouble};
use crate::domain::notify::{Message, Reason, Topic};
use crate::error::Result as Outcome;

mod alertmanager;
mod answer;
mod deadline;
mod discord;
mod email;
mod exec;
mod file;
mod http;
mod letter;
mod ntfy;
mod options;
mod pagerduty;
mod proxy;
mod scrub;
mod signature;
mod slack;
mod sms;
mod telegram;
mod tls;
mod webhook;

pub use options::{Options, Secret};

/// A channel that is ready to send.
pub trait Channel: Send {
    /// Sends the message once, within `limit`. Trouble never has a secret in it. What a channel waits for is bounded: names are
    /// looked up, and mail is sent, on threads that are left behind when the limit passes; only a file system that hangs is not.
    fn send(&self, message: &Message, limit: Duration) -> Result<(), Trouble>;
}

/// A kind of channel.
pub struct Kind {
    /// The word of the configuration, as in `telegram`.
    pub word: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// Its options: name, and what it is.
    pub options: &'static [(&'static str, &'static str)],
    /// Makes one ready, or says what is wrong with its options.
    pub open: fn(&Options<'_>) -> Result<Box<dyn Channel>, String>,
}

/// Every kind.
pub const KINDS: &[Kind] = &[
    alertmanager::KIND,
    discord::KIND,
    email::KIND,
    exec::KIND,
    file::KIND,
    ntfy::KIND,
    pagerduty::KIND,
    slack::KIND,
    sms::KIND,
    telegram::KIND,
    webhook::KIND,
];

/// What a channel needs of its surroundings.
pub struct Surroundings<'a> {
    /// Reads a file with a secret, and refuses one that others can read.
    pub secret: &'a dyn Fn(&Path) -> Outcome<String>,
    /// Reads a variable of the environment, for proxies.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The time that services hold against their own, and what is left of a limit.
    pub clock: Arc<dyn Clock>,
}

/// Makes a channel ready, or says what is wrong with its configuration. Nothing is sent and nobody is asked.
pub fn open(spec: &Spec, surroundings: &Surroundings<'_>) -> Result<Box<dyn Channel>, String> {
    let Some(kind) = KINDS.iter().find(|kind| kind.word == spec.kind) else {
        let known: Vec<&str> = KINDS.iter().map(|kind| kind.word).collect();
        return Err(format!("'{}' is none of {}", spec.kind, known.join(", ")));
    };
    let allowed = |name: &String| kind.options.iter().any(|(option, _)| option == name);
    if let Some(unknown) = spec.options.keys().find(|name| !allowed(name)) {
        let names: Vec<&str> = kind.options.iter().map(|(name, _)| *name).collect();
        return Err(format!("{} has no '{unknown}'; it has {}", spec.kind, names.join(", ")));
    }
    (kind.open)(&Options::new(&spec.options, surroundings))
}

/// Trouble on this machine.
pub(crate) fn local(message: impl Into<String>, permanent: bool) -> Trouble {
    Trouble { sort: Sort::Local, message: message.into(), permanent, retry_after_seconds: None }
}

/// Where a headline is too long: how bad it is, and which rule.
fn title(message: &Message) -> String {
    let state = match message.reason {
        Reason::Resolved => "RESOLVED",
        Reason::Acknowledged => "ACKNOWLEDGED",
        _ => message.severity.word(),
    };
    let mark = match message.topic {
        Topic::Test => "[TEST] ",
        Topic::Drill => "[DRILL] ",
        Topic::Alert | Topic::KillSwitch => "",
    };
    format!("{mark}{state} {}", name(message))
}

/// The rule, or what stands for one.
fn name(message: &Message) -> &str {
    message.rule.as_deref().unwrap_or(match message.topic {
        Topic::Alert => "ALERT",
        Topic::KillSwitch => "KILL_SWITCH",
        Topic::Test => "TEST",
        Topic::Drill => "DRILL",
    })
}

/// The threads of all alerts that a message speaks of, the one it belongs to first: where a service keeps alerts apart, each of
/// them begins and ends there under its own name, however they were put together for people.
fn threads(message: &Message) -> Vec<&str> {
    let own = message.thread.as_str();
    let others = message.alerts.keys().map(String::as_str).filter(|thread| *thread != own);
    std::iter::once(own).chain(others).collect()
}

/// The runbook, where it is a link and not a command.
fn runbook_link(message: &Message) -> Option<&str> {
    let link = message.runbook.as_str();
    (link.starts_with("https://") || link.starts_with("http://")).then_some(link)
}

/// The message as programs get it.
pub fn envelope(message: &Message) -> Value {
    let mut value = serde_json::to_value(message).unwrap_or_default();
    if let Value::Object(fields) = &mut value {
        fields.insert("format".to_owned(), "nija.notification".into());
        fields.insert("format_version".to_owned(), "1.0".into());
        fields.insert("nija_version".to_owned(), env!("CARGO_PKG_VERSION").into());
        fields.insert("headline".to_owned(), message.headline().into());
    }
    value
}
