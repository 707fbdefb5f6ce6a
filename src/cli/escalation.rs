//! `nija escalation`: who is told when nobody acknowledges, and what that would come to.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{App, words};
use crate::domain::alert::{RULES, Rule, Severity};
use crate::domain::notify::escalation::Escalation;
use crate::domain::notify::simulate::{Imagined, Moment, Simulation, simulate};
use crate::error::{Error, Kind, Result};
use crate::output::{Page, Reply, Role, Span, Warning};

/// See who is told when nobody acknowledges an alert
#[derive(Debug, PartialEq, Subcommand)]
#[command(name = "escalation", defer = true)]
pub enum EscalationCommand {
    /// Show every escalation
    List(List),
    /// Show what would be told of an alert, to whom and when
    Simulate(Simulate),
}

/// Show every escalation
///
/// The first that matches the rule and the severity decides. Without one, every channel that an alert is for is told at once.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 shown; 78 the configuration cannot be used\nExample: nija escalation list"
)]
pub struct List {}

/// Show what would be told of an alert, to whom and when
///
/// Decided as it would be in earnest; nothing is sent, and nothing is written down.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 shown; 66 there is no such rule; 78 the configuration cannot be used\n\
                        Example: nija escalation simulate ORDER_STUCK --severity critical --ack-after 10m"
)]
pub struct Simulate {
    /// The rule that fires
    #[arg(value_name = "RULE")]
    pub rule: String,
    /// How bad it is [default: as bad as the rule gets]
    #[arg(long, value_parser = severity)]
    pub severity: Option<Severity>,
    /// Somebody acknowledges it so long after it began to fire, as in 10m [default: nobody does]
    #[arg(long, value_name = "DURATION", value_parser = delta)]
    pub ack_after: Option<TimeDelta>,
    /// When it begins to fire, as in 2026-11-20T23:30:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = words::instant)]
    pub at: Option<DateTime<Utc>>,
}

fn severity(text: &str) -> std::result::Result<Severity, String> {
    serde_json::from_value(json!(text.to_ascii_lowercase()))
        .map_err(|_| format!("'{text}' is none of info, warning, critical, emergency"))
}

fn delta(text: &str) -> std::result::Result<TimeDelta, String> {
    let wrong = |_| format!("'{text}' is not a duration, as in 10m");
    let duration: Duration = humantime::parse_duration(text).map_err(wrong)?;
    TimeDelta::from_std(duration).map_err(|_| format!("'{text}' is too long"))
}

impl EscalationCommand {
    /// Names the shape of this command's answer.
    pub fn format(&self) -> &'static str {
        match self {
            Self::List(_) => "nija.escalation.list",
            Self::Simulate(_) => "nija.escalation.simulate",
        }
    }

    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        match self {
            Self::List(_) => list(app),
            Self::Simulate(simulate) => simulate.run(app),
        }
    }
}

fn list(app: &App) -> Result<Reply> {
    let config = app.config()?;
    let policy = &config.policies.notify;
    let (mut page, mut warnings) = (Page::new(), Vec::new());
    for escalation in &policy.escalations {
        describe(&mut page, escalation);
        let problem = escalation.problem(&policy.channels);
        warnings.extend(problem.map(|message| doubtful(message, "nija config check")));
    }
    if policy.escalations.is_empty() {
        page.text("no escalation: every channel that an alert is for is told at once");
    }
    if !policy.is_in_use() {
        warnings.push(nobody());
    }
    let escalations: Vec<Value> = policy.escalations.iter().map(document).collect();
    let mut reply = Reply::new("nija.escalation.list", &json!({"escalations": escalations}), page);
    reply.warnings = warnings;
    Ok(reply)
}

fn doubtful(message: String, hint: &str) -> Warning {
    Warning { code: "CONFIG_DOUBTFUL", message, hint: hint.to_owned() }
}

fn nobody() -> Warning {
    doubtful("no channel is configured: nobody is told of anything".to_owned(), "nija config show")
}

fn describe(page: &mut Page, escalation: &Escalation) {
    let rules =
        if escalation.rules.is_empty() { "every rule".to_owned() } else { escalation.rules.join(", ") };
    page.line([
        Span::new(Role::Strong, escalation.name.clone()),
        Span::plain(format!("  {rules}, {} and worse", escalation.min_severity)),
    ]);
    for (step, number) in escalation.steps.iter().zip(1..) {
        let (after, channels) = (length(step.after), step.channels.join(", "));
        page.text(format!("  step {number}  after {after:<8} {channels}"));
    }
    if escalation.repeat > 0 {
        let (times, after) = (escalation.repeat, length(escalation.repeat_after));
        let times = if times == 1 { "once".to_owned() } else { format!("{times} times") };
        page.text(format!("  then all of it again {after} after the last step, {times}"));
    }
}

