//! A world with components: one beats, somebody looks, time passes.

use std::time::Duration;

use nija::domain::alert::lifecycle::Transition;
use nija::domain::heartbeat::{Heartbeat, Report};
use nija::domain::status::Status;
use nija::ops::check::Report as Look;
use nija::ops::heartbeat::{self, ping};

use crate::common::{TestEnv, World};

/// An initialised state directory, and a process over it with these settings.
pub(super) fn world(settings: &str) -> (TestEnv, World) {
    let env = TestEnv::initialised();
    let world = World::of(&env, settings);
    (env, world)
}

pub(super) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

impl World {
    pub(super) fn report(&self, name: &str, report: &Report) -> Heartbeat {
        self.on(|state| ping(state, name, report).unwrap().0)
    }

    /// A bot beats, with so many positions open and fresh prices.
    pub(super) fn beat(&self, open: u64) {
        let (open_positions, price_age) = (Some(open), Some(Duration::ZERO));
        self.report("bot", &Report { open_positions, price_age, ..Report::default() });
    }

    pub(super) fn pass(&self, count: u64) {
        self.clock.advance(seconds(count));
    }

    /// Looks as cron would.
    pub(super) fn look(&self) -> Look {
        self.check("heartbeats")
    }

    pub(super) fn status(&self) -> Status {
        self.look().status
    }

    /// Watches so many minutes: a beat every twenty seconds, a look every minute. What was found is returned.
    pub(super) fn live(&self, minutes: u64, open: u64) -> Vec<Look> {
        let minute = |_| {
            for _ in 0..3 {
                self.beat(open);
                self.pass(20);
            }
            self.look()
        };
        (0..minutes).map(minute).collect()
    }

    /// How often each action of a rule is on the record.
    pub(super) fn recorded(&self, rule: &str, action: &str) -> usize {
        let log = std::fs::read_to_string(self.config.state_dir.join("audit.jsonl")).unwrap();
        let subject = format!("\"subject\":\"alert:{rule}:");
        let is = |line: &&str| line.contains(&subject) && line.contains(&format!("\"action\":\"{action}\""));
        log.lines().filter(is).count()
    }

    pub(super) fn components(&self) -> Vec<(String, heartbeat::present::Shown)> {
        let present = self.on(|state| heartbeat::present::components(state).unwrap());
        present.components.into_iter().map(|component| (component.name.clone(), component)).collect()
    }
}

/// What changed, as rule and transition.
pub(super) fn changes(look: &Look) -> Vec<(String, Transition)> {
    let change = |change: &nija::ops::check::Change| {
        let rule = change.fingerprint.split(':').next().unwrap().to_owned();
        (rule, change.transition)
    };
    look.changes.iter().map(change).collect()
}

/// What a rule says in a look.
pub(super) fn said(look: &Look, rule: &str) -> Status {
    look.rules.iter().find(|judged| judged.rule == rule).unwrap().status
}
