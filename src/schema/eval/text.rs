//! Values as text: how they would be written, for what is compared by its text.

use super::{Interpreter, Object, Value};

/// Deepest value that is written out.
const DEPTH_MAX: usize = 24;
/// Longest text, in bytes; the rest is left out.
const LENGTH_MAX: usize = 1 << 16;

impl Interpreter<'_> {
    /// How a value is written, for what is compared by its text: `geoalchemy2.Geometry('POINT', srid=4326)`. Names from
    /// outside are full, names of the tree's classes bare; named arguments are sorted. Equal text, equal value, as far as it
    /// can be told.
    pub fn text(&self, value: &Value) -> String {
        let mut text = String::new();
        self.write(&mut text, value, 0);
        text
    }

    fn write(&self, out: &mut String, value: &Value, depth: usize) {
        if depth > DEPTH_MAX || out.len() > LENGTH_MAX {
            out.push('…');
            return;
        }
        match value {
            Value::None => out.push_str("None"),
            Value::Bool(bool) => out.push_str(if *bool { "True" } else { "False" }),
            Value::Int(int) => out.push_str(&int.to_string()),
            Value::Number(text) => out.push_str(text),
            Value::Str(text) => out.push_str(&quoted(text)),
            Value::Ellipsis => out.push_str("..."),
            Value::Tuple(parts) => {
                out.push('(');
                self.write_all(out, parts, depth);
                out.push_str(if parts.len() == 1 { ",)" } else { ")" });
            }
            Value::List(_) => {
                out.push('[');
                self.write_all(out, &self.elements(value).unwrap_or_default(), depth);
                out.push(']');
            }
            Value::Dict(_) => {
                out.push('{');
                for (at, (key, value)) in self.entries(value).unwrap_or_default().iter().enumerate() {
                    out.push_str(if at > 0 { ", " } else { "" });
                    self.write(out, key, depth + 1);
                    out.push_str(": ");
                    self.write(out, value, depth + 1);
                }
                out.push('}');
            }
            Value::Module(id) => out.push_str(self.module_name(*id)),
            Value::Class(id) => out.push_str(&self.class(*id).name),
            Value::Function(id, _) => out.push_str(&self.function(*id).ast.name),
            Value::External(dotted) => out.push_str(dotted.strip_prefix("builtins.").unwrap_or(dotted)),
            Value::Object(id) => self.write_object(out, self.object(*id), depth),
            Value::Member(base, name) => {
                self.write(out, base, depth + 1);
                out.push('.');
                out.push_str(name);
            }
            Value::Item(base, parts) => {
                self.write(out, base, depth + 1);
                out.push('[');
                self.write_all(out, parts, depth);
                out.push(']');
            }
            Value::Unknown(why) => out.push_str(&format!("<{why}>")),
        }
    }

    fn write_all(&self, out: &mut String, parts: &[Value], depth: usize) {
        for (at, part) in parts.iter().enumerate() {
            out.push_str(if at > 0 { ", " } else { "" });
            self.write(out, part, depth + 1);
        }
    }

    fn write_object(&self, out: &mut String, object: &Object, depth: usize) {
        if let Value::External(dotted) = &object.callee
            && let Some(op) = dotted.strip_prefix("operator.")
        {
            match object.args.as_slice() {
                [operand] => {
                    let space = if op.chars().all(char::is_alphabetic) { " " } else { "" };
                    out.push_str(&format!("{op}{space}"));
                    return self.write(out, operand, depth + 1);
                }
                [left, right] => {
                    self.write(out, left, depth + 1);
                    out.push_str(&format!(" {op} "));
                    return self.write(out, right, depth + 1);
                }
                _ => {}
            }
        }
        self.write(out, &object.callee, depth + 1);
        out.push('(');
        self.write_all(out, &object.args, depth);
        let mut named: Vec<_> = object.kwargs.iter().collect();
        named.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (at, (name, value)) in named.iter().enumerate() {
            out.push_str(if at > 0 || !object.args.is_empty() { ", " } else { "" });
            out.push_str(&format!("{name}="));
            self.write(out, value, depth + 1);
        }
        out.push(')');
    }
}

/// A string as Python's `repr` writes it.
pub(super) fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}
