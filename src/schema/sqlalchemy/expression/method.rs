//! Methods of SQL expressions: `column.is_(None)`, `column.in_([…])`, `column.desc()`.

use super::function::ordering;
use super::{Binding, Piece, atom};
use crate::schema::eval::Value;
use crate::schema::settings::Dialect;
use crate::schema::sqlalchemy::builder::Builder;

impl Builder<'_, '_> {
    /// A call of a method of an expression.
    pub(super) fn method(
        &mut self,
        value: &Value,
        inner: &Value,
        method: &str,
        args: &[Value],
        table: Option<usize>,
        depth: u32,
    ) -> Piece {
        let first = args.first();
        match method {
            "desc" | "asc" | "nullsfirst" | "nulls_first" | "nullslast" | "nulls_last" => {
                let text = self.piece(inner, table, depth).0;
                (format!("{text} {}", ordering(method)), Binding::Order)
            }
            "label" | "self_group" | "scalar_subquery" | "as_string" => self.piece(inner, table, depth),
            "next_value" => {
                let name =
                    self.call(inner).and_then(|call| call.args.first().and_then(|name| self.words(name)));
                atom(format!("nextval('{}')", name.unwrap_or_default()))
            }
            "cast" => {
                let text = self.piece(inner, table, depth).0;
                let kind = self.type_of(first.unwrap_or(&Value::None));
                atom(format!("CAST({text} AS {})", kind.sql))
            }
            "collate" => {
                let text = self.wrapped(inner, Binding::Atom, table, depth);
                let collation = self.collation(first.unwrap_or(&Value::None));
                (format!("{text} COLLATE {collation}"), Binding::Own)
            }
            "between" => {
                let text = self.wrapped(inner, Binding::Compare, table, depth);
                let low = self.piece(first.unwrap_or(&Value::None), table, depth).0;
                let high = self.piece(args.get(1).unwrap_or(&Value::None), table, depth).0;
                (format!("{text} BETWEEN {low} AND {high}"), Binding::Compare)
            }
            "in_" | "not_in" | "notin_" => {
                let text = self.wrapped(inner, Binding::Compare, table, depth);
                let list = self.piece(first.unwrap_or(&Value::None), table, depth).0;
                let word = if method == "in_" { "IN" } else { "NOT IN" };
                if method == "in_" {
                    (format!("{text} {word} {list}"), Binding::Compare)
                } else {
                    atom(format!("({text} {word} {list})"))
                }
            }
            _ => match self.infix(method, inner, first, table, depth) {
                Some(piece) => piece,
                None => atom(self.interpreter.text(value)),
            },
        }
    }

    /// Methods that stand for an operator between two sides.
    fn infix(
        &mut self,
        method: &str,
        inner: &Value,
        other: Option<&Value>,
        table: Option<usize>,
        depth: u32,
    ) -> Option<Piece> {
        let (symbol, binding) = match method {
            "is_" => ("IS", Binding::Compare),
            "is_not" | "isnot" => ("IS NOT", Binding::Compare),
            "is_distinct_from" | "isdistinct_from" => ("IS DISTINCT FROM", Binding::Compare),
            "isnot_distinct_from" | "is_not_distinct_from" => ("IS NOT DISTINCT FROM", Binding::Compare),
            "like" => ("LIKE", Binding::Compare),
            "not_like" | "notlike" => ("NOT LIKE", Binding::Compare),
            "ilike" if self.dialect == Dialect::Postgresql => ("ILIKE", Binding::Compare),
            "regexp_match" if self.dialect == Dialect::Postgresql => ("~", Binding::Compare),
            "contains" => ("@>", Binding::Own),
            "contained_by" => ("<@", Binding::Own),
            "overlaps" | "overlap" => ("&&", Binding::Own),
            "concat" => ("||", Binding::Own),
            "has_key" => ("?", Binding::Own),
            "bitwise_and" => ("&", Binding::Own),
            "bitwise_or" => ("|", Binding::Own),
            _ => return None,
        };
        let left = self.wrapped(inner, binding, table, depth);
        let right = self.wrapped(other.unwrap_or(&Value::None), binding, table, depth);
        Some((format!("{left} {symbol} {right}"), binding))
    }
}
