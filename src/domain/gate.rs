//! May this order go out now? The decision, with every reason and what ends it.

use std::fmt;

use super::halt::{Halt, Mode, Scope, symbols_match};
use super::killswitch::KillSwitch;
use super::order::Order;

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
    /// The state cannot be read.
    StateUnreadable,
    /// There is no state.
    StateMissing,
    /// The state was written by a newer major version.
    StateNewer,
}

impl Code {
    /// Every code, in the order reasons are listed.
    pub const ALL: [Self; 8] = [
        Self::EnvStop,
        Self::KillSwitchHalted,
        Self::KillSwitchReduceOnly,
        Self::KillSwitchScopeUnknown,
        Self::ReduceOnlyWouldIncrease,
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
            Self::StateUnreadable => "STATE_UNREADABLE",
            Self::StateMissing => "STATE_MISSING",
            Self::StateNewer => "STATE_NEWER",
        }
    }

    /// Whether this reason is an answer (`false`) or only the lack of one (`true`).
    pub fn is_doubt(self) -> bool {
        matches!(
            self,
            Self::KillSwitchScopeUnknown | Self::StateUnreadable | Self::StateMissing | Self::StateNewer
        )
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

/// One reason not to trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason<'a> {
    /// Its stable word.
    pub code: Code,
    /// The halt behind it, if one is.
    pub halt: Option<&'a Halt>,
    /// More words: the cause in a stop file or the environment, or why state cannot be read.
    pub detail: &'a str,
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
    fn clear() -> Self {
        Self { reasons: [None; REASONS_MAX], count: 0, is_definite: false }
    }

    fn object(&mut self, code: Code, halt: Option<&'a Halt>, detail: &'a str) {
        if let Some(slot) = self.reasons.get_mut(self.count) {
            *slot = Some(Reason { code, halt, detail });
        }
        self.count = self.count.saturating_add(1);
        self.is_definite |= !code.is_doubt();
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

/// Everything the decision rests on.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// `NIJA_EMERGENCY_STOP`, when set.
    pub env_stop: Option<&'a str>,
    /// A standing stop file and what is known of its cause, or why a place where one may stand cannot be looked at.
    pub stop_file: Result<Option<&'a str>, &'a str>,
    /// The kill switch, or why it cannot be read.
    pub document: Result<&'a KillSwitch, (Code, &'a str)>,
}

/// Decides. Pure, and allocates nothing.
pub fn decide<'a>(order: &Order<'_>, view: &View<'a>) -> Verdict<'a> {
    let mut verdict = Verdict::clear();
    if let Some(reason) = view.env_stop {
        verdict.object(Code::EnvStop, None, reason);
    }
    let mut total = false;
    match view.document {
        Ok(document) => {
            for halt in &document.halts {
                total |= halt.is_total();
                judge(order, halt, &mut verdict);
            }
        }
        Err((code, detail)) => verdict.object(code, None, detail),
    }
    match view.stop_file {
        // A stop file that a total halt already accounts for is the same stop, not a second one.
        Ok(Some(detail)) if !total => verdict.object(Code::KillSwitchHalted, None, detail),
        Ok(_) => {}
        Err(detail) => verdict.object(Code::StateUnreadable, None, detail),
    }
    if order.contradicts_claim() {
        let detail = "by its side and size the order does not shrink the position it meets";
        verdict.object(Code::ReduceOnlyWouldIncrease, None, detail);
    }
    verdict
}

fn judge<'a>(order: &Order<'_>, halt: &'a Halt, verdict: &mut Verdict<'a>) {
    // A blank field, as of an unset shell variable, says nothing.
    let same = |given: Option<&str>, name: &str| {
        let given = given.map(str::trim).filter(|given| !given.is_empty());
        given.map(|given| lower(given).eq(lower(name)))
    };
    let covers = match &halt.scope {
        Scope::All => Some(true),
        Scope::Symbol(name) if !symbols_match(order.symbol, "") => Some(symbols_match(order.symbol, name)),
        Scope::Symbol(_) => None,
        Scope::Platform(name) => same(order.platform, name),
        Scope::Strategy(name) => same(order.strategy, name),
        Scope::Account(name) => same(order.account, name),
    };
    match (covers, halt.mode) {
        (Some(false), _) => {}
        (_, Mode::ReduceOnly) if order.reduces() => {}
        (None, _) => verdict.object(Code::KillSwitchScopeUnknown, Some(halt), ""),
        (Some(true), Mode::ReduceOnly) => verdict.object(Code::KillSwitchReduceOnly, Some(halt), ""),
        (Some(true), Mode::Halted) => verdict.object(Code::KillSwitchHalted, Some(halt), ""),
    }
}

fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}
