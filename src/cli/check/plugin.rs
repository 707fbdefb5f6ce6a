//! How a look reads: one line and a tail of figures, as monitoring plugins write them, then a line for each thing found.
//!
//! The form is that of the Monitoring Plugins development guidelines: everything on stdout, `SERVICE STATUS - text | figures`,
//! a figure as `'label'=value[unit];[warn];[crit]`, and no bar anywhere but before the figures.

use super::super::alerts;
use crate::domain::alert::{Figure, Severity};
use crate::domain::status::Status;
use crate::ops::check::Report;
use crate::output::{Page, Role, Span};

/// Longest text of the first line, in characters; the rest is in the lines below.
const TEXT_MAX: usize = 160;

/// Longest tail of figures and longest list below, in bytes: a monitoring host cuts what is longer than 4 or 8 KiB.
const FIGURES_MAX: usize = 2048;
const LIST_MAX: usize = 4096;

/// The whole output; nothing but the first line when all is well.
pub fn page(report: &Report) -> Page {
    let mut page = Page::new();
    let role = super::role(report.status);
    let figures = figures(report.rules.iter().flat_map(|judged| &judged.figures));
    let tail = if figures.is_empty() { String::new() } else { format!(" | {figures}") };
    page.line([
        Span::new(role, format!("NIJA {}", report.status.word())),
        Span::plain(format!(" - {}{tail}", text(report))),
    ]);
    if report.status != Status::Ok {
        list(&mut page, report);
    }
    page
}

/// What is wrong first of all, how much more there is, and how much of it nobody takes care of.
fn text(report: &Report) -> String {
    let counts = plain(&counts(report));
    let room = TEXT_MAX.saturating_sub(counts.chars().count());
    format!("{}{counts}", shortened(&plain(&first(report)), room))
}

/// What is wrong first of all.
fn first(report: &Report) -> String {
    let firing = report.firing();
    let mut doubts =
        report.rules.iter().flat_map(|judged| judged.doubts.iter().map(|doubt| (judged.rule, doubt)));
    let doubt = doubts.next();
    let telling = |severity: Severity| severity.status() == report.status;
    // What was done comes before what may be cut off.
    let pulled = if report.pulled.is_empty() { "" } else { "KILL SWITCH PULLED, " };
    let first = match (firing.first(), doubt, report.latched.first()) {
        (Some(worst), doubt, _) if telling(worst.severity) || doubt.is_none() => {
            format!("{}: {}", worst.rule, worst.message)
        }
        (_, Some((rule, doubt)), _) => format!("{rule} cannot be judged: {}", doubt.why),
        (_, None, Some(latched)) => {
            format!("{} is over and waits for somebody: {}", latched.rule, latched.message)
        }
        (_, None, None) => return quiet(report),
    };
    format!("{pulled}{first}")
}

/// How much more is wrong, and how much of all nobody takes care of.
fn counts(report: &Report) -> String {
    let doubts: usize = report.rules.iter().map(|judged| judged.doubts.len()).sum();
    let wrong = report.firing().len() + doubts + report.latched.len();
    let more = if wrong > 1 { format!("; {} more", wrong - 1) } else { String::new() };
    let alerts = report.firing().len() + report.latched.len();
    match report.unacknowledged() {
        0 if alerts > 0 => format!("{more}; all acknowledged or silenced"),
        0 => more,
        count => format!("{more}; {count} unacknowledged"),
    }
}

/// That nothing is wrong, and how much was looked at.
fn quiet(report: &Report) -> String {
    let idle: Vec<&String> = report.rules.iter().filter_map(|judged| judged.idle.as_ref()).collect();
    let judged = match report.rules.len().saturating_sub(idle.len()) {
        1 => "1 rule".to_owned(),
        count => format!("{count} rules"),
    };
    match idle.first() {
        Some(why) if idle.len() == report.rules.len() => format!("nothing to judge: {why}"),
        Some(_) => format!("{judged} judged, {} not in use, nothing found", idle.len()),
        None => format!("{judged} judged, nothing found"),
    }
}

/// Every alert, doubt and halt, a line each.
fn list(page: &mut Page, report: &Report) {
    let mut room = LIST_MAX;
    let mut left_out = 0_usize;
    let mut add = |role: Role, word: &str, rule: &str, text: &str| {
        let text = plain(text);
        let length = word.len() + rule.len() + text.len();
        match room.checked_sub(length + 16) {
            Some(rest) => {
                room = rest;
                page.line([
                    Span::new(role, format!("{word:<9}")),
                    Span::new(Role::Strong, format!(" {rule}")),
                    Span::plain(format!("  {text}")),
                ]);
            }
            None => left_out += 1,
        }
    };
    for pulled in &report.pulled {
        let text = format!("{} {} by {}", pulled.pull.mode, pulled.pull.scope, pulled.halt);
        add(Role::Bad, "PULLED", "KILL_SWITCH", &text);
    }
    for notice in report.notices.iter().filter(|notice| notice.code.starts_with("AUTO_KILL")) {
        add(Role::Bad, "FAILED", notice.code, &notice.message);
    }
    for alert in report.firing() {
        let role = super::role(alert.severity.status());
        let doubt =
            alert.doubt.as_ref().map_or_else(String::new, |why| format!("; cannot be judged now: {why}"));
        let aside = alerts::page::aside(alert);
        add(role, alert.severity.word(), &alert.rule, &format!("{}{doubt}{aside}", alert.message));
    }
    for latched in &report.latched {
        let text = format!("{}; nija alerts resolve {}", latched.message, latched.id());
        add(Role::Warn, "LATCHED", &latched.rule, &text);
    }
    for judged in &report.rules {
        for doubt in &judged.doubts {
            add(Role::Warn, Status::Unknown.word(), judged.rule, &doubt.why);
        }
    }
    if left_out > 0 {
        page.text(format!("{left_out} more: nija check --json"));
    }
}

