//! `# nija: ignore[rule] reason`: what somebody has looked at and wants to hear no more of.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::finding::{Finding, Level};
use super::place::Place;
use super::python::ast::Ignore;
use super::rules;

/// Takes out the findings that a comment on their line, or alone on the lines right above it, speaks of with a reason.
pub fn apply(findings: Vec<Finding>, ignores: &BTreeMap<Arc<str>, Vec<Ignore>>) -> Vec<Finding> {
    let ignored = |finding: &Finding| {
        ignores.get(&finding.place.path).is_some_and(|ignores| is_ignored(finding, ignores))
    };
    findings.into_iter().filter(|finding| !ignored(finding)).collect()
}

fn is_ignored(finding: &Finding, ignores: &[Ignore]) -> bool {
    let speaks =
        |ignore: &&Ignore| !ignore.reason.is_empty() && ignore.rules.iter().any(|rule| rule == finding.rule);
    let alone_on = |line: u32| ignores.iter().any(|ignore| ignore.alone && ignore.line == line);
    let mut first = finding.place.line;
    while first > 1 && alone_on(first - 1) {
        first -= 1;
    }
    ignores.iter().filter(speaks).any(|ignore| (first..=finding.place.line).contains(&ignore.line))
}

/// What is wrong with the comments of a file: no reason, or a rule that does not exist.
pub fn mistakes(path: &Arc<str>, ignores: &[Ignore]) -> Vec<Finding> {
    let finding = |ignore: &Ignore, rule: &'static str, message: String, help: &str| Finding {
        rule,
        level: Level::Error,
        place: Place::new(Arc::clone(path), ignore.line),
        message,
        help: help.to_owned(),
        table: None,
        item: None,
    };
    let mut found = Vec::new();
    for ignore in ignores {
        if ignore.reason.is_empty() {
            let message = format!("the comment ignores {} without a reason", ignore.rules.join(", "));
            let help = "# nija: ignore[rule] why it is right here";
            found.push(finding(ignore, "ignore-without-reason", message, help));
        }
        for rule in ignore.rules.iter().filter(|rule| rules::find(rule).is_none()) {
            let message = format!("the comment ignores '{rule}', which is no rule");
            found.push(finding(ignore, "unknown-ignored-rule", message, "nija schema explain"));
        }
    }
    found
}
