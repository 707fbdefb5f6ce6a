//! The loop: waits for what comes first, makes the tick that is due, and tells what it found.

use std::os::fd::AsFd as _;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::courier::Courier;
use super::events::{AlertChange, Cause, Event, Failure, HaltChange, Reload, Tick, Told};
use super::news::News;
use super::pace::Pace;
use super::ping::{Ping, Pinger};
use super::signals::Signals;
use super::sorting::Wake;
use super::supervisor::Supervisor;
use super::tick::{Eyes, Found};
use super::voice::Voice;
use super::wait::{Came, ClockSteps, Sources};
use super::{Setup, places};
use crate::config::Config;
use crate::domain::alert::RULES;
use crate::domain::status::Status;
use crate::error::{Error, Kind};
use crate::ops::metrics::{self, Cycles, Looked};
use crate::ops::watch::is_remote;
use crate::ops::{Notice, status};
use crate::output::stream;

/// Everything is read again after this long, which heals whatever went unnoticed.
const READ_ALL: Duration = Duration::from_secs(300);

/// How often the screen is drawn at least: ages on it go on.
const REDRAW: Duration = Duration::from_secs(1);

/// How often it is drawn at most.
const REDRAW_MIN: Duration = Duration::from_millis(100);

/// How long to wait at most where messages are sent, to tell what became of them.
const COURIER: Duration = Duration::from_secs(5);

/// How long to wait at most while a ping is under way, to tell what became of it.
const PINGING: Duration = Duration::from_secs(1);

/// A running watch.
pub struct Watch<'a> {
    pub(super) setup: &'a Setup<'a>,
    pub(super) config: Config,
    pub(super) eyes: Eyes,
    pub(super) pace: Pace,
    pub(super) signals: Signals,
    pub(super) steps: Option<ClockSteps>,
    pub(super) supervisor: Supervisor,
    pub(super) pinger: Option<Pinger>,
    pub(super) courier: Option<Courier>,
    pub(super) voice: Voice,
    pub(super) news: News,
    /// What was told about metrics.
    pub(super) export_news: News,
    /// Ticks begun.
    pub(super) begun: u64,
    /// Ticks completed, and how long they took.
    pub(super) cycles: Cycles,
    /// When the last of them ended.
    pub(super) succeeded_at: Option<DateTime<Utc>>,
    /// When everything was read last.
    pub(super) read_all: Duration,
    /// When the screen was drawn last.
    pub(super) drawn: Duration,
    /// Why the first tick failed, for a watch of one tick.
    pub(super) failure: Option<Error>,
}

/// What waits to be looked at.
#[derive(Debug, Clone, Copy)]
struct Pending {
    wake: Wake,
    forced: Option<Cause>,
}

