//! The words of an answer: every reason not to trade, what ends it, and the verdict that gathers them.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::domain::cooldown::{Cooldown, Lock};
use crate::domain::halt::Halt;

/// Most reasons a verdict holds; what does not fit is counted.
pub const REASONS_MAX: usize = 16;

/// Stable word of one reason not to trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// A halt, or the stop file, covers this order.
    KillSwitchHalted,
    /// A reduce-only halt covers this order, and it is not known to shrink its position.
    KillSwitchReduceOnly,
    /// A halt may cover this order, but the order does not say enough to tell.
    KillSwitchScopeUnknown,
    /// The environment of this process says stop.
    EnvStop,
    /// The order claims to only reduce, and its figures say otherwise.
    ReduceOnlyWouldIncrease,
    /// The ticker, or every ticker, cools down.
    CooldownActive,
    /// Some ticker cools down, and the order does not say which one it trades.
    CooldownUnknown,
    /// The configuration insists on a watch, and none has completed a tick lately.
    WatchMissing,
    /// The same order was let out within the window.
    DuplicateOrder,
    /// Whether the same order was let out before cannot be told, or this one could not be noted.
    DuplicateUnknown,
    /// The state cannot be read.
    StateUnreadable,
    /// There is no state.
    StateMissing,
    /// The state was written by a newer major version.
    StateNewer,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 13] = [
        Self::EnvStop,
        Self::KillSwitchHalted,
        Self::KillSwitchReduceOnly,
        Self::KillSwitchScopeUnknown,
        Self::ReduceOnlyWouldIncrease,
        Self::CooldownActive,
        Self::CooldownUnknown,
        Self::WatchMissing,
        Self::DuplicateOrder,
        Self::DuplicateUnknown,
        Self::StateUnreadable,
        Self::StateMissing,
        Self::StateNewer,
    ];

    /// The word for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::KillSwitchHalted => "KILL_SWITCH_HALTED",
            Self::KillSwitchReduceOnly => "KILL_SWITCH_REDUCE_ONLY",
            Self::KillSwitchScopeUnknown => "KILL_SWITCH_SCOPE_UNKNOWN",
            Self::EnvStop => "ENV_STOP",
            Self::ReduceOnlyWouldIncrease => "REDUCE_ONLY_WOULD_INCREASE",
            Self::CooldownActive => "COOLDOWN_ACTIVE",
            Self::CooldownUnknown => "COOLDOWN_UNKNOWN",
            Self::WatchMissing => "WATCH_MISSING",
            Self::DuplicateOrder => "DUPLICATE_ORDER",
            Self::DuplicateUnknown => "DUPLICATE_UNKNOWN",
            Self::StateUnreadable => "STATE_UNREADABLE",
            Self::StateMissing => "STATE_MISSING",
            Self::StateNewer => "STATE_NEWER",
        }
    }

    /// Whether this reason is an answer (`false`) or only the lack of one (`true`).
    pub fn is_doubt(self) -> bool {
        match self {
            Self::KillSwitchHalted
            | Self::KillSwitchReduceOnly
            | Self::EnvStop
            | Self::ReduceOnlyWouldIncrease
            | Self::CooldownActive
            | Self::DuplicateOrder => false,
            Self::KillSwitchScopeUnknown
            | Self::CooldownUnknown
            | Self::WatchMissing
            | Self::DuplicateUnknown
            | Self::StateUnreadable
            | Self::StateMissing
            | Self::StateNewer => true,
        }
    }

    /// What ends this reason: an act or a command.
    pub fn ends(self) -> &'static str {
        match self {
            Self::KillSwitchHalted | Self::KillSwitchReduceOnly => "nija killswitch deactivate REASON",
            Self::KillSwitchScopeUnknown => {
                "pass the symbol, --platform, --strategy and --account, or release the halt"
            }
            Self::EnvStop => "restart the process without NIJA_EMERGENCY_STOP",
            Self::ReduceOnlyWouldIncrease => "lower --qty to the position, or turn --side",
            Self::CooldownActive => "wait until then, or nija cooldown deactivate TICKER --reason REASON",
            Self::CooldownUnknown => "pass the symbol",
            Self::WatchMissing => "start nija watch",
            Self::DuplicateOrder => "wait until then",
            Self::DuplicateUnknown => "pass the symbol, --side and --qty; if they are given, nija doctor",
            Self::StateUnreadable | Self::StateMissing => "nija doctor",
            Self::StateNewer => "install the nija that wrote this state",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Why something cannot be known: a code that is a doubt, and the particulars.
pub type Refused<'a> = (Code, &'a str);

/// A lock that blocks an order, and the document it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cooling<'a> {
    /// The cooldown of one ticker, or of every ticker.
    pub cooldown: &'a Cooldown,
    /// Of its locks that block, the one that ends last.
    pub lock: &'a Lock,
}

/// One reason not to trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason<'a> {
    /// Its stable word.
    pub code: Code,
    /// The halt behind it, if one is.
    pub halt: Option<&'a Halt>,
    /// The cooldown behind it, if one is.
    pub cooling: Option<Cooling<'a>>,
    /// The first instant at which it is over by itself, if it will be.
    pub until: Option<DateTime<Utc>>,
    /// More words: the cause in a stop file or the environment, or why state cannot be read.
    pub detail: &'a str,
}

impl<'a> Reason<'a> {
    /// A reason with nothing behind it but words.
    pub(super) fn new(code: Code, detail: &'a str) -> Self {
        Self { code, halt: None, cooling: None, until: None, detail }
    }
}

/// The answer to one order. Allowed exactly when there is no reason against it.
#[derive(Debug, Clone, Copy)]
pub struct Verdict<'a> {
    reasons: [Option<Reason<'a>>; REASONS_MAX],
    count: usize,
    is_definite: bool,
}

impl<'a> Verdict<'a> {
    /// The verdict of no objection yet.
    pub(super) fn clear() -> Self {
        Self { reasons: [None; REASONS_MAX], count: 0, is_definite: false }
    }

    pub(super) fn object(&mut self, reason: Reason<'a>) {
        if let Some(slot) = self.reasons.get_mut(self.count) {
            *slot = Some(reason);
        }
        self.count = self.count.saturating_add(1);
        self.is_definite |= !reason.code.is_doubt();
    }

    /// Whether the order may go out.
    pub fn is_allowed(&self) -> bool {
        self.count == 0
    }

    /// The reasons against it, at most [`REASONS_MAX`].
    pub fn reasons(&self) -> impl Iterator<Item = &Reason<'a>> {
        self.reasons.iter().flatten()
    }

    /// How many reasons there are, including those that [`Self::reasons`] has no room for.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The exit code of this answer: 0 trade, 1 do not, 3 cannot tell (do not).
    pub fn exit(&self) -> u8 {
        match (self.is_allowed(), self.is_definite) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 3,
        }
    }
}
