//! Settings of the schema freeze: where models and migrations are, the dialect, and the levels of rules.

use serde_json::json;
use toml::Value;

use super::{Setting, text};
use crate::schema::finding::Level;
use crate::schema::rules;
use crate::schema::settings::{Dialect, Environment};

/// The schema freeze.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "schema.models",
        about: "folders, files or patterns of models, relative to this file; everywhere when empty",
        read: |config, value, _| {
            config.schema.models = paths(value)?;
            Ok(())
        },
        show: |config| json!(config.schema.models),
    },
    Setting {
        name: "schema.migrations",
        about: "folders of migration scripts, relative to this file; wherever there are scripts when empty",
        read: |config, value, _| {
            config.schema.migrations = paths(value)?;
            Ok(())
        },
        show: |config| json!(config.schema.migrations),
    },
    Setting {
        name: "schema.exclude",
        about: "patterns of paths that are not read: * within a folder, ** across folders",
        read: |config, value, _| {
            config.schema.exclude = paths(value)?;
            Ok(())
        },
        show: |config| json!(config.schema.exclude),
    },
    Setting {
        name: "schema.dialect",
        about: "the database: postgresql, sqlite or mysql",
        read: |config, value, _| {
            config.schema.dialect = Some(dialect(text(value)?)?);
            Ok(())
        },
        show: |config| json!(config.schema.dialect.unwrap_or_default()),
    },
    Setting {
        name: "schema.rules",
        about: "levels of rules, as in { empty-downgrade = \"off\" }: off, note, warning or error",
        read: |config, value, _| {
            let table = value.as_table().ok_or("it must be a table of rules and levels")?;
            let pair = |(rule, value): (&String, &Value)| {
                rules::find(rule).ok_or_else(|| format!("there is no rule '{rule}'"))?;
                let level = level(text(value)?).map_err(|why| format!("{rule}: {why}"))?;
                Ok((rule.clone(), level))
            };
            config.schema.rules = table.iter().map(pair).collect::<Result<_, String>>()?;
            Ok(())
        },
        show: |config| json!(config.schema.rules),
    },
    Setting {
        name: "schema.environments",
        about: "models and migrations that belong together, one [[schema.environments]] each: name, models, migrations",
        read: |config, value, _| {
            let list = value.as_array().ok_or("it must be a list: [[schema.environments]]")?;
            config.schema.environments = list.iter().map(environment).collect::<Result<_, _>>()?;
            Ok(())
        },
        show: |config| json!(config.schema.environments),
    },
];

fn paths(value: &Value) -> Result<Vec<String>, String> {
    let list = value.as_array().ok_or("it must be a list of paths, as in [\"app/models\"]")?;
    let path = |entry: &Value| {
        let path = text(entry)?;
        let outside = path.starts_with('/') || path.split('/').any(|part| part == "..");
        if outside {
            Err(format!("'{path}' leads out of the folder of this file"))
        } else {
            Ok(path.to_owned())
        }
    };
    list.iter().map(path).collect()
}

/// Reads the name of a dialect.
pub fn dialect(text: &str) -> Result<Dialect, String> {
    match text {
        "postgresql" | "postgres" => Ok(Dialect::Postgresql),
        "sqlite" => Ok(Dialect::Sqlite),
        "mysql" | "mariadb" => Ok(Dialect::Mysql),
        _ => Err(format!("'{text}' is none of postgresql, sqlite, mysql")),
    }
}

fn level(text: &str) -> Result<Level, String> {
    match text {
        "off" => Ok(Level::Off),
        "note" => Ok(Level::Note),
        "warning" => Ok(Level::Warning),
        "error" => Ok(Level::Error),
        _ => Err(format!("'{text}' is none of off, note, warning, error")),
    }
}

fn environment(value: &Value) -> Result<Environment, String> {
    let table = value.as_table().ok_or("each must be a table with name, models and migrations")?;
    let mut environment = Environment::default();
    for (key, value) in table {
        match key.as_str() {
            "name" => environment.name = text(value)?.to_owned(),
            "models" => environment.models = paths(value)?,
            "migrations" => environment.migrations = paths(value)?,
            other => {
                return Err(format!("there is no '{other}' in an environment: name, models, migrations"));
            }
        }
    }
    if environment.name.is_empty() { Err("each needs a name".to_owned()) } else { Ok(environment) }
}
