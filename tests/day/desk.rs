//! A trading desk: a state directory, a clock moved by hand, orders and balances that come and go, and a watch that looks.

use std::time::Duration;

use chrono::{DateTime, Utc};
use nija::Decimal;
use nija::clock::{Clock as _, Manual};
use nija::config::{Config, Environment, Flags, resolve};
use nija::domain::alert::RULES;
use nija::domain::halt::Actor;
use nija::domain::pending::{Outcome, Terms, Told};
use nija::ops::alerts::answer;
use nija::ops::check::{Report, Request, Runner, Sight, look};
use nija::ops::killswitch::release::{Target, plan, release};
use nija::ops::{Context, Identity, State, audit, confirm, exposure, identity, init, orders};

use super::dice::Dice;
use super::opinion::Opinion;

const CONFIG: &str = "state_dir = \"state\"\nfallback_dirs = []\n[orders]\nauto_kill = true\n\
                      auto_kill_scope = \"platform\"\n";

/// The desk.
pub(crate) struct Desk {
    _root: tempfile::TempDir,
    config: Config,
    pub(crate) clock: Manual,
    sight: Sight,
    runner: Runner,
    sent: u32,
}

impl Desk {
    /// Opens in the morning.
    pub(crate) fn open(morning: &str) -> Self {
        let root = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let file = root.path().join("nija.toml");
        write(&file, CONFIG);
        let uid = rustix::process::geteuid().as_raw();
        let environment = Environment { uid, ..Environment::default() };
        let flags = Flags { state_dir: None, config: Some(file) };
        let config = resolve(&flags, &environment).unwrap();
        let clock = Manual::at(morning.parse().unwrap());
        let desk =
            Self { _root: root, config, clock, sight: Sight::default(), runner: Runner::default(), sent: 0 };
        desk.on(|context| init::init(context, 0o755).unwrap());
        desk
    }

    fn on<T>(&self, act: impl FnOnce(&Context<'_>) -> T) -> T {
        let actor = Actor { uid: 0, user: None, operator: None };
        let identity = Identity { actor, host: "desk".to_owned(), pid: 1 };
        let new_id = identity::random_id;
        act(&Context { config: &self.config, clock: &self.clock, identity: &identity, new_id: &new_id })
    }

    fn on_state<T>(&self, act: impl FnOnce(&State<'_>) -> T) -> T {
        self.on(|context| act(&context.open().unwrap()))
    }

    /// A minute of business: some orders are sent, most are filled soon, a few are forgotten for long; balances move.
    pub(crate) fn trade(&mut self, dice: &mut Dice, opinion: &mut Opinion) {
        let now = self.clock.now();
        if dice.one_in(4) {
            self.sent += 1;
            let id = format!("A-{}", self.sent);
            self.track(&id, ["kraken", "coinbase"][usize::from(dice.one_in(2))]);
            let minutes = if dice.one_in(12) { 4 + dice.below(25) } else { dice.below(4) };
            opinion.sent(&id, now, u32::try_from(minutes).unwrap());
        }
        for id in opinion.due() {
            self.complete(&id);
            opinion.completed(&id);
        }
        if dice.one_in(6) {
            let share = i64::try_from(dice.below(60)).unwrap();
            self.report_balances(share);
            opinion.balances(share, now);
        }
    }

    fn track(&self, id: &str, platform: &str) {
        let terms =
            Terms { symbol: "BTC-USD".to_owned(), platform: Some(platform.to_owned()), ..Terms::default() };
        let request = orders::Request { id: id.to_owned(), terms, submitted_at: None };
        assert!(self.on_state(|state| orders::track(state, &request).unwrap().changed));
    }

    fn complete(&self, id: &str) {
        let told = Told {
            outcome: Outcome::Cancelled,
            filled_qty: None,
            fill_price: None,
            fee: None,
            filled_at: None,
        };
        self.on_state(|state| orders::complete(state, id, &told).unwrap());
    }

    /// `share` percent on one platform; of the rest no platform holds more than a limit allows.
    fn report_balances(&self, share: i64) {
        let balance = |platform: &str, amount: i64| (platform.to_owned(), Decimal::from(amount));
        // A platform cannot hold nothing: 0 is a mistake.
        let balances = vec![balance("kraken", share.max(1) * 100), balance("bank", 2000)];
        let report = exposure::Report { balances, total: Some(10_000.into()) };
        self.on_state(|state| exposure::report(state, &report).unwrap());
    }

    /// The watch's next look.
    pub(crate) fn look(&mut self) -> Report {
        let mut sight = std::mem::take(&mut self.sight);
        let mut runner = std::mem::take(&mut self.runner);
        let report = self.judge(&mut sight, &mut runner);
        (self.sight, self.runner) = (sight, runner);
        report
    }

    /// A look by somebody who knows nothing of earlier ones.
    pub(crate) fn look_once(&self) -> Report {
        self.judge(&mut Sight::default(), &mut Runner::default())
    }

    fn judge(&self, sight: &mut Sight, runner: &mut Runner) -> Report {
        let request = Request { rules: &RULES, policies: &self.config.policies };
        let report = self.on_state(|state| look(state, &request, sight, runner).unwrap());
        assert!(report.notices.is_empty(), "{:?}", report.notices);
        report
    }

    /// The watch died and another one takes over.
    pub(crate) fn restart_watch(&mut self) {
        (self.sight, self.runner) = (Sight::default(), Runner::new(Duration::from_secs(5)));
    }

    /// A person resumes, and resolves what latched.
    pub(crate) fn release(&self) {
        let latched = answer::Selection { words: Vec::new(), rule: Some("*".to_owned()) };
        self.on_state(|state| {
            let resolved = answer::resolve(state, &latched, "looked into");
            assert!(
                resolved.as_ref().is_ok_and(|report| report.changed)
                    || resolved.is_err_and(|error| error.exit() == 66)
            );
            let plan = plan(state, &Target::All).unwrap().unwrap();
            let confirmed = confirm::by_flag(&plan, None).unwrap();
            release(state, &confirmed, "looked into").unwrap();
        });
    }

    /// What the audit log says of alerts: action and subject, in order. The chain is verified first.
    pub(crate) fn recorded_alerts(&self) -> Vec<(String, String)> {
        self.on_state(|state| {
            audit::verify(state, None, &mut |_| ()).unwrap();
            let alerts = |record: &nija::domain::audit::Record| record.event.action.starts_with("alert.");
            let records = audit::select(state, audit::Take::Last(usize::MAX), &alerts).unwrap();
            records.into_iter().map(|record| (record.event.action, record.event.subject)).collect()
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "a configuration, before anything reads it")]
fn write(path: &std::path::Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

/// A time without its fraction, for messages.
pub(crate) fn shown(at: DateTime<Utc>) -> String {
    at.format("%F %T").to_string()
}
