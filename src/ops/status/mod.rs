//! The state of everything in one report.

use serde::Serialize;

use crate::domain::alert::lifecycle::State as Life;
use crate::domain::alert::{RULES, Shown};

use crate::domain::audit::Head;
use crate::domain::exposure::Assessment;
use crate::error::Result;

use super::check::Sight;
use super::heartbeat::present::{Present, components};
use super::notify::show::{Brief, brief};
use super::watch::{self, Pulse};
use super::{Notice, State, adoption, equity, exposure, killswitch, operator, silences};

mod cooldowns;
mod orders;

pub use cooldowns::Cooldowns;
pub use orders::{Orders, Pending};

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
    pub alerts: Vec<Shown>,
    /// Alerts that hold no more, and stay until a person resolves them.
    pub latched: Vec<Shown>,
    /// Alerts that are over, were CRITICAL or worse, and that nobody has acknowledged.
    pub unseen: Vec<Shown>,
    /// Silences in force, the one that ends first in front.
    pub silences: Vec<silences::Shown>,
    /// How every component is; `null` when that cannot be read. So with what follows, or when it is not in use.
    pub heartbeats: Option<Present>,
    /// Orders that are out.
    pub orders: Option<Orders>,
    /// Tickers in cooldown.
    pub cooldowns: Option<Cooldowns>,
    /// What each platform holds.
    pub exposure: Option<Assessment>,
    /// How many users are active.
    pub adoption: Option<adoption::View>,
    /// What the accounts are worth.
    pub equity: Option<Vec<equity::View>>,
    /// How the watch does.
    pub watch: Option<Pulse>,
    /// The channels that people are told through.
    pub channels: Option<Vec<Brief>>,
}

impl Report {
    /// The alerts that somebody has to look at while nobody said that they do.
    pub fn unacknowledged(&self) -> impl Iterator<Item = &Shown> {
        let all = self.alerts.iter().chain(&self.latched).chain(&self.unseen);
        all.filter(|shown| shown.standing.is_unacknowledged())
    }
}

/// Looks at everything.
pub fn status(state: &State<'_>, env_stop: Option<String>) -> Result<Report> {
    let mut sight = Sight::default().for_people();
    sight.refresh(state, &RULES);
    report(state, env_stop, &sight)
}

/// Reports on everything: on what there may be many of as it is in `sight`, on the rest as it stands.
pub fn report(state: &State<'_>, env_stop: Option<String>, sight: &Sight) -> Result<Report> {
    let mut killswitch = killswitch::status::status(state, env_stop)?;
    if let Err(error) = operator::settle(state) {
        let notice = Notice::of("AUDIT_INCOMPLETE", "a decision is not on the record yet", &error);
        killswitch.notices.push(notice);
    }
    let (mut notices, now) = (Vec::new(), state.now());
    let heartbeats = known(components(state).map(Some), "heartbeats", &mut notices);
    let exposure = known(exposure::show(state).map(Some), "exposure", &mut notices);
    let adoption = known(adoption::show(state), "adoption", &mut notices);
    let equity = known(equity::show(state, None).map(Some), "equity", &mut notices);
    let watch = known(watch::pulse(state), "watch", &mut notices);
    killswitch.notices.append(&mut notices);
    let silences = sight.silences();
    let firing = sight.alerts.values().filter(|alert| alert.state == Life::Firing);
    let mut alerts: Vec<Shown> = firing.map(|alert| Shown::of(alert.clone(), &silences, now)).collect();
    alerts.sort_by_key(|alert| std::cmp::Reverse(alert.severity));
    let (latched, unseen) = sight.lingering(&RULES, now);
    Ok(Report {
        killswitch,
        audit_head: state.journal().head().ok(),
        operators: operator::list(state).ok().map(|operators| operators.len()),
        silences: silences::in_force(&silences, &alerts, now),
        alerts,
        latched,
        unseen,
        heartbeats,
        orders: orders::orders(&sight.orders(), &state.context.config.policies.orders, now),
        cooldowns: cooldowns::cooldowns(&sight.cooldowns(), now),
        exposure: exposure.filter(|assessment| !assessment.shares.is_empty() || assessment.doubt.is_some()),
        adoption,
        equity: equity.map(|(views, _)| views).filter(|views| !views.is_empty()),
        watch,
        channels: brief(state),
    })
}

/// What could be found out; if not, why not is a notice.
fn known<T>(found: Result<Option<T>>, what: &str, notices: &mut Vec<Notice>) -> Option<T> {
    found.unwrap_or_else(|error| {
        notices.push(Notice::of("NOT_KNOWN", &format!("how {what} stands"), &error));
        None
    })
}
