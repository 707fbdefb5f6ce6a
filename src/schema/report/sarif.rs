//! Findings as a SARIF 2.1.0 log, for code scanning.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::schema::finding::{Finding, Level, Note};
use crate::schema::place::Place;
use crate::schema::rules::{self, Rule};

/// Where the format is described.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The log of one run of this version of the program.
pub fn log(findings: &[Finding], notes: &[Note], version: &str) -> Value {
    let rules: Vec<Value> = rules::all().map(rule).collect();
    let mut twins = BTreeMap::new();
    let results: Vec<Value> = findings.iter().map(|finding| result(finding, &mut twins)).collect();
    let notifications: Vec<Value> = notes.iter().map(notification).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "nija schema",
                "semanticVersion": version,
                "rules": rules,
            }},
            "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The root of the repository."}}},
            "columnKind": "unicodeCodePoints",
            "results": results,
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notifications,
            }],
        }],
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Off => "none",
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}

fn rule(rule: &Rule) -> Value {
    let mut about = json!({
        "id": rule.id,
        "shortDescription": {"text": rule.about},
        "fullDescription": {"text": rule.why},
        "help": {"text": format!("{}\n\nInstead of:\n{}\n\nWrite:\n{}", rule.why, rule.bad, rule.good)},
        "defaultConfiguration": {"level": level(rule.level), "enabled": rule.level != Level::Off},
        "properties": {"tags": [rule.group]},
    });
    // The format wants a link, and takes nothing else.
    if rule.reference.starts_with("https://")
        && let Some(fields) = about.as_object_mut()
    {
        fields.insert("helpUri".to_owned(), json!(rule.reference));
    }
    about
}

fn result(finding: &Finding, twins: &mut BTreeMap<String, usize>) -> Value {
    let text = match finding.help.as_str() {
        "" => finding.message.clone(),
        help => format!("{}\n{help}", finding.message),
    };
    // The same on every line and after every move within the file, so that a finding that stands is not told as new.
    let (table, item) = (finding.table.as_deref(), finding.item.as_deref());
    let what = [finding.rule, &finding.place.path, table.unwrap_or_default(), item.unwrap_or_default()];
    let digest = Sha256::digest(what.join("\0").as_bytes());
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let number = twins.entry(hex.clone()).or_default();
    *number += 1;
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.level),
        "message": {"text": text},
        "locations": [{"physicalLocation": location(&finding.place)}],
        "partialFingerprints": {"nijaSchema/v1": format!("{hex}:{number}")},
    });
    if let (Some(index), Some(fields)) =
        (rules::all().position(|rule| rule.id == finding.rule), result.as_object_mut())
    {
        fields.insert("ruleIndex".to_owned(), json!(index));
    }
    result
}

fn notification(note: &Note) -> Value {
    json!({
        "descriptor": {"id": note.code},
        "level": "note",
        "message": {"text": note.message},
        "locations": [{"physicalLocation": location(&note.place)}],
    })
}

fn location(place: &Place) -> Value {
    json!({
        "artifactLocation": {"uri": uri(&place.path), "uriBaseId": "SRCROOT"},
        "region": {"startLine": place.line.max(1)},
    })
}

/// A path as a relative URI reference.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/@!$&'()*+,;=".contains(&byte);
    let piece = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    path.bytes().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(line: u32, item: &str) -> Finding {
        Finding {
            rule: "uncovered-column",
            level: Level::Error,
            place: Place::new("a b/ü.py", line),
            message: "users.name is new".to_owned(),
            help: String::new(),
            table: Some("users".to_owned()),
            item: Some(item.to_owned()),
        }
    }

    #[test]
    fn a_finding_is_the_same_on_another_line_and_its_twin_is_another() {
        let print = |findings: &[Finding], at: usize| {
            log(findings, &[], "1.0.0")["runs"][0]["results"][at]["partialFingerprints"]["nijaSchema/v1"]
                .clone()
        };
        let (here, there) = (finding(3, "name"), finding(9, "name"));
        assert_eq!(print(std::slice::from_ref(&here), 0), print(std::slice::from_ref(&there), 0));
        assert_ne!(print(&[here.clone(), there], 0), print(&[here.clone(), finding(9, "name")], 1));
        assert_ne!(print(&[here], 0), print(&[finding(3, "mail")], 0));
    }

    #[test]
    fn places_are_relative_addresses_and_rules_are_named_by_number() {
        let log = log(&[finding(0, "name")], &[], "1.0.0");
        let result = &log["runs"][0]["results"][0];
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b/%C3%BC.py");
        assert_eq!(place["region"]["startLine"], 1);
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][index]["id"], "uncovered-column");
    }
}
