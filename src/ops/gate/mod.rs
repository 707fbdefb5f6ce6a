//! The gate as a bot holds it: one object per state directory, asked before every order.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, System};
use crate::config::{Config, Environment, Flags};
use crate::domain::gate::claim::Identity;
use crate::domain::gate::{Code, Duplicate, Policy, Verdict, View, decide};
use crate::domain::killswitch::KillSwitch;
use crate::domain::order::Order;
use crate::domain::ticker;
use crate::domain::watch::{self, Watch};
use crate::error::Result;

mod cached;
pub mod claims;
mod cooldowns;
mod stops;

use cached::Cached;
use claims::{Claimed, Guard};
use cooldowns::Cooldowns;
use stops::{Stop, Stops};

/// How often a gate that is asked in quick succession makes sure that no directory was swapped for another under it. A bot
/// that asks less often than this makes sure at every check.
const BY_PATH_EVERY: Duration = Duration::from_millis(5);

/// What a gate goes by, beside the files.
#[derive(Clone)]
pub struct Settings {
    /// Second places for a stop file; all of them are looked at.
    pub fallback_dirs: Vec<PathBuf>,
    /// `NIJA_EMERGENCY_STOP`, when set.
    pub env_stop: Option<String>,
    /// How tickers are compared.
    pub tickers: ticker::Policy,
    /// What it insists on.
    pub policy: Policy,
    /// Longest wait for a lock; only an order that the duplicate guard notes takes one.
    pub lock_wait: Duration,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            fallback_dirs: Vec::new(),
            env_stop: None,
            tickers: ticker::Policy::default(),
            policy: Policy::default(),
            lock_wait: Duration::from_secs(2),
            clock: Arc::new(System::new()),
        }
    }
}

impl Settings {
    /// What the configuration says, and `NIJA_EMERGENCY_STOP` where it is set.
    pub fn of(config: &Config, env_stop: Option<String>) -> Self {
        Self {
            fallback_dirs: config.fallback_dirs.clone(),
            env_stop,
            tickers: config.policies.tickers.clone(),
            policy: config.policies.gate,
            lock_wait: config.lock_wait,
            ..Self::default()
        }
    }
}

/// Answers *may this order go out now?* for one state directory.
///
/// Cheap to ask: while nothing changes, a check takes four system calls and allocates nothing. A stop file is looked for by
/// path at every check; documents, cooldowns and second places are read again when they may have changed. Anything that
/// cannot be read counts as halted.
///
/// ```no_run
/// # use nija::{Gate, Order};
/// # fn main() -> nija::error::Result<()> {
/// let mut gate = Gate::open("/var/lib/nija")?;
/// let order = Order { symbol: "BTC-USD", ..Order::default() };
/// if gate.check(&order).is_allowed() { /* send it */ }
/// # Ok(())
/// # }
/// ```
pub struct Gate {
    dir: PathBuf,
    settings: Settings,
    boot_id: String,
    stops: Stops,
    document: Cached<KillSwitch>,
    /// What is said when the document is missing.
    missing: String,
    cooldowns: Cooldowns,
    watch: Cached<Watch>,
    /// Why there is no watch, where one is needed; the words are put together in a buffer that is used again.
    unwatched: Option<Code>,
    unwatched_detail: String,
    claimed: Claimed,
    asked_by_path: Option<Duration>,
}

