//! One look at everything: load the facts, let every rule judge, bring `alerts/` up to date, pull the kill switch where told.

use std::time::Duration;

use serde::Serialize;

use crate::domain::alert::lifecycle::{self, Transition};
use crate::domain::alert::{Doubt, Figure, Outcome, Reading, Rule, Severity, Shown};
use crate::domain::policy::Policies;
use crate::domain::status::Status;
use crate::error::{Kind, Result};

use super::gate::claims;
use super::killswitch::settle;
use super::{Notice, State, notify, orders, silences};

pub mod advance;
pub mod alerts;
pub mod changes;
pub mod kept;
pub mod pull;
pub mod runner;
pub mod sight;

pub use runner::Runner;
pub use sight::Sight;

/// The lock that makes looks take turns: a `check` from cron beside a running `watch`.
pub const LOCK: &str = "check";

/// What to look at.
pub struct Request<'a> {
    /// The rules to judge by.
    pub rules: &'a [&'static Rule],
    /// The limits to judge by.
    pub policies: &'a Policies,
}

/// What one rule said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// The rule.
    pub rule: &'static str,
    /// The worst of what it found, UNKNOWN for doubt.
    pub status: Status,
    /// Its alerts that fire now, those it cannot judge at present included.
    pub alerts: Vec<Shown>,
    /// What it could not judge.
    pub doubts: Vec<Doubt>,
    /// Why it had nothing to judge, if so.
    pub idle: Option<String>,
    /// Figures for graphs.
    pub figures: Vec<Figure>,
}

/// What happened to one alert in this look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The alert's fingerprint.
    pub fingerprint: String,
    /// What happened.
    pub transition: Transition,
    /// How bad it is now.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
}

/// What a look found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The worst of all.
    #[serde(skip)]
    pub status: Status,
    /// What every rule said, in their order.
    pub rules: Vec<Judged>,
    /// Alerts of these rules that hold no more, and stay until a person resolves them; the worst first.
    pub latched: Vec<Shown>,
    /// Such that are over, were CRITICAL or worse, and that nobody has acknowledged.
    pub unseen: Vec<Shown>,
    /// What happened to alerts in this look.
    pub changes: Vec<Change>,
    /// Halts that this look put in force.
    pub pulled: Vec<lifecycle::Pulled>,
    /// What else is worth knowing.
    #[serde(skip)]
    pub notices: Vec<Notice>,
}

impl Report {
    /// Every alert that fires, the worst first.
    pub fn firing(&self) -> Vec<&Shown> {
        let mut firing: Vec<&Shown> = self.rules.iter().flat_map(|judged| &judged.alerts).collect();
        firing.sort_by_key(|alert| std::cmp::Reverse(alert.severity));
        firing
    }

    /// How many alerts somebody has to look at while nobody said that they do.
    pub fn unacknowledged(&self) -> usize {
        let firing = self.rules.iter().flat_map(|judged| &judged.alerts);
        let all = firing.chain(&self.latched).chain(&self.unseen);
        all.filter(|shown| shown.standing.is_unacknowledged()).count()
    }
}

/// Looks once. `sight` carries over what is known between the looks of a watch; a single look starts with an empty one.
pub fn look(
    state: &State<'_>,
    request: &Request<'_>,
    sight: &mut Sight,
    runner: &mut Runner,
) -> Result<Report> {
    // A stop file is taken over even while another look holds the lock, or hangs with it.
    let mut notices = settle::settle(state);
    let _turn = match state.backend.lock(LOCK, Duration::ZERO) {
        Err(error) if error.kind == Kind::Busy => {
            let turn = state.backend.lock(LOCK, state.wait)?;
            notices = settle::settle(state);
            turn
        }
        turn => turn?,
    };
    sight.refresh(state, request.rules);
    notices.append(&mut sight.observe(state, request.policies));
    let facts = sight.facts(state, request.policies);
    let outcomes = runner.judge(request.rules, &facts);
    let mut report = Report {
        status: Status::Ok,
        rules: Vec::new(),
        latched: Vec::new(),
        unseen: Vec::new(),
        changes: Vec::new(),
        pulled: Vec::new(),
        notices: Vec::new(),
    };
    for (rule, outcome) in request.rules.iter().zip(outcomes) {
        let alerts = alerts::update(state, sight, rule, &outcome, &mut report);
        report.rules.push(judged(rule, outcome, alerts));
    }
    if !report.pulled.is_empty() {
        judge_halts(state, request, sight, runner, &mut report);
    }
    alerts::prune(state, sight, &mut report);
    notices.extend(silences::prune(state, sight));
    (report.latched, report.unseen) = sight.lingering(request.rules, state.now());
    let lingers = if report.latched.is_empty() { Status::Ok } else { Status::Warning };
    report.status = report.rules.iter().map(|judged| judged.status).fold(lingers, Status::max);
    report.notices.extend(notify::plan::plan(state, &request.policies.notify, sight));
    report.notices.extend(orders::tend(state, &facts));
    if let Err(error) = claims::prune(state, request.policies.gate.dedupe_window) {
        report.notices.push(Notice::of("CLAIMS_NOT_REMOVED", "old claims of the duplicate guard", &error));
    }
    notices.append(&mut report.notices);
    report.notices = notices;
    Ok(report)
}

/// Judges the kill switch once more: what this look stopped is told by this look, and not by the next.
fn judge_halts(
    state: &State<'_>,
    request: &Request<'_>,
    sight: &mut Sight,
    runner: &mut Runner,
    report: &mut Report,
) {
    let of_halts = |rule: &&'static Rule| rule.reads.contains(&Reading::KillSwitch);
    let rules: Vec<&'static Rule> = request.rules.iter().copied().filter(of_halts).collect();
    sight.refresh_stops(state);
    let outcomes = runner.judge(&rules, &sight.facts(state, request.policies));
    for (rule, outcome) in rules.into_iter().zip(outcomes) {
        let alerts = alerts::update(state, sight, rule, &outcome, report);
        if let Some(before) = report.rules.iter_mut().find(|judged| judged.rule == rule.id) {
            *before = judged(rule, outcome, alerts);
        }
    }
}

fn judged(rule: &Rule, outcome: Outcome, alerts: Vec<Shown>) -> Judged {
    let found = alerts.iter().map(|alert| alert.severity.status()).max().unwrap_or(Status::Ok);
    let doubt = if outcome.doubts.is_empty() { Status::Ok } else { Status::Unknown };
    Judged {
        rule: rule.id,
        status: found.max(doubt),
        alerts,
        doubts: outcome.doubts,
        idle: outcome.idle,
        figures: outcome.figures,
    }
}
