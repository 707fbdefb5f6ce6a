//! May this order go out now? The decision, with every reason and what ends it.

use chrono::{DateTime, Utc};

use super::cooldown::Cooldown;
use super::halt::{Halt, Mode, Scope, symbols_match};
use super::killswitch::KillSwitch;
use super::order::Order;

pub mod claim;
pub mod policy;
pub mod reason;

pub use policy::Policy;
pub use reason::{Code, Cooling, REASONS_MAX, Reason, Refused, Verdict};

/// Everything the decision rests on.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The instant it is made at.
    pub now: DateTime<Utc>,
    /// `NIJA_EMERGENCY_STOP`, when set.
    pub env_stop: Option<&'a str>,
    /// A standing stop file and what is known of its cause, or why a place where one may stand cannot be looked at.
    pub stop_file: Result<Option<&'a str>, &'a str>,
    /// The kill switch, or why it cannot be read.
    pub document: Result<&'a KillSwitch, Refused<'a>>,
    /// The cooldown of the order's ticker, then that of every ticker; not asked of an order that reduces its position.
    pub cooldowns: [Result<Option<&'a Cooldown>, Refused<'a>>; 2],
    /// Why there is no watch, where the configuration insists on one.
    pub watch: Result<(), Refused<'a>>,
    /// What the duplicate guard says.
    pub duplicate: Duplicate<'a>,
}

/// What the duplicate guard says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicate<'a> {
    /// Nothing: it is off, or this order is noted as the one that goes out.
    Clear,
    /// The same order was let out, and may not be again before this instant.
    Until(DateTime<Utc>),
    /// It cannot tell.
    Unknown(Refused<'a>),
}

impl<'a> View<'a> {
    /// A view in which nothing but the kill switch can stand against an order.
    pub fn of(document: &'a KillSwitch, now: DateTime<Utc>) -> Self {
        Self {
            now,
            env_stop: None,
            stop_file: Ok(None),
            document: Ok(document),
            cooldowns: [Ok(None); 2],
            watch: Ok(()),
            duplicate: Duplicate::Clear,
        }
    }
}

/// Decides. Pure, and allocates nothing.
pub fn decide<'a>(order: &Order<'_>, view: &View<'a>) -> Verdict<'a> {
    let mut verdict = Verdict::clear();
    if let Some(reason) = view.env_stop {
        verdict.object(Reason::new(Code::EnvStop, reason));
    }
    judge_stops(order, view, &mut verdict);
    if order.contradicts_claim() {
        let detail = "by its side and size the order does not shrink the position it meets";
        verdict.object(Reason::new(Code::ReduceOnlyWouldIncrease, detail));
    }
    // An exit must not be held up by what keeps from entering again.
    if !order.reduces() {
        for cooldown in view.cooldowns {
            judge_cooldown(order, cooldown, view, &mut verdict);
        }
    }
    if let Err(refused) = view.watch {
        refuse(refused, view, &mut verdict);
    }
    match view.duplicate {
        Duplicate::Clear => {}
        Duplicate::Until(until) => {
            let detail = "the same order was let out, and may not be again";
            let reason = Reason::new(Code::DuplicateOrder, detail);
            verdict.object(Reason { until: Some(until), ..reason });
        }
        Duplicate::Unknown(refused) => refuse(refused, view, &mut verdict),
    }
    verdict
}

fn judge_stops<'a>(order: &Order<'_>, view: &View<'a>, verdict: &mut Verdict<'a>) {
    let mut total = false;
    match view.document {
        Ok(document) => {
            for halt in &document.halts {
                total |= halt.is_total();
                judge_halt(order, halt, verdict);
            }
        }
        Err((code, detail)) => verdict.object(Reason::new(code, detail)),
    }
    match view.stop_file {
        // A stop file that a total halt already accounts for is the same stop, not a second one.
        Ok(Some(detail)) if !total => verdict.object(Reason::new(Code::KillSwitchHalted, detail)),
        Ok(_) => {}
        Err(detail) => verdict.object(Reason::new(Code::StateUnreadable, detail)),
    }
}

fn judge_halt<'a>(order: &Order<'_>, halt: &'a Halt, verdict: &mut Verdict<'a>) {
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
    let code = match (covers, halt.mode) {
        (Some(false), _) => return,
        (_, Mode::ReduceOnly) if order.reduces() => return,
        (None, _) => Code::KillSwitchScopeUnknown,
        (Some(true), Mode::ReduceOnly) => Code::KillSwitchReduceOnly,
        (Some(true), Mode::Halted) => Code::KillSwitchHalted,
    };
    verdict.object(Reason { halt: Some(halt), ..Reason::new(code, "") });
}

fn judge_cooldown<'a>(
    order: &Order<'_>,
    cooldown: Result<Option<&'a Cooldown>, Refused<'a>>,
    view: &View<'a>,
    verdict: &mut Verdict<'a>,
) {
    match cooldown {
        Ok(None) => {}
        Ok(Some(cooldown)) => {
            if let Some(lock) = cooldown.blocks(order.side, view.now) {
                let reason = Reason::new(Code::CooldownActive, &lock.cause.reason);
                let cooling = Some(Cooling { cooldown, lock });
                verdict.object(Reason { cooling, until: Some(lock.until), ..reason });
            }
        }
        Err(refused) => refuse(refused, view, verdict),
    }
}

/// A doubt; that there is no state at all is said once.
fn refuse<'a>((code, detail): Refused<'a>, view: &View<'a>, verdict: &mut Verdict<'a>) {
    let known = code == Code::StateMissing && matches!(view.document, Err((Code::StateMissing, _)));
    if !known {
        verdict.object(Reason::new(code, detail));
    }
}

fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}
