//! A page for people: lines of spans with a role, painted only where colour is wanted, meaning the same without.

use colored::{ColoredString, Colorize as _};

/// What a span means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Text.
    Plain,
    /// A heading or the thing itself.
    Strong,
    /// All is well.
    Good,
    /// Look at this.
    Warn,
    /// Stopped, or failed.
    Bad,
    /// Detail.
    Muted,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    role: Role,
    text: String,
}

impl Span {
    /// A span with a role.
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        Self { role, text: text.into() }
    }

    /// Plain text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new(Role::Plain, text)
    }
}

/// Lines for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    lines: Vec<Vec<Span>>,
}

impl Page {
    /// An empty page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line of spans.
    pub fn line(&mut self, spans: impl IntoIterator<Item = Span>) -> &mut Self {
        self.lines.push(spans.into_iter().collect());
        self
    }

    /// Adds a line of plain text.
    pub fn text(&mut self, text: impl Into<String>) -> &mut Self {
        self.line([Span::plain(text)])
    }

    /// Adds an indented `name  value` line.
    pub fn field(&mut self, name: &str, value: impl Into<String>) -> &mut Self {
        self.line([Span::new(Role::Muted, format!("  {name:<10} ")), Span::plain(value)])
    }

    /// Adds another page's lines.
    pub fn extend(&mut self, other: Self) -> &mut Self {
        self.lines.extend(other.lines);
        self
    }

    /// The page as text. Control characters in what was read from files or people are shown, not obeyed.
    pub fn render(&self, colour: bool) -> String {
        let mut text = String::new();
        for line in &self.lines {
            for span in line {
                let clean = harmless(&span.text);
                if colour {
                    text.push_str(&painted(span.role, &clean).to_string())
                } else {
                    text.push_str(&clean)
                }
            }
            text.push('\n');
        }
        text
    }
}

fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || reorders(c) { char::REPLACEMENT_CHARACTER } else { c })
        .collect()
}

/// Characters that are not seen, and make a line read differently from what it says.
fn reorders(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn painted(role: Role, text: &str) -> ColoredString {
    colored::control::set_override(true);
    match role {
        Role::Plain => text.clear(),
        Role::Strong => text.bold(),
        Role::Good => text.green(),
        Role::Warn => text.yellow(),
        Role::Bad => text.red().bold(),
        Role::Muted => text.dimmed(),
    }
}
