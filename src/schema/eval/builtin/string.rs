//! Methods of strings, and names spelt another way.

use super::Named;
use crate::schema::eval::fuel::unknown;
use crate::schema::eval::operator::TEXT_MAX;
use crate::schema::eval::{Interpreter, Value};

impl Interpreter<'_> {
    /// Calls a method of a string; `None` where it is none that is known, or its arguments cannot be told.
    pub(super) fn string_method(
        &mut self,
        text: &str,
        name: &str,
        args: &[Value],
        kwargs: &Named,
    ) -> Option<Value> {
        if !self.spend(text.len() / 16) {
            return None;
        }
        if let Some(value) = case(text, name, args) {
            return Some(Value::Str(value.into()));
        }
        match (name, args) {
            ("format", _) => self.str_format(text, args, kwargs),
            ("join", [parts]) => self.join(text, parts),
            ("split" | "rsplit" | "splitlines", _) => self.split_string(text, name, args),
            ("replace", [Value::Str(from), Value::Str(to), ..]) => {
                if from.is_empty() || text.len().saturating_mul(to.len().max(1)) > TEXT_MAX {
                    return None;
                }
                Some(Value::Str(text.replace(&**from, to).into()))
            }
            ("startswith", [prefix]) => self.any_of(prefix, |prefix| text.starts_with(prefix)),
            ("endswith", [suffix]) => self.any_of(suffix, |suffix| text.ends_with(suffix)),
            ("strip" | "lstrip" | "rstrip", _) => strip(text, name, args).map(|text| Value::Str(text.into())),
            ("removeprefix", [Value::Str(prefix)]) => {
                Some(Value::Str(text.strip_prefix(&**prefix).unwrap_or(text).into()))
            }
            ("removesuffix", [Value::Str(suffix)]) => {
                Some(Value::Str(text.strip_suffix(&**suffix).unwrap_or(text).into()))
            }
            ("count", [Value::Str(part)]) if !part.is_empty() => {
                i64::try_from(text.matches(&**part).count()).ok().map(Value::Int)
            }
            ("find", [Value::Str(part)]) => {
                let at = text
                    .find(&**part)
                    .map_or(-1, |at| text.chars().zip(0..).take_while(|(_, n)| *n < at).count() as i64);
                Some(Value::Int(at))
            }
            ("partition" | "rpartition", [Value::Str(mark)]) => Some(self.partition(text, name, mark)),
            ("encode" | "decode" | "expandtabs", _) => Some(Value::Str(text.into())),
            ("zfill", [Value::Int(width)]) => {
                let width = usize::try_from(*width).ok().filter(|width| *width < 1000)?;
                Some(Value::Str(format!("{text:0>width$}").into()))
            }
            _ => predicate(text, name).map(Value::Bool),
        }
    }

    fn join(&mut self, mark: &str, parts: &Value) -> Option<Value> {
        let mut texts: Vec<std::sync::Arc<str>> = Vec::new();
        for part in self.iterated(parts)? {
            match self.plain(part) {
                Value::Str(text) => texts.push(text),
                _ => return Some(unknown("a string joined of what cannot be told")),
            }
        }
        let len: usize = texts.iter().map(|text| text.len() + mark.len()).sum();
        if len > TEXT_MAX || !self.spend(len / 16) {
            return Some(unknown("a long string"));
        }
        Some(Value::Str(texts.join(mark).into()))
    }

    fn split_string(&mut self, text: &str, name: &str, args: &[Value]) -> Option<Value> {
        let most = match args.get(1) {
            None => usize::MAX,
            Some(Value::Int(most)) => {
                usize::try_from(*most).map_or(usize::MAX, |most| most.saturating_add(1))
            }
            Some(_) => return None,
        };
        let parts: Vec<&str> = match (name, args.first()) {
            ("splitlines", _) => text.lines().collect(),
            (_, None | Some(Value::None)) => text.split_whitespace().collect(),
            ("split", Some(Value::Str(mark))) if !mark.is_empty() => text.splitn(most, &**mark).collect(),
            (_, Some(Value::Str(mark))) if !mark.is_empty() => {
                let mut parts: Vec<&str> = text.rsplitn(most, &**mark).collect();
                parts.reverse();
                parts
            }
            _ => return None,
        };
        let parts = parts.into_iter().map(|part| Value::Str(part.into())).collect();
        Some(self.list(parts))
    }

    fn any_of(&self, wanted: &Value, is: impl Fn(&str) -> bool) -> Option<Value> {
        match wanted {
            Value::Str(text) => Some(Value::Bool(is(text))),
            Value::Tuple(parts) => {
                let texts: Option<Vec<&str>> = parts
                    .iter()
                    .map(|part| match part {
                        Value::Str(text) => Some(&**text),
                        _ => None,
                    })
                    .collect();
                Some(Value::Bool(texts?.into_iter().any(is)))
            }
            _ => None,
        }
    }

    fn partition(&mut self, text: &str, name: &str, mark: &str) -> Value {
        let halves = if name == "partition" { text.split_once(mark) } else { text.rsplit_once(mark) };
        let parts = match (halves, name) {
            (Some((before, after)), _) => [before, mark, after],
            (None, "partition") => [text, "", ""],
            (None, _) => ["", "", text],
        };
        self.tuple(parts.iter().map(|part| Value::Str((*part).into())).collect())
    }
}

