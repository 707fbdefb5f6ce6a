//! Silences: made, listed, ended.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use clap::Args;
use serde_json::json;

use super::super::app;
use super::page;
use crate::error::Result;
use crate::ops::State;
use crate::ops::silences::{self, Report, Request};
use crate::output::{Page, Reply, Role};

/// Tell nobody of certain alerts for a while
///
/// They stay listed, and check and gate stay as they are. What is CRITICAL is hidden for an hour at most; an EMERGENCY and a
/// change of the kill switch never are.
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 silenced; 64 it would be too long, or hide what must not be hidden\n\
                        Example: nija alerts silence ORDER_STUCK=platform:kraken --for 30m --reason maintenance")]
pub struct Create {
    /// The rule, and the labels it is about: ORDER_STUCK, 'ORDER_*', ORDER_STUCK=platform:kraken,symbol:BTC-USD
    #[arg(value_name = "RULE[=LABEL:VALUE,...]", value_parser = matcher)]
    pub matcher: Matcher,
    /// For how long, at most 8h
    #[arg(long = "for", value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub length: Duration,
    /// Why, for whoever finds nobody told
    #[arg(long)]
    pub reason: String,
}

/// List silences
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 listed\nExample: nija alerts silences --all")]
pub struct List {
    /// Also those that were over within the last day
    #[arg(long)]
    pub all: bool,
}

/// End a silence now
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 over; 66 there is no such silence\nExample: nija alerts unsilence s-1f2e3d4c"
)]
pub struct End {
    /// The silence, or the beginning of its id
    pub id: String,
}

/// A rule and labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matcher {
    rule: String,
    labels: BTreeMap<String, String>,
}

/// Reads `RULE` or `RULE=LABEL:VALUE,LABEL:VALUE`.
fn matcher(text: &str) -> std::result::Result<Matcher, String> {
    let wanted = "RULE or RULE=LABEL:VALUE,LABEL:VALUE, as in ORDER_STUCK=platform:kraken";
    let (rule, rest) = text.split_once('=').map_or((text, None), |(rule, rest)| (rule, Some(rest)));
    let mut labels = BTreeMap::new();
    for part in rest.into_iter().flat_map(|rest| rest.split(',')) {
        let (name, value) =
            part.split_once(':').ok_or_else(|| format!("'{part}' is no LABEL:VALUE; {wanted}"))?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || value.is_empty() || text.chars().any(char::is_control) {
            return Err(format!("'{part}' is no LABEL:VALUE; {wanted}"));
        }
        if labels.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(format!("the label '{name}' is there twice"));
        }
    }
    if rule.is_empty() {
        return Err(format!("there is no rule in '{text}'; {wanted}"));
    }
    Ok(Matcher { rule: rule.to_owned(), labels })
}

impl Create {
    /// Runs the command.
    pub fn run(&self, format: &'static str, state: &State<'_>) -> Result<Reply> {
        let request = Request {
            rule: self.matcher.rule.clone(),
            labels: self.matcher.labels.clone(),
            length: TimeDelta::from_std(self.length).unwrap_or(TimeDelta::MAX),
            reason: self.reason.clone(),
        };
        let report = silences::create(state, &request)?;
        Ok(reply(format, state, (Role::Warn, "SILENCED"), &report))
    }
}

impl List {
    /// Runs the command.
    pub fn run(&self, format: &'static str, state: &State<'_>) -> Result<Reply> {
        let (silences, notices) = silences::list(state, self.all)?;
        let mut page = Page::new();
        if silences.is_empty() {
            page.text("nothing is silenced");
        }
        silences.iter().for_each(|shown| page::silence(&mut page, shown));
        let mut reply = Reply::new(format, &json!({"silences": silences}), page);
        reply.warnings = app::warnings(&notices);
        Ok(reply)
    }
}

impl End {
    /// Runs the command.
    pub fn run(&self, format: &'static str, state: &State<'_>) -> Result<Reply> {
        let report = silences::end(state, &self.id)?;
        let word = if report.changed { "ENDED" } else { "OVER ALREADY" };
        Ok(reply(format, state, (Role::Good, word), &report))
    }
}

fn reply(format: &'static str, state: &State<'_>, word: (Role, &str), report: &Report) -> Reply {
    let mut page = Page::new();
    page::silenced(&mut page, word, &report.shown);
    app::state_line(&mut page, state.context.config);
    let mut reply = Reply::new(format, &json!({"silence": report.shown}), page);
    reply.changed = report.changed;
    reply.warnings = app::warnings(&report.notices);
    reply
}
