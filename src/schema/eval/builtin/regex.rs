//! The functions of `re` that names are taken apart with.

use super::Named;
use super::pattern::{Match, Pattern};
use crate::schema::eval::fuel::unknown;
use crate::schema::eval::operator::TEXT_MAX;
use crate::schema::eval::{Interpreter, Value};
use crate::schema::place::Place;

impl Interpreter<'_> {
    /// Calls a function of `re` with a pattern; `None` where it is none that is known.
    pub(super) fn call_regex(
        &mut self,
        name: &str,
        args: &[Value],
        kwargs: &Named,
        place: &Place,
    ) -> Option<Value> {
        let missing = || Some(unknown(format!("what re.{name} makes")));
        match (name, args) {
            ("sub", [Value::Str(pattern), with, Value::Str(text), ..])
                if kwargs.is_empty() && args.len() == 3 =>
            {
                self.substituted(pattern, with, text, place).or_else(missing)
            }
            ("findall" | "split", [Value::Str(pattern), Value::Str(text)]) => {
                self.parts(name == "split", pattern, text).or_else(missing)
            }
            ("match" | "fullmatch" | "search", [Value::Str(pattern), Value::Str(text)]) => {
                let chars: Vec<char> = text.chars().collect();
                let pattern = Pattern::new(pattern)?;
                let found = self.first_match(name, &pattern, &chars);
                let Some(found) = found else { return missing() };
                match found {
                    None => Some(Value::None),
                    Some(found) => Some(self.match_value(&chars, &found, place)),
                }
            }
            ("sub" | "findall" | "split" | "match" | "fullmatch" | "search", _) => missing(),
            ("escape", [text @ Value::Str(_)]) => Some(text.clone()),
            _ => None,
        }
    }

    fn first_match(&mut self, name: &str, pattern: &Pattern, chars: &[char]) -> Option<Option<Match>> {
        if !self.spend(chars.len()) {
            return None;
        }
        match name {
            "search" => Some(pattern.all(chars)?.into_iter().next()),
            "match" => pattern.at(chars, 0),
            _ => {
                let whole = |found: &Match| found.first().copied().flatten() == Some((0, chars.len()));
                Some(pattern.at(chars, 0)?.filter(whole))
            }
        }
    }

    /// A match as a value: its groups are the arguments of what made it.
    fn match_value(&mut self, chars: &[char], found: &Match, place: &Place) -> Value {
        let groups = (0..found.len()).map(|at| group(chars, found, at)).collect();
        self.make_call(&Value::External("re.Match".into()), groups, Vec::new(), place)
    }

    fn substituted(&mut self, pattern: &str, with: &Value, text: &str, place: &Place) -> Option<Value> {
        let chars: Vec<char> = text.chars().collect();
        if !self.spend(chars.len() + pattern.len()) {
            return None;
        }
        let matches = Pattern::new(pattern)?.all(&chars)?;
        let mut out = String::new();
        let mut done = 0;
        for found in &matches {
            let (start, end) = found.first().copied().flatten()?;
            out.extend(chars.get(done..start)?);
            match with {
                Value::Str(template) => expand(template, &chars, found, &mut out)?,
                _ => {
                    let value = self.match_value(&chars, found, place);
                    match self.call(with, vec![value], Vec::new(), place) {
                        Value::Str(text) => out.push_str(&text),
                        _ => return None,
                    }
                }
            }
            done = end;
            if out.len() > TEXT_MAX {
                return None;
            }
        }
        out.extend(chars.get(done..)?);
        Some(Value::Str(out.into()))
    }

    fn parts(&mut self, split: bool, pattern: &str, text: &str) -> Option<Value> {
        let chars: Vec<char> = text.chars().collect();
        if !self.spend(chars.len() + pattern.len()) {
            return None;
        }
        let matches = Pattern::new(pattern)?.all(&chars)?;
        let piece = |from: usize, to: usize| {
            Value::Str(chars.get(from..to).unwrap_or_default().iter().collect::<String>().into())
        };
        let mut parts = Vec::new();
        let mut done = 0;
        for found in &matches {
            let (start, end) = found.first().copied().flatten()?;
            if split {
                parts.push(piece(done, start));
                parts.extend((1..found.len()).map(|at| group(&chars, found, at)));
                done = end;
            } else {
                let groups: Vec<Value> = (1..found.len()).map(|at| group(&chars, found, at)).collect();
                parts.push(match groups.as_slice() {
                    [] => piece(start, end),
                    [one] => one.clone(),
                    _ => self.tuple(groups),
                });
            }
        }
        if split {
            parts.push(piece(done, chars.len()));
        }
        Some(self.list(parts))
    }
}

