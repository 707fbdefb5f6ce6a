//! What accounts are worth: taking readings, and money that comes and goes without being won or lost.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::alert::{Collection, Input};
use crate::domain::equity::{Assessment, Equity, Reading, Taken};
use crate::domain::halt::{Source, folded};
use crate::domain::key::Key;
use crate::error::{Error, Kind, Result};
use crate::store::Durability;
use crate::store::document::{self, Opened, Stored};

use super::{Notice, State, record};

/// The folder of accounts.
pub const COLLECTION: &str = "equity";

/// What to type to report.
const REPORT: &str = "nija equity set EQUITY";

/// The key of all accounts together, `equity.json`.
pub fn whole() -> Key {
    Key::singleton("equity")
}

/// The key of an account, or of all of them together.
pub fn key(account: Option<&str>) -> Result<Key> {
    account.map_or_else(
        || Ok(whole()),
        |name| Key::entry(COLLECTION, &folded(name)).map_err(|why| Error::new(Kind::Usage, why).hint(REPORT)),
    )
}

/// How an account stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct View {
    /// The account; `None` for all of them together.
    pub account: Option<String>,
    /// How it stands.
    #[serde(flatten)]
    pub assessment: Assessment,
}

fn view(state: &State<'_>, equity: &Equity) -> View {
    let assessment = equity.assess(&state.context.config.policies.equity, state.now());
    View { account: equity.account.clone(), assessment }
}

/// Every account that was reported, by its folded name, empty for all of them together; one that cannot be read says why.
pub fn load(state: &State<'_>) -> Result<BTreeMap<String, std::result::Result<Equity, String>>> {
    let mut all = BTreeMap::new();
    let unusable = |key: &Key, why| document::unreadable(&*state.backend, key, &why).message;
    match document::read::<Equity>(&*state.backend, &whole())? {
        Stored::Present(equity) => drop(all.insert(String::new(), Ok(equity))),
        Stored::Missing => {}
        Stored::Unreadable(why) => drop(all.insert(String::new(), Err(unusable(&whole(), why)))),
    }
    document::each::<Equity>(&*state.backend, COLLECTION, &mut |name, stored| {
        let key = Key { collection: Some(COLLECTION), name: name.to_owned() };
        let entry = match stored {
            Ok(Stored::Present(equity)) => Ok(equity),
            Ok(Stored::Missing) => return,
            Ok(Stored::Unreadable(why)) => Err(unusable(&key, why)),
            Err(error) => Err(error.message),
        };
        all.insert(name.to_owned(), entry);
    })?;
    Ok(all)
}

/// Every account, as a fact for the rules.
pub fn input(state: &State<'_>) -> Input<Collection<Equity>> {
    match load(state) {
        Ok(all) => Input::Known(Arc::new(all)),
        Err(error) => Input::Unreadable(error.message),
    }
}

/// How the accounts stand: all of them, or one.
pub fn show(state: &State<'_>, account: Option<&str>) -> Result<(Vec<View>, Vec<Notice>)> {
    if let Some(account) = account {
        let opened = document::read::<Equity>(&*state.backend, &key(Some(account))?)?;
        return match opened {
            Stored::Present(equity) => Ok((vec![view(state, &equity)], Vec::new())),
            Stored::Missing => Err(unknown(Some(account))),
            Stored::Unreadable(why) => Err(document::unreadable(&*state.backend, &key(Some(account))?, &why)),
        };
    }
    let (mut views, mut notices) = (Vec::new(), Vec::new());
    for entry in load(state)?.into_values() {
        match entry {
            Ok(equity) => views.push(view(state, &equity)),
            Err(why) => notices.push(Notice::new("EQUITY_UNREADABLE", why, "nija doctor")),
        }
    }
    Ok((views, notices))
}

fn unknown(account: Option<&str>) -> Error {
    let whose = account.map_or_else(String::new, |account| format!(" of '{account}'"));
    Error::new(Kind::NotFound, format!("no equity{whose} was ever reported")).hint(REPORT)
}

/// The document under its lock. A damaged one holds the peak that losses are measured from: only a person starts anew.
fn present(
    state: &State<'_>,
    opened: &mut Opened<'_, Equity>,
    account: Option<&str>,
) -> Result<Option<Equity>> {
    match std::mem::replace(&mut opened.stored, Stored::Missing) {
        Stored::Present(equity) => Ok(Some(equity)),
        Stored::Missing => Ok(None),
        Stored::Unreadable(why) => {
            let of = account.map_or_else(String::new, |account| format!(" --account '{account}'"));
            let error = document::unreadable(&*state.backend, &key(account)?, &why);
            Err(error.hint(format!("nija equity forget{of}")))
        }
    }
}