/// Methods that spell a string another way.
fn case(text: &str, name: &str, args: &[Value]) -> Option<String> {
    if !args.is_empty() {
        return None;
    }
    Some(match name {
        "lower" | "casefold" => text.to_lowercase(),
        "upper" => text.to_uppercase(),
        "capitalize" => capitalized(text),
        "title" => {
            let mut word = false;
            let letter = |c: char| {
                let cased = if word { c.to_lowercase().to_string() } else { c.to_uppercase().to_string() };
                word = c.is_alphabetic();
                cased
            };
            text.chars().map(letter).collect()
        }
        "swapcase" => {
            text.chars()
                .map(|c| {
                    if c.is_uppercase() { c.to_lowercase().to_string() } else { c.to_uppercase().to_string() }
                })
                .collect()
        }
        _ => return None,
    })
}

fn predicate(text: &str, name: &str) -> Option<bool> {
    let all = |is: fn(char) -> bool| !text.is_empty() && text.chars().all(is);
    let cased = text.chars().any(char::is_alphabetic);
    Some(match name {
        "isupper" => cased && !text.chars().any(char::is_lowercase),
        "islower" => cased && !text.chars().any(char::is_uppercase),
        "isdigit" | "isnumeric" | "isdecimal" => all(char::is_numeric),
        "isalpha" => all(char::is_alphabetic),
        "isalnum" => all(char::is_alphanumeric),
        "isspace" => all(char::is_whitespace),
        _ => return None,
    })
}

fn strip(text: &str, name: &str, args: &[Value]) -> Option<String> {
    let chars: Vec<char> = match args.first() {
        None | Some(Value::None) => Vec::new(),
        Some(Value::Str(chars)) => chars.chars().collect(),
        Some(_) => return None,
    };
    let gone = |c: char| if chars.is_empty() { c.is_whitespace() } else { chars.contains(&c) };
    Some(match name {
        "lstrip" => text.trim_start_matches(gone).to_owned(),
        "rstrip" => text.trim_end_matches(gone).to_owned(),
        _ => text.trim_matches(gone).to_owned(),
    })
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars.as_str().to_lowercase().chars()).collect(),
        None => String::new(),
    }
}

/// `UserAccount` as `user_account`, as `inflection.underscore` does it.
pub(super) fn snake(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 8);
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let after = chars.get(at + 1);
        let word = before.is_some_and(|b| b.is_lowercase() || b.is_ascii_digit());
        let acronym_ends =
            before.is_some_and(|b| b.is_uppercase()) && after.is_some_and(|a| a.is_lowercase());
        if c.is_uppercase() && (word || acronym_ends) {
            out.push('_');
        }
        match c {
            '-' | ' ' => out.push('_'),
            _ => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// The plural of an English word, as far as rules go.
pub(super) fn plural(word: &str) -> String {
    let vowel_before_y =
        || word.chars().rev().nth(1).is_some_and(|c| "aeiou".contains(c.to_ascii_lowercase()));
    if word.ends_with('y') && !vowel_before_y() {
        return format!("{}ies", word.strip_suffix('y').unwrap_or(word));
    }
    let hiss = ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end));
    if word.ends_with("us") || word.ends_with("ss") || (hiss && !word.ends_with('s')) {
        return format!("{word}es");
    }
    if word.ends_with('s') { word.to_owned() } else { format!("{word}s") }
}
