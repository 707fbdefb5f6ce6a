//! The watch: the same look as `nija check`, all day; at once after a change, and at least once in every interval.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::clock::Clock;
use crate::config::{Config, Environment};
use crate::error::{Error, Result};
use crate::ops::check::{Runner, Sight, runner};
use crate::ops::metrics::Cycles;
use crate::ops::notify::Means;
use crate::ops::watch::Claim;
use crate::ops::{Context, Identity, killswitch, status};
use crate::output::screen::{self, Screen};
use crate::output::stream::Stream;
use crate::output::{Page, Style, terminal};

mod aside;
mod courier;
mod events;
mod folders;
mod news;
mod pace;
mod ping;
mod round;
mod signals;
mod sorting;
mod supervisor;
mod tick;
mod voice;
mod wait;

use events::{Event, Hello};
use folders::{Folders, Places, Shared};
use news::News;
use pace::Pace;
use round::Watch;
use signals::Signals;
use supervisor::Supervisor;
use tick::Eyes;
use voice::{View, Voice};
use wait::ClockSteps;

/// What the command line gives.
pub struct Setup<'a> {
    /// Resolves the configuration; asked again at SIGHUP.
    pub resolve: &'a dyn Fn() -> Result<Config>,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Who watches.
    pub identity: &'a Identity,
    /// What sending messages needs.
    pub means: &'a dyn Fn(&Config) -> Means,
    /// Makes ids.
    pub new_id: &'a dyn Fn(&str) -> String,
    /// The process's surroundings.
    pub environment: &'a Environment,
    /// Longest time between two ticks, if the command line says.
    pub interval: Option<Duration>,
    /// One tick and no more.
    pub once: bool,
    /// How to speak.
    pub style: Style,
    /// How the state of everything reads at a time, in sections.
    pub sections: &'a dyn Fn(&status::Report, DateTime<Utc>) -> Vec<Page>,
}

impl Setup<'_> {
    fn means(&self, config: &Config) -> Means {
        (self.means)(config)
    }

    fn context<'a>(&'a self, config: &'a Config) -> Context<'a> {
        Context { config, clock: self.clock, identity: self.identity, new_id: self.new_id }
    }
}

/// Watches until a signal, a key or the end of whoever listens. An error means that it could not begin, or that the only
/// tick it was to make failed.
pub fn run(setup: &Setup<'_>) -> Result<()> {
    let config = (setup.resolve)()?;
    let mut watch = start(setup, config)?;
    let reason = watch.until_the_end();
    watch.supervisor.stopping();
    watch.end_courier();
    watch.ended();
    let (at, ticks) = (setup.clock.now(), watch.cycles.completed());
    watch.voice.say(&Event::End { at, reason, ticks });
    watch.voice.close();
    match watch.failure {
        Some(error) if setup.once => Err(error),
        _ => Ok(()),
    }
}

fn start<'a>(setup: &'a Setup<'a>, config: Config) -> Result<Watch<'a>> {
    let context = setup.context(&config);
    let state = context.open()?;
    let claim = Claim::take(&state)?;
    let mut news = News::default();
    if let Some(document) = killswitch::document(&state) {
        news.knows(&document);
    }
    drop(state);
    let has_screen = !setup.style.json && !setup.once && terminal::is_stdout() && !is_dumb(setup.environment);
    let signals = Signals::follow(has_screen)?;
    let folders = Shared::new(Folders::new(places(&config)));
    let sight = Sight::following(Box::new(folders.clone()));
    let eyes = Eyes {
        sight: if has_screen { sight.for_people() } else { sight },
        runner: Runner::default(),
        folders,
        claim,
    };
    leave_screen_on_panic();
    let voice = if has_screen { on_screen(setup, &config)? } else { in_lines(setup)? };
    let now = setup.clock.monotonic();
    let mut watch = Watch {
        supervisor: Supervisor::find(setup.environment, setup.identity.pid),
        steps: ClockSteps::follow(),
        pace: Pace::new(Duration::MAX, now),
        pinger: None,
        courier: None,
        setup,
        config,
        eyes,
        signals,
        voice,
        news,
        begun: 0,
        cycles: Cycles::default(),
        succeeded_at: None,
        export_news: News::default(),
        read_all: now,
        drawn: Duration::ZERO,
        failure: None,
    };
    let interval = watch.interval();
    watch.pace = Pace::new(interval, now);
    watch.voice.open(&Hello {
        format: "nija.stream",
        format_version: "1.0",
        nija_version: env!("CARGO_PKG_VERSION"),
        event: "start",
        at: setup.clock.now(),
        host: &setup.identity.host,
        state_dir: &watch.config.state_dir.display().to_string(),
        pid: setup.identity.pid,
        interval_seconds: interval.as_secs(),
    });
    watch.start_pinger();
    watch.start_courier();
    Ok(watch)
}

fn places(config: &Config) -> Places {
    Places {
        state_dir: config.state_dir.clone(),
        fallback_dirs: config.fallback_dirs.clone(),
        config: config.file.clone(),
    }
}

fn is_dumb(environment: &Environment) -> bool {
    environment.text("TERM").is_none_or(|term| term == "dumb")
}

fn in_lines(setup: &Setup<'_>) -> Result<Voice> {
    let stream = Stream::open().map_err(cannot_speak)?;
    Ok(Voice::Lines { stream, quiet: setup.style.quiet })
}

fn on_screen(setup: &Setup<'_>, config: &Config) -> Result<Voice> {
    let screen = Screen::open().map_err(cannot_speak)?;
    let head = format!("nija watch  {}  {}", config.state_dir.display(), setup.identity.host);
    Ok(Voice::Screen(View::new(screen, setup.style, head)))
}

fn cannot_speak(error: std::io::Error) -> Error {
    Error::io("start a thread to write with", error).hint("ulimit -u")
}

/// A panic must be seen, so not on a screen that is about to go.
fn leave_screen_on_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        screen::restore();
        before(panic);
    }));
    // Installed last, so asked first: what a rule does is no reason to leave.
    runner::silence_rules();
}
