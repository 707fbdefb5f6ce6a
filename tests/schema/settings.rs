//! The `[schema]` table of a case.

use nija::schema::finding::Level;
use nija::schema::settings::{Dialect, Environment, Settings};
use toml::{Table, Value};

/// Reads the inside of a `[schema]` table.
pub fn read(text: &str) -> Result<Settings, String> {
    let table: Table = text.parse().map_err(|error| format!("settings: {error}"))?;
    let mut settings = Settings::default();
    let mut alone = Environment::default();
    for (key, value) in &table {
        match key.as_str() {
            "dialect" => settings.dialect = dialect(value)?,
            "exclude" => settings.exclude = strings(value)?,
            "models" => alone.models = strings(value)?,
            "migrations" => alone.migrations = strings(value)?,
            "rules" => {
                let rules = value.as_table().ok_or("rules: no table")?;
                for (rule, level) in rules {
                    settings.levels.insert(rule.clone(), self::level(level)?);
                }
            }
            "environments" => {
                let list = value.as_array().ok_or("environments: no list")?;
                settings.environments = list.iter().map(environment).collect::<Result<_, _>>()?;
            }
            _ => return Err(format!("no setting is called '{key}'")),
        }
    }
    if alone != Environment::default() {
        settings.environments.push(alone);
    }
    Ok(settings)
}

fn dialect(value: &Value) -> Result<Dialect, String> {
    match value.as_str() {
        Some("postgresql") => Ok(Dialect::Postgresql),
        Some("sqlite") => Ok(Dialect::Sqlite),
        Some("mysql") => Ok(Dialect::Mysql),
        _ => Err(format!("no dialect: {value:?}")),
    }
}

fn level(value: &Value) -> Result<Level, String> {
    match value.as_str() {
        Some("off") => Ok(Level::Off),
        Some("note") => Ok(Level::Note),
        Some("warning") => Ok(Level::Warning),
        Some("error") => Ok(Level::Error),
        _ => Err(format!("no level: {value:?}")),
    }
}

fn environment(value: &Value) -> Result<Environment, String> {
    let table = value.as_table().ok_or("an environment must be a table")?;
    let list = |key: &str| table.get(key).map_or_else(|| Ok(Vec::new()), strings);
    let name = table.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Environment { name, models: list("models")?, migrations: list("migrations")? })
}

fn strings(value: &Value) -> Result<Vec<String>, String> {
    let list = value.as_array().ok_or_else(|| format!("no list: {value:?}"))?;
    list.iter()
        .map(|entry| entry.as_str().map(str::to_owned).ok_or_else(|| format!("no text: {entry:?}")))
        .collect()
}
