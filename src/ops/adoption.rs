//! How many users are active: reporting it, and seeing how it stands.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::json;

use crate::domain::adoption::{Adoption, objection};
use crate::domain::halt::Source;
use crate::domain::key::Key;
use crate::error::{Error, Kind, Result};
use crate::store::Durability;
use crate::store::document::{self, Stored};

use super::{Notice, State};

/// The key of `adoption.json`.
pub fn key() -> Key {
    Key::singleton("adoption")
}

/// What to type to report.
const REPORT: &str = "nija adoption set --active ACTIVE --total TOTAL";

/// How adoption stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct View {
    /// Users that are active.
    pub active: u64,
    /// All users.
    pub total: u64,
    /// The share that is active, in percent.
    pub active_pct: Decimal,
    /// Above this it is an EMERGENCY.
    pub limit_pct: Decimal,
    /// Whether it is.
    pub is_above_limit: bool,
    /// When it was reported.
    pub recorded_at: DateTime<Utc>,
    /// How many seconds ago.
    pub age_seconds: i64,
    /// Why this says nothing about now, if so.
    pub doubt: Option<String>,
}

/// How adoption stands; `None` when it was never reported.
pub fn show(state: &State<'_>) -> Result<Option<View>> {
    match document::read::<Adoption>(&*state.backend, &key())? {
        Stored::Present(adoption) => Ok(Some(view(state, &adoption))),
        Stored::Missing => Ok(None),
        Stored::Unreadable(why) => Err(document::unreadable(&*state.backend, &key(), &why)),
    }
}

fn view(state: &State<'_>, adoption: &Adoption) -> View {
    let policy = &state.context.config.policies.adoption;
    let age = policy.age(adoption.recorded_at, state.now());
    let (active_pct, is_above_limit) = adoption.active_pct(policy);
    View {
        active: adoption.active,
        total: adoption.total,
        active_pct,
        is_above_limit,
        limit_pct: policy.limit_pct,
        recorded_at: adoption.recorded_at,
        age_seconds: age.seconds(),
        doubt: age.doubt(adoption.recorded_at),
    }
}

/// Reports how many users are active. Figures that cannot be are refused, and nothing is changed.
pub fn report(state: &State<'_>, active: u64, total: u64) -> Result<(View, Vec<Notice>)> {
    if let Some(why) = objection(active, total) {
        return Err(Error::new(Kind::Usage, why).hint(REPORT));
    }
    let mut opened = document::open::<Adoption>(&*state.backend, &key(), state.wait)?;
    let mut notices = Vec::new();
    let now = state.now();
    let mut adoption = match std::mem::replace(&mut opened.stored, Stored::Missing) {
        Stored::Present(before) => Adoption { active, total, recorded_at: now, ..before },
        Stored::Missing => Adoption::new(active, total, now),
        unreadable @ Stored::Unreadable(_) => {
            opened.stored = unreadable;
            let kept = opened.set_aside(now)?;
            notices.push(Notice::new(
                "SET_ASIDE",
                format!("adoption.json was damaged; it is kept as {kept}"),
                "nija doctor",
            ));
            Adoption::new(active, total, now)
        }
    };
    // What a power cut takes is older than what the next report says, and goes stale by itself.
    opened.commit(&mut adoption, now, Durability::Relaxed)?;
    Ok((view(state, &adoption), notices))
}

/// Forgets what was reported, on the record: from then on nothing watches it.
pub fn forget(state: &State<'_>) -> Result<()> {
    let mut opened = document::open::<Adoption>(&*state.backend, &key(), state.wait)?;
    let data = match &opened.stored {
        Stored::Missing => {
            return Err(Error::new(Kind::NotFound, "no users were ever reported").hint(REPORT));
        }
        Stored::Present(adoption) => json!({"active": adoption.active, "total": adoption.total}),
        Stored::Unreadable(_) => json!({"kept": opened.set_aside(state.now())?}),
    };
    // The record first: what is done unseen is worse than what is seen and not done.
    let event = state.context.event(Source::Cli, "adoption.forget", "adoption", data);
    state.journal().append(&[event], state.now(), Durability::Strict)?;
    if matches!(opened.stored, Stored::Missing) { Ok(()) } else { opened.remove() }
}
