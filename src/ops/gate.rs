//! The gate as a bot holds it: one object per state directory, asked before every order.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::clock::Clock;
use crate::config::{Environment, Flags};
use crate::domain::document::{self, Unreadable};
use crate::domain::gate::{Code, Verdict, View, decide};
use crate::domain::killswitch::KillSwitch;
use crate::domain::order::Order;
use crate::domain::sentinel::Content;
use crate::error::Result;
use crate::store::atomic::Directory;
use crate::store::cached::{Watched, watch, watch_directory};
use crate::store::sentinel::{Lookout, find};

/// How often a gate that is asked in quick succession makes sure that no directory was swapped for another under it. A bot
/// that asks less often than this makes sure at every check.
const BY_PATH_EVERY: Duration = Duration::from_millis(5);

/// A place beside the state directory where a stop file may stand.
#[derive(Debug)]
struct Fallback {
    lookout: Lookout,
    /// The directory as it was when it was last looked into; `None` makes every check look.
    unchanged: Option<Watched>,
    stands: std::result::Result<bool, String>,
}

/// The kill switch as it was last read.
#[derive(Debug)]
struct Document {
    watched: Option<Watched>,
    content: std::result::Result<KillSwitch, (Code, String)>,
}

/// Answers *may this order go out now?* for one state directory.
///
/// Cheap to ask: while nothing changes, a check takes three system calls and allocates nothing. A stop file is looked for by
/// path at every check; documents and second places are read again when they may have changed. Anything that cannot be
/// read counts as halted.
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
    clock: Box<dyn Clock>,
    env_stop: Option<String>,
    own: Lookout,
    fallbacks: Vec<Fallback>,
    document: Document,
    detail: String,
    known_stop: bool,
    asked_by_path: Option<Duration>,
}

