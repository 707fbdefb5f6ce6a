//! SQL expressions as SQLAlchemy renders them in DDL: literals written out, columns without their table.

mod function;
mod method;

use super::builder::Builder;
use super::column::text;
use super::types::enums::literal;
use crate::schema::eval::Value;
use crate::schema::quote::identifier;
use crate::schema::settings::Dialect;

/// How deep expressions lie within expressions.
const DEPTH: u32 = 40;

/// Comparisons and what negates them; longer ones first.
const OPPOSITES: [(&str, &str); 14] = [
    (" IS NOT DISTINCT FROM ", " IS DISTINCT FROM "),
    (" IS DISTINCT FROM ", " IS NOT DISTINCT FROM "),
    (" IS NOT ", " IS "),
    (" IS ", " IS NOT "),
    (" NOT LIKE ", " LIKE "),
    (" LIKE ", " NOT LIKE "),
    (" ILIKE ", " NOT ILIKE "),
    (" BETWEEN ", " NOT BETWEEN "),
    (" <= ", " > "),
    (" >= ", " < "),
    (" != ", " = "),
    (" = ", " != "),
    (" < ", " >= "),
    (" > ", " <= "),
];

/// How tightly a piece of SQL holds together; what holds less than its surroundings is put in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    /// `a DESC`.
    Order,
    /// `a OR b`.
    Or,
    /// `a AND b`.
    And,
    /// `NOT a`.
    Not,
    /// `a = b`.
    Compare,
    /// `a || b` and operators of one's own.
    Own,
    /// `a + b`.
    Sum,
    /// `a * b`.
    Product,
    /// A name, a literal, a call.
    Atom,
}

/// A piece of SQL and how tightly it holds together.
pub(super) type Piece = (String, Binding);

impl Builder<'_, '_> {
    /// An expression as SQL; where it cannot be rendered, its source text.
    pub fn sql(&mut self, value: &Value, table: Option<usize>) -> String {
        self.refill();
        self.piece(value, table, DEPTH).0
    }

    pub(super) fn piece(&mut self, value: &Value, table: Option<usize>, depth: u32) -> Piece {
        let Some(depth) = depth.checked_sub(1).filter(|_| self.step()) else { return atom("…") };
        match value {
            Value::None => atom("NULL"),
            Value::Bool(truth) => atom(self.truth(*truth)),
            Value::Int(number) => atom(number.to_string()),
            Value::Number(number) => atom(&**number),
            Value::Str(text) => atom(literal(text)),
            Value::Item(inner, keys) if self.path(inner).is_none() => {
                self.element(inner, keys.first(), "->", table, depth)
            }
            Value::Member(inner, name) if &**name == "astext" => match &**inner {
                Value::Item(inner, keys) => self.element(inner, keys.first(), "->>", table, depth),
                other => self.piece(&other.clone(), table, depth),
            },
            Value::Tuple(_) | Value::List(_) => {
                let items = self.interpreter.elements(value).unwrap_or_default();
                let items: Vec<String> = items.iter().map(|item| self.piece(item, table, depth).0).collect();
                atom(format!("({})", items.join(", ")))
            }
            other => self.named_piece(other, table, depth),
        }
    }

    fn named_piece(&mut self, value: &Value, table: Option<usize>, depth: u32) -> Piece {
        if let Some(name) = self.column_name(value, table) {
            return atom(identifier(&name, self.dialect));
        }
        if let Value::Object(id) = value {
            let callee = self.interpreter.object(*id).callee.clone();
            let args = self.interpreter.object(*id).args.clone();
            match &callee {
                Value::External(name) => {
                    if let Some(operator) = name.strip_prefix("operator.") {
                        return self.operator(operator, &args, table, depth);
                    }
                }
                Value::Member(inner, method) if self.path(inner).is_none() => {
                    return self.method(value, inner, method, &args, table, depth);
                }
                Value::Object(_) => {
                    if let Some(piece) = self.own_operator(&callee, &args, table, depth) {
                        return piece;
                    }
                }
                _ => {}
            }
            if let Some(piece) = self.function(value, table, depth) {
                return piece;
            }
        } else if let Some(name) = self.name(value).filter(|name| name.func) {
            return atom(name.last.to_string());
        }
        atom(self.interpreter.text(value))
    }

