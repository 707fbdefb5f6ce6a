//! The commands that must start at once, recognised without building the whole command line.
//!
//! Whatever is not known exactly is left to clap, so both ways always mean the same; a test holds them equal.

use std::ffi::OsString;
use std::path::PathBuf;

use super::gate::{Gate, position, quantity};
use super::killswitch::{KillSwitch, activate::Activate};
use super::slippage::{Slippage, record::Record};
use super::{Cli, Command, Globals};

/// Reads `gate SYMBOL …`, `kill WORDS…`, `killswitch activate WORDS…` and `slippage record …`, with the plainest global
/// options.
pub fn parse(arguments: &[OsString]) -> Option<Cli> {
    let mut words = Words { rest: arguments.get(1..)?, globals: Globals::default() };
    let command = match words.next()? {
        "kill" => Command::Kill(words.activate()?),
        "killswitch" if words.next()? == "activate" => {
            Command::KillSwitch(KillSwitch::Activate(words.activate()?))
        }
        "gate" => Command::Gate(words.gate()?),
        "slippage" if words.next()? == "record" => Command::Slippage(Slippage::Record(words.record()?)),
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

    fn record(&mut self) -> Option<Record> {
        const OPTIONS: [&str; 11] = [
            "--ticker",
            "--side",
            "--expected",
            "--actual",
            "--qty",
            "--broker",
            "--order-id",
            "--order-type",
            "--fee",
            "--latency-ms",
            "--at",
        ];
        let mut values = [None; OPTIONS.len()];
        while !self.rest.is_empty() {
            let word = self.take()?;
            if self.global(word)? {
                continue;
            }
            let slot = values.get_mut(OPTIONS.iter().position(|option| *option == word)?)?;
            if slot.replace(self.value()?).is_some() {
                return None;
            }
        }
        let [ticker, side, expected, actual, qty, broker, order_id, order_type, fee, latency_ms, at] = values;
        Some(Record {
            ticker: ticker?.to_owned(),
            side: side?.parse().ok()?,
            expected: position(expected?).ok()?,
            actual: position(actual?).ok()?,
            qty: read(qty, |text| quantity(text).ok())?,
            broker: broker.map(str::to_owned),
            order_id: order_id.map(str::to_owned),
            order_type: order_type.map(str::to_owned),
            fee: read(fee, |text| position(text).ok())?,
            latency_ms: read(latency_ms, |text| text.parse().ok())?,
            at: read(at, |text| text.parse().ok())?,
        })
    }
}

/// Reads an option's value, if it was given; `None` when it was and cannot be read.
fn read<T>(value: Option<&str>, read: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    match value {
        None => Some(None),
        Some(value) => read(value).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt as _;

    use clap::Parser as _;
    use proptest::prelude::*;

    use super::*;

    const WORDS: [&str; 18] = [
        "slippage",
        "record",
        "kill",
        "killswitch",
        "activate",
        "gate",
        "status",
        "fat",
        "BTC-USD",
        "help",
        "a=b",
        "",
        "-",
        "--",
        "-x",
        "-1",
        "-0.5",
        "zu teuer",
    ];
    const FLAGS: [&str; 14] = [
        "--json",
        "--quiet",
        "-q",
        "--no-input",
        "--reduce-only",
        "--help",
        "-h",
        "--version",
        "-V",
        "--wait",
        "--qty=1",
        "--side=sell",
        "--json=1",
        "--state-dir=/s",
    ];
    const OPTIONS: [&str; 23] = [
        "--ticker",
        "--expected",
        "--actual",
        "--broker",
        "--order-id",
        "--order-type",
        "--fee",
        "--latency-ms",
        "--at",
        "--state-dir",
        "--operator",
        "--config",
        "--color",
        "--side",
        "--qty",
        "--position",
        "--platform",
        "--strategy",
        "--account",
        "--client",
        "--mode",
        "--scope",
        "--reason",
    ];
    const VALUES: [&str; 17] = [
        "2026-11-20T10:00:00Z",
        "+5",
        "99999999999",
        "buy",
        "sell",
        "BUY",
        "1",
        "0.5",
        "-2",
        "1e3",
        "0",
        "lots",
        "",
        "--json",
        "kraken",
        "always",
        "kill",
    ];

    fn words(text: &[&str]) -> Vec<OsString> {
        std::iter::once("nija").chain(text.iter().copied()).map(OsString::from).collect()
    }

    fn plain(words: &'static [&'static str]) -> impl Strategy<Value = Vec<OsString>> {
        proptest::sample::select(words).prop_map(|word| vec![OsString::from(word)])
    }

    fn piece() -> impl Strategy<Value = Vec<OsString>> {
        let option = (proptest::sample::select(&OPTIONS[..]), proptest::sample::select(&VALUES[..]));
        prop_oneof![
            6 => plain(&WORDS),
            4 => plain(&FLAGS),
            8 => option.prop_map(|(option, value)| vec![option.into(), value.into()]),
            12 => sound(),
            1 => plain(&OPTIONS),
            1 => Just(vec![OsString::from_vec(vec![b'x', 0xff])]),
        ]
    }

    fn sound() -> impl Strategy<Value = Vec<OsString>> {
        let options = [
            ["--state-dir", "/s"],
            ["--operator", "alice"],
            ["--side", "sell"],
            ["--qty", "0.5"],
            ["--position", "2"],
            ["--platform", "kraken"],
            ["--account", "a"],
            ["--client", "bot-a"],
            ["--ticker", "BTC-USD"],
            ["--expected", "100"],
            ["--actual", "100.5"],
            ["--fee", "0.1"],
            ["--latency-ms", "7"],
            ["--at", "2026-11-20T10:00:00+01:00"],
        ];
        proptest::sample::select(options.to_vec()).prop_map(|option| option.map(OsString::from).to_vec())
    }

    fn start() -> impl Strategy<Value = Vec<OsString>> {
        let starts: [&[&str]; 9] = [
            &["slippage", "record"],
            &["slippage", "record", "--side", "buy", "--ticker", "X", "--expected", "1", "--actual", "2"],
            &["kill"],
            &["killswitch", "activate"],
            &["gate", "BTC-USD"],
            &["gate"],
            &["--json", "gate", "BTC-USD"],
            &["--state-dir", "/s", "kill"],
            &[],
        ];
        proptest::sample::select(starts.map(words).to_vec())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn whatever_is_taken_means_what_clap_says(
            start in start(),
            pieces in proptest::collection::vec(piece(), 0..5),
        ) {
            let arguments: Vec<OsString> = start.into_iter().chain(pieces.concat()).collect();
            if let Some(cli) = parse(&arguments) {
                match Cli::try_parse_from(&arguments) {
                    Ok(known) => prop_assert_eq!(cli, known),
                    Err(error) => prop_assert!(false, "taken, but clap refuses it: {}", error),
                }
            }
        }
    }

    #[test]
    fn the_plain_forms_are_taken() {
        for line in [
            &["kill"][..],
            &["kill", "fat", "finger", "on", "desk", "3"],
            &["kill", "fat finger"],
            &["--state-dir", "/s", "kill", "x"],
            &["kill", "--state-dir", "/s", "--operator", "alice", "--json", "x"],
            &["killswitch", "activate", "x"],
            &["--quiet", "killswitch", "activate", "x"],
            &["gate", "BTC-USD"],
            &["gate", "BTC-USD", "--side", "buy", "--qty", "1", "--client", "bot-a"],
            &["gate", "--json", "--platform", "kraken", "--strategy", "s", "--account", "a", "BTC-USD"],
            &["gate", "BTC-USD", "--position", "2", "--reduce-only"],
            &["slippage", "record", "--ticker", "X", "--side", "sell", "--expected", "1", "--actual", "2"],
        ] {
            let arguments = words(line);
            let taken = parse(&arguments);
            assert!(taken.is_some(), "{line:?} goes the slow way");
            assert_eq!(taken, Cli::try_parse_from(&arguments).ok(), "{line:?}");
        }
    }

    #[test]
    fn what_needs_a_closer_look_is_left_to_clap() {
        for line in [
            &[][..],
            &["kill", "--help"],
            &["kill", "-h"],
            &["kill", "--", "-x"],
            &["kill", "--scope", "symbol:X"],
            &["kill", "--json", "--json"],
            &["killswitch", "status"],
            &["killswitch"],
            &["gate"],
            &["gate", "A", "B"],
            &["gate", "A", "--qty", "-1"],
            &["gate", "A", "--qty=1"],
            &["gate", "A", "--state-dir", ""],
            &["slippage"],
            &["slippage", "verify"],
            &["slippage", "record", "--ticker", "X", "--side", "sell", "--expected", "1"],
            &["slippage", "record", "--ticker", "X", "--side", "no", "--expected", "1", "--actual", "2"],
        ] {
            assert_eq!(parse(&words(line)), None, "{line:?}");
        }
    }
}
