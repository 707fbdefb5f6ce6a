//! The options of one channel: read by name, secrets only from files.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::Surroundings;
use crate::clock::Clock;

/// What is told to nobody: shown as dots wherever somebody tries.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the one place that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// The options of one channel.
pub struct Options<'a> {
    values: &'a BTreeMap<String, Value>,
    surroundings: &'a Surroundings<'a>,
}

impl<'a> Options<'a> {
    /// Those of a specification.
    pub fn new(values: &'a BTreeMap<String, Value>, surroundings: &'a Surroundings<'a>) -> Self {
        Self { values, surroundings }
    }

    /// A text that may be missing; numbers are taken as they are written.
    pub fn text(&self, name: &str) -> Result<Option<String>, String> {
        match self.values.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(format!("{name} must be a text that is not empty")),
        }
    }

    /// A text that has to be there.
    pub fn required(&self, name: &str) -> Result<String, String> {
        self.text(name)?.ok_or_else(|| format!("it has no {name}"))
    }

    /// A whole number that may be missing.
    pub fn number(&self, name: &str) -> Result<Option<i64>, String> {
        let wrong = |_| format!("{name} must be a whole number");
        self.text(name)?.map(|text| text.parse().map_err(wrong)).transpose()
    }

    /// A list of texts that has to be there; one text is a list of one.
    pub fn list(&self, name: &str) -> Result<Vec<String>, String> {
        let wrong = || format!("{name} must be a list of texts that are not empty");
        match self.values.get(name) {
            None => Err(format!("it has no {name}")),
            Some(Value::String(text)) if !text.is_empty() => Ok(vec![text.clone()]),
            Some(Value::Array(list)) if !list.is_empty() => {
                let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
                list.iter().map(|value| text(value).ok_or_else(wrong)).collect()
            }
            Some(_) => Err(wrong()),
        }
    }

    /// A list of texts that may be missing.
    pub fn list_or_none(&self, name: &str) -> Result<Vec<String>, String> {
        if self.values.contains_key(name) { self.list(name) } else { Ok(Vec::new()) }
    }

    /// Whether something is wanted; `false` when nothing is said.
    pub fn flag(&self, name: &str) -> Result<bool, String> {
        match self.values.get(name) {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or_else(|| format!("{name} must be true or false")),
        }
    }

    /// A secret that may be missing, from the file that `NAME_file` names.
    pub fn secret(&self, name: &str) -> Result<Option<Secret>, String> {
        let Some(path) = self.text(&format!("{name}_file"))? else { return Ok(None) };
        let text = (self.surroundings.secret)(Path::new(&path))
            .map_err(|error| format!("{}; {}", error.message, error.hint))?;
        let text = text.trim();
        if text.is_empty() {
            return Err(format!("{path} is empty"));
        }
        Ok(Some(Secret::new(text)))
    }

    /// A secret that has to be there.
    pub fn required_secret(&self, name: &str) -> Result<Secret, String> {
        self.secret(name)?.ok_or_else(|| format!("it has no {name}_file"))
    }

    /// A variable of the environment, for proxies.
    pub fn variable(&self, name: &str) -> Option<String> {
        (self.surroundings.variable)(name)
    }

    /// The clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.surroundings.clock)
    }
}
