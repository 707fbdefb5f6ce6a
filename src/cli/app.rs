//! What every command is given: surroundings, settings on demand, and how to answer.

use std::cell::RefCell;
use std::path::PathBuf;

use crate::clock::{self, Clock};
use crate::config::{self, Config, Environment, Flags, StopTarget};
use crate::error::{Error, Kind, Result};
use crate::ops::identity::random_id;
use crate::ops::notify::Means;
use crate::ops::{Context, Identity, Notice, State};
use crate::output::chart::Glyphs;
use crate::output::{ColourChoice, Facts, Page, Role, Span, Style, Warning, terminal};

use super::Globals;

/// One run of the program.
pub struct App {
    /// Options of every command.
    pub globals: Globals,
    /// Variables, working directory, user.
    pub environment: Environment,
    /// How to answer.
    pub style: Style,
    clock: clock::System,
    state_dir: RefCell<Option<PathBuf>>,
    after: RefCell<Option<After>>,
}

/// What is left to do once the answer is out.
pub type After = Box<dyn FnOnce(&App)>;

impl App {
    /// Captures the surroundings.
    pub fn new(globals: Globals) -> Self {
        let environment = Environment::capture();
        let colour = if globals.json {
            ColourChoice::NONE
        } else {
            ColourChoice::decide(globals.color.into(), &|name| environment.text(name))
        };
        let style = Style { json: globals.json, quiet: globals.quiet, colour };
        Self {
            globals,
            environment,
            style,
            clock: clock::System::new(),
            state_dir: RefCell::new(None),
            after: RefCell::new(None),
        }
    }

    /// What the command line says about the configuration.
    pub fn flags(&self) -> Flags {
        Flags { state_dir: self.globals.state_dir.clone(), config: self.globals.config.clone() }
    }

    /// The settings.
    pub fn config(&self) -> Result<Config> {
        self.config_with(&self.flags())
    }

    /// The settings, for a state directory that is named, as if by flag.
    pub fn config_in(&self, dir: &std::path::Path) -> Result<Config> {
        self.config_with(&Flags { state_dir: Some(dir.to_owned()), ..self.flags() })
    }

    fn config_with(&self, flags: &Flags) -> Result<Config> {
        let config = config::resolve(flags, &self.environment)?;
        self.acts_on(&config);
        Ok(config)
    }

    /// What a stop aims at, whatever state the settings are in.
    pub fn stop_target(&self) -> StopTarget {
        let target = config::resolve_for_stop(&self.flags(), &self.environment);
        self.acts_on(&target.config);
        target
    }

    /// Notes which state directory the answer is about.
    fn acts_on(&self, config: &Config) {
        self.state_dir.replace(Some(config.state_dir.clone()));
    }

    /// Who asks.
    pub fn identity(&self) -> Identity {
        Identity::find(&self.environment, self.globals.operator.clone())
    }

    /// Time.
    pub fn clock(&self) -> &dyn Clock {
        &self.clock
    }

    /// What an operation is given.
    pub fn context<'a>(&'a self, config: &'a Config, identity: &'a Identity) -> Context<'a> {
        Context { config, clock: &self.clock, identity, new_id: &random_id }
    }

    /// Leaves something to be done once the answer is out.
    pub fn afterwards(&self, after: impl FnOnce(&Self) + 'static) {
        self.after.replace(Some(Box::new(after)));
    }

    /// Does what is left to do. The answer is out, and its exit code stands.
    pub fn finish(&self) {
        if let Some(after) = self.after.take() {
            after(self);
        }
    }

    /// What sending messages needs, of its own.
    pub fn means(&self, config: &Config) -> Means {
        Means::new(config.clone(), self.identity(), self.environment.clone(), self.clock)
    }

    /// Runs what needs an open state directory.
    pub fn on_state<T>(&self, run: impl FnOnce(&State<'_>) -> Result<T>) -> Result<T> {
        let config = self.config()?;
        let identity = self.identity();
        let context = self.context(&config, &identity);
        run(&context.open()?)
    }

    /// Facts for the envelope.
    pub fn facts(&self) -> Facts {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Facts { at: self.clock.now(), host, state_dir: self.state_dir.borrow().clone() }
    }

    /// What charts are drawn with.
    pub fn glyphs(&self) -> Glyphs {
        Glyphs::decide(&|name| self.environment.text(name))
    }

    /// Whether a person can be asked.
    pub fn may_ask(&self) -> bool {
        !self.globals.no_input
            && !self.globals.json
            && self.environment.get("NIJA_NO_INPUT").is_none()
            && terminal::is_stdin()
    }

    /// Reads a passphrase: from a file, from a person, or from stdin. Never from flags or variables, where others see it.
    pub fn passphrase(&self, file: Option<&std::path::Path>, question: &str) -> Result<String> {
        let missing = || {
            Error::new(Kind::Usage, "no passphrase was given")
                .hint("printf %s SECRET > FILE; chmod 600 FILE; use --passphrase-file FILE")
        };
        let secret = match file {
            Some(path) => config::file::read_secret(path, self.environment.uid)?,
            None if self.may_ask() => terminal::ask_secret(question).ok_or_else(missing)?,
            None if terminal::is_stdin() => return Err(missing()),
            None => terminal::ask("").ok_or_else(missing)?,
        };
        let secret = secret.trim_end_matches(['\n', '\r']).to_owned();
        if secret.is_empty() { Err(missing()) } else { Ok(secret) }
    }
}

/// Findings of an operation as warnings of a reply.
pub fn warnings(notices: &[Notice]) -> Vec<Warning> {
    let warning = |notice: &Notice| Warning {
        code: notice.code,
        message: notice.message.clone(),
        hint: notice.hint.clone(),
    };
    notices.iter().map(warning).collect()
}

/// The line that says which state directory was acted on.
pub fn state_line(page: &mut Page, config: &Config) {
    page.line([Span::new(Role::Muted, format!("state directory {}", config.state_dir.display()))]);
}
