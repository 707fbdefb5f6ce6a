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

    /// How many lines it has.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it has no line.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Its first lines, with a word on how many more there are where not all fit; the first line always comes whole.
    pub fn shortened(&self, count: usize) -> Self {
        if self.len() <= count {
            return self.clone();
        }
        let mut short = Self { lines: self.lines.iter().take(count).cloned().collect() };
        if count > 1 {
            short.lines.pop();
            let more = self.len() + 1 - count;
            short.line([Span::new(Role::Muted, format!("  ... {more} more"))]);
        }
        short
    }

    /// Its lines for a screen of this width: what is longer is cut.
    pub fn rows(&self, colour: bool, width: usize) -> Vec<String> {
        self.lines.iter().map(|line| row(line, colour, width)).collect()
    }

    /// The page as text. Control characters in what was read from files or people are shown, not obeyed.
    pub fn render(&self, colour: bool) -> String {
        let mut text = String::new();
        for line in &self.lines {
            line.iter().for_each(|span| paint(&mut text, span.role, &harmless(&span.text), colour));
            text.push('\n');
        }
        text
    }
}

fn row(line: &[Span], colour: bool, width: usize) -> String {
    let clean: Vec<(Role, String)> = line.iter().map(|span| (span.role, harmless(&span.text))).collect();
    let len: usize = clean.iter().map(|(_, text)| text.chars().count()).sum();
    let mut room = if len > width { width.saturating_sub(1) } else { width };
    let mut row = String::new();
    for (role, text) in clean {
        let part: String = text.chars().take(room).collect();
        room -= part.chars().count();
        paint(&mut row, role, &part, colour);
    }
    // Plain, so that it reads the same in every locale.
    if len > width && width > 0 {
        row.push('+');
    }
    row
}

fn paint(out: &mut String, role: Role, text: &str, colour: bool) {
    if colour { out.push_str(&painted(role, text).to_string()) } else { out.push_str(text) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_cut_to_the_width_and_says_so() {
        let mut page = Page::new();
        page.line([Span::new(Role::Strong, "12345"), Span::plain("6789")]);
        assert_eq!(page.rows(false, 9), ["123456789"]);
        assert_eq!(page.rows(false, 7), ["123456+"]);
        assert_eq!(page.rows(false, 1), ["+"]);
        assert_eq!(page.rows(false, 0), [""]);
    }

    #[test]
    fn a_shortened_page_says_how_much_is_missing() {
        let mut page = Page::new();
        for number in 1..=5 {
            page.text(number.to_string());
        }
        assert_eq!(page.shortened(5), page);
        assert_eq!(page.shortened(3).render(false), "1\n2\n  ... 3 more\n");
        assert_eq!(page.shortened(1).render(false), "1\n");
    }
}
