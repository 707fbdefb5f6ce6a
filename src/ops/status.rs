//! The state of everything in one report.

use serde::Serialize;

use crate::domain::audit::Head;
use crate::error::Result;

use super::{Notice, State, killswitch, operator};

/// Everything at a glance.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The kill switch and who listens.
    pub killswitch: killswitch::status::Report,
    /// The audit log's head; keep it elsewhere and `audit verify --expect-head` detects a truncated log.
    pub audit_head: Option<Head>,
    /// How many operators may resume; `null` when their list cannot be read.
    pub operators: Option<usize>,
}

/// Looks at everything.
pub fn status(state: &State<'_>, env_stop: Option<String>) -> Result<Report> {
    let mut killswitch = killswitch::status::status(state, env_stop)?;
    if let Err(error) = operator::settle(state) {
        killswitch.notices.push(Notice::of(
            "AUDIT_INCOMPLETE",
            "a decision is not on the record yet",
            &error,
        ));
    }
    Ok(Report {
        killswitch,
        audit_head: state.journal().head().ok(),
        operators: operator::list(state).ok().map(|operators| operators.len()),
    })
}
