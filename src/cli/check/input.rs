//! What a check is told on the command line: recorded first, exactly as `set` would, and judged then.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::Check;
use crate::cli::exposure::balance;
use crate::domain::alert::select;
use crate::domain::amount;
use crate::domain::policy::Policies;
use crate::error::{Error, Kind, Result};
use crate::ops::{Notice, State, adoption, equity, exposure};

/// What to type for each.
const ADOPTION: &str = "nija check adoption --active 85 --total 100";
const EXPOSURE: &str = "nija check exposure Coinbase=4000 Kraken=500 --total 5000";
const EQUITY: &str = "nija check equity 10250.75 --account main";

/// What to record before judging.
#[derive(Debug, PartialEq)]
pub enum Input {
    /// Nothing: judge what is there.
    None,
    /// How many users are active.
    Adoption {
        /// Those.
        active: u64,
        /// All.
        total: u64,
    },
    /// What platforms hold.
    Exposure(exposure::Report),
    /// What an account is worth.
    Equity {
        /// The equity.
        value: Decimal,
        /// The account.
        account: Option<String>,
        /// When it was so.
        at: Option<DateTime<Utc>>,
    },
}

impl Input {
    /// Takes the input out of a command line; what remains are the rules to judge.
    pub fn of(check: &Check) -> Result<(Self, &[String])> {
        let Some((first, rest)) = check.rules.split_first() else {
            if !check.has_input() {
                return Ok((Self::None, &[]));
            }
            let form = match (check.active, &check.total) {
                (Some(_), _) => ADOPTION,
                (None, Some(_)) => EXPOSURE,
                (None, None) => EQUITY,
            };
            return Err(usage("input on the command line needs its group", form));
        };
        let is_input = |word: &String| select(word).is_empty();
        if !check.has_input() && !rest.iter().any(is_input) {
            return Ok((Self::None, &check.rules));
        }
        let group = select(first).first().map_or("", |rule| rule.group);
        let input = match group {
            "adoption" => Self::adoption(check, rest),
            "exposure" => Self::exposure(check, rest),
            "equity" => Self::equity(check, rest),
            // A rule that is misspelt is told as one, before input is looked for in it.
            "" => return Ok((Self::None, &check.rules)),
            _ if check.has_input() => Err(usage(format!("'{first}' takes no input"), EXPOSURE)),
            _ => return Ok((Self::None, &check.rules)),
        }?;
        Ok((input, check.rules.get(..1).unwrap_or_default()))
    }

    fn adoption(check: &Check, rest: &[String]) -> Result<Self> {
        match (check.active, &check.total, rest, &check.account, check.at) {
            (Some(active), Some(total), [], None, None) => {
                let total = crate::cli::adoption::users(total)
                    .map_err(|why| usage(format!("--total {why}"), ADOPTION))?;
                Ok(Self::Adoption { active, total })
            }
            _ => Err(usage("adoption takes --active and --total, and nothing else", ADOPTION)),
        }
    }

    fn exposure(check: &Check, rest: &[String]) -> Result<Self> {
        if check.active.is_some() || check.account.is_some() || check.at.is_some() {
            return Err(usage("exposure takes PLATFORM=BALANCE… and --total, and nothing else", EXPOSURE));
        }
        let balances = rest.iter().map(|word| balance(word)).collect::<std::result::Result<_, _>>();
        let total = check.total.as_deref().map(amount::positive).transpose();
        Ok(Self::Exposure(exposure::Report {
            balances: balances.map_err(|why| usage(why, EXPOSURE))?,
            total: total.map_err(|why| usage(format!("--total {why}"), EXPOSURE))?,
        }))
    }

    fn equity(check: &Check, rest: &[String]) -> Result<Self> {
        match (rest, check.active, &check.total) {
            ([value], None, None) => Ok(Self::Equity {
                value: amount::parse(value).map_err(|why| usage(why, EQUITY))?,
                account: check.account.clone(),
                at: check.at,
            }),
            _ => Err(usage("equity takes one amount, --account and --at, and nothing else", EQUITY)),
        }
    }

    /// Records it. Returns whether that changed anything, and what is worth knowing.
    pub fn record(&self, state: &State<'_>) -> Result<(bool, Vec<Notice>)> {
        match self {
            Self::None => Ok((false, Vec::new())),
            Self::Adoption { active, total } => {
                adoption::report(state, *active, *total).map(|(_, notices)| (true, notices))
            }
            Self::Exposure(report) => exposure::report(state, report).map(|(_, notices)| (true, notices)),
            Self::Equity { value, account, at } => {
                equity::report(state, account.as_deref(), *value, *at).map(|(_, new)| (new, Vec::new()))
            }
        }
    }
}

/// The limits with the auto-kill of the selected groups turned on, for this look.
pub fn armed(policies: &Policies, words: &[String]) -> Result<Policies> {
    let mut policies = policies.clone();
    if words.is_empty() {
        return Err(armless("everything"));
    }
    for word in words {
        match select(word).first().map_or("", |rule| rule.group) {
            "adoption" => policies.adoption.auto_kill = true,
            "exposure" => policies.exposure.auto_kill = true,
            "equity" => policies.equity.auto_kill = true,
            "orders" => policies.orders.auto_kill = true,
            "heartbeats" => policies.heartbeats.auto_kill = true,
            _ => return Err(armless(word)),
        }
    }
    Ok(policies)
}

fn armless(word: &str) -> Error {
    let message =
        format!("--auto-kill goes with adoption, equity, exposure, heartbeats or orders, not with {word}");
    Error::new(Kind::Usage, message).hint("nija check exposure --auto-kill")
}

fn usage(why: impl Into<String>, form: &str) -> Error {
    Error::new(Kind::Usage, why).hint(form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alert::RULES;

    #[test]
    fn auto_kill_goes_with_every_group_that_can_pull_and_no_other() {
        for rule in RULES {
            let pulls = RULES.iter().any(|other| other.group == rule.group && other.auto_kill.is_some());
            let armed = armed(&Policies::default(), &[rule.group.to_owned()]);
            assert_eq!(armed.is_ok(), pulls, "{}", rule.group);
        }
        assert!(armed(&Policies::default(), &[]).is_err());
    }
}
