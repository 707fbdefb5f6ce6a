//! Columns that the database fills in itself: `Computed`, `Identity`, `Sequence`.

use crate::schema::eval::Value;
use crate::schema::sqlalchemy::builder::Builder;
use crate::schema::sqlalchemy::names::Call;

/// What an identity says, by parameter and as SQLAlchemy writes it, in its order.
const OPTIONS: [(&str, &str); 8] = [
    ("increment", "INCREMENT BY"),
    ("start", "START WITH"),
    ("minvalue", "MINVALUE"),
    ("maxvalue", "MAXVALUE"),
    ("nominvalue", "NO MINVALUE"),
    ("nomaxvalue", "NO MAXVALUE"),
    ("cache", "CACHE"),
    ("cycle", "CYCLE"),
];

/// Parameters of `Identity` in order.
const PARAMETERS: [&str; 10] = [
    "always",
    "on_null",
    "start",
    "increment",
    "minvalue",
    "maxvalue",
    "nominvalue",
    "nomaxvalue",
    "cycle",
    "cache",
];

impl Builder<'_, '_> {
    /// The expression of a generated column.
    pub(super) fn computed(&mut self, call: &Call, table: usize) -> String {
        let sql = call.arg(0, "sqltext").cloned().unwrap_or(Value::None);
        let sql = match &sql {
            Value::Str(text) => text.to_string(),
            other => self.sql(other, Some(table)),
        };
        match call.arg(1, "persisted") {
            Some(Value::Bool(true)) => format!("{sql} STORED"),
            Some(Value::Bool(false)) => format!("{sql} VIRTUAL"),
            _ => sql,
        }
    }

    /// The options of an identity column.
    pub(super) fn identity(&self, call: &Call) -> String {
        let given = |name: &str| {
            let at = PARAMETERS.iter().position(|parameter| *parameter == name)?;
            call.arg(at, name).filter(|value| **value != Value::None)
        };
        let always = matches!(given("always"), Some(Value::Bool(true)));
        let mut parts = vec![if always { "ALWAYS" } else { "BY DEFAULT" }.to_owned()];
        for (parameter, words) in OPTIONS {
            match (given(parameter), parameter) {
                (None, _) => {}
                (Some(Value::Bool(false)), "cycle") => parts.push("NO CYCLE".to_owned()),
                (Some(_), "nominvalue" | "nomaxvalue" | "cycle") => parts.push(words.to_owned()),
                (Some(value), _) => parts.push(format!("{words} {}", self.interpreter.text(value))),
            }
        }
        parts.join(" ")
    }
}
