//! Answers a command line that makes no sense, or that asks for help.

use std::ffi::OsString;

use clap::CommandFactory as _;
use clap::error::ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};

use super::{App, Cli, Globals};
use crate::domain::status::Status;
use crate::error::{Error, Kind};
use crate::output;

/// Answers, and returns the exit code.
pub(super) fn refuse(arguments: &[OsString], error: &clap::Error) -> u8 {
    let asked_for = path(arguments);
    let json = arguments.iter().any(|argument| argument == "--json");
    let app = App::new(Globals { json, ..Globals::default() });
    // Commands that answer a monitored state say anything but UNKNOWN only when they looked.
    let is = |names: &[&str]| asked_for.first().is_some_and(|word| names.contains(&word.as_str()));
    let is_cooldown_check = asked_for == ["cooldown", "check"];
    let folds = is(&["gate", "doctor", "check"]) || is_cooldown_check;
    let failed = if folds { Status::Unknown.nagios() } else { Kind::Usage.row().exit };
    match error.kind() {
        DisplayHelp | DisplayVersion => {
            let written = output::raw(error.render().to_string().as_bytes());
            // To a bot 0 means trade, also when an order named `--help` as its symbol.
            if is(&["gate"]) || is_cooldown_check { failed } else { written }
        }
        DisplayHelpOnMissingArgumentOrSubcommand if !app.style.json => {
            output::aside(&error.render().to_string());
            failed
        }
        _ => output::failure(&usage(error, &asked_for), "nija.usage", failed, app.style, &app.facts()),
    }
}

/// The command that was meant, as in `killswitch activate`, as far as it can be recognised.
fn path(arguments: &[OsString]) -> Vec<String> {
    let mut root = Cli::command();
    root.build();
    let (mut here, mut names) = (&root, Vec::new());
    let mut words = arguments.iter().skip(1);
    while let Some(word) = words.next() {
        let word = word.to_string_lossy();
        if let Some(sub) = here.find_subcommand(&*word) {
            names.push(sub.get_name().to_owned());
            here = sub;
        } else if takes_value(here, &word) {
            words.next();
        } else if !word.starts_with('-') {
            break;
        }
    }
    names
}

/// The same stop with its reason set apart from the first dashed word on. `None` when options follow, which must not turn
/// into words: that would make a small stop a large one.
pub(super) fn reason_apart(arguments: &[OsString]) -> Option<Vec<OsString>> {
    let starts = |word: &OsString, with: &str| word.to_string_lossy().starts_with(with);
    let known = |word: &OsString| ["-q", "-h", "-V"].iter().any(|option| word == option);
    let dashed = |word: &OsString| starts(word, "-") && !starts(word, "--") && !known(word);
    let at = arguments.iter().position(dashed)?;
    let (before, reason) = arguments.split_at(at);
    if !is_stop(&path(arguments))
        || arguments.iter().any(|word| word == "--")
        || reason.iter().any(|word| starts(word, "--"))
    {
        return None;
    }
    Some([before, &[OsString::from("--")], reason].concat())
}

fn is_stop(asked_for: &[String]) -> bool {
    let words: Vec<&str> = asked_for.iter().map(String::as_str).collect();
    matches!(words.as_slice(), ["kill"] | ["killswitch", "activate"])
}

fn takes_value(command: &clap::Command, word: &str) -> bool {
    let Some(name) = word.strip_prefix("--") else { return false };
    let mut options = command.get_arguments();
    options.any(|option| option.get_long() == Some(name) && option.get_action().takes_values())
}

fn usage(error: &clap::Error, asked_for: &[String]) -> Error {
    let text = error.render().to_string();
    let lines = || text.lines().map(str::trim);
    let after = |prefix: &str| lines().find_map(|line| line.strip_prefix(prefix));
    // The first paragraph is what is wrong; what clap lists there one in a line belongs to it.
    let wrong: Vec<&str> = lines().take_while(|line| !line.is_empty()).collect();
    let wrong = wrong.join(" ");
    let message = wrong.strip_prefix("error: ").unwrap_or(&wrong);
    let message = after("tip: ").map_or_else(|| message.to_owned(), |tip| format!("{message} ({tip})"));
    let words: Vec<&str> = asked_for.iter().map(String::as_str).collect();
    let message = if is_stop(asked_for) { format!("NOT STOPPED: {message}") } else { message };
    let help = std::iter::once("nija").chain(words).chain(["--help"]).collect::<Vec<_>>().join(" ");
    Error::new(Kind::Usage, message).hint(after("Usage: ").map_or(help, str::to_owned))
}
