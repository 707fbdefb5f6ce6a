//! `nija audit`: the record of every decision.

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{App, words};
use crate::domain::audit::{Head, Record};
use crate::error::{Error, Kind, Result};
use crate::ops::audit::{self, Take};
use crate::output::{Page, Reply, Role, Span, progress};

/// Read and verify the record of every decision
#[derive(Debug, PartialEq, Subcommand)]
#[command(defer = true)]
pub enum Audit {
    /// Show the latest records
    Show(Show),
    /// Check the whole chain
    Verify(Verify),
    /// Print every stored line as it is
    Export(Export),
}

/// Show the latest records
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 shown\nExample: nija audit show --since 24h --action killswitch.release"
)]
pub struct Show {
    /// At most this many: the latest, or with --from the first
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// From this record on
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    pub from: u64,
    /// Not older than this: a time as 2026-01-31T12:00:00Z, or an age as 2h
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// This action only
    #[arg(long)]
    pub action: Option<String>,
}

/// Check the whole chain
///
/// Finds an edited, removed, inserted or reordered record by itself. A truncated or wholly rewritten log is only found
/// against a head that was kept elsewhere.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 intact; 65 broken, naming the first bad record\n\
                        Example: nija audit verify --expect-head 41:9f86d081884c7d65")]
pub struct Verify {
    /// A head that was kept elsewhere; the hash may be shortened to 8 digits or more
    #[arg(long, value_name = "SEQ:HASH", value_parser = parse_head)]
    pub expect_head: Option<Head>,
}

/// Print every stored line as it is
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 printed\nExample: nija audit export > audit-copy.jsonl")]
pub struct Export {}

fn parse_head(text: &str) -> std::result::Result<Head, String> {
    let wanted = "it must be SEQ:HASH, with at least 8 hexadecimal digits, as in 41:9f86d081";
    let (seq, hash) = text.split_once(':').ok_or(wanted)?;
    let hex = hash.len() >= 8 && hash.len() <= 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let seq = seq.parse::<u64>().ok().filter(|seq| *seq > 0 && hex).ok_or(wanted)?;
    Ok(Head { seq, hash: hash.to_ascii_lowercase() })
}

/// Reads a time, or an age before `now`.
pub fn parse_since(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.with_timezone(&Utc));
    }
    let age = humantime::parse_duration(text).ok().and_then(|age| TimeDelta::from_std(age).ok());
    age.and_then(|age| now.checked_sub_signed(age)).ok_or_else(|| {
        Error::new(
            Kind::Usage,
            format!("'{text}' is neither a time as 2026-01-31T12:00:00Z nor an age as 2h"),
        )
        .hint("nija audit show --since 2h")
    })
}

impl Audit {
    /// Names the shape of this command's answer.
    pub fn format(&self) -> &'static str {
        match self {
            Self::Show(_) => "nija.audit.show",
            Self::Verify(_) => "nija.audit.verify",
            Self::Export(_) => "nija.audit.export",
        }
    }

    /// Runs the command.
    pub fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| match self {
            Self::Show(show) => show.run(state),
            Self::Verify(verify) => verify.run(app, state),
            Self::Export(_) => export(state),
        })
    }
}

impl Show {
    fn run(&self, state: &crate::ops::State<'_>) -> Result<Reply> {
        let since = self.since.as_deref().map(|text| parse_since(text, state.now())).transpose()?;
        let wanted = |record: &Record| {
            record.seq >= self.from
                && since.is_none_or(|since| record.event.at >= since)
                && self.action.as_ref().is_none_or(|action| record.event.action == *action)
        };
        let take = if self.from > 0 { Take::First(self.limit) } else { Take::Last(self.limit) };
        let records = audit::select(state, take, &wanted)?;
        let mut page = Page::new();
        if records.is_empty() {
            page.text("nothing on record");
        }
        records.iter().for_each(|record| describe(&mut page, record));
        Ok(Reply::new("nija.audit.show", &json!({"records": records}), page))
    }
}

impl Verify {
    fn run(&self, app: &App, state: &crate::ops::State<'_>) -> Result<Reply> {
        let bar = progress::bar(state.journal().head()?.seq, "verifying", app.style);
        let verified = audit::verify(state, self.expect_head.as_ref(), &mut |seq| bar.set_position(seq));
        bar.finish_and_clear();
        let verified = verified?;
        let mut page = Page::new();
        page.line([Span::new(Role::Good, "INTACT"), Span::plain(format!("  {} records", verified.records))]);
        page.field("head", format!("{}:{}", verified.head.seq, verified.head.hash));
        Ok(Reply::new("nija.audit.verify", &verified, page))
    }
}

fn export(state: &crate::ops::State<'_>) -> Result<Reply> {
    let (mut lines, mut records) = (Vec::new(), Vec::new());
    audit::export(state, &mut |line| {
        lines.extend_from_slice(line);
        lines.push(b'\n');
        records.push(serde_json::from_slice(line).unwrap_or_else(|_| json!(String::from_utf8_lossy(line))));
        true
    })?;
    let mut reply = Reply::new("nija.audit.export", &json!({"records": records}), Page::new());
    reply.raw = Some(lines);
    Ok(reply)
}

/// One record in a line, its particulars below.
pub fn describe(page: &mut Page, record: &Record) {
    let event = &record.event;
    page.line([
        Span::new(Role::Muted, format!("{:>6}  {}  ", record.seq, words::time(event.at))),
        Span::new(Role::Strong, event.action.clone()),
        Span::plain(format!(
            "  {}  by {} on {} ({})",
            event.subject,
            event.actor.name(),
            event.host,
            event.source.word()
        )),
    ]);
    if let Some(reason) =
        event.data.get("reason").and_then(serde_json::Value::as_str).filter(|reason| !reason.is_empty())
    {
        page.line([Span::new(Role::Muted, format!("        {reason}"))]);
    }
}
