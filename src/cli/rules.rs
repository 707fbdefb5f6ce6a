//! `nija rules`: what every rule watches for, why, and when it pulls the kill switch.

use clap::Args;
use serde_json::{Value, json};

use super::App;
use crate::domain::alert::{RULES, Rule, select};
use crate::error::{Error, Kind, Result};
use crate::output::{Page, Reply, Role, Span};

/// Show what every rule watches for
#[derive(Args, Debug, PartialEq)]
#[command(after_help = "Exit codes: 0 shown; 66 there is no such rule\nExample: nija rules TRADING_HALTED")]
pub struct Rules {
    /// A rule or a group of rules [default: all]
    #[arg(value_name = "ID")]
    pub id: Option<String>,
    /// Print the reference page instead, as Markdown
    #[arg(long)]
    pub markdown: bool,
}

impl Rules {
    /// Runs the command.
    pub fn run(&self, _app: &App) -> Result<Reply> {
        let rules = match &self.id {
            None => RULES.to_vec(),
            Some(id) => select(id),
        };
        if rules.is_empty() {
            let id = self.id.as_deref().unwrap_or_default();
            return Err(
                Error::new(Kind::NotFound, format!("there is no rule or group '{id}'")).hint("nija rules")
            );
        }
        let mut page = Page::new();
        for rule in &rules {
            if self.id.is_some() { describe(&mut page, rule) } else { summarise(&mut page, rule) }
        }
        let data = json!({"rules": rules.iter().map(|rule| document(rule)).collect::<Vec<Value>>()});
        let mut reply = Reply::new("nija.rules", &data, page);
        if self.markdown {
            reply.raw = Some(markdown(&rules).into_bytes());
        }
        Ok(reply)
    }
}

fn severities(rule: &Rule) -> String {
    rule.severities.iter().map(|severity| severity.word()).collect::<Vec<_>>().join(", ")
}

/// Whether an alert of it stays until a person resolves it.
fn latches(rule: &Rule) -> String {
    match (rule.latches, rule.auto_kill) {
        (Some(from), _) => format!("from {from} on: it stays until a person resolves it"),
        (None, Some(_)) => "where it pulled the kill switch: it stays until a person resolves it".to_owned(),
        (None, None) => "never".to_owned(),
    }
}

fn summarise(page: &mut Page, rule: &Rule) {
    page.line([Span::new(Role::Strong, format!("{:<22}", rule.id)), Span::plain(format!(" {}", rule.about))]);
}

fn describe(page: &mut Page, rule: &Rule) {
    page.line([Span::new(Role::Strong, rule.id), Span::plain(format!("  {}", rule.about))]);
    page.field("why", rule.why);
    page.field("severity", severities(rule));
    page.field("threshold", rule.threshold);
    page.field("auto-kill", rule.auto_kill.unwrap_or("never"));
    page.field("latches", latches(rule));
    page.field("example", rule.example);
    page.field("remedy", rule.remedy);
    page.field("group", rule.group);
}

fn document(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "group": rule.group,
        "about": rule.about,
        "why": rule.why,
        "threshold": rule.threshold,
        "severities": rule.severities,
        "auto_kill": rule.auto_kill,
        "latches": rule.latches,
        "example": rule.example,
        "remedy": rule.remedy,
    })
}

fn markdown(rules: &[&Rule]) -> String {
    let head = "# Alert rules\n\n\
        Made by `nija rules --markdown`; a test keeps it so. `nija check` judges every rule once, `nija watch` all day.\n";
    rules.iter().fold(head.to_owned(), |text, rule| {
        format!(
            "{text}\n## {}\n\nFires when {}.\n\n- **Why**: {}.\n- **Severity**: {}\n- **Threshold**: {}\n\
             - **Pulls the kill switch**: {}\n- **Latches**: {}\n- **Example**: `{}`\n- **What to type next**: `{}`\n- **Group**: `nija check {}`\n",
            rule.id,
            rule.about,
            rule.why,
            severities(rule),
            rule.threshold,
            rule.auto_kill.unwrap_or("never"),
            latches(rule),
            rule.example,
            rule.remedy,
            rule.group
        )
    })
}
