//! A halt: what is stopped, how hard, by whom and why.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How hard a halt stops. The stronger mode wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Only orders that shrink a position by size may go out.
    ReduceOnly,
    /// Nothing may go out.
    Halted,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReduceOnly => "reduce-only",
            Self::Halted => "halted",
        })
    }
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "halted" => Ok(Self::Halted),
            "reduce-only" => Ok(Self::ReduceOnly),
            _ => Err(format!("'{text}' is neither 'halted' nor 'reduce-only'")),
        }
    }
}

/// What a halt applies to; written as `all` or `platform:kraken`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scope {
    /// Every order.
    All,
    /// Orders to one broker or exchange.
    Platform(String),
    /// Orders for one symbol, compared as [`symbols_match`] does.
    Symbol(String),
    /// Orders of one strategy.
    Strategy(String),
    /// Orders on one account.
    Account(String),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Platform(name) => write!(f, "platform:{name}"),
            Self::Symbol(name) => write!(f, "symbol:{name}"),
            Self::Strategy(name) => write!(f, "strategy:{name}"),
            Self::Account(name) => write!(f, "account:{name}"),
        }
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::All);
        }
        let wanted = "'all', 'platform:NAME', 'symbol:NAME', 'strategy:NAME' or 'account:NAME'";
        let (kind, name) = text.split_once(':').ok_or_else(|| format!("scope '{text}' is not {wanted}"))?;
        let name = name.trim().to_owned();
        if name.is_empty() || name.len() > 128 || name.chars().any(char::is_control) {
            return Err(format!(
                "scope '{text}' needs a name of 1 to 128 printable characters after the colon"
            ));
        }
        if kind == "symbol" && !name.chars().any(char::is_alphanumeric) {
            return Err(format!("scope '{text}' names no symbol; to stop every symbol use 'all'"));
        }
        match kind {
            "platform" => Ok(Self::Platform(name)),
            "symbol" => Ok(Self::Symbol(name)),
            "strategy" => Ok(Self::Strategy(name)),
            "account" => Ok(Self::Account(name)),
            _ => Err(format!("scope '{text}' is not {wanted}")),
        }
    }
}

impl TryFrom<String> for Scope {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

/// Where a halt came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Source {
    /// A person at a shell.
    Cli,
    /// A request over HTTP.
    Api,
    /// A stop file that nija did not write.
    FileSystem,
    /// `NIJA_EMERGENCY_STOP` in a process's environment.
    Env,
    /// A rule that pulled the lever.
    AutoMonitoring,
}

impl Source {
    /// The word used in files and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cli => "CLI",
            Self::Api => "API",
            Self::FileSystem => "FILE_SYSTEM",
            Self::Env => "ENV",
            Self::AutoMonitoring => "AUTO_MONITORING",
        }
    }
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Cli, Self::Api, Self::FileSystem, Self::Env, Self::AutoMonitoring]
            .into_iter()
            .find(|source| source.word().eq_ignore_ascii_case(text))
            .ok_or_else(|| format!("source '{text}' is none of CLI, API, FILE_SYSTEM, ENV, AUTO_MONITORING"))
    }
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The user id the process ran under, or that owns the file.
    pub uid: u32,
    /// That user's name in `/etc/passwd`, if it has one.
    pub user: Option<String>,
    /// The person, as far as they said so (`--operator`, `NIJA_OPERATOR`, `SUDO_USER`).
    pub operator: Option<String>,
}

impl Actor {
    /// The most telling name of this actor.
    pub fn name(&self) -> String {
        let user = self.user.clone().unwrap_or_else(|| format!("uid {}", self.uid));
        match &self.operator {
            Some(operator) if *operator != user => format!("{operator} ({user})"),
            _ => user,
        }
    }
}

/// Why a halt exists: recorded once, never diluted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Where it came from.
    pub source: Source,
    /// The rule that fired, when automatic.
    #[serde(default)]
    pub rule: Option<String>,
    /// In the words of whoever stopped; may be empty.
    pub reason: String,
    /// Who stopped.
    pub actor: Actor,
    /// On which machine.
    pub host: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One halt in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halt {
    /// Names the halt when releasing it.
    pub id: String,
    /// What is stopped.
    pub scope: Scope,
    /// How hard.
    pub mode: Mode,
    /// Why, from the first activation.
    pub cause: Cause,
    /// How often it was activated, the first time included.
    pub count: u64,
    /// When it was last activated.
    pub last_seen: DateTime<Utc>,
    /// The document revision that added it.
    pub revision: u64,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Halt {
    /// Whether this halt is what the stop file stands for: everything, fully.
    pub fn is_total(&self) -> bool {
        self.scope == Scope::All && self.mode == Mode::Halted
    }
}

/// Whether two symbols name the same instrument: letters and digits alike, case and separators ignored, so that
/// `btc-usd`, `BTC/USD` and `BTCUSD` are one. Allocates nothing.
pub fn symbols_match(left: &str, right: &str) -> bool {
    significant(left).eq(significant(right))
}

/// The one spelling by which platforms, strategies and accounts are compared: case does not matter.
pub fn folded(name: &str) -> String {
    name.chars().flat_map(char::to_lowercase).collect()
}

fn significant(symbol: &str) -> impl Iterator<Item = char> {
    symbol.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_read_back_as_they_are_written() {
        for text in ["all", "platform:kraken", "symbol:BTC/USD", "strategy:mean reversion", "account:a:b"] {
            assert_eq!(text.parse::<Scope>().unwrap().to_string(), text);
        }
        for text in ["", "everything", "platform:", "platform: ", "venue:x", "symbol:a\nb"] {
            assert!(text.parse::<Scope>().is_err(), "{text:?} was taken");
        }
    }

    #[test]
    fn one_symbol_has_many_spellings() {
        assert!(symbols_match("btc-usd", "BTC/USD") && symbols_match("BTCUSD", "btc_usd"));
        assert!(!symbols_match("BTCUSD", "BTCUSDT") && !symbols_match("", "A"));
    }

    #[test]
    fn the_stronger_mode_is_the_greater() {
        assert!(Mode::Halted > Mode::ReduceOnly);
    }
}
