//! The same state directory seen by a process whose clock is moved by hand.

use chrono::{DateTime, Utc};
use nija::clock::Manual;
use nija::config::{Config, Environment, file};
use nija::domain::alert::select;
use nija::ops::check::{Report, Request, Runner, Sight, look};
use nija::ops::{Context, Identity, State, identity::random_id};

use super::TestEnv;

/// A process with its own clock, over the state directory of an environment.
pub(crate) struct World {
    pub(crate) config: Config,
    pub(crate) clock: Manual,
    identity: Identity,
}

impl World {
    /// A process that stands at half past nine on a Monday, with these settings in its configuration file.
    pub(crate) fn of(env: &TestEnv, settings: &str) -> Self {
        let surroundings =
            Environment { cwd: Some(env.path("work")), uid: 4_000_000, ..Environment::default() };
        let mut config = Config {
            state_dir: env.path("state"),
            fallback_dirs: vec![env.path("fallback")],
            ..Config::defaults(&surroundings)
        };
        file::take_over(&mut config, settings, &env.path("nija.toml")).unwrap();
        let now: DateTime<Utc> = "2026-03-02T09:30:00Z".parse().unwrap();
        Self { config, clock: Manual::at(now), identity: Identity::find(&surroundings, None) }
    }

    /// Runs something in it.
    pub(crate) fn on<T>(&self, run: impl FnOnce(&State<'_>) -> T) -> T {
        let context = Context {
            config: &self.config,
            clock: &self.clock,
            identity: &self.identity,
            new_id: &random_id,
        };
        run(&context.open().unwrap())
    }

    /// Judges a rule or a group once, as a process of its own would.
    pub(crate) fn check(&self, word: &str) -> Report {
        let rules = select(word);
        self.on(|state| {
            let request = Request { rules: &rules, policies: &self.config.policies };
            look(state, &request, &mut Sight::default(), &mut Runner::default()).unwrap()
        })
    }
}
