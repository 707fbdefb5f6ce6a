//! A state to record fills in: on either backend, on a clock moved by hand, with ids that count.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use nija::clock::Manual;
use nija::config::{Config, Environment};
use nija::domain::order::{Decimal, Side};
use nija::domain::slippage::{Facts, Fill, line};
use nija::ops::slippage::record;
use nija::ops::{Context, Identity, State};
use nija::store::Backend;
use nija::store::file::FileBackend;
use nija::store::memory::MemoryBackend;

use crate::common::TestEnv;

/// What a state stands on.
pub(super) struct Desk {
    pub(super) env: TestEnv,
    pub(super) clock: Manual,
    config: Config,
    identity: Identity,
}

impl Desk {
    pub(super) fn new() -> Self {
        let env = TestEnv::initialised();
        let environment = Environment { cwd: Some(env.path("work")), ..Environment::default() };
        let mut config = Config::defaults(&environment);
        config.state_dir = env.state("");
        let identity = Identity::find(&environment, None);
        Self { env, clock: Manual::at(now()), config, identity }
    }

    /// Works on a state in files.
    pub(super) fn in_files<T>(&self, work: impl FnOnce(&State<'_>) -> T) -> T {
        self.on(Box::new(FileBackend::open(&self.config.state_dir).unwrap()), work)
    }

    fn on<T>(&self, backend: Box<dyn Backend>, work: impl FnOnce(&State<'_>) -> T) -> T {
        let count = Cell::new(0u32);
        let new_id = |prefix: &str| {
            count.set(count.get() + 1);
            format!("{prefix}-{:08x}", count.get())
        };
        let (config, clock, identity) = (&self.config, &self.clock, &self.identity);
        let context = Context { config, clock, identity, new_id: &new_id };
        work(&State { context: &context, backend, wait: Duration::from_secs(20) })
    }

    /// The month's log, as a file.
    pub(super) fn log(&self) -> PathBuf {
        self.env.state("slippage/2026-11.jsonl")
    }

    /// Files beside the summary that hold one set aside.
    pub(super) fn aside(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.env.state("")).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        names.filter(|name| name.starts_with("slippage.json.corrupt-")).collect()
    }
}

/// Runs `work` on each backend.
pub(super) fn on_each(work: impl Fn(&Desk, &State<'_>)) {
    let desk = Desk::new();
    desk.in_files(|state| work(&desk, state));
    let desk = Desk::new();
    desk.on(Box::new(MemoryBackend::default()), |state| work(&desk, state));
}

pub(super) fn now() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// The `number`th fill of a day: slippage and hour follow from the number.
pub(super) fn facts(number: i64) -> Facts {
    Facts {
        at: now() - TimeDelta::seconds(number % 3_000),
        ticker: ["BTC-USD", "eth/usd", "DOGEUSD"][usize::try_from(number % 3).unwrap()].to_owned(),
        side: if number % 2 == 0 { Side::Buy } else { Side::Sell },
        expected: Decimal::from(100),
        actual: Decimal::from(100) + Decimal::new(number % 50 - 20, 2),
        qty: (number % 5 > 0).then(|| Decimal::new(number % 7 + 1, 1)),
        fee: (number % 4 == 0).then(|| Decimal::new(number % 3 - 1, 2)),
        latency_ms: (number % 3 > 0).then(|| u32::try_from(number % 900).unwrap()),
        broker: (number % 6 > 0).then(|| "Kraken".to_owned()),
        order_type: None,
        order_id: None,
        source: "test".to_owned(),
    }
}

pub(super) fn fill(state: &State<'_>, number: i64) -> Fill {
    record::fill_with(state, format!("t-{number}"), facts(number)).unwrap()
}

/// Appends many fills at once, as an import does, without touching the summary.
pub(super) fn append_many(state: &State<'_>, numbers: std::ops::Range<i64>) {
    let mut lines = Vec::new();
    let mut month = None;
    for number in numbers {
        let fill = fill(state, number);
        month = Some(fill.month());
        line::write(&fill, &mut lines);
    }
    state.ledger().fills().append(month.unwrap(), &lines, state.now()).unwrap();
}
