//! The command line: arguments become a request, a report becomes a reply; one file per noun.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::error::Result;
use crate::output::{self, Reply, colour};

mod adoption;
mod alerts;
mod app;
mod audit;
mod check;
mod completions;
mod config;
mod cooldown;
mod doctor;
mod drill;
pub mod entry;
mod equity;
mod escalation;
mod exposure;
mod fast;
mod gate;
mod heartbeat;
mod init;
mod killswitch;
mod man;
mod notify;
mod operator;
mod orders;
mod refusal;
mod rules;
mod schema;
mod slippage;
mod status;
mod stop_loss;
mod telling;
mod watch;
mod words;

pub use app::App;

/// Stop trading, and answer whether an order may go out
///
/// `nija kill REASON` stops everything, from anywhere, always. `nija gate SYMBOL` answers before each order: only exit code 0
/// means trade.
#[derive(Debug, Parser, PartialEq)]
#[command(
    name = "nija",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 done; 1, 2, 3 monitored state (warning, critical, unknown); 64 and above failures.\n\
                  Emergency: nija kill REASON"
)]
pub struct Cli {
    /// What applies to every command.
    #[command(flatten)]
    pub globals: Globals,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(next_help_heading = "Global options")]
pub struct Globals {
    /// State directory [default: NIJA_STATE_DIR, or state_dir of nija.toml, or /var/lib/nija]
    #[arg(long, global = true, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// Configuration file [default: NIJA_CONFIG, or the nearest nija.toml upwards]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Say nothing when all is well
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// When to colour
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    pub color: Color,
    /// Who you are, for the record [default: NIJA_OPERATOR]
    #[arg(long, global = true, value_name = "NAME")]
    pub operator: Option<String>,
    /// Never ask: fail instead
    #[arg(long, global = true)]
    pub no_input: bool,
}

/// `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
pub enum Color {
    /// When the stream is a terminal and the environment does not object
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<Color> for colour::When {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// The commands.
#[derive(Debug, PartialEq, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Stop trading now (same as `killswitch activate`)
    Kill(killswitch::activate::Activate),
    /// Stop, resume, and see what is stopped
    #[command(subcommand, name = "killswitch")]
    KillSwitch(killswitch::KillSwitch),
    /// Answer whether an order may go out now
    Gate(gate::Gate),
    /// Show the state of everything
    Status(status::Status),
    /// Judge every rule once, for cron and monitoring
    Check(check::Check),
    /// Judge every rule all day, at once after each change
    Watch(watch::Watch),
    /// See what fires, say who takes care of it, and keep quiet what is known
    Alerts(alerts::Alerts),
    /// See who is told when nobody acknowledges an alert
    #[command(subcommand)]
    Escalation(escalation::EscalationCommand),
    /// Show what every rule watches for
    Rules(rules::Rules),
    /// Keep a ticker from being entered again too soon
    #[command(subcommand)]
    Cooldown(cooldown::Cooldown),
    /// Report that a stop was hit: its ticker goes into cooldown by the rules
    StopLoss(stop_loss::StopLoss),
    /// Report that a component is alive, and see who listens
    #[command(subcommand)]
    Heartbeat(heartbeat::Heartbeat),
    /// Record what fills cost against what was expected, and see what it comes to
    #[command(subcommand)]
    Slippage(slippage::Slippage),
    /// Say what was sent, how it stands and how it ended, and see what is out
    #[command(subcommand)]
    Orders(orders::Orders),
    /// Report what each platform holds, and see how it stands against the limits
    #[command(subcommand)]
    Exposure(exposure::Exposure),
    /// Report how many users are active, and see how that stands against the limit
    #[command(subcommand)]
    Adoption(adoption::Adoption),
    /// Report what accounts are worth, and see what was lost
    #[command(subcommand)]
    Equity(equity::Equity),
    /// Try the channels that people are told through, and see what is to go out
    #[command(subcommand)]
    Notify(notify::Notify),
    /// Hold that no schema change goes without its migration
    #[command(subcommand)]
    Schema(schema::Schema),
    /// Prove that people can be told
    Drill(drill::Drill),
    /// Say who may resume
    #[command(subcommand)]
    Operator(operator::Operator),
    /// Read and verify the record of every decision
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Find what can silently break a stop
    Doctor(doctor::Doctor),
    /// Make a state directory ready
    Init(init::Init),
    /// Show and check the configuration
    #[command(subcommand)]
    Config(config::Config),
    /// Print a completion script for a shell
    Completions(completions::Completions),
    /// Write the manual pages
    Man(man::Man),
}

impl Command {
    /// Names the shape of this command's answer.
    fn format(&self) -> &'static str {
        match self {
            Self::Kill(_) => "nija.killswitch.activate",
            Self::KillSwitch(command) => command.format(),
            Self::Gate(_) => "nija.gate",
            Self::Status(_) => "nija.status",
            Self::Check(_) => "nija.check",
            Self::Watch(_) => "nija.stream",
            Self::Alerts(command) => command.format(),
            Self::Escalation(command) => command.format(),
            Self::Rules(_) => "nija.rules",
            Self::Cooldown(command) => command.format(),
            Self::StopLoss(_) => "nija.stop_loss",
            Self::Heartbeat(command) => command.format(),
            Self::Slippage(command) => command.format(),
            Self::Orders(command) => command.format(),
            Self::Exposure(command) => command.format(),
            Self::Adoption(command) => command.format(),
            Self::Equity(command) => command.format(),
            Self::Notify(command) => command.format(),
            Self::Schema(command) => command.format(),
            Self::Drill(_) => "nija.drill",
            Self::Operator(command) => command.format(),
            Self::Audit(command) => command.format(),
            Self::Doctor(_) => "nija.doctor",
            Self::Init(_) => "nija.init",
            Self::Config(command) => command.format(),
            Self::Completions(_) => "nija.completions",
            Self::Man(_) => "nija.man",
        }
    }