/// The text of a group.
fn group(chars: &[char], found: &Match, at: usize) -> Value {
    let text = found.get(at).copied().flatten().and_then(|(start, end)| chars.get(start..end));
    text.map_or(Value::None, |text| Value::Str(text.iter().collect::<String>().into()))
}

/// Writes a replacement: `\1` and `\g<1>` are groups.
fn expand(template: &str, chars: &[char], found: &Match, out: &mut String) -> Option<()> {
    let mut rest = template.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let at = match rest.next()? {
            'g' => {
                let name: String =
                    rest.by_ref().skip_while(|c| *c == '<').take_while(|c| *c != '>').collect();
                name.parse().ok()?
            }
            c => usize::try_from(c.to_digit(10)?).ok()?,
        };
        if let Value::Str(text) = group(chars, found, at) {
            out.push_str(&text);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::eval::tests::check;

    #[test]
    fn names_are_taken_apart_as_python_does() {
        check(&[
            (
                r#"import re; x = re.sub(r'(?<!^)(?=[A-Z])', '_', 'UserAccountRole').lower()"#,
                "'user_account_role'",
            ),
            (r#"import re; x = re.sub('(.)([A-Z][a-z]+)', r'\1_\2', 'HTTPServerName')"#, "'HTTP_ServerName'"),
            (r#"import re; x = re.sub('([a-z0-9])([A-Z])', r'\1_\2', 'aB2C')"#, "'a_B2_C'"),
            (
                r#"import re; x = re.sub(r'[A-Z]', lambda m: '_' + m.group(0).lower(), 'aBC').lstrip('_')"#,
                "'a_b_c'",
            ),
            (
                r#"import re; x = '_'.join(re.findall('[A-Z][^A-Z]*', 'UserAccount')).lower()"#,
                "'user_account'",
            ),
            (r#"import re; p = re.compile(r'([A-Z]+)'); x = p.sub(r'_\g<1>', 'aBCd')"#, "'a_BCd'"),
            (
                r#"import re; x = re.sub('((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))', r'_\1', 'HTTPServer2Go').lower()"#,
                "'http_server2_go'",
            ),
            (r#"import re; x = re.sub(r'\s+', ' ', 'a \n b')"#, "'a b'"),
            (r#"import re; x = re.split(r'[,;]', 'a,b;c')"#, "['a', 'b', 'c']"),
            (r#"import re; x = bool(re.match('a+?b{2}', 'aabb')), re.match('b', 'ab')"#, "(True, None)"),
            (r#"import re; x = re.sub('x*', '-', 'abxd')"#, "'-a-b--d-'"),
            (r#"import re; x = re.sub('(ab)*', '', 'ab' * 900)"#, "<what re.sub makes>"),
            (r#"import re; x = re.sub('(a*)*b', '', 'a' * 60)"#, "<what re.sub makes>"),
        ]);
    }

    #[test]
    fn matches_truth() {
        assert!(Pattern::new(r"\p{L}").is_none());
        assert!(Pattern::new("(").is_none());
        assert!(Pattern::new("a)").is_none());
    }
}
