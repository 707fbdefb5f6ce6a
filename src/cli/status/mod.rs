//! `nija status`: everything at a glance, once; the watch shows the same all day.

use chrono::{DateTime, Utc};
use clap::Args;

use super::app::{self, App};
use super::killswitch::status::{describe, monitored};
use super::{adoption, equity, exposure, heartbeat, words};
use crate::domain::status::Status as Monitored;
use crate::error::Result;
use crate::ops::status::{self, Report};
use crate::output::chart::Glyphs;
use crate::output::{Page, Reply, Role, Span};

mod alerts;
mod channels;
mod desk;

/// Show the state of everything
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 shown; with --exit-code: 0 trading, 1 partly halted or reduce-only, 2 halted, 3 cannot tell\n\
                        Example: nija status"
)]
pub struct Status {
    /// Answer by exit code as well
    #[arg(long)]
    pub exit_code: bool,
}

impl Status {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let report = status::status(state, app.environment.emergency_stop())?;
            let mut page = Page::new();
            for section in sections(&report, state.now(), app.glyphs()) {
                page.extend(section);
            }
            app::state_line(&mut page, state.context.config);
            let mut reply = Reply::new("nija.status", &report, page);
            reply.status = monitored(&report.killswitch);
            reply.exit = if self.exit_code { reply.status.nagios() } else { 0 };
            reply.warnings = app::warnings(&report.killswitch.notices);
            Ok(reply)
        })
    }
}

/// The state of everything as people read it, the most urgent first. What is not in use has no section.
pub fn sections(report: &Report, now: DateTime<Utc>, glyphs: Glyphs) -> Vec<Page> {
    let mut sections =
        vec![describe(&report.killswitch), alerts::section(report, now), alerts::silences(report)];
    sections.extend(report.heartbeats.as_ref().filter(|present| !present.components.is_empty()).map(
        |present| {
            let mut page = Page::new();
            page.line([Span::new(Role::Strong, "HEARTBEATS")]);
            heartbeat::status::describe(&mut page, present);
            page
        },
    ));
    sections.extend(report.orders.as_ref().map(desk::orders));
    sections.extend(report.cooldowns.as_ref().map(desk::cooldowns));
    sections.extend(capital(report, glyphs));
    sections.push(machinery(report, now));
    sections
}

/// Where the capital is, what the accounts are worth, and who trades with it.
fn capital(report: &Report, glyphs: Glyphs) -> Vec<Page> {
    let page = |write: &dyn Fn(&mut Page)| {
        let mut page = Page::new();
        write(&mut page);
        page
    };
    let exposure =
        report.exposure.as_ref().map(|known| page(&|page| exposure::describe(page, known, glyphs)));
    let equity = report
        .equity
        .as_ref()
        .map(|views| page(&|page| views.iter().for_each(|view| equity::describe(page, view))));
    let adoption = report.adoption.as_ref().map(|view| page(&|page| adoption::describe(page, Some(view))));
    [exposure, equity, adoption].into_iter().flatten().collect()
}

/// What nija itself runs on: the watch, the record, who may resume.
fn machinery(report: &Report, now: DateTime<Utc>) -> Page {
    let mut page = Page::new();
    if let Some(pulse) = &report.watch {
        let age = |seconds| words::age(i64::try_from(seconds).unwrap_or(i64::MAX));
        let ticked = match pulse.age_seconds {
            Some(seconds) => format!("{} ago", age(seconds)),
            None => "before this machine was started".to_owned(),
        };
        let text = if pulse.is_running {
            format!(
                "process {} ticked {ticked}, every {}",
                pulse.watch.pid,
                age(pulse.watch.interval_seconds)
            )
        } else {
            format!("none runs; the last ticked {ticked}")
        };
        let role = if pulse.status == Monitored::Ok { Role::Plain } else { Role::Warn };
        page.line([Span::new(Role::Muted, format!("  {:<10} ", "watch")), Span::new(role, text)]);
    }
    for channel in report.channels.iter().flatten() {
        page.line(channels::line(channel, now));
    }
    if let Some(head) = &report.audit_head {
        page.field("audit", format!("{} records, head {}:{:.8}", head.seq, head.seq, head.hash));
    }
    match report.operators {
        Some(0) => page.field("operators", "none: whoever can write the state directory can resume"),
        Some(count) => page.field("operators", count.to_string()),
        None => page.field("operators", "their list cannot be read by you"),
    };
    page
}
