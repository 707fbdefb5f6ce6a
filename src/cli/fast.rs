//! The two commands that must start at once, recognised without building the whole command line.
//!
//! Whatever is not known exactly is left to clap, so both ways always mean the same; a test holds them equal.

use std::ffi::OsString;
use std::path::PathBuf;

use super::gate::{Gate, position, quantity};
use super::killswitch::{KillSwitch, activate::Activate};
use super::{Cli, Command, Globals};

/// Reads `gate SYMBOL …`, `kill WORDS…` and `killswitch activate WORDS…`, with the plainest global options.
pub fn parse(arguments: &[OsString]) -> Option<Cli> {
    let mut words = Words { rest: arguments.get(1..)?, globals: Globals::default() };
    let command = match words.next()? {
        "kill" => Command::Kill(words.activate()?),
        "killswitch" if words.next()? == "activate" => {
            Command::KillSwitch(KillSwitch::Activate(words.activate()?))
        }
        "gate" => Command::Gate(words.gate()?),
        _ => return None,
    };
    Some(Cli { globals: words.globals, command })
}

struct Words<'a> {
    rest: &'a [OsString],
    globals: Globals,
}

impl<'a> Words<'a> {
    fn take(&mut self) -> Option<&'a str> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        first.to_str()
    }

    /// The value of an option; one that could be read as an option itself is left to clap.
    fn value(&mut self) -> Option<&'a str> {
        self.take().filter(|value| !value.starts_with('-') && !value.is_empty())
    }

    /// The next word that is no global option. `None` also when an option is not known here.
    fn next(&mut self) -> Option<&'a str> {
        loop {
            let word = self.take()?;
            if !self.global(word)? {
                return Some(word);
            }
        }
    }

    /// Takes a global option over; `Some(false)` when the word is none, `None` when clap has to look.
    fn global(&mut self, word: &str) -> Option<bool> {
        match word {
            "--json" if !self.globals.json => self.globals.json = true,
            "--quiet" if !self.globals.quiet => self.globals.quiet = true,
            "--state-dir" if self.globals.state_dir.is_none() => {
                self.globals.state_dir = Some(PathBuf::from(self.value()?));
            }
            "--operator" if self.globals.operator.is_none() => {
                self.globals.operator = Some(self.value()?.to_owned());
            }
            _ => return Some(false),
        }
        Some(true)
    }

    fn activate(&mut self) -> Option<Activate> {
        let mut reason = Vec::new();
        while !self.rest.is_empty() {
            let word = self.take()?;
            if self.global(word)? {
                continue;
            }
            if word.starts_with('-') {
                return None;
            }
            reason.push(word.to_owned());
        }
        Some(Activate::plain(reason))
    }

    fn gate(&mut self) -> Option<Gate> {
        let mut gate = Gate {
            symbol: String::new(),
            side: None,
            qty: None,
            position: None,
            reduce_only: false,
            platform: None,
            strategy: None,
            account: None,
            client: None,
        };
        let mut symbol = None;
        while !self.rest.is_empty() {
            let word = self.take()?;
            if self.global(word)? {
                continue;
            }
            match word {
                "--side" if gate.side.is_none() => gate.side = Some(self.value()?.parse().ok()?),
                "--qty" if gate.qty.is_none() => gate.qty = Some(quantity(self.value()?).ok()?),
                "--position" if gate.position.is_none() => {
                    gate.position = Some(position(self.value()?).ok()?)
                }
                "--reduce-only" if !gate.reduce_only => gate.reduce_only = true,
                "--platform" if gate.platform.is_none() => gate.platform = Some(self.value()?.to_owned()),
                "--strategy" if gate.strategy.is_none() => gate.strategy = Some(self.value()?.to_owned()),
                "--account" if gate.account.is_none() => gate.account = Some(self.value()?.to_owned()),
                "--client" if gate.client.is_none() => gate.client = Some(self.value()?.to_owned()),
                word if !word.starts_with('-') && symbol.is_none() => symbol = Some(word.to_owned()),
                _ => return None,
            }
        }
        gate.symbol = symbol?;
        Some(gate)
    }
}
