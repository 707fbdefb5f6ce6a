//! `nija heartbeat ping`: a component reports.

use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::json;

use super::super::app::{self, App};
use super::{length, note};
use crate::domain::heartbeat::{Heartbeat, Report, Word};
use crate::error::{Error, Kind, Result};
use crate::ops::{State, heartbeat};
use crate::output::{Page, Reply, Role, Span};

/// Report that a component is alive, how it is, and what it sees of the kill switch
///
/// What is left out stays as it was reported before. From its first ping on, a component is judged by its interval.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 recorded\n\
                        Example: nija heartbeat ping bot-a --open-positions 2 --price-age 1.5s --interval 30s")]
pub struct Ping {
    /// The component [default: heartbeats.name, or the host's name]
    pub name: Option<String>,
    /// How it is: ok, start (something begins, and ends with ok or fail within the grace), fail, log (a note, nothing else)
    #[arg(long, value_name = "STATUS")]
    pub status: Option<Word>,
    /// Positions it has open
    #[arg(long, value_name = "N")]
    pub open_positions: Option<u64>,
    /// Time of the prices it goes by, in RFC 3339
    #[arg(long, value_name = "TIME", conflicts_with = "price_age", value_parser = time)]
    pub price_at: Option<DateTime<Utc>>,
    /// Age of the prices it goes by, in seconds or as in 1m30s
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub price_age: Option<Duration>,
    /// Exit code of what it finished: 0 is ok, any other fail
    #[arg(long, value_name = "N")]
    pub exit_code: Option<u8>,
    /// How long it may be silent from now on [default: heartbeats.interval]
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    pub interval: Option<Duration>,
    /// How much longer before it counts as down, and how long what it starts may take [default: heartbeats.grace]
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    pub grace: Option<Duration>,
    /// Words for whoever looks
    #[arg(long, value_parser = note)]
    pub note: Option<String>,
    /// Pairs start and finish where several run at once
    #[arg(long, value_name = "ID", value_parser = note)]
    pub rid: Option<String>,
}

impl Ping {
    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        let report = self.report()?;
        app.on_state(|state| {
            let name = self.name.clone().unwrap_or_else(|| own_name(state));
            let (report, notice) = match self.price_at.map(|at| heartbeat::price_age(state, at)) {
                Some(Ok(age)) => (Report { price_age: Some(age), ..report }, None),
                Some(Err(notice)) => (report, Some(notice)),
                None => (report, None),
            };
            let (record, changed) = heartbeat::ping(state, &name, &report)?;
            let mut page = page(&record, report.word);
            app::state_line(&mut page, state.context.config);
            let mut reply = Reply::new("nija.heartbeat.ping", &json!({"client": record}), page);
            reply.changed = changed;
            reply.warnings = app::warnings(notice.as_slice());
            Ok(reply)
        })
    }

    fn report(&self) -> Result<Report> {
        let wrong = |why: &str| Err(Error::new(Kind::Usage, why).hint("nija heartbeat ping --help"));
        let failed = self.exit_code.map(|code| if code == 0 { Word::Ok } else { Word::Fail });
        match (self.status, failed) {
            (Some(Word::Start | Word::Log), Some(_)) => {
                return wrong("--exit-code belongs to what has finished: leave it out, or say --status fail");
            }
            (Some(said), Some(code)) if said != code => {
                return wrong("--status and --exit-code contradict each other: 0 is ok, any other is fail");
            }
            _ => {}
        }
        let word = self.status.or(failed).unwrap_or_default();
        if word == Word::Log {
            let price = self.price_at.is_some() || self.price_age.is_some();
            let more = price || self.open_positions.is_some() || self.rid.is_some();
            if self.note.is_none() || more || self.interval.is_some() || self.grace.is_some() {
                return wrong("--status log takes a --note and nothing else: it changes nothing else");
            }
        }
        Ok(Report {
            word,
            open_positions: self.open_positions,
            price_age: self.price_age,
            exit_code: self.exit_code,
            duration: None,
            rid: self.rid.clone(),
            interval: self.interval,
            grace: self.grace,
            note: self.note.clone(),
        })
    }
}

/// Whom a ping without a name is about.
fn own_name(state: &State<'_>) -> String {
    let configured = state.context.config.policies.heartbeats.name.clone();
    configured.unwrap_or_else(|| state.context.identity.host.clone())
}

fn page(record: &Heartbeat, word: Word) -> Page {
    let mut page = Page::new();
    let seen = record.killswitch;
    let saw = if seen.stop_file { ", a stop file stands" } else { "" };
    let failed = word != Word::Start && record.beat.as_ref().is_some_and(|beat| beat.failed);
    let (role, head, tail) = match word {
        Word::Log => (Role::Muted, "NOTE", "is recorded, and changes nothing else".to_owned()),
        _ => {
            let (role, head) = match word {
                Word::Start => (Role::Good, "START"),
                _ if failed => (Role::Bad, "FAIL"),
                _ => (Role::Good, "PING"),
            };
            (role, head, format!("beat {}, sees revision {}{saw}", record.seq, seen.revision))
        }
    };
    page.line([Span::new(role, head), Span::plain(format!("  {} {tail}", record.name))]);
    page
}

fn time(text: &str) -> std::result::Result<DateTime<Utc>, String> {
    let wrong = |error| format!("{error}; it must be a time in RFC 3339, as in 2026-11-20T14:18:32Z");
    DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).map_err(wrong)
}

/// A number alone is seconds: that is what a bot has.
fn age(text: &str) -> std::result::Result<Duration, String> {
    const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);
    let wrong = || "it must be an age from 0 to a year, in seconds as in 1.5, or as in 1m30s".to_owned();
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let age = if plain {
        text.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    } else {
        humantime::parse_duration(text).ok()
    };
    age.filter(|age| *age <= LONGEST).ok_or_else(wrong)
}
