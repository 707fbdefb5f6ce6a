//! The proof that a person agreed to resume: releasing takes a [`Confirmed`], and only the functions here make one.
//!
//! They are called from the edges where a person is: the command line and the authenticated API. Automation has no way to
//! any of them; `tests/tidy.rs` holds that.

use crate::domain::release::{Request, Seen};
use crate::error::{Error, Kind, Result};

use super::killswitch::release::Plan;
use super::operator::Authenticated;

/// The word to type.
pub const PHRASE: &str = "resume";

/// A person's agreement to release what they saw.
#[derive(Debug)]
pub struct Confirmed {
    ids: Vec<String>,
    seen: Vec<Seen>,
    operator: Option<String>,
}

impl Confirmed {
    /// The halts to release.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// All halts as the person saw them.
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// Who, when operators are known by passphrase.
    pub fn operator(&self) -> Option<&str> {
        self.operator.as_deref()
    }

    fn of(plan: &Plan, operator: Option<Authenticated>) -> Result<Self> {
        if plan.needs_operator && operator.is_none() {
            return Err(Error::new(Kind::NotPermitted, "resuming needs an operator's passphrase")
                .hint("nija killswitch deactivate REASON --operator NAME"));
        }
        let ids = plan.halts.iter().map(|halt| halt.id.clone()).collect();
        Ok(Self { ids, seen: plan.seen.clone(), operator: operator.map(Authenticated::into_name) })
    }
}

/// A person at a terminal saw the plan and typed [`PHRASE`].
pub fn by_phrase(plan: &Plan, typed: &str, operator: Option<Authenticated>) -> Result<Confirmed> {
    if typed.trim() != PHRASE {
        return Err(Error::new(Kind::NotPermitted, format!("nothing is released: '{PHRASE}' was not typed"))
            .hint("nija killswitch status"));
    }
    Confirmed::of(plan, operator)
}

/// A person without a terminal passed `--yes`.
pub fn by_flag(plan: &Plan, operator: Option<Authenticated>) -> Result<Confirmed> {
    Confirmed::of(plan, operator)
}

/// Enough different operators approved the request.
pub fn by_approval(request: &Request, last: Authenticated) -> Confirmed {
    let ids = request.halts.iter().map(|seen| seen.id.clone()).collect();
    Confirmed { ids, seen: request.halts.clone(), operator: Some(last.into_name()) }
}
