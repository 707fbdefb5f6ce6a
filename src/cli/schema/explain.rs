//! `nija schema explain`: what a rule finds, why that is bad, and what to do instead.

use clap::Args;
use serde_json::json;

use crate::error::{Error, Kind, Result};
use crate::output::{Page, Reply, Role, Span};
use crate::schema::rules::{self, Rule};

/// Explain a rule, or list them all
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 shown; 66 there is no such rule\nExample: nija schema explain set-not-null"
)]
pub struct Explain {
    /// The rule [default: a list of all]
    #[arg(value_name = "RULE")]
    pub rule: Option<String>,
}

impl Explain {
    /// Runs the command.
    pub fn run(&self, format: &'static str) -> Result<Reply> {
        let mut page = Page::new();
        let rules: Vec<&Rule> = match &self.rule {
            Some(id) => vec![find(id)?],
            None => rules::all().collect(),
        };
        match (rules.as_slice(), &self.rule) {
            ([rule], Some(_)) => explain(&mut page, rule),
            _ => list(&mut page, &rules),
        }
        Ok(Reply::new(format, &json!({"rules": rules}), page))
    }
}

fn find(id: &str) -> Result<&'static Rule> {
    let wanted = id.trim().to_lowercase().replace('_', "-");
    rules::find(&wanted).ok_or_else(|| {
        Error::new(Kind::NotFound, format!("there is no rule '{id}'")).hint("nija schema explain")
    })
}

fn word(rule: &Rule) -> String {
    let word = serde_json::to_value(rule.level).ok();
    word.as_ref().and_then(|value| value.as_str()).unwrap_or_default().to_owned()
}

fn list(page: &mut Page, rules: &[&Rule]) {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let mut group = None;
    for rule in rules {
        if group != Some(rule.group) {
            if group.is_some() {
                page.text("");
            }
            let name = serde_json::to_value(rule.group).ok();
            let name = name.as_ref().and_then(|value| value.as_str()).unwrap_or_default().to_uppercase();
            page.line([Span::new(Role::Strong, name)]);
            group = Some(rule.group);
        }
        page.line([
            Span::new(Role::Strong, format!("  {:<width$}", rule.id)),
            Span::new(Role::Muted, format!("  {:<7}  ", word(rule))),
            Span::plain(rule.about),
        ]);
    }
}

fn explain(page: &mut Page, rule: &Rule) {
    page.line([Span::new(Role::Strong, rule.id), Span::new(Role::Muted, format!("  {}", word(rule)))]);
    page.text(rule.about);
    for (title, text) in [("why", rule.why), ("bad", rule.bad), ("good", rule.good)] {
        page.text("");
        page.line([Span::new(Role::Strong, title)]);
        for line in text.lines() {
            page.text(format!("  {line}"));
        }
    }
    page.text("");
    page.field("see", rule.reference);
    page.field("ignore", format!("# nija: ignore[{}] why it is right here", rule.id));
    page.field("level", format!("[schema] rules = {{ {} = \"warning\" }} in nija.toml", rule.id));
}
