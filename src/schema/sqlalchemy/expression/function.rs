//! Functions of SQL expressions: `func.lower(…)`, `text(…)`, `cast(…)`, `and_(…)`, `desc(…)`.

use super::{Binding, Piece, atom};
use crate::schema::eval::Value;
use crate::schema::quote::identifier;
use crate::schema::settings::Dialect;
use crate::schema::sqlalchemy::builder::Builder;
use crate::schema::sqlalchemy::names::Call;

/// Functions that SQL writes without brackets.
const BARE: [&str; 9] = [
    "current_timestamp",
    "current_date",
    "current_time",
    "current_user",
    "session_user",
    "user",
    "localtime",
    "localtimestamp",
    "sysdate",
];

impl Builder<'_, '_> {
    /// A call of a function of SQLAlchemy.
    pub(super) fn function(&mut self, value: &Value, table: Option<usize>, depth: u32) -> Option<Piece> {
        let call = self.call(value)?;
        if call.name.func || self.is_generic(&call) {
            return Some(self.database_function(&call, table, depth));
        }
        let first = call.args.first().cloned();
        Some(match &*call.name.last {
            "text" | "literal_column" | "TextClause" | "DDL" | "column" => {
                let words = match first.or_else(|| call.kwarg("text").cloned())? {
                    Value::Str(text) => text.to_string(),
                    other => self.interpreter.text(&other),
                };
                (words, Binding::Atom)
            }
            "true" => atom(self.truth(true)),
            "false" => atom(self.truth(false)),
            "null" => atom("NULL"),
            "literal" | "bindparam" | "type_coerce" => self.piece(&first?, table, depth),
            "and_" => self.joined(&call.args, "AND", Binding::And, table, depth),
            "or_" => self.joined(&call.args, "OR", Binding::Or, table, depth),
            "not_" => self.negated(&first?, table, depth),
            "cast" | "try_cast" => {
                let inner = self.piece(&first?, table, depth).0;
                let kind = self.type_of(call.arg(1, "type_")?);
                atom(format!("CAST({inner} AS {})", kind.sql))
            }
            "desc" | "asc" | "nullsfirst" | "nulls_first" | "nullslast" | "nulls_last" => {
                let inner = match first? {
                    // A string names a column here.
                    Value::Str(name) => identifier(&name, self.dialect),
                    other => self.piece(&other, table, depth).0,
                };
                (format!("{inner} {}", ordering(&call.name.last)), Binding::Order)
            }
            "collate" => {
                let inner = self.wrapped(&first?, Binding::Atom, table, depth);
                (format!("{inner} COLLATE {}", self.collation(call.args.get(1)?)), Binding::Own)
            }
            "extract" => {
                let field = self.words(&first?)?;
                let inner = self.piece(call.args.get(1)?, table, depth).0;
                atom(format!("EXTRACT({field} FROM {inner})"))
            }
            "array" => {
                let items = self.interpreter.elements(&first?)?;
                let items: Vec<String> = items.iter().map(|item| self.piece(item, table, depth).0).collect();
                atom(format!("ARRAY[{}]", items.join(", ")))
            }
            _ => return None,
        })
    }

    /// `sqlalchemy.sql.functions.now()` and the like: functions that have a class of their own.
    fn is_generic(&self, call: &Call) -> bool {
        let callee = &self.interpreter.object(call.id).callee;
        self.path(callee).is_some_and(|path| path.contains("sql.functions.")) && !call.is("GenericFunction")
    }

    fn database_function(&mut self, call: &Call, table: Option<usize>, depth: u32) -> Piece {
        let name = &*call.name.last;
        if BARE.contains(&name.to_lowercase().as_str()) && call.args.is_empty() {
            return atom(name.to_uppercase());
        }
        if name == "now" && self.dialect == Dialect::Sqlite {
            return atom("CURRENT_TIMESTAMP");
        }
        if name == "next_value"
            && let Some(sequence) = call.args.first().and_then(|value| self.call(value))
        {
            let name = sequence.args.first().and_then(|value| self.words(value)).unwrap_or_default();
            return atom(format!("nextval('{name}')"));
        }
        let args: Vec<String> = call.args.iter().map(|value| self.piece(value, table, depth).0).collect();
        atom(format!("{name}({})", args.join(", ")))
    }

    fn joined(
        &mut self,
        args: &[Value],
        word: &str,
        binding: Binding,
        table: Option<usize>,
        depth: u32,
    ) -> Piece {
        if let [only] = args {
            return self.piece(only, table, depth);
        }
        let parts: Vec<String> =
            args.iter().map(|value| self.wrapped(value, binding, table, depth)).collect();
        (parts.join(&format!(" {word} ")), binding)
    }

    /// A collation, quoted as PostgreSQL wants it.
    pub(super) fn collation(&self, value: &Value) -> String {
        let name = self.words(value).unwrap_or_default();
        identifier(&name, self.dialect)
    }
}

/// `DESC`, `NULLS LAST` and the like.
pub(super) fn ordering(name: &str) -> &'static str {
    match name {
        "desc" => "DESC",
        "asc" => "ASC",
        "nullsfirst" | "nulls_first" => "NULLS FIRST",
        _ => "NULLS LAST",
    }
}
