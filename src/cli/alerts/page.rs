//! How alerts and silences read.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::{check, words};
use crate::domain::alert::Shown;
use crate::domain::alert::lifecycle::State as Life;
use crate::domain::alert::standing::Word;
use crate::domain::audit::Record;
use crate::domain::halt::Source;
use crate::ops::alerts::Listed;
use crate::ops::silences;
use crate::output::{Page, Role, Span};

/// The alerts as a table: how bad, which, since when, whose.
pub fn table(page: &mut Page, listed: &Listed, all: bool) {
    if listed.alerts.is_empty() {
        page.text(if all { "no alert is known" } else { "no alert fires, and none waits for anybody" });
    }
    let width = listed.alerts.iter().map(|shown| shown.rule.len()).max().unwrap_or_default();
    for shown in &listed.alerts {
        page.line([
            Span::new(severity(shown), format!("{:<9}", shown.severity.word())),
            Span::new(Role::Muted, format!("  {}  ", shown.id())),
            Span::new(Role::Strong, format!("{:<width$}", shown.rule)),
            Span::plain(format!("  {}", shown.message)),
            Span::new(Role::Muted, format!("  {}", when(shown))),
            Span::new(role(shown), format!("  {}", standing(shown))),
        ]);
    }
    if listed.unacknowledged > 0 {
        let text = format!("{} unacknowledged: nija alerts ack ID", listed.unacknowledged);
        page.line([Span::new(Role::Warn, text)]);
    }
    if listed.silences > 0 {
        page.line([Span::new(Role::Muted, format!("{} silenced: nija alerts silences", listed.silences))]);
    }
}

/// One alert with everything that is known of it.
pub fn describe(page: &mut Page, shown: &Shown, now: DateTime<Utc>) {
    page.line([
        Span::new(severity(shown), shown.severity.word()),
        Span::new(Role::Strong, format!("  {}  ", shown.rule)),
        Span::plain(shown.message.clone()),
    ]);
    page.field("id", shown.id());
    page.field("name", shown.fingerprint());
    page.field("state", standing(shown));
    if let Some(ack) = shown.standing.acked.as_ref().filter(|ack| !ack.note.is_empty()) {
        page.field("note", ack.note.clone());
    }
    if let Some(shelf) = &shown.standing.shelved {
        let (who, until) = (shelf.by.name(), words::time(shelf.until));
        page.field("silence", format!("{} by {who} until {until}: {}", shelf.silence, shelf.reason));
    }
    if let Some(resolution) = &shown.resolved_by {
        page.field("resolved", format!("by {}: {}", resolution.by.name(), resolution.note));
    }
    let age = words::age(now.signed_duration_since(shown.first_seen).num_seconds());
    page.field("since", format!("{}, age {age}", words::time(shown.first_seen)));
    if shown.state != Life::Firing {
        page.field("over", when(shown));
    }
    page.field("last seen", words::time(shown.last_seen));
    page.field("count", shown.count.to_string());
    if let (Some(value), Some(limit)) = (shown.value, shown.limit) {
        page.field("value", format!("{value}, limit {limit}"));
    }
    if !shown.labels.is_empty() {
        let labels: Vec<String> =
            shown.labels.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        page.field("labels", labels.join(", "));
    }
    if let Some(why) = &shown.doubt {
        page.field("doubt", format!("not to be judged now: {why}"));
    }
    if let Some(pulled) = &shown.pulled {
        page.field("pulled", format!("{} {} by {}", pulled.pull.mode, pulled.pull.scope, pulled.halt));
    }
    page.field("next", next(shown));
}

/// What to type next.
fn next(shown: &Shown) -> String {
    let id = shown.id();
    match shown.standing.word {
        Word::Latched => format!("nija alerts resolve {id} --note TEXT"),
        Word::ResolvedUnseen => format!("nija alerts ack {id}"),
        Word::Resolved => format!("nija alerts history {id}"),
        Word::Firing | Word::Acked | Word::Shelved => shown.remedy().to_owned(),
    }
}

/// After something was said to an alert.
pub fn answered(page: &mut Page, word: &str, shown: &Shown) {
    page.line([
        Span::new(Role::Good, word.to_owned()),
        Span::new(Role::Muted, format!("  {}  ", shown.id())),
        Span::new(Role::Strong, shown.rule.clone()),
        Span::plain(format!("  {}", shown.message)),
        Span::new(role(shown), format!("  {}", standing(shown))),
    ]);
}

