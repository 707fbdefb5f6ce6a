//! Channels, one file each and one line in the registry: each sends one message once, in bounded time, and says what became of it.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::domain::notify::Message;
use crate::domain::notify::channel::Spec;
use crate::domain::notify::delivery::{Sort, Trouble};
use crate::error::Result as Outcome;

mod file;
mod options;

pub use options::{Options, Secret};

/// A channel that is ready to send.
pub trait Channel: Send {
    /// Sends the message once, within `limit`. Trouble never has a secret in it.
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
pub const KINDS: &[Kind] = &[file::KIND];

/// What a channel needs of its surroundings.
pub struct Surroundings<'a> {
    /// Reads a file with a secret, and refuses one that others can read.
    pub secret: &'a dyn Fn(&Path) -> Outcome<String>,
    /// Reads a variable of the environment, for proxies.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
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
