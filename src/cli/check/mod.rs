//! `nija check`: one look at everything, one Nagios plugin line.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args;

use self::input::{Input, armed};
use super::adoption::users;
use super::app::{self, App};
use super::{telling, words};
use crate::domain::alert::{RULES, Rule, select};
use crate::domain::equity::account;
use crate::domain::status::Status;
use crate::error::{Error, Kind, Result};
use crate::ops::check::{Request, Runner, Sight, look};
use crate::ops::metrics::{self, Looked};
use crate::output::{Reply, Role};

mod input;
mod plugin;

/// Judge every rule once, keep the alerts, and pull the kill switch where the configuration says so
///
/// Input on the command line is recorded first, as `nija exposure set`, `nija adoption set` and `nija equity set` do.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 OK; 1 WARNING; 2 CRITICAL; 3 UNKNOWN, also for every failure\n\
                        Example: nija check killswitch\n\
                        Example: nija check adoption --active 85 --total 100 --auto-kill\n\
                        Example: nija check exposure Coinbase=4000 Kraken=500 --total 5000\n\
                        Example: nija check equity 10250.75 --account main")]
pub struct Check {
    /// Rules or groups to judge, as in ORDER_STUCK or orders; after exposure also what platforms hold, after equity also an
    /// amount [default: all rules]
    #[arg(value_name = "RULE", allow_negative_numbers = true)]
    pub rules: Vec<String>,
    /// With adoption: users that are active
    #[arg(long, value_name = "USERS", value_parser = users, allow_negative_numbers = true)]
    pub active: Option<u64>,
    /// With adoption: all users; with exposure: the whole capital
    #[arg(long, allow_negative_numbers = true)]
    pub total: Option<String>,
    /// With equity: the account [default: all of them together]
    #[arg(long, value_parser = account)]
    pub account: Option<String>,
    /// With equity: when it was so, as in 2026-11-20T14:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = words::instant)]
    pub at: Option<DateTime<Utc>>,
    /// Pull the kill switch on EMERGENCY this time, whatever the configuration says; with adoption, equity,
    /// exposure, heartbeats or orders
    #[arg(long)]
    pub auto_kill: bool,
    /// Write metrics for Prometheus into this directory as well, as nija.prom
    #[arg(long, value_name = "DIR")]
    pub textfile: Option<PathBuf>,
}

impl Check {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        let (input, words) = Input::of(self)?;
        let rules = selected(words)?;
        app.on_state(|state| {
            let policies = &state.context.config.policies;
            let armed = self.auto_kill.then(|| armed(policies, words)).transpose()?;
            let (recorded, mut notices) = input.record(state)?;
            let request = Request { rules: &rules, policies: armed.as_ref().unwrap_or(policies) };
            let mut sight = Sight::default();
            let looked = look(state, &request, &mut sight, &mut Runner::default());
            if let Some(dir) = &self.textfile {
                if rules.len() < RULES.len() || looked.is_err() {
                    sight.refresh(state, &RULES);
                }
                let what = Looked {
                    status: looked.as_ref().map_or(Status::Unknown, |report| report.status),
                    succeeded_at: looked.is_ok().then(|| state.now()),
                    cycles: None,
                    env_stop: app.environment.emergency_stop(),
                };
                notices.extend(metrics::after_look(state, &app.environment.absolute(dir), what, &sight));
            }
            telling::of_look(app, state.context.config);
            let mut report = looked?;
            let mut reply = Reply::new("nija.check", &report, plugin::page(&report));
            reply.status = report.status;
            reply.exit = report.status.nagios();
            reply.changed = recorded || !report.changes.is_empty() || !report.pulled.is_empty();
            notices.append(&mut report.notices);
            reply.warnings = app::warnings(&notices);
            Ok(reply)
        })
    }
}

impl Check {
    fn has_input(&self) -> bool {
        self.active.is_some() || self.total.is_some() || self.account.is_some() || self.at.is_some()
    }
}

fn selected(words: &[String]) -> Result<Vec<&'static Rule>> {
    if words.is_empty() {
        return Ok(RULES.to_vec());
    }
    let mut rules: Vec<&'static Rule> = Vec::new();
    for word in words {
        let found = select(word);
        if found.is_empty() {
            return Err(
                Error::new(Kind::Usage, format!("there is no rule or group '{word}'")).hint("nija rules")
            );
        }
        rules.extend(
            found
                .into_iter()
                .filter(|rule| !rules.iter().any(|known| known.id == rule.id))
                .collect::<Vec<_>>(),
        );
    }
    Ok(rules)
}

/// How a state is painted.
pub fn role(status: Status) -> Role {
    match status {
        Status::Ok => Role::Good,
        Status::Warning | Status::Unknown => Role::Warn,
        Status::Critical => Role::Bad,
    }
}