    /// `a[key]` of a JSON column.
    fn element(
        &mut self,
        inner: &Value,
        key: Option<&Value>,
        operator: &str,
        table: Option<usize>,
        depth: u32,
    ) -> Piece {
        let column = self.wrapped(inner, Binding::Compare, table, depth);
        let key = key.map_or_else(String::new, |key| self.piece(key, table, depth).0);
        (format!("{column} {operator} {key}"), Binding::Own)
    }

    /// `a > b`, `~a`, `a & b`.
    fn operator(&mut self, operator: &str, args: &[Value], table: Option<usize>, depth: u32) -> Piece {
        if let [only] = args {
            return match operator {
                "~" | "not" => self.negated(only, table, depth),
                sign => {
                    let inner = self.wrapped(only, Binding::Atom, table, depth);
                    (format!("{sign}{inner}"), Binding::Product)
                }
            };
        }
        let [left, right] = args else { return atom(String::new()) };
        let null = *right == Value::None;
        let (symbol, binding) = match operator {
            "==" if null => ("IS", Binding::Compare),
            "!=" if null => ("IS NOT", Binding::Compare),
            "==" => ("=", Binding::Compare),
            "!=" | "<" | ">" | "<=" | ">=" => (operator, Binding::Compare),
            "&" | "and" => ("AND", Binding::And),
            "|" | "or" => ("OR", Binding::Or),
            "+" if self.is_text(left) || self.is_text(right) => ("||", Binding::Own),
            "+" | "-" => (operator, Binding::Sum),
            "*" | "/" | "%" => (operator, Binding::Product),
            other => (other, Binding::Own),
        };
        let left = self.wrapped(left, binding, table, depth);
        let right = self.wrapped(right, binding, table, depth);
        (format!("{left} {symbol} {right}"), binding)
    }

    /// The opposite of an expression: of a comparison the opposite comparison.
    pub(super) fn negated(&mut self, value: &Value, table: Option<usize>, depth: u32) -> Piece {
        let (text, binding) = self.piece(value, table, depth);
        if binding == Binding::Compare {
            for (symbol, opposite) in OPPOSITES {
                if let Some((left, right)) =
                    text.split_once(symbol).filter(|(left, _)| !left.contains(['\'', '(']))
                {
                    return (format!("{left}{opposite}{right}"), binding);
                }
            }
        }
        (if binding < Binding::Not { format!("NOT ({text})") } else { format!("NOT {text}") }, Binding::Not)
    }

    fn is_text(&self, value: &Value) -> bool {
        matches!(value, Value::Str(_))
    }

    /// `column.op("&&")(other)`.
    fn own_operator(
        &mut self,
        callee: &Value,
        args: &[Value],
        table: Option<usize>,
        depth: u32,
    ) -> Option<Piece> {
        let Value::Object(id) = callee else { return None };
        let object = self.interpreter.object(*id);
        let Value::Member(inner, method) = &object.callee else { return None };
        if !["op", "bool_op"].contains(&&**method) {
            return None;
        }
        let (inner, symbol) = ((**inner).clone(), object.args.first().and_then(text)?);
        let left = self.wrapped(&inner, Binding::Own, table, depth);
        let right =
            args.first().map_or_else(String::new, |value| self.wrapped(value, Binding::Own, table, depth));
        Some((format!("{left} {symbol} {right}"), Binding::Own))
    }

    /// A part of something that binds as tightly as this.
    pub(super) fn wrapped(
        &mut self,
        value: &Value,
        around: Binding,
        table: Option<usize>,
        depth: u32,
    ) -> String {
        let (text, binding) = self.piece(value, table, depth);
        if binding < around { format!("({text})") } else { text }
    }

    /// `true` as the dialect writes it.
    pub(super) fn truth(&self, value: bool) -> &'static str {
        match (self.dialect, value) {
            (Dialect::Sqlite, true) => "1",
            (Dialect::Sqlite, false) => "0",
            (_, true) => "true",
            (_, false) => "false",
        }
    }
}

pub(super) fn atom(text: impl Into<String>) -> Piece {
    (text.into(), Binding::Atom)
}
