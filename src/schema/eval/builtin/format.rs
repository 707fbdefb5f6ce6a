//! Text made of values: f-strings, `%`, `str.format` and `str`.

use super::Named;
use crate::schema::eval::fuel::unknown;
use crate::schema::eval::operator::TEXT_MAX;
use crate::schema::eval::{Interpreter, ScopeId, Value};
use crate::schema::python::ast::Piece;

impl Interpreter<'_> {
    /// An f-string: text where every part is plain.
    pub(in crate::schema::eval) fn eval_format(
        &mut self,
        scope: ScopeId,
        pieces: &[Piece],
        line: u32,
    ) -> Value {
        let mut text = String::new();
        let mut parts = Vec::new();
        let mut told = true;
        for piece in pieces {
            match piece {
                Piece::Text(plain) => {
                    text.push_str(plain);
                    parts.push(Value::Str(plain.clone()));
                }
                Piece::Value(expr, spec) => {
                    let value = self.plainly(|this| this.eval(scope, expr));
                    match self.formatted(&value, spec) {
                        Some(part) => text.push_str(&part),
                        None => told = false,
                    }
                    parts.push(value);
                }
            }
        }
        if told && text.len() <= TEXT_MAX && self.spend(text.len() / 16) {
            return Value::Str(text.into());
        }
        let place = self.place(scope, line);
        self.operation("format", parts, &place)
    }

    /// A value as a format writes it; `None` where it is not plain or the format not known.
    fn formatted(&self, value: &Value, spec: &str) -> Option<String> {
        let value = self.plain(value.clone());
        let spec = spec.strip_prefix("!s").unwrap_or(spec);
        if let Some(rest) = spec.strip_prefix("!r") {
            return (rest.is_empty() && self.is_plain(&value)).then(|| self.text(&value));
        }
        let spec = spec.strip_prefix(':').unwrap_or(spec);
        if matches!(spec, "" | "s" | "d") {
            return self.written(&value);
        }
        let text = self.written(&value)?;
        let number = matches!(value, Value::Int(_));
        let spec = spec.trim_end_matches(['s', 'd']);
        let (align, digits) = match spec.split_at_checked(1)? {
            (align @ ("<" | ">" | "^"), digits) => (align, digits),
            _ if number => (">", spec),
            _ => ("<", spec),
        };
        let width: usize = digits.parse().ok().filter(|width| *width < 1_000)?;
        Some(match align {
            _ if digits.starts_with('0') && number && !text.starts_with('-') => format!("{text:0>width$}"),
            _ if digits.starts_with('0') => return None,
            "<" => format!("{text:<width$}"),
            ">" => format!("{text:>width$}"),
            _ => format!("{text:^width$}"),
        })
    }

    /// A plain value as `str` makes it.
    fn written(&self, value: &Value) -> Option<String> {
        match self.plain(value.clone()) {
            Value::Str(text) => Some(text.to_string()),
            value @ (Value::None | Value::Bool(_) | Value::Int(_) | Value::Number(_)) => {
                Some(self.text(&value))
            }
            value @ (Value::Tuple(_) | Value::List(_) | Value::Dict(_)) if self.is_told(&value, 0) => {
                Some(self.text(&value))
            }
            value @ Value::Member(..) if self.enum_value(&value).is_some() => Some(self.text(&value)),
            _ => None,
        }
    }

    /// Whether a collection holds nothing but plain values.
    fn is_told(&self, value: &Value, depth: usize) -> bool {
        if depth > 8 {
            return false;
        }
        match value {
            Value::Dict(_) => self
                .entries(value)
                .unwrap_or_default()
                .iter()
                .all(|(key, value)| self.is_told(key, depth + 1) && self.is_told(value, depth + 1)),
            Value::Tuple(_) | Value::List(_) => {
                self.elements(value).unwrap_or_default().iter().all(|part| self.is_told(part, depth + 1))
            }
            _ => self.is_plain(value) && !matches!(value, Value::Function(..) | Value::Module(_)),
        }
    }

    /// `str(value)`.
    pub(super) fn stringified(&self, value: &Value) -> Value {
        match self.written(value) {
            Some(text) => Value::Str(text.into()),
            None => unknown(format!("the text of {}", self.text(value))),
        }
    }

    /// `text % values`.
    pub(in crate::schema::eval) fn percent_format(&mut self, text: &str, values: &Value) -> Value {
        let missing = || unknown("a string formatted with what cannot be told");
        let mut positional = match values {
            Value::Tuple(parts) => parts.to_vec(),
            other => vec![other.clone()],
        }
        .into_iter();
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            out.push_str(before);
            let (key, after) = match after.strip_prefix('(').and_then(|after| after.split_once(')')) {
                Some((key, after)) => (Some(key), after),
                None => (None, after),
            };
            let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let Some((width, after)) = after.split_at_checked(digits) else { return missing() };
            let mut chars = after.chars();
            let kind = chars.next();
            rest = chars.as_str();
            if kind == Some('%') {
                out.push('%');
                continue;
            }
            let value = match (key, values) {
                (Some(key), Value::Dict(cell)) => self.dict_get(*cell, &Value::Str(key.into())),
                _ => positional.next(),
            };
            let spec = match kind {
                Some('r') => "!r".to_owned(),
                Some('s' | 'd' | 'i') => width.to_owned(),
                _ => return missing(),
            };
            match value.and_then(|value| self.formatted(&value, &spec)) {
                Some(part) => out.push_str(&part),
                None => return missing(),
            }
        }
        out.push_str(rest);
        if out.len() > TEXT_MAX || !self.spend(out.len() / 16) { missing() } else { Value::Str(out.into()) }
    }

    /// `text.format(…)`.
    pub(super) fn str_format(&mut self, text: &str, args: &[Value], kwargs: &Named) -> Option<Value> {
        let mut out = String::new();
        let mut next = 0;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '{' | '}' if chars.peek() == Some(&c) => {
                    chars.next();
                    out.push(c);
                }
                '{' => {
                    let field: String = chars.by_ref().take_while(|c| *c != '}').collect();
                    let value = self.field(&field, &mut next, args, kwargs)?;
                    out.push_str(&value);
                }
                _ => out.push(c),
            }
            if out.len() > TEXT_MAX {
                return None;
            }
        }
        self.spend(out.len() / 16).then(|| Value::Str(out.into()))
    }

    /// A field of `str.format`: `{}`, `{0}`, `{name}`, `{name.attribute}`, with a format behind it.
    fn field(&mut self, field: &str, next: &mut usize, args: &[Value], kwargs: &Named) -> Option<String> {
        let end = field.find([':', '!']).unwrap_or(field.len());
        let (path, spec) = field.split_at_checked(end)?;
        let mut parts = path.split('.');
        let name = parts.next().unwrap_or_default();
        let mut value = if name.is_empty() {
            *next += 1;
            args.get(*next - 1)?.clone()
        } else if let Ok(at) = name.parse::<usize>() {
            args.get(at)?.clone()
        } else {
            kwargs.iter().find(|(at, _)| &**at == name)?.1.clone()
        };
        for part in parts {
            value = self.attribute(&value, part);
        }
        self.formatted(&value, spec)
    }
}