fn length(delta: TimeDelta) -> String {
    words::length(delta.to_std().unwrap_or_default())
}

fn document(escalation: &Escalation) -> Value {
    let steps = escalation
        .steps
        .iter()
        .map(|step| json!({"after_seconds": step.after.num_seconds(), "channels": step.channels}));
    json!({
        "name": escalation.name,
        "min_severity": escalation.min_severity,
        "rules": escalation.rules,
        "steps": steps.collect::<Vec<_>>(),
        "repeat": escalation.repeat,
        "repeat_after_seconds": escalation.repeat_after.num_seconds(),
    })
}

impl Simulate {
    fn run(&self, app: &App) -> Result<Reply> {
        let config = app.config()?;
        let rule = self.rule()?;
        let worst = rule.severities.last().copied().unwrap_or(Severity::Critical);
        let severity = self.severity.unwrap_or(worst);
        let at = self.at.unwrap_or_else(|| app.clock().now());
        let imagined = Imagined { rule, severity, at, ack_after: self.ack_after };
        let simulation = simulate(&config.policies.notify, &imagined);
        let mut page = Page::new();
        self.describe(&mut page, &imagined, &simulation);
        let data = json!({
            "rule": rule.id,
            "severity": severity,
            "at": at,
            "ack_after_seconds": self.ack_after.map(|after| after.num_seconds()),
            "simulation": simulation,
        });
        let mut reply = Reply::new("nija.escalation.simulate", &data, page);
        if !config.policies.notify.is_in_use() {
            reply.warnings.push(nobody());
        } else if simulation.moments.iter().all(|moment| moment.channels.is_empty()) {
            let message = format!("no channel is for {} of {severity}: nobody is told", rule.id);
            reply.warnings.push(doubtful(message, "nija config show"));
        }
        Ok(reply)
    }

    fn rule(&self) -> Result<&'static Rule> {
        let found = RULES.into_iter().find(|rule| rule.id.eq_ignore_ascii_case(&self.rule));
        found.ok_or_else(|| {
            Error::new(Kind::NotFound, format!("there is no rule '{}'", self.rule)).hint("nija rules")
        })
    }

    fn describe(&self, page: &mut Page, imagined: &Imagined<'_>, simulation: &Simulation) {
        let by = match &simulation.escalation {
            Some(name) => format!("escalation {name}"),
            None => "no escalation: every channel that it is for".to_owned(),
        };
        let (rule, severity) = (imagined.rule.id, imagined.severity);
        page.line([
            Span::new(Role::Strong, rule),
            Span::plain(format!("  {severity} from {}; {by}", words::time(imagined.at))),
        ]);
        for moment in &simulation.moments {
            page.line(line(moment));
        }
        if simulation.goes_on {
            page.text("  and so on until somebody acknowledges it, or it is over");
        }
    }
}

fn line(moment: &Moment) -> [Span; 3] {
    let after = u64::try_from(moment.after_seconds).unwrap_or(0);
    let after = format!("+{}", words::length(Duration::from_secs(after)));
    let (word, step) = match (moment.reason, moment.step) {
        (None, _) => ("(somebody acknowledges it)".to_owned(), String::new()),
        (Some(reason), Some(step)) => {
            let round = moment.round.filter(|round| *round > 1);
            (
                reason.to_string(),
                format!("step {step}{}", round.map_or_else(String::new, |r| format!(", round {r}"))),
            )
        }
        (Some(reason), None) => (reason.to_string(), String::new()),
    };
    let told = moment.channels.iter().map(|told| match told.quiet_until {
        Some(until) => format!("{} (left in peace until {})", told.channel, words::time(until)),
        None => told.channel.clone(),
    });
    let told = told.collect::<Vec<_>>().join(", ");
    let role = if moment.reason.is_none() { Role::Good } else { Role::Strong };
    [
        Span::plain(format!("  {}  {after:<12} ", words::time(moment.at))),
        Span::new(role, format!("{word:<12}")),
        Span::plain(format!(" {step:<16} {told}").trim_end().to_owned()),
    ]
}