impl Watch<'_> {
    /// Watches until something ends it, and says what that was.
    pub fn until_the_end(&mut self) -> &'static str {
        let mut pending = Pending { wake: Wake::No, forced: None };
        loop {
            if let Some(signal) = self.signals.ending() {
                return signal;
            }
            if self.voice.is_closed() && !self.supervisor.is_there() {
                return "nobody reads";
            }
            if self.signals.reload() {
                self.reload();
                pending.forced = Some(Cause::Reload);
            }
            let (wake, config, outbox) = self
                .eyes
                .folders
                .with(|folders| (folders.read(), folders.config_changed(), folders.outbox_changed()));
            pending.wake = pending.wake.max(wake).max(self.tell_courier(outbox));
            if config {
                self.tell_changed_config();
            }
            self.tell_ping();
            match self.due(pending) {
                Ok(cause) => {
                    self.tick(cause);
                    pending = Pending { wake: Wake::No, forced: None };
                    if self.setup.once {
                        return "once";
                    }
                }
                Err(limit) => {
                    let came = self.wait(limit);
                    if came.clock && self.steps.as_ref().is_some_and(ClockSteps::happened) {
                        pending.forced = Some(Cause::Clock);
                    }
                    if let Some(end) = self.attend(came) {
                        return end;
                    }
                }
            }
        }
    }

    /// The tick that is due now and why, or how long until one is.
    fn due(&self, pending: Pending) -> Result<Cause, Duration> {
        let now = self.setup.clock.monotonic();
        let first = if self.begun == 0 { Cause::Start } else { Cause::Interval };
        let mut dates = vec![(self.pace.due(), first)];
        match pending.wake {
            Wake::No => {}
            Wake::Change => dates.push((self.pace.after_change(), Cause::Change)),
            Wake::Stop => dates.push((self.pace.after_stop(), Cause::Stop)),
        }
        dates.extend(self.pace.deadline().map(|at| (at, Cause::Deadline)));
        dates.extend(pending.forced.map(|cause| (now, cause)));
        match dates.iter().rfind(|(at, _)| *at <= now) {
            Some(_) if self.begun == 0 => Ok(Cause::Start),
            Some((_, cause)) => Ok(*cause),
            None => {
                let earliest = dates.into_iter().map(|(at, _)| at).min().unwrap_or(now);
                Err(earliest.saturating_sub(now))
            }
        }
    }

    fn wait(&mut self, limit: Duration) -> Came {
        let now = self.setup.clock.monotonic();
        let mut limit = if self.courier.is_some() { limit.min(COURIER) } else { limit };
        if self.voice.view().is_some() {
            limit = limit.min((self.drawn + REDRAW).saturating_sub(now));
        }
        if self.pinger.as_ref().is_some_and(Pinger::is_under_way) {
            limit = limit.min(PINGING);
        }
        let (has_screen, has_keyboard) =
            self.voice.view().map_or((false, false), |view| (true, view.screen.has_keyboard()));
        let keyboard = std::io::stdin();
        self.eyes.folders.with(|folders| {
            let sources = Sources {
                folders: folders.descriptor(),
                signals: self.signals.descriptor(),
                keyboard: has_keyboard.then(|| keyboard.as_fd()),
                steps: self.steps.as_ref(),
                // Under a supervisor, that nobody reads is no reason to end.
                reader: (has_screen || !self.supervisor.is_there()).then(stream::descriptor),
            };
            sources.wait(limit)
        })
    }

    /// Attends to what came; says why the watch ends, if so.
    fn attend(&mut self, came: Came) -> Option<&'static str> {
        if came.signal {
            self.signals.heard();
        }
        let has_screen = self.voice.view().is_some();
        if came.gone {
            return Some(if has_screen { "terminal closed" } else { "nobody reads" });
        }
        if !has_screen {
            return None;
        }
        let typed = self.voice.view().filter(|_| came.key).map(|view| view.screen.keys()).unwrap_or_default();
        if typed.iter().any(|key| matches!(key, b'q' | b'Q')) {
            return Some("q");
        }
        if self.signals.pause()
            && let Some(view) = self.voice.view()
        {
            view.screen.leave();
            self.signals.stand_still();
            view.screen.enter();
        }
        let now = self.setup.clock.monotonic();
        if came.signal || now >= self.drawn + REDRAW {
            self.show();
        }
        None
    }

    pub(super) fn interval(&self) -> Duration {
        let wanted = self.setup.interval.unwrap_or(self.config.policies.watch.interval);
        self.supervisor.longest().map_or(wanted, |longest| wanted.min(longest))
    }

    fn tick(&mut self, cause: Cause) {
        let from = self.setup.clock.monotonic();
        let is_scheduled = matches!(cause, Cause::Start | Cause::Interval | Cause::Clock | Cause::Reload);
        if is_scheduled {
            let heal = from.saturating_sub(self.read_all) >= READ_ALL || is_remote(&self.config.state_dir);
            self.eyes.folders.with(|folders| {
                folders.follow();
                if heal {
                    folders.forget();
                }
            });
            if heal {
                self.read_all = from;
            }
        }
        let interval = self.interval();
        let setup = self.setup;
        let context = setup.context(&self.config);
        self.begun += 1;
        let found = self.eyes.tick(&context, interval);
        let to = setup.clock.monotonic();
        self.pace.looked(from, to);
        // Counted from its end, so that it is not a moment too early.
        self.pace.expect(to, found.as_ref().ok().and_then(|found| found.next_change));
        if let Some(courier) = &self.courier {
            courier.look();
        }
        match found {
            Ok(found) => self.completed(cause, is_scheduled, to.saturating_sub(from), found),
            Err(error) => self.failed(cause, to.saturating_sub(from), error),
        }
        if to >= self.drawn + REDRAW_MIN {
            self.show();
        }
    }

    /// Tells of a completed tick: first that the watch is alive, then what happened, and at last the tick itself.
    fn completed(&mut self, cause: Cause, is_scheduled: bool, took: Duration, found: Found) {
        self.cycles.add(took);
        self.succeeded_at = Some(self.setup.clock.now());
        self.supervisor.ticked(&one_line(&found));
        let Found { report, killswitch, .. } = found;
        let at = self.setup.clock.now();
        for (action, halt) in self.news.of_halts(killswitch.as_ref()) {
            self.voice.say(&Event::Halt(HaltChange { at, action, halt: &halt }));
        }
        for change in &report.changes {
            let alert = self.eyes.sight.alerts.get(&change.fingerprint);
            self.voice.say(&Event::Alert(AlertChange::new(at, change, alert)));
        }
        let unacknowledged = report.unacknowledged();
        for notice in self.news.of_notices(report.notices) {
            self.voice.say(&Event::Notice(Told::new(at, &notice)));
        }
        if is_scheduled || !report.changes.is_empty() {
            self.export(report.status);
        }
        let firing = report.rules.iter().map(|judged| judged.alerts.len()).sum();
        let unknown = report.rules.iter().map(|judged| judged.doubts.len()).sum();
        let tick = self.blank(cause, took);
        self.voice.say(&Event::Tick(Tick {
            at,
            status: report.status,
            firing,
            unacknowledged,
            unknown,
            ..tick
        }));
        if is_scheduled {
            self.ping(Ping::Good);
        }
    }

    fn failed(&mut self, cause: Cause, took: Duration, error: Error) {
        let failure = Some(Failure::from(&error));
        let tick = Tick { error: failure, ..self.blank(cause, took) };
        self.voice.say(&Event::Tick(tick));
        self.export(Status::Unknown);
        self.ping(Ping::Fail);
        self.failure = Some(error);
    }

    fn blank<'e>(&self, cause: Cause, took: Duration) -> Tick<'e> {
        Tick {
            at: self.setup.clock.now(),
            number: self.begun,
            cause,
            status: Status::Unknown,
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            rules: RULES.len(),
            firing: 0,
            unacknowledged: 0,
            unknown: 0,
            halts: self.news.halts(),
            error: None,
        }
    }

    /// Reads the configuration again. One that cannot be used is refused: what was in force stays so.
    fn reload(&mut self) {
        let clock = self.setup.clock;
        let moved = |config: &Config| {
            let message = format!(
                "the state directory would become {}; a running watch keeps to {}",
                config.state_dir.display(),
                self.config.state_dir.display()
            );
            Error::new(Kind::Config, message).hint("systemctl restart nija-watch")
        };
        let read = (self.setup.resolve)().and_then(|config| {
            if config.state_dir == self.config.state_dir { Ok(config) } else { Err(moved(&config)) }
        });
        let error = match read {
            Ok(config) => {
                self.config = config;
                self.eyes.folders.with(|folders| folders.set_places(places(&self.config)));
                self.pace.set_interval(self.interval(), clock.monotonic());
                self.start_pinger();
                self.start_courier();
                None
            }
            Err(error) => Some(error),
        };
        let (at, interval_seconds) = (clock.now(), self.interval().as_secs());
        let failure = error.as_ref().map(Failure::from);
        self.voice.say(&Event::Reload(Reload {
            at,
            ok: failure.is_none(),
            interval_seconds,
            error: failure,
        }));
    }

    fn tell_changed_config(&mut self) {
        let hint = format!("kill -HUP {}", self.setup.identity.pid);
        let file = self.config.file.as_ref().map_or_else(String::new, |file| file.display().to_string());
        let message = format!("configuration {file} was changed; it is read again at SIGHUP");
        self.notice(&Notice::new("CONFIG_CHANGED", message, hint));
    }

    pub(super) fn notice(&mut self, notice: &Notice) {
        self.voice.say(&Event::Notice(Told::new(self.setup.clock.now(), notice)));
    }

    /// Writes metrics, where they are wanted.
    fn export(&mut self, status: Status) {
        let Some(dir) = &self.config.policies.watch.textfile_dir else { return };
        let setup = self.setup;
        let looked = Looked {
            status,
            succeeded_at: self.succeeded_at,
            cycles: Some(&self.cycles),
            env_stop: setup.environment.emergency_stop(),
        };
        let context = setup.context(&self.config);
        let written = context.open().map(|state| metrics::after_look(&state, dir, looked, &self.eyes.sight));
        let told = written
            .unwrap_or_else(|error| vec![Notice::of("METRICS_NOT_WRITTEN", "the tick failed", &error)]);
        for notice in self.export_news.of_notices(told) {
            self.notice(&notice);
        }
    }

    /// Shows how everything stands, on a screen if there is one.
    fn show(&mut self) {
        self.drawn = self.setup.clock.monotonic();
        let Some(view) = self.voice.view() else { return };
        let setup = self.setup;
        let context = setup.context(&self.config);
        let now = setup.clock.now();
        let report = context
            .open()
            .and_then(|state| status::report(&state, setup.environment.emergency_stop(), &self.eyes.sight));
        match report {
            Ok(report) => view.show((setup.sections)(&report, now), now),
            Err(error) => view.show(vec![super::voice::trouble(&error)], now),
        }
    }
}

fn one_line(found: &Found) -> String {
    let report = &found.report;
    let firing: usize = report.rules.iter().map(|judged| judged.alerts.len()).sum();
    format!("{}: {} rules, {firing} alerts fire", report.status.word(), report.rules.len())
}