/// The tail of figures, as far as there is room.
fn figures<'a>(figures: impl Iterator<Item = &'a Figure>) -> String {
    let mut tail = String::new();
    for figure in figures.map(figure) {
        if tail.len() + figure.len() >= FIGURES_MAX {
            break;
        }
        if !tail.is_empty() {
            tail.push(' ');
        }
        tail.push_str(&figure);
    }
    tail
}

/// One figure. A limit alone stands for the range from 0 to it; below 0 it has to say that only what is above it is meant.
fn figure(figure: &Figure) -> String {
    let from = if figure.value.is_sign_negative() && !figure.value.is_zero() { "~:" } else { "" };
    let limit = |limit: Option<rust_decimal::Decimal>| {
        limit.map_or_else(String::new, |limit| format!("{from}{}", limit.normalize()))
    };
    let limits = format!(";{};{}", limit(figure.warning), limit(figure.critical));
    let value = figure.value.normalize();
    format!("{}={value}{}{}", label(&figure.label), figure.unit, limits.trim_end_matches(';'))
}

/// A label as it may be written: no equals sign, and in quotes when it holds a space or a quote, which is doubled.
fn label(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if matches!(c, '=' | '|') || c.is_control() { '_' } else { c }).collect();
    if name.contains(|c: char| c == '\'' || c.is_whitespace()) {
        format!("'{}'", name.replace('\'', "''"))
    } else {
        name
    }
}

/// Text that ends neither itself nor the line: the bar begins the figures.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c == '|' {
                '/'
            } else if c.is_control() {
                ' '
            } else {
                c
            }
        })
        .collect()
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(3)).collect();
    format!("{}...", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::*;

    fn of(label: &str, value: &str, warning: Option<i64>, critical: Option<i64>) -> String {
        let value = value.parse().unwrap();
        let (warning, critical) = (warning.map(Decimal::from), critical.map(Decimal::from));
        figure(&Figure { label: label.to_owned(), value, unit: "%", warning, critical })
    }

    #[test]
    fn a_figure_is_written_as_the_guideline_says() {
        assert_eq!(of("drawdown", "4.50", Some(15), Some(20)), "drawdown=4.5%;15;20");
        assert_eq!(of("exposure_kraken", "80", None, Some(30)), "exposure_kraken=80%;;30");
        assert_eq!(of("orders", "0", Some(1), None), "orders=0%;1");
        assert_eq!(of("daily_loss", "-3", Some(4), Some(5)), "daily_loss=-3%;~:4;~:5");
        assert_eq!(of("desk 3's=|\n", "-0", None, None), "'desk 3''s___'=0%");
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_and_says_so() {
        assert_eq!(shortened("short", TEXT_MAX), "short");
        let cut = shortened(&"x".repeat(1000), TEXT_MAX);
        assert!(cut.chars().count() == TEXT_MAX && cut.ends_with("..."));
    }

    /// The figures as a monitoring host reads them: labels with their values and limits.
    fn parse(mut tail: &str) -> Option<Vec<(String, String)>> {
        let mut all = Vec::new();
        while !tail.is_empty() {
            let mut label = String::new();
            if let Some(quoted) = tail.strip_prefix('\'') {
                tail = quoted;
                loop {
                    let (before, after) = tail.split_once('\'')?;
                    label.push_str(before);
                    tail = after;
                    let Some(more) = tail.strip_prefix('\'') else { break };
                    label.push('\'');
                    tail = more;
                }
            } else {
                label = tail.split('=').next()?.to_owned();
                tail = tail.get(label.len()..)?;
            }
            let (value, rest) = tail.strip_prefix('=')?.split_once(' ').unwrap_or((&tail[1..], ""));
            let ranges = value.split(';').skip(1).all(|range| {
                let bound = range.strip_prefix("~:").unwrap_or(range);
                bound.is_empty() || bound.parse::<Decimal>().is_ok()
            });
            let number = value.split(';').next()?.trim_end_matches('%');
            if !ranges || number.parse::<Decimal>().is_err() || label.contains('=') {
                return None;
            }
            all.push((label, value.to_owned()));
            tail = rest;
        }
        Some(all)
    }

    proptest! {
        #[test]
        fn whatever_a_label_says_the_figures_can_be_read(
            made in proptest::collection::vec(("\\PC{1,20}|[ '=|%;\n]{1,5}", any::<i32>(), proptest::option::of(any::<i16>())), 0..20),
        ) {
            let made: Vec<Figure> = made
                .into_iter()
                .map(|(label, value, limit)| Figure {
                    label,
                    value: Decimal::new(value.into(), 2),
                    unit: "%",
                    warning: None,
                    critical: limit.map(Decimal::from),
                })
                .collect();
            let tail = figures(made.iter());
            let read = parse(&tail);
            prop_assert!(read.is_some(), "{tail}");
            prop_assert_eq!(read.unwrap_or_default().len(), made.len(), "{}", tail);
            prop_assert!(!tail.contains(['|', '\n']) && tail.len() <= FIGURES_MAX);
        }
    }
}
