//! Settings of channels and escalations: tables, each with what every channel understands and what only its kind does.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{NaiveTime, TimeDelta};
use serde_json::{Value as Json, json};
use toml::{Table, Value};

use super::{Setting, delta, duration, integer, shown, text};
use crate::domain::alert::Severity;
use crate::domain::notify::channel::{Quiet, Spec, TIMEOUT};
use crate::domain::notify::escalation::{Escalation, Step};

/// Who is told, and who is told when nobody answers.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "channels",
        about: "whom to tell, by name, as in [channels.ops] with kind = \"telegram\"; secrets stay in files that it names",
        read: |config, value, base| {
            let table = value.as_table().ok_or("it must be tables, as in [channels.ops]")?;
            let read = |(name, value): (&String, &Value)| {
                channel(name, value, base).map_err(|why| format!("channel {name}: {why}"))
            };
            config.policies.notify.channels = table.iter().map(read).collect::<Result<_, String>>()?;
            Ok(())
        },
        show: |config| {
            let channels = &config.policies.notify.channels;
            channels.iter().map(|spec| (spec.name.clone(), shown_channel(spec))).collect()
        },
    },
    Setting {
        name: "escalation",
        about: "who is told when nobody acknowledges, as [[escalation]] with name, min_severity, rules, steps and repeat",
        read: |config, value, _| {
            let list = value.as_array().ok_or("it must be a list of tables, as in [[escalation]]")?;
            config.policies.notify.escalations =
                list.iter().map(escalation).collect::<Result<_, String>>()?;
            Ok(())
        },
        show: |config| config.policies.notify.escalations.iter().map(shown_escalation).collect(),
    },
];

fn channel(name: &str, value: &Value, base: &std::path::Path) -> Result<Spec, String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > 32 || !name.chars().all(fits) {
        return Err("a name is 1 to 32 lower-case letters, digits and dashes".to_owned());
    }
    let mut table = value.as_table().ok_or("it must be a table with a kind")?.clone();
    let kind = text(&table.remove("kind").ok_or("it has no kind, as in kind = \"telegram\"")?)?.to_owned();
    let (least, most) = (Duration::from_millis(100), Duration::from_secs(60));
    let timeout = take(&mut table, "timeout", |value| duration(value, least, most))?;
    let spec = Spec {
        name: name.to_owned(),
        kind,
        timeout: timeout.unwrap_or(TIMEOUT),
        min_severity: take(&mut table, "min_severity", severity)?.unwrap_or(Severity::Warning),
        rules: take(&mut table, "rules", words)?.unwrap_or_default(),
        quiet: take(&mut table, "quiet_hours", quiet)?,
        rate_limit: take(&mut table, "rate_limit", |value| text(value)?.parse())?,
        options: options(table, base)?,
    };
    Ok(spec)
}

/// Takes a key out of a table, if it is there, and reads it.
fn take<T>(
    table: &mut Table,
    key: &str,
    read: impl FnOnce(&Value) -> Result<T, String>,
) -> Result<Option<T>, String> {
    table.remove(key).map(|value| read(&value).map_err(|why| format!("{key}: {why}"))).transpose()
}

/// What only the kind understands. Paths of secrets are relative to the configuration file; a secret itself has no place here.
fn options(table: Table, base: &std::path::Path) -> Result<BTreeMap<String, Json>, String> {
    const SECRETS: [&str; 7] =
        ["token", "password", "secret", "auth_token", "routing_key", "api_key", "webhook_url"];
    let mut options = BTreeMap::new();
    for (key, value) in table {
        if SECRETS.contains(&key.as_str()) {
            return Err(format!(
                "{key} would be a secret in this file: put it into one of its own and name that as {key}_file"
            ));
        }
        let is_path = key.ends_with("_file") || key == "path";
        let value = match value.as_str().filter(|_| is_path) {
            Some(path) => json!(crate::config::join(base, std::path::Path::new(path))),
            None => serde_json::to_value(value).map_err(|why| format!("{key}: {why}"))?,
        };
        options.insert(key, value);
    }
    Ok(options)
}

fn severity(value: &Value) -> Result<Severity, String> {
    let word = text(value)?;
    serde_json::from_value(json!(word))
        .map_err(|_| format!("'{word}' is none of info, warning, critical, emergency"))
}

fn words(value: &Value) -> Result<Vec<String>, String> {
    let list = value.as_array().ok_or("it must be a list, as in [\"ORDER_*\"]")?;
    list.iter().map(|value| text(value).map(str::to_owned)).collect()
}

