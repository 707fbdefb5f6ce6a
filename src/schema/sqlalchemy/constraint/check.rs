//! Check and exclude constraints, and those that types bring along.

use super::subject;
use crate::schema::eval::Value;
use crate::schema::model::Check;
use crate::schema::place::Place;
use crate::schema::quote::identifier;
use crate::schema::settings::Dialect;
use crate::schema::sqlalchemy::builder::Builder;
use crate::schema::sqlalchemy::names::Call;
use crate::schema::sqlalchemy::types::enums::literal;

/// How deep columns are looked for in an expression.
const DEPTH: u32 = 24;

impl Builder<'_, '_> {
    /// `CheckConstraint(…)` of a table or a column.
    pub(super) fn check(&mut self, call: &Call, at: usize, column: Option<&str>) -> Option<Check> {
        let sqltext = call.arg(0, "sqltext")?.clone();
        let sql = match &sqltext {
            Value::Str(text) => text.to_string(),
            other => self.sql(other, Some(at)),
        };
        self.refill();
        let columns = match (&sqltext, column) {
            (Value::Str(_), _) => Vec::new(),
            (other, _) => self.columns_within(other, at, DEPTH),
        };
        let name = self.constraint_name(call.arg(1, "name"), &subject("ck", at, &columns));
        Some(Check { name, sql: folded(&sql), place: Some(call.place.clone()) })
    }

    /// `ExcludeConstraint((column, "="), …, using="gist")`.
    pub(super) fn exclude(&mut self, call: &Call, at: usize) -> Check {
        let mut elements = Vec::new();
        for pair in &call.args {
            let pair = self.interpreter.elements(pair).unwrap_or_default();
            let column = match pair.first() {
                Some(Value::Str(key)) => self.column_of(&Value::Str(key.clone()), at).1,
                Some(other) => self.sql(&other.clone(), Some(at)),
                None => String::new(),
            };
            let operator = pair.get(1).and_then(|value| self.words(value)).unwrap_or_default();
            elements.push(format!("{column} WITH {operator}"));
        }
        let using =
            call.kwarg("using").and_then(|value| self.words(value)).unwrap_or_else(|| "gist".to_owned());
        let mut sql = format!("EXCLUDE USING {using} ({})", elements.join(", "));
        if let Some(filter) = call.kwarg("where").filter(|value| **value != Value::None).cloned() {
            let filter = match &filter {
                Value::Str(text) => text.to_string(),
                other => self.sql(other, Some(at)),
            };
            sql.push_str(&format!(" WHERE ({filter})"));
        }
        for option in super::deferral(call) {
            sql.push_str(&format!(" {option}"));
        }
        let name = call.kwarg("name").filter(|value| **value != Value::None).cloned();
        let name = self.constraint_name(name.as_ref(), &subject("ex", at, &[]));
        Check { name, sql: folded(&sql), place: Some(call.place.clone()) }
    }

    /// What `Boolean(create_constraint=True)` and `Enum(…, create_constraint=True)` bring along where the dialect has no
    /// type of its own for them.
    pub(super) fn check_of_type(
        &mut self,
        kind: &Value,
        at: usize,
        column: &[(String, String)],
        place: &Place,
    ) -> Option<Check> {
        let call = self.call(kind)?;
        if call.kwarg("create_constraint") != Some(&Value::Bool(true)) {
            return None;
        }
        let name = identifier(&column.first()?.1, self.dialect);
        let (sql, given) = match &*call.name.last {
            "Boolean" if self.dialect != Dialect::Postgresql => {
                (format!("{name} IN (0, 1)"), call.kwarg("name").cloned())
            }
            "Enum" => {
                let values = self.enum_type(&call).values.filter(|values| !values.native)?;
                let list: Vec<String> = values.values.iter().map(|value| literal(value)).collect();
                let given = values.name.map(|name| Value::Str(name.into()));
                (format!("{name} IN ({})", list.join(", ")), given)
            }
            _ => return None,
        };
        let name = self.constraint_name(given.as_ref(), &subject("ck", at, column));
        Some(Check { name, sql, place: Some(place.clone()) })
    }
}

/// White space folded.
pub(super) fn folded(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}
