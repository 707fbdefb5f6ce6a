//! The stop files as a gate looks for them: at home by path at every check, elsewhere when something changed there.

use std::path::{Path, PathBuf};

use crate::clock::Clock;
use crate::domain::sentinel::Content;
use crate::store::cached::{Watched, watch_directory};
use crate::store::sentinel::{Lookout, find};

use super::cached::now_ns;

/// Whether a stop file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Certainly not.
    Absent,
    /// It does, somewhere.
    Stands,
    /// Some place cannot be looked at.
    Unknown,
}

/// A place beside the state directory where a stop file may stand.
#[derive(Debug)]
struct Fallback {
    lookout: Lookout,
    /// The directory as it was when it was last looked into; `None` makes every check look.
    unchanged: Option<Watched>,
    stands: Result<bool, String>,
}

/// Every place where a stop file may stand.
#[derive(Debug)]
pub(super) struct Stops {
    own: Lookout,
    fallbacks: Vec<Fallback>,
    /// What the last look saw.
    pub(super) seen: Stop,
    /// The cause in a stop file, or why a place cannot be looked at.
    detail: String,
}

impl Stops {
    /// The state directory and the second places.
    pub(super) fn new(dir: &Path, fallback_dirs: &[PathBuf]) -> Self {
        let fallback =
            |dir: &PathBuf| Fallback { lookout: Lookout::new(dir), unchanged: None, stands: Ok(false) };
        Self {
            own: Lookout::new(dir),
            fallbacks: fallback_dirs.iter().map(fallback).collect(),
            seen: Stop::Absent,
            detail: String::new(),
        }
    }

    /// Whether one stands in the state directory. Any doubt counts as standing.
    pub(super) fn stands_at_home(&self) -> bool {
        self.own.stands().unwrap_or(true)
    }

    /// Looks everywhere.
    pub(super) fn look(&mut self, by_path: bool, clock: &dyn Clock) {
        let mut stands = self.own.stands().map_err(|error| error.message);
        for fallback in &mut self.fallbacks {
            if !fallback.unchanged.as_ref().is_some_and(|watched| watched.is_unchanged(by_path)) {
                // Watched first, then looked into: a change in between shows at the next check.
                fallback.unchanged = watch_directory(fallback.lookout.dir(), now_ns(clock));
                fallback.stands = fallback.lookout.stands().map_err(|error| error.message);
            }
            match (&stands, &fallback.stands) {
                (Ok(true), _) | (_, Ok(false)) => {}
                (_, other) => stands.clone_from(other),
            }
        }
        self.seen = match stands {
            Ok(false) => Stop::Absent,
            Ok(true) => Stop::Stands,
            Err(doubt) => {
                self.detail = doubt;
                Stop::Unknown
            }
        };
    }

    /// Reads the cause of a stop file that stands.
    pub(super) fn read_cause(&mut self) {
        let places = std::iter::once(self.own.dir()).chain(self.fallbacks.iter().map(|f| f.lookout.dir()));
        let found = places.filter_map(|place| find(place).ok().flatten()).next();
        self.detail = found.map_or_else(String::new, |standing| cause(&standing.content));
    }

    /// A standing stop file and what is known of its cause, or why some place cannot be looked at.
    pub(super) fn found(&self) -> Result<Option<&str>, &str> {
        match self.seen {
            Stop::Absent => Ok(None),
            Stop::Stands => Ok(Some(&self.detail)),
            Stop::Unknown => Err(&self.detail),
        }
    }
}

fn cause(content: &Content) -> String {
    match content.activations.first() {
        Some(activation) => activation.cause.reason.clone(),
        None if content.foreign.is_empty() => "stop file made by hand".to_owned(),
        None => content.foreign.clone(),
    }
}
