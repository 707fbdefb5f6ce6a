//! The state of everything in one report.

use serde::Serialize;

use crate::domain::alert::lifecycle::State as Life;
use crate::domain::alert::telling::told;
use crate::domain::alert::{Alert, RULES};
use crate::domain::audit::Head;
use crate::error::Result;

use super::check::Sight;
use super::watch::{self, Pulse};
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
    /// Alerts that fire, the worst first.
    #[serde(serialize_with = "told")]
    pub alerts: Vec<Alert>,
    /// How the watch does; `null` when none ever ticked, or what it wrote cannot be read.
    pub watch: Option<Pulse>,
}

/// Looks at everything.
pub fn status(state: &State<'_>, env_stop: Option<String>) -> Result<Report> {
    let mut sight = Sight::default();
    sight.refresh(state, &RULES);
    report(state, env_stop, &sight)
}

/// Reports on everything, as far as it is in `sight`.
pub fn report(state: &State<'_>, env_stop: Option<String>, sight: &Sight) -> Result<Report> {
    let mut killswitch = killswitch::status::status(state, env_stop)?;
    if let Err(error) = operator::settle(state) {
        killswitch.notices.push(Notice::of(
            "AUDIT_INCOMPLETE",
            "a decision is not on the record yet",
            &error,
        ));
    }
    let watch = watch::pulse(state).unwrap_or_else(|error| {
        killswitch.notices.push(Notice::of("WATCH_UNREADABLE", "whether a watch runs is not known", &error));
        None
    });
    let mut alerts: Vec<Alert> =
        sight.alerts.values().filter(|alert| alert.state == Life::Firing).cloned().collect();
    alerts.sort_by_key(|alert| std::cmp::Reverse(alert.severity));
    Ok(Report {
        alerts,
        watch,
        killswitch,
        audit_head: state.journal().head().ok(),
        operators: operator::list(state).ok().map(|operators| operators.len()),
    })
}
