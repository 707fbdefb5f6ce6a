//! Python as text: strings, lists and calls.

/// A string as Python writes it.
pub fn text(value: &str) -> String {
    let quote = if value.contains('\'') && !value.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in value.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// A string, or `None`.
pub fn optional(value: Option<&str>) -> String {
    value.map_or_else(|| "None".to_owned(), text)
}

/// `True` or `False`.
pub fn boolean(value: bool) -> String {
    if value { "True".to_owned() } else { "False".to_owned() }
}

/// A list of strings.
pub fn list(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| text(value)).collect();
    format!("[{}]", values.join(", "))
}

/// SQL as SQLAlchemy takes it.
pub fn sql(value: &str) -> String {
    format!("sa.text({})", statement(value))
}

/// SQL as a string that SQLAlchemy makes a text of by itself. A colon before a word, where none stands before it, would be a
/// parameter there.
pub fn statement(value: &str) -> String {
    let mut escaped = String::new();
    let mut before = ' ';
    let mut letters = value.chars().peekable();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    while let Some(c) = letters.next() {
        let names = letters.peek().is_some_and(|next| is_word(*next));
        if c == ':' && names && !is_word(before) && !":\\".contains(before) {
            escaped.push('\\');
        }
        escaped.push(c);
        before = c;
    }
    text(&escaped)
}

/// A call with its arguments, those without a name first.
#[derive(Debug, Clone, Default)]
pub struct Call {
    name: String,
    arguments: Vec<String>,
}

impl Call {
    /// A call without arguments so far.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), arguments: Vec::new() }
    }

    /// With one more argument.
    pub fn with(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// With several more.
    pub fn and(mut self, arguments: impl IntoIterator<Item = String>) -> Self {
        self.arguments.extend(arguments);
        self
    }

    /// With one more argument by name.
    pub fn named(self, name: &str, value: impl AsRef<str>) -> Self {
        self.with(format!("{name}={}", value.as_ref()))
    }

    /// With one more argument by name, if it has a value.
    pub fn maybe(self, name: &str, value: Option<String>) -> Self {
        match value {
            Some(value) => self.named(name, value),
            None => self,
        }
    }

    /// On one line.
    pub fn line(&self) -> String {
        format!("{}({})", self.name, self.arguments.join(", "))
    }

    /// An argument on each line.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{}(", self.name)];
        lines.extend(self.arguments.iter().map(|argument| format!("    {argument},")));
        lines.push(")".to_owned());
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_written_as_python_reads_them() {
        assert_eq!(text("a"), "'a'");
        assert_eq!(text("it's"), "\"it's\"");
        assert_eq!(text("it's \"so\"\\\n"), "'it\\'s \"so\"\\\\\\n'");
        assert_eq!(text("\u{1}"), "'\\x01'");
    }

    #[test]
    fn sql_has_no_parameters_by_accident() {
        assert_eq!(sql("now()"), "sa.text('now()')");
        assert_eq!(sql("'{}'::jsonb"), "sa.text(\"'{}'::jsonb\")");
        assert_eq!(sql("':x' = '1:2'"), "sa.text(\"'\\\\:x' = '1:2'\")");
    }
}