    fn run(&self, app: &App) -> Result<Reply> {
        match self {
            Self::Kill(command) => command.run(app),
            Self::KillSwitch(command) => command.run(app),
            Self::Gate(command) => command.run(app),
            Self::Status(command) => command.run(app),
            Self::Check(command) => command.run(app),
            Self::Watch(command) => command.run(app),
            Self::Alerts(command) => command.run(app),
            Self::Escalation(command) => command.run(app),
            Self::Rules(command) => command.run(app),
            Self::Cooldown(command) => command.run(app),
            Self::StopLoss(command) => command.run(app),
            Self::Heartbeat(command) => command.run(app),
            Self::Slippage(command) => command.run(app),
            Self::Orders(command) => command.run(app),
            Self::Exposure(command) => command.run(app),
            Self::Adoption(command) => command.run(app),
            Self::Equity(command) => command.run(app),
            Self::Notify(command) => command.run(app),
            Self::Schema(command) => command.run(app),
            Self::Drill(command) => command.run(app),
            Self::Operator(command) => command.run(app),
            Self::Audit(command) => command.run(app),
            Self::Doctor(command) => command.run(app),
            Self::Init(command) => command.run(app),
            Self::Config(command) => command.run(app),
            Self::Completions(command) => command.run(),
            Self::Man(command) => command.run(),
        }
    }

    /// Commands that answer a monitored state fold every failure to UNKNOWN: only 0 may mean all is well.
    fn folds_failures(&self) -> bool {
        match self {
            Self::Cooldown(command) => command.folds_failures(),
            _ => matches!(self, Self::Gate(_) | Self::Check(_) | Self::Doctor(_)),
        }
    }
}

/// Runs one command line and returns the exit code.
pub fn run(arguments: &[OsString]) -> u8 {
    match fast::parse(arguments) {
        Some(cli) => answer(&cli),
        None => match Cli::try_parse_from(arguments).or_else(|error| with_dashed_words(arguments, error)) {
            Ok(cli) => answer(&cli),
            Err(error) => refusal::refuse(arguments, &error),
        },
    }
}

/// A reason needs no quotes even where a word of it begins with a dash, as in `nija kill price -5% today`.
fn with_dashed_words(arguments: &[OsString], error: clap::Error) -> std::result::Result<Cli, clap::Error> {
    match refusal::reason_apart(arguments) {
        Some(apart) => Cli::try_parse_from(apart).map_err(|_| error),
        None => Err(error),
    }
}

fn answer(cli: &Cli) -> u8 {
    let app = App::new(cli.globals.clone());
    let exit = match cli.command.run(&app) {
        Ok(reply) => output::reply(&reply, app.style, &app.facts()),
        Err(error) => {
            let exit = if cli.command.folds_failures() { 3 } else { error.exit() };
            output::failure(&error, cli.command.format(), exit, app.style, &app.facts())
        }
    };
    app.finish();
    exit
}
