//! Operators and their passphrases: adding, removing, and proving who one is.

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;

use crate::domain::halt::{Actor, Source};
use crate::domain::key::Key;
use crate::domain::operator::{Operator, Operators};
use crate::error::{Error, Kind, Result};
use crate::store::Durability;
use crate::store::document::{self, Opened, Stored};

use super::{State, record};

/// Shortest passphrase, in characters.
const PASSPHRASE_LEN_MIN: usize = 8;

/// An operator who has just proved to be one.
#[derive(Debug)]
pub struct Authenticated {
    name: String,
}

impl Authenticated {
    /// Who.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Who.
    pub fn into_name(self) -> String {
        self.name
    }
}

/// What is shown of an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// The name.
    pub name: String,
    /// When it was added.
    pub added_at: DateTime<Utc>,
    /// By whom.
    pub added_by: String,
    /// Wrong passphrases since the last right one.
    pub failures: u32,
    /// Until then no attempt is looked at.
    pub locked_until: Option<DateTime<Utc>>,
}

/// The list's key.
pub fn key() -> Key {
    Key::singleton("operators")
}

fn readable(state: &State<'_>, stored: Stored<Operators>) -> Result<Operators> {
    match stored {
        Stored::Present(operators) => Ok(operators),
        Stored::Missing => Ok(Operators::new(state.now())),
        Stored::Unreadable(why) => Err(document::unreadable(&*state.backend, &key(), &why)),
    }
}

fn open<'a>(state: &'a State<'_>) -> Result<(Opened<'a, Operators>, Operators)> {
    let mut opened = document::open::<Operators>(&*state.backend, &key(), state.wait)?;
    let operators = readable(state, std::mem::replace(&mut opened.stored, Stored::Missing))?;
    Ok((opened, operators))
}

/// Everybody who may resume.
pub fn list(state: &State<'_>) -> Result<Vec<Listed>> {
    let operators = readable(state, document::read(&*state.backend, &key())?)?;
    let listed = |(name, operator): (String, Operator)| Listed {
        name,
        added_at: operator.added_at,
        added_by: operator.added_by,
        failures: operator.failures,
        locked_until: operator.locked_until.filter(|until| *until > state.now()),
    };
    Ok(operators.operators.into_iter().map(listed).collect())
}

/// Whether resuming needs a passphrase. State that cannot be read does not open the door.
pub fn any(state: &State<'_>) -> Result<bool> {
    list(state).map(|operators| !operators.is_empty())
}

/// Writes decisions about operators that a crash kept out of the audit log. Who cannot read the list leaves it.
pub fn settle(state: &State<'_>) -> Result<()> {
    let waits = |operators: &Operators| {
        state.journal().missing(&operators.audit_outbox).is_ok_and(|missing| !missing.is_empty())
    };
    match document::read::<Operators>(&*state.backend, &key()) {
        Ok(Stored::Present(operators)) if waits(&operators) => {
            let (_held, operators) = open(state)?;
            record::heal(state, &operators.audit_outbox, Durability::Strict)
        }
        _ => Ok(()),
    }
}

/// Adds an operator. Once one exists, only an operator adds or removes another: `by` is the proof.
pub fn add(state: &State<'_>, name: &str, passphrase: &str, by: Option<Authenticated>) -> Result<()> {
    let (mut opened, mut operators) = open(state)?;
    require_operator(&operators, by.as_ref())?;
    Key::entry("operators", name)
        .map_err(|why| Error::new(Kind::Usage, why).hint("nija operator add NAME"))?;
    if operators.operators.contains_key(name) {
        return Err(Error::new(Kind::Usage, format!("operator '{name}' exists"))
            .hint(format!("nija operator remove {name}")));
    }
    if passphrase.chars().count() < PASSPHRASE_LEN_MIN {
        let message = format!("the passphrase is too short: at least {PASSPHRASE_LEN_MIN} characters");
        return Err(Error::new(Kind::Usage, message).hint(format!("nija operator add {name}")));
    }
    let hash = Argon2::default()
        .hash_password(passphrase.as_bytes())
        .map_err(|error| Error::new(Kind::Internal, format!("cannot hash the passphrase: {error}")))?;
    let added_by = by.map_or_else(|| state.context.identity.actor.name(), Authenticated::into_name);
    let operator = Operator {
        passphrase_hash: hash.to_string(),
        added_at: state.now(),
        added_by,
        failures: 0,
        locked_until: None,
        extra: serde_json::Map::new(),
    };
    operators.operators.insert(name.to_owned(), operator);
    commit(state, &mut opened, &mut operators, "operator.add", name, None)
}

/// Removes an operator.
pub fn remove(state: &State<'_>, name: &str, by: Option<Authenticated>) -> Result<()> {
    let (mut opened, mut operators) = open(state)?;
    require_operator(&operators, by.as_ref())?;
    if operators.operators.remove(name).is_none() {
        return Err(unknown(name));
    }
    commit(state, &mut opened, &mut operators, "operator.remove", name, by.map(Authenticated::into_name))
}

fn require_operator(operators: &Operators, by: Option<&Authenticated>) -> Result<()> {
    if operators.operators.is_empty() || by.is_some() {
        return Ok(());
    }
    Err(Error::new(Kind::NotPermitted, "operators exist, so only one of them may change the list")
        .hint("nija operator add NAME --operator YOUR-NAME"))
}

fn unknown(name: &str) -> Error {
    Error::new(Kind::NotFound, format!("no operator '{name}'")).hint("nija operator list")
}

/// Proves who one is. A wrong passphrase is counted, slows down the next attempt, and is on the record.
pub fn authenticate(state: &State<'_>, name: &str, passphrase: &str) -> Result<Authenticated> {
    let (mut opened, mut operators) = open(state)?;
    let now = state.now();
    let Some(operator) = operators.operators.get_mut(name) else {
        commit(state, &mut opened, &mut operators, "operator.denied", name, None)?;
        return Err(denied());
    };
    let wait = operator.wait(now);
    if !wait.is_zero() {
        let seconds = wait.num_seconds().saturating_add(1);
        let message = format!("too many wrong passphrases for '{name}': try again in {seconds} s");
        return Err(Error::new(Kind::NotPermitted, message).hint("nija operator list"));
    }
    if Argon2::default().verify_password(passphrase.as_bytes(), operator.passphrase_hash.as_str()).is_err() {
        operator.failed(now);
        commit(state, &mut opened, &mut operators, "operator.denied", name, None)?;
        return Err(denied());
    }
    if operator.failures > 0 {
        operator.succeeded();
        opened.commit(&mut operators, now, Durability::Strict)?;
    }
    Ok(Authenticated { name: name.to_owned() })
}

fn denied() -> Error {
    Error::new(Kind::NotPermitted, "wrong operator or passphrase; the attempt is on the record")
        .hint("nija operator list")
}

fn commit(
    state: &State<'_>,
    opened: &mut Opened<'_, Operators>,
    operators: &mut Operators,
    action: &str,
    name: &str,
    by: Option<String>,
) -> Result<()> {
    let context = state.context;
    let identity = &context.identity.actor;
    let actor = Actor { operator: by.or_else(|| identity.operator.clone()), ..identity.clone() };
    let failures = operators.operators.get(name).map_or(0, |operator| operator.failures);
    let data = json!({"operator": name, "failures": failures});
    let event = context.event_by(actor, Source::Cli, action, &format!("operator:{name}"), data);
    record::commit(state, opened, operators, &[event], Durability::Strict)?.audit.map(|_| ())
}