impl Gate {
    /// A gate over a state directory, with the surroundings of this process: its `NIJA_EMERGENCY_STOP`, and what the
    /// configuration says, as in which second places a stop file may stand. A configuration that cannot be used is an error:
    /// a stop might stand where nobody looks.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self> {
        let environment = Environment::capture();
        let flags = Flags { state_dir: Some(dir.as_ref().to_owned()), config: None };
        let config = crate::config::resolve(&flags, &environment)?;
        Ok(Self::with(&config.state_dir, Settings::of(&config, environment.emergency_stop())))
    }

    /// A gate with everything given.
    pub fn with(dir: &Path, settings: Settings) -> Self {
        let policy = settings.policy;
        let needs_boot_id = policy.require_watch.is_some() || policy.dedupe_window.is_some();
        Self {
            dir: dir.to_owned(),
            boot_id: if needs_boot_id { settings.clock.boot_id() } else { String::new() },
            stops: Stops::new(dir, &settings.fallback_dirs),
            document: Cached::absent(),
            missing: format!("{} is missing", dir.join(super::killswitch::key().file()).display()),
            cooldowns: Cooldowns::new(dir, settings.tickers.clone()),
            watch: Cached::absent(),
            unwatched: None,
            unwatched_detail: String::new(),
            claimed: Claimed::Ours,
            asked_by_path: None,
            settings,
        }
    }

    /// Whether a stop file stands in the state directory: one system call. Any doubt counts as standing.
    pub fn stop_file_stands(&self) -> bool {
        self.stops.stands_at_home()
    }

    /// The revision of the kill switch that the last check went by; 0 when it cannot be read.
    pub fn revision(&self) -> u64 {
        self.document.content().ok().flatten().map_or(0, |document| document.header.revision)
    }

    /// Whether the last check saw a stop file.
    pub fn saw_stop_file(&self) -> bool {
        self.stops.seen != Stop::Absent
    }

    /// May this order go out now? Every reason against it, each with its code.
    ///
    /// Where `gate.dedupe_window` is set, the answer that allows an order is what makes the next one like it a duplicate: ask
    /// once per order, right before it goes out.
    pub fn check(&mut self, order: &Order<'_>) -> Verdict<'_> {
        let by_path = self.asks_by_path();
        self.look(by_path);
        let entered = (!order.reduces()).then(|| self.cooldowns.look(order, by_path, &*self.settings.clock));
        self.look_for_watch(by_path);
        self.claimed = Claimed::Ours;
        if let Some(window) = self.settings.policy.dedupe_window {
            self.claimed = self.claim(order, entered, window);
        }
        decide(order, &self.view(entered))
    }

    /// Whether this check also makes sure that no directory was swapped for another.
    fn asks_by_path(&mut self) -> bool {
        let now = self.settings.clock.monotonic();
        let due = self.asked_by_path.is_none_or(|last| now.saturating_sub(last) >= BY_PATH_EVERY);
        if due {
            self.asked_by_path = Some(now);
        }
        due
    }

    /// Looks at the stop files and the kill switch.
    fn look(&mut self, by_path: bool) {
        let clock = &*self.settings.clock;
        // Stop files before the document: a release writes a stop into the document before it takes the file away.
        self.stops.look(by_path, clock);
        let unchanged = self.document.is_unchanged(by_path);
        let total = self.document.content().ok().flatten().is_some_and(KillSwitch::needs_stop_file);
        if self.stops.seen == Stop::Stands && !(unchanged && total) {
            self.stops.read_cause();
        }
        if !unchanged {
            self.document = Cached::read(&self.dir, &super::killswitch::key().file(), clock);
        }
    }

    fn look_for_watch(&mut self, by_path: bool) {
        let Some(within) = self.settings.policy.require_watch else { return };
        let clock = &*self.settings.clock;
        if !self.watch.is_unchanged(by_path) {
            self.watch = Cached::read(&self.dir, &watch::key().file(), clock);
        }
        self.unwatched_detail.clear();
        let watch = match self.watch.content() {
            Err((Code::StateMissing, _)) => Ok(None),
            watch => watch,
        };
        self.unwatched = match watch {
            // The clock is read after the document: a tick that ends in between must not lie ahead.
            Ok(watch) => watch::require(watch, within, &self.boot_id, clock.since_boot()).err().map(|why| {
                let _ = write!(self.unwatched_detail, "{why}");
                Code::WatchMissing
            }),
            Err((code, detail)) => {
                self.unwatched_detail.push_str(detail);
                Some(code)
            }
        };
    }

    /// Claims the order if nothing else stands against it.
    fn claim(&mut self, order: &Order<'_>, entered: Option<usize>, window: Duration) -> Claimed {
        let at = entered.unwrap_or_else(|| self.cooldowns.remember(order.symbol));
        let Some(identity) = Identity::of(order, self.cooldowns.ticker(at)) else {
            let detail = "the order does not say its symbol, side and size, so it cannot be told from others";
            return Claimed::Unknown((Code::DuplicateUnknown, detail.to_owned()));
        };
        if !decide(order, &self.view(entered)).is_allowed() {
            return Claimed::Ours;
        }
        let (wait, clock) = (self.settings.lock_wait, &*self.settings.clock);
        Guard { dir: &self.dir, window, wait, clock, boot_id: &self.boot_id }.claim(identity)
    }

    /// What is known now, for an order that enters a remembered ticker or reduces a position.
    fn view(&self, entered: Option<usize>) -> View<'_> {
        View {
            now: self.settings.clock.now(),
            env_stop: self.settings.env_stop.as_deref(),
            stop_file: self.stops.found(),
            document: match self.document.content() {
                Ok(Some(document)) => Ok(document),
                Ok(None) => Err((Code::StateMissing, &self.missing)),
                Err(refused) => Err(refused),
            },
            cooldowns: entered.map_or([Ok(None); 2], |at| self.cooldowns.found(at)),
            watch: self.unwatched.map_or(Ok(()), |code| Err((code, &self.unwatched_detail))),
            duplicate: match &self.claimed {
                Claimed::Ours => Duplicate::Clear,
                Claimed::Until(until) => Duplicate::Until(*until),
                Claimed::Unknown((code, detail)) => Duplicate::Unknown((*code, detail)),
            },
        }
    }
}
