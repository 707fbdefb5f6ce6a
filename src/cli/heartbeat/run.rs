//! `nija heartbeat run`: a command, with its start, its end and its exit code reported.

use std::ffi::OsString;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::super::app::{self, App};
use super::{length, note};
use crate::domain::heartbeat::{Report, Word};
use crate::error::Result;
use crate::ops::heartbeat::{self, run};
use crate::ops::identity::random_id;
use crate::ops::{Notice, heartbeat::run::Ended};
use crate::output::{self, Page, Reply, Role, Span};

/// Run a command and report its start, its end and its exit code
///
/// The command has this terminal, gets the signals that this process gets, and its exit code is the answer, whether or not it
/// could be recorded. With --json its output goes to stderr, so that stdout holds one document.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: those of the command; 128 and the signal's number when a signal ended it; 127 no such command; \
                        126 it cannot be started; 64 nothing was started\n\
                        Example: nija heartbeat run backup --interval 1day --grace 1h -- restic backup /srv"
)]
pub struct Run {
    /// The component
    #[arg(value_parser = name)]
    pub name: String,
    /// How long it may be silent after this [default: heartbeats.interval]
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    pub interval: Option<Duration>,
    /// How long the command may take, and how much longer than its interval it may be silent [default: heartbeats.grace]
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    pub grace: Option<Duration>,
    /// Words for whoever looks
    #[arg(long, value_parser = note)]
    pub note: Option<String>,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    pub command: Vec<OsString>,
}

impl Run {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        let rid = random_id("run");
        let start = Report {
            word: Word::Start,
            rid: Some(rid.clone()),
            interval: self.interval,
            grace: self.grace,
            note: self.note.clone(),
            ..Report::default()
        };
        let mut notices: Vec<Notice> = self.record(app, "started", &start).into_iter().collect();
        if let Some(notice) = notices.first().filter(|_| !app.style.json && !app.style.quiet) {
            // The command may take hours.
            let mut page = Page::new();
            page.line([Span::new(Role::Warn, "warning: "), Span::plain(notice.message.clone())]);
            output::say(&page, app.style);
            notices.clear();
        }
        let ended = run::run(app.clock(), &self.command, app.style.json.then(output::to_stderr));
        notices.extend(ended.why.as_ref().map(|why| self.not_run(why)));
        let finish = Report {
            word: if ended.exit_code == 0 { Word::Ok } else { Word::Fail },
            exit_code: Some(ended.exit_code),
            duration: Some(ended.duration),
            rid: Some(rid),
            note: Some(self.words(&ended)),
            ..Report::default()
        };
        notices.extend(self.record(app, "ended", &finish));
        Ok(self.reply(&ended, &notices))
    }

    /// Records a step. That this failed is told, and changes nothing about the command.
    fn record(&self, app: &App, what: &str, report: &Report) -> Option<Notice> {
        let recorded = app.on_state(|state| heartbeat::ping(state, &self.name, report));
        let doing = format!("that {} {what} was not recorded", self.name);
        recorded.err().map(|error| Notice::of("HEARTBEAT_NOT_RECORDED", &doing, &error))
    }

    fn not_run(&self, why: &str) -> Notice {
        let shown = self.command.first().map(|program| program.to_string_lossy()).unwrap_or_default();
        Notice::new("COMMAND_NOT_RUN", format!("{shown} {why}"), format!("command -v {shown}"))
    }

    /// The last words: why it did not run, else the signal that ended it, else those it was given.
    fn words(&self, ended: &Ended) -> String {
        let signal = ended.signal.map(|signal| format!("ended by signal {signal}"));
        ended.why.clone().or(signal).or_else(|| self.note.clone()).unwrap_or_default()
    }

    fn reply(&self, ended: &Ended, notices: &[Notice]) -> Reply {
        let data = json!({
            "name": self.name,
            "exit_code": ended.exit_code,
            "signal": ended.signal,
            "duration_ms": u64::try_from(ended.duration.as_millis()).unwrap_or(u64::MAX),
            "recorded": notices.iter().all(|notice| notice.code != "HEARTBEAT_NOT_RECORDED"),
        });
        let mut reply = Reply::new("nija.heartbeat.run", &data, Page::new());
        reply.exit = ended.exit_code;
        reply.changed = true;
        reply.warnings = app::warnings(notices);
        reply
    }
}

/// A name that cannot be recorded is a mistake to be told before anything runs.
fn name(text: &str) -> std::result::Result<String, String> {
    heartbeat::key(text).map(|_| text.to_owned()).map_err(|error| error.message)
}
