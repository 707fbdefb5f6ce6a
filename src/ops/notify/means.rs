//! What sending needs, owned: a thread that hangs is left behind, and must not hold on to anybody.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::clock::Clock;
use crate::config::{Config, Environment};
use crate::ops::identity::{random_id, random_number};
use crate::ops::{Context, Identity};

/// What sending needs.
#[derive(Clone)]
pub struct Means {
    /// The settings.
    pub config: Arc<Config>,
    /// Who sends, from where.
    pub identity: Identity,
    /// The process's surroundings.
    pub environment: Arc<Environment>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Any number, so that waits after failures differ.
    pub dice: fn() -> u64,
    /// Attempts that never ended.
    pub hanging: Hanging,
    /// What was sent and could not be marked.
    pub unmarked: Unmarked,
}

impl fmt::Debug for Means {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Means").field("state_dir", &self.config.state_dir).finish_non_exhaustive()
    }
}

impl Means {
    /// The means of this process.
    pub fn new(
        config: Config,
        identity: Identity,
        environment: Environment,
        clock: impl Clock + 'static,
    ) -> Self {
        Self {
            config: Arc::new(config),
            identity,
            environment: Arc::new(environment),
            clock: Arc::new(clock),
            dice: random_number,
            hanging: Hanging::default(),
            unmarked: Unmarked::default(),
        }
    }

    /// What every operation is given.
    pub fn context(&self) -> Context<'_> {
        Context { config: &self.config, clock: &*self.clock, identity: &self.identity, new_id: &random_id }
    }
}

/// The attempts of this process that went on after their time, by channel: another one beside them would only hang as well.
#[derive(Debug, Clone, Default)]
pub struct Hanging(Arc<Mutex<BTreeMap<String, Weak<()>>>>);

impl Hanging {
    /// Notes that an attempt hangs for as long as `life` is held.
    pub fn add(&self, channel: &str, life: &Arc<()>) {
        self.map(|hanging| drop(hanging.insert(channel.to_owned(), Arc::downgrade(life))));
    }

    /// Whether an attempt through that channel still hangs.
    pub fn has(&self, channel: &str) -> bool {
        self.map(|hanging| hanging.get(channel).is_some_and(|life| life.strong_count() > 0))
    }

    fn map<T>(&self, run: impl FnOnce(&mut BTreeMap<String, Weak<()>>) -> T) -> T {
        run(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Deliveries that this process has sent and could neither mark nor take away: at least it does not send them again.
#[derive(Debug, Clone, Default)]
pub struct Unmarked(Arc<Mutex<BTreeSet<String>>>);

impl Unmarked {
    /// Notes one.
    pub fn add(&self, name: &str) {
        self.map(|names| names.insert(name.to_owned()));
    }

    /// It is marked by now.
    pub fn forget(&self, name: &str) {
        self.map(|names| names.remove(name));
    }

    /// Whether this is one.
    pub fn has(&self, name: &str) -> bool {
        self.map(|names| names.contains(name))
    }

    fn map<T>(&self, run: impl FnOnce(&mut BTreeSet<String>) -> T) -> T {
        run(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