impl Gate {
    /// A gate over a state directory, with the surroundings of this process: its `NIJA_EMERGENCY_STOP`, and the second places
    /// for a stop file that the configuration names. A configuration that cannot be used is an error: a stop might stand
    /// where nobody looks.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self> {
        let environment = Environment::capture();
        let flags = Flags { state_dir: Some(dir.as_ref().to_owned()), config: None };
        let config = crate::config::resolve(&flags, &environment)?;
        Ok(Self::with(&config.state_dir, &config.fallback_dirs, environment.emergency_stop()))
    }

    /// A gate with everything given.
    pub fn with(dir: &Path, fallback_dirs: &[PathBuf], env_stop: Option<String>) -> Self {
        let fallback =
            |dir: &PathBuf| Fallback { lookout: Lookout::new(dir), unchanged: None, stands: Ok(false) };
        Self {
            dir: dir.to_owned(),
            clock: Box::new(crate::clock::System::new()),
            env_stop,
            own: Lookout::new(dir),
            fallbacks: fallback_dirs.iter().map(fallback).collect(),
            document: Document { watched: None, content: Err((Code::StateMissing, String::new())) },
            detail: String::new(),
            known_stop: false,
            asked_by_path: None,
        }
    }

    /// Whether a stop file stands in the state directory: one system call. Any doubt counts as standing.
    pub fn stop_file_stands(&self) -> bool {
        self.own.stands().unwrap_or(true)
    }

    /// The revision of the kill switch that the last check went by; 0 when it cannot be read.
    pub fn revision(&self) -> u64 {
        self.document.content.as_ref().map_or(0, |document| document.header.revision)
    }

    /// Whether the last check saw a stop file.
    pub fn saw_stop_file(&self) -> bool {
        self.known_stop
    }

    /// May this order go out now? Every reason against it, each with its code.
    pub fn check(&mut self, order: &Order<'_>) -> Verdict<'_> {
        let by_path = self.asks_by_path();
        // Stop files before the document: a release writes a stop into the document before it takes the file away.
        let stands = self.look(by_path);
        self.known_stop = !matches!(stands, Ok(false));
        match &stands {
            Ok(false) => {}
            Ok(true) => self.read_cause(by_path),
            Err(doubt) => doubt.clone_into(&mut self.detail),
        }
        if !self.document.watched.as_ref().is_some_and(|watched| watched.is_unchanged(by_path)) {
            self.document = read(&self.dir, &*self.clock);
        }
        let view = View {
            env_stop: self.env_stop.as_deref(),
            stop_file: match stands {
                Ok(true) => Ok(Some(&self.detail)),
                Ok(false) => Ok(None),
                Err(_) => Err(&self.detail),
            },
            document: self.document.content.as_ref().map_err(|(code, detail)| (*code, detail.as_str())),
        };
        decide(order, &view)
    }

    /// Whether this check also makes sure that no directory was swapped for another.
    fn asks_by_path(&mut self) -> bool {
        let now = self.clock.monotonic();
        let due = self.asked_by_path.is_none_or(|last| now.saturating_sub(last) >= BY_PATH_EVERY);
        if due {
            self.asked_by_path = Some(now);
        }
        due
    }

    fn look(&mut self, by_path: bool) -> std::result::Result<bool, String> {
        let mut stands = self.own.stands().map_err(|error| error.message);
        for fallback in &mut self.fallbacks {
            if !fallback.unchanged.as_ref().is_some_and(|watched| watched.is_unchanged(by_path)) {
                // Watched first, then looked into: a change in between shows at the next check.
                fallback.unchanged = watch_directory(fallback.lookout.dir(), now_ns(&*self.clock));
                fallback.stands = fallback.lookout.stands().map_err(|error| error.message);
            }
            match (&stands, &fallback.stands) {
                (Ok(true), _) | (_, Ok(false)) => {}
                (_, other) => stands.clone_from(other),
            }
        }
        stands
    }

    fn read_cause(&mut self, by_path: bool) {
        let total = self.document.content.as_ref().is_ok_and(KillSwitch::needs_stop_file);
        if total && self.document.watched.as_ref().is_some_and(|watched| watched.is_unchanged(by_path)) {
            return;
        }
        let places =
            std::iter::once(self.dir.as_path()).chain(self.fallbacks.iter().map(|f| f.lookout.dir()));
        let found = places.filter_map(|place| find(place).ok().flatten()).next();
        self.detail = found.map_or_else(String::new, |standing| cause(&standing.content));
    }
}

fn cause(content: &Content) -> String {
    match content.activations.first() {
        Some(activation) => activation.cause.reason.clone(),
        None if content.foreign.is_empty() => "stop file made by hand".to_owned(),
        None => content.foreign.clone(),
    }
}

fn now_ns(clock: &dyn Clock) -> i128 {
    clock.now().timestamp_nanos_opt().map_or(0, i128::from)
}

fn read(dir: &Path, clock: &dyn Clock) -> Document {
    let refused = |code, detail: String| Document { watched: None, content: Err((code, detail)) };
    let file = super::killswitch::key().file();
    let loaded: Result<_> =
        Directory::open(dir).and_then(|directory| watch(&directory, &file, now_ns(clock)));
    let (watched, bytes) = match loaded {
        Ok(Some(loaded)) => loaded,
        Ok(None) => return refused(Code::StateMissing, format!("{} is missing", dir.join(file).display())),
        Err(error) if error.errno() == Some(libc::ENOENT) => {
            return refused(Code::StateMissing, error.message);
        }
        Err(error) => return refused(Code::StateUnreadable, error.message),
    };
    let content = document::decode::<KillSwitch>(&bytes).map_err(|why| {
        let code = match why {
            Unreadable::Newer(_) => Code::StateNewer,
            Unreadable::Corrupt(_) => Code::StateUnreadable,
        };
        (code, format!("{}: {why}", dir.join(file).display()))
    });
    Document { watched: Some(watched), content }
}