/// `22:00-07:00`, in UTC, or with an offset behind it, as in `22:00-07:00 +01:00`.
fn quiet(value: &Value) -> Result<Quiet, String> {
    let wrong = || "it must be as in \"22:00-07:00\" or \"22:00-07:00 +01:00\"".to_owned();
    let words = text(value)?;
    let (hours, offset) = words.split_once(' ').unwrap_or((words, "+00:00"));
    let (from, to) = hours.split_once('-').ok_or_else(wrong)?;
    let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| wrong());
    let (sign, offset) = offset.split_at_checked(1).ok_or_else(wrong)?;
    let length = time(offset)?.signed_duration_since(NaiveTime::MIN);
    let offset: TimeDelta = match sign {
        "+" => length,
        "-" => -length,
        _ => return Err(wrong()),
    };
    let quiet = Quiet { from: time(from)?, to: time(to)?, offset };
    if quiet.from == quiet.to { Err("it ends when it begins".to_owned()) } else { Ok(quiet) }
}

fn escalation(value: &Value) -> Result<Escalation, String> {
    const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);
    let mut table = value.as_table().ok_or("it must be a table")?.clone();
    let name = take(&mut table, "name", |value| text(value).map(str::to_owned))?.ok_or("it has no name")?;
    let about = |why: String| format!("escalation {name}: {why}");
    let step = |value: &Value| -> Result<Step, String> {
        let mut table = value
            .as_table()
            .ok_or("a step is a table, as in { after = \"5m\", channels = [\"ops\"] }")?
            .clone();
        let after = take(&mut table, "after", |value| duration(value, Duration::ZERO, MONTH))?;
        let channels = take(&mut table, "channels", words)?.ok_or("a step names its channels")?;
        nothing_left(&table)?;
        Ok(Step { after: delta(after.unwrap_or_default()), channels })
    };
    let steps = take(&mut table, "steps", |value| {
        value
            .as_array()
            .ok_or("it must be a list of steps")?
            .iter()
            .map(step)
            .collect::<Result<Vec<_>, String>>()
    })
    .map_err(about)?
    .ok_or_else(|| about("it has no steps".to_owned()))?;
    let escalation = Escalation {
        min_severity: take(&mut table, "min_severity", severity).map_err(about)?.unwrap_or(Severity::Warning),
        rules: take(&mut table, "rules", words).map_err(about)?.unwrap_or_default(),
        repeat: take(&mut table, "repeat", |value| integer(value, 0, 9))
            .map_err(about)?
            .map_or(0, |repeat| u32::try_from(repeat).unwrap_or(9)),
        repeat_after: take(&mut table, "repeat_after", |value| {
            duration(value, Duration::from_secs(1), MONTH)
        })
        .map_err(about)?
        .map_or(TimeDelta::minutes(15), delta),
        steps,
        name: name.clone(),
    };
    nothing_left(&table).map_err(about)?;
    Ok(escalation)
}

fn nothing_left(table: &Table) -> Result<(), String> {
    table.keys().next().map_or(Ok(()), |key| Err(format!("it has no '{key}'")))
}

fn shown_channel(spec: &Spec) -> Json {
    let mut shown = json!({
        "kind": spec.kind,
        "timeout": humantime::format_duration(spec.timeout).to_string(),
        "min_severity": spec.min_severity,
        "rules": spec.rules,
        "quiet_hours": spec.quiet.map(shown_quiet),
        "rate_limit": spec.rate_limit.map(|rate| rate.to_string()),
    });
    if let Json::Object(fields) = &mut shown {
        fields.extend(spec.options.clone());
    }
    shown
}

fn shown_quiet(quiet: Quiet) -> String {
    let minutes = quiet.offset.num_minutes();
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    format!("{}-{} {sign}{hours:02}:{rest:02}", quiet.from.format("%H:%M"), quiet.to.format("%H:%M"))
}

fn shown_escalation(escalation: &Escalation) -> Json {
    let step = |step: &Step| json!({"after": shown(step.after), "channels": step.channels});
    json!({
        "name": escalation.name,
        "min_severity": escalation.min_severity,
        "rules": escalation.rules,
        "steps": escalation.steps.iter().map(step).collect::<Vec<_>>(),
        "repeat": escalation.repeat,
        "repeat_after": shown(escalation.repeat_after),
    })
}
