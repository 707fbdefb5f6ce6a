//! What the database puts in where nothing is given.

use crate::schema::eval::Value;
use crate::schema::sqlalchemy::builder::Builder;
use crate::schema::sqlalchemy::types::enums::literal;

impl Builder<'_, '_> {
    /// A server default as SQLAlchemy renders it; `None` where the DDL says nothing about it (`FetchedValue()`).
    pub fn server_default(&mut self, value: &Value, table: usize) -> Option<String> {
        match value {
            Value::None => None,
            Value::Str(text) => Some(literal(text)),
            other => {
                if let Some(call) = self.call(other) {
                    match &*call.name.last {
                        "FetchedValue" => return None,
                        "DefaultClause" => {
                            let inner = call.arg(0, "arg").cloned().unwrap_or(Value::None);
                            return self.server_default(&inner, table);
                        }
                        _ => {}
                    }
                }
                // A member of an enum that is text as well.
                if let Some(Value::Str(text)) = self.interpreter.enum_value(other) {
                    return Some(literal(&text));
                }
                if self.name(other).is_some_and(|name| &*name.last == "FetchedValue") {
                    return None;
                }
                Some(self.sql(other, Some(table)))
            }
        }
    }
}