/// Where an alert stands, in a few words.
pub fn standing(shown: &Shown) -> String {
    let standing = &shown.standing;
    let acked = standing
        .acked
        .as_ref()
        .map(|ack| format!("acked by {} until {}", ack.by.name(), words::time(ack.until)));
    match standing.word {
        Word::Firing => "firing".to_owned(),
        Word::Latched => acked.map_or_else(|| "latched".to_owned(), |acked| format!("latched, {acked}")),
        Word::ResolvedUnseen => "resolved, unseen".to_owned(),
        Word::Acked => acked.unwrap_or_default(),
        Word::Shelved => shelved(shown).unwrap_or_default(),
        Word::Resolved => "resolved".to_owned(),
    }
}

fn shelved(shown: &Shown) -> Option<String> {
    let shelf = shown.standing.shelved.as_ref()?;
    Some(format!("shelved by {} until {}", shelf.by.name(), words::time(shelf.until)))
}

/// Where an alert stands, where that is worth a word on a page of alerts that fire.
pub fn aside(shown: &Shown) -> String {
    match shown.standing.word {
        Word::Firing | Word::Resolved => String::new(),
        _ => format!("  {}", standing(shown)),
    }
}

fn severity(shown: &Shown) -> Role {
    if shown.state == Life::Resolved { Role::Muted } else { check::role(shown.severity.status()) }
}

fn role(shown: &Shown) -> Role {
    match shown.standing.word {
        Word::Firing => Role::Bad,
        Word::Latched | Word::ResolvedUnseen | Word::Shelved => Role::Warn,
        Word::Acked | Word::Resolved => Role::Muted,
    }
}

/// Since when it fires, or when it ended.
fn when(shown: &Shown) -> String {
    match (shown.state, shown.latched_at, shown.resolved_at) {
        (Life::Latched, Some(at), _) | (Life::Resolved, _, Some(at)) => format!("until {}", words::time(at)),
        _ => format!("since {}", words::time(shown.first_seen)),
    }
}

/// One silence: what, until when, whose, why, and what it hides.
pub fn silence(page: &mut Page, shown: &silences::Shown) {
    silence_line(page, Span::plain("  "), shown);
}

/// After a silence was made or ended.
pub fn silenced(page: &mut Page, word: (Role, &str), shown: &silences::Shown) {
    silence_line(page, Span::new(word.0, format!("{}  ", word.1)), shown);
}

fn silence_line(page: &mut Page, head: Span, shown: &silences::Shown) {
    let silence = &shown.silence;
    let (who, until) = (silence.by.name(), words::time(silence.until));
    let end = match &silence.ended {
        Some(ended) => format!("ended by {} at {}", ended.by.name(), words::time(ended.at)),
        None if shown.is_active => format!("until {until}"),
        None => format!("over since {until}"),
    };
    let short = shown.is_active && shown.critical_until < silence.until;
    let critical = if short {
        format!(" (CRITICAL until {})", words::time(shown.critical_until))
    } else {
        String::new()
    };
    let hides = match shown.hides.len() {
        0 => String::new(),
        count => format!("; hides {count} now"),
    };
    let whose = if silence.ended.is_some() { "; made by" } else { " by" };
    page.line([
        head,
        Span::new(Role::Muted, format!("{}  ", silence.id)),
        Span::new(Role::Strong, shown.matcher.clone()),
        Span::plain(format!("  {end}{critical}{whose} {who}: {}{hides}", silence.reason)),
    ]);
}

/// One record about an alert or a silence.
pub fn record(page: &mut Page, record: &Record) {
    let event = &record.event;
    let text = |name: &str| event.data.get(name).and_then(Value::as_str).unwrap_or_default();
    let subject = event.subject.strip_prefix("alert:").unwrap_or(&event.subject);
    let severity = text("severity").to_uppercase();
    let until =
        text("until").parse().map_or_else(|_| String::new(), |at| format!(" until {}", words::time(at)));
    let who = match event.source {
        Source::AutoMonitoring => String::new(),
        _ => format!("  by {}", event.actor.name()),
    };
    page.line([
        Span::new(Role::Muted, format!("{}  ", words::time(event.at))),
        Span::new(Role::Strong, format!("{:<21}", event.action)),
        Span::plain(format!("  {severity:<9}  {subject}{who}{until}")),
    ]);
    let words = [text("note"), text("reason"), text("message")].into_iter().find(|words| !words.is_empty());
    if let Some(words) = words {
        page.line([Span::new(Role::Muted, format!("        {words}"))]);
    }
}
