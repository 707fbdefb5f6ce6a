//! How cooldowns read.

use std::time::Duration;

use super::super::words;
use crate::domain::ticker::EVERY;
use crate::ops::cooldown::change::Report;
use crate::ops::cooldown::show::{Checked, Listed, Shown, Standing};
use crate::output::{Page, Role, Span};

/// After putting a ticker in cooldown.
pub fn activated(page: &mut Page, report: &Report) {
    let more = if report.changed.is_empty() { " already; nothing changed" } else { "" };
    standing(page, &report.ticker, &report.in_force, more);
}

/// After an extension.
pub fn extended(page: &mut Page, report: &Report) {
    activated(page, report);
}

/// After ending cooldowns early.
pub fn deactivated(page: &mut Page, report: &Report) {
    let what = match report.changed.len() {
        0 => "was not in cooldown".to_owned(),
        1 => "its cooldown is ended".to_owned(),
        count => format!("its {count} cooldowns are ended"),
    };
    let (role, word) = if report.in_force.is_empty() { (Role::Good, "FREE") } else { (Role::Warn, "ENDED") };
    page.line([Span::new(role, word), Span::plain(format!("  {}: {what}", name(&report.ticker)))]);
    locks(page, &report.changed);
    standing(page, &report.ticker, &report.in_force, " all the same");
}

/// Whether a ticker may be entered.
pub fn checked(page: &mut Page, checked: &Checked) {
    standing(page, &checked.ticker, &checked.locks, "");
    if checked.locks.is_empty() {
        let known = if checked.known { "" } else { ", never in cooldown by itself" };
        let line = format!("  {}{known}", name(&checked.ticker));
        page.line([Span::new(Role::Good, "FREE"), Span::plain(line)]);
    }
    for near in &checked.near {
        let state = near.until.map_or("which is free".to_owned(), |until| {
            format!("which is in cooldown until {}", words::time(until))
        });
        page.line([
            Span::new(Role::Warn, "  not to be mistaken for "),
            Span::new(Role::Strong, near.ticker.clone()),
            Span::plain(format!(", {state}")),
        ]);
    }
}

/// Every cooldown.
pub fn listed(page: &mut Page, listed: &Listed, all: bool) {
    let mut ticker = None;
    for shown in &listed.locks {
        if ticker != Some(&shown.ticker) {
            page.line([Span::new(Role::Strong, name(&shown.ticker).to_owned())]);
            ticker = Some(&shown.ticker);
        }
        lock(page, shown);
    }
    if listed.locks.is_empty() && listed.unreadable.is_empty() {
        page.text(if all { "no ticker was ever in cooldown" } else { "no ticker is in cooldown" });
    }
    for (ticker, why) in &listed.unreadable {
        page.line([Span::new(Role::Bad, "CANNOT TELL"), Span::plain(format!("  {}: {why}", name(ticker)))]);
    }
}

/// Until when a ticker is in cooldown, and each lock that makes it so; nothing when none does.
fn standing(page: &mut Page, ticker: &str, locks: &[Shown], more: &str) {
    if let Some(latest) = locks.first() {
        headline(page, ticker, latest, more);
        self::locks(page, locks);
    }
}

/// The line that says until when.
pub fn headline(page: &mut Page, ticker: &str, latest: &Shown, more: &str) {
    let until = words::time(latest.lock.until);
    let line = format!("  {} until {until} ({}){more}", name(ticker), left(latest.remaining_seconds));
    page.line([Span::new(Role::Warn, "COOLDOWN"), Span::plain(line)]);
}

fn locks(page: &mut Page, locks: &[Shown]) {
    for shown in locks {
        lock(page, shown);
    }
}

/// One lock: what, until when, why, and who when.
fn lock(page: &mut Page, shown: &Shown) {
    let lock = &shown.lock;
    let (role, state) = match shown.state {
        Standing::InForce => (Role::Warn, "until"),
        Standing::Over => (Role::Muted, "over since"),
        Standing::Released => (Role::Muted, "ended early, was until"),
    };
    let reason = if lock.cause.reason.is_empty() { "no reason given" } else { &lock.cause.reason };
    let every = if shown.ticker == EVERY { "  every ticker" } else { "" };
    page.line([
        Span::plain("  "),
        Span::new(Role::Strong, lock.id.clone()),
        Span::plain(every),
        Span::new(role, format!("  {:<5}", lock.side.word())),
        Span::plain(format!("  {state} {}  {reason}", words::time(lock.until))),
    ]);
    let (cause, mut detail) = (&lock.cause, String::new());
    if let Some(rule) = &cause.rule {
        detail.push_str(&format!(" {rule}"));
    }
    detail.push_str(&format!(" by {} on {} at {}", cause.actor.name(), cause.host, words::time(cause.at)));
    for (what, touch) in [("extended", &lock.extended), ("ended", &lock.released)] {
        if let Some(touch) = touch {
            let why = if touch.reason.is_empty() { String::new() } else { format!(", {}", touch.reason) };
            let (who, when) = (touch.actor.name(), words::time(touch.at));
            detail.push_str(&format!("; {what} by {who} at {when}{why}"));
        }
    }
    page.line([Span::new(Role::Muted, format!("      {}{detail}", cause.source.word()))]);
}

/// A ticker as people read it.
fn name(ticker: &str) -> &str {
    if ticker == EVERY { "every ticker" } else { ticker }
}

/// How much time is left: to the minute, rounded up, while it is more than two.
fn left(seconds: i64) -> String {
    let seconds = u64::try_from(seconds).unwrap_or(0);
    let rounded = if seconds > 120 { seconds.div_ceil(60) * 60 } else { seconds };
    humantime::format_duration(Duration::from_secs(rounded)).to_string()
}
