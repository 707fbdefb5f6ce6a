//! The table of settings: name, meaning, how each is read and shown; a new setting is one entry in the file of its area.

use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;
use rust_decimal::Decimal;
use serde_json::Value as Json;
use toml::Value;

use super::Config;
use crate::domain::amount;

mod adoption;
mod channels;
mod cooldowns;
mod core;
mod equity;
mod exposure;
mod gate;
mod heartbeats;
mod notify;
mod orders;
pub mod schema;
mod slippage;
mod tickers;
mod watch;

/// One setting.
pub struct Setting {
    /// Its full name, as in `killswitch.approvals`.
    pub name: &'static str,
    /// What it does, with unit and range.
    pub about: &'static str,
    /// Takes over a value from a file in the given directory, or says what is wrong with it.
    pub read: fn(&mut Config, &Value, &Path) -> Result<(), String>,
    /// Its present value.
    pub show: fn(&Config) -> Json,
}

/// Every area, in the order it is shown.
const AREAS: &[&[Setting]] = &[
    core::SETTINGS,
    gate::SETTINGS,
    tickers::SETTINGS,
    heartbeats::SETTINGS,
    orders::SETTINGS,
    exposure::SETTINGS,
    adoption::SETTINGS,
    equity::SETTINGS,
    slippage::SETTINGS,
    cooldowns::SETTINGS,
    watch::SETTINGS,
    notify::SETTINGS,
    channels::SETTINGS,
    schema::SETTINGS,
];

/// Every setting, in the order they are shown.
pub fn all() -> impl Iterator<Item = &'static Setting> + Clone {
    AREAS.iter().copied().flatten()
}

fn text(value: &Value) -> Result<&str, String> {
    let text = value.as_str().ok_or("it must be a string")?;
    if text.is_empty() { Err("it must not be empty".to_owned()) } else { Ok(text) }
}

fn integer(value: &Value, least: u64, most: u64) -> Result<u64, String> {
    let number = value.as_integer().and_then(|number| u64::try_from(number).ok());
    number
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("it must be a whole number from {least} to {most}"))
}

fn yes_or_no(value: &Value) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| "it must be true or false".to_owned())
}

fn one_of<const N: usize>(text: &str, words: [&'static str; N]) -> Result<&'static str, String> {
    let found = words.into_iter().find(|word| *word == text);
    found.ok_or_else(|| format!("'{text}' is none of {}", words.join(", ")))
}

/// A number, as in `30`, `12.5` or `"12.5"`, to be read exactly as it is written.
fn written(value: &Value) -> Result<String, String> {
    match value {
        Value::Integer(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        Value::String(text) => Ok(text.clone()),
        _ => Err("it must be a number, as in 30 or \"12.5\"".to_owned()),
    }
}

fn decimal(value: &Value, least: u32, most: u32) -> Result<Decimal, String> {
    let number = amount::parse(&written(value)?)?;
    let in_range = (Decimal::from(least)..=Decimal::from(most)).contains(&number);
    if in_range { Ok(number) } else { Err(format!("it must be a number from {least} to {most}")) }
}

/// A share in percent, as in `30`: above 0, at most 100.
fn percent(value: &Value) -> Result<Decimal, String> {
    let pct = decimal(value, 0, 100).map_err(|_| "it must be a percentage above 0 to 100, as in 30")?;
    if pct.is_zero() { Err("it must be above 0 %".to_owned()) } else { Ok(pct) }
}

fn duration(value: &Value, least: Duration, most: Duration) -> Result<Duration, String> {
    let shown = |duration| humantime::format_duration(duration).to_string();
    let range = || format!("it must be a duration from {} to {}, as in \"30s\"", shown(least), shown(most));
    let duration = value.as_str().and_then(|text| humantime::parse_duration(text).ok()).ok_or_else(range)?;
    if (least..=most).contains(&duration) { Ok(duration) } else { Err(range()) }
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

fn shown(delta: TimeDelta) -> String {
    humantime::format_duration(delta.to_std().unwrap_or_default()).to_string()
}