/// Takes a reading, by default of now. Returns how the account stands, and whether the reading was new.
pub fn report(
    state: &State<'_>,
    account: Option<&str>,
    value: Decimal,
    at: Option<DateTime<Utc>>,
) -> Result<(View, bool)> {
    let policy = &state.context.config.policies.equity;
    let mut opened = document::open::<Equity>(&*state.backend, &key(account)?, state.wait)?;
    // After the lock: who waited for it does not come too late.
    let now = state.now();
    let fresh = || Equity::new(account.map(str::to_owned), policy, now);
    let mut equity = present(state, &mut opened, account)?.unwrap_or_else(fresh);
    match equity.take(Reading::new(value, at.unwrap_or(now)), policy, now) {
        Taken::Refused(why) => Err(Error::new(Kind::Usage, why).hint("nija equity show")),
        Taken::Known => Ok((view(state, &equity), false)),
        Taken::Counted => {
            // The peak is history that no later reading brings back.
            opened.commit(&mut equity, now, Durability::Strict)?;
            Ok((view(state, &equity), true))
        }
    }
}

/// Takes note that money was paid in, or out if negative: the peak, the day's opening and the readings move with it.
pub fn pay(state: &State<'_>, account: Option<&str>, amount: Decimal, reason: &str) -> Result<View> {
    let action = if amount.is_sign_negative() { "equity.withdraw" } else { "equity.deposit" };
    change(state, account, action, |equity| {
        let peak = equity.peak.as_ref().map(|peak| peak.value);
        equity.shift(amount)?;
        Ok(json!({"amount": amount.abs(), "reason": reason, "peak_before": peak}))
    })
}

/// Measures losses from now on from the equity that is confirmed now.
pub fn reset_peak(state: &State<'_>, account: Option<&str>, reason: &str) -> Result<View> {
    change(state, account, "equity.reset_peak", |equity| {
        let before = equity.reset_peak(state.now())?;
        Ok(json!({"reason": reason, "peak_before": before.value, "peak": equity.confirmed}))
    })
}

fn change(
    state: &State<'_>,
    account: Option<&str>,
    action: &str,
    change: impl FnOnce(&mut Equity) -> std::result::Result<Value, String>,
) -> Result<View> {
    let mut opened = document::open::<Equity>(&*state.backend, &key(account)?, state.wait)?;
    let mut equity = present(state, &mut opened, account)?.ok_or_else(|| unknown(account))?;
    let data = change(&mut equity).map_err(|why| Error::new(Kind::Usage, why).hint("nija equity show"))?;
    let event = state.context.event(Source::Cli, action, &subject(account), data);
    record::commit(state, &mut opened, &mut equity, &[event], Durability::Strict)?.audit?;
    Ok(view(state, &equity))
}

fn subject(account: Option<&str>) -> String {
    account.map_or_else(|| "equity".to_owned(), |account| format!("equity:{}", folded(account)))
}

/// Forgets an account with its peak, on the record: from then on nothing watches it.
pub fn forget(state: &State<'_>, account: Option<&str>) -> Result<Vec<Notice>> {
    let mut opened = document::open::<Equity>(&*state.backend, &key(account)?, state.wait)?;
    let (data, notices) = match &opened.stored {
        Stored::Missing => return Err(unknown(account)),
        Stored::Present(equity) => {
            let peak = equity.peak.as_ref().map(|peak| peak.value);
            (json!({"peak": peak, "confirmed": equity.confirmed}), Vec::new())
        }
        Stored::Unreadable(_) => {
            let kept = opened.set_aside(state.now())?;
            let message = format!("a damaged document was set aside; it is kept as {kept}");
            (json!({"kept": kept}), vec![Notice::new("SET_ASIDE", message, "nija doctor")])
        }
    };
    // The record first: what is done unseen is worse than what is seen and not done.
    let event = state.context.event(Source::Cli, "equity.forget", &subject(account), data);
    state.journal().append(&[event], state.now(), Durability::Strict)?;
    if notices.is_empty() {
        opened.remove()?;
    }
    Ok(notices)
}
