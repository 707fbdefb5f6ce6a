//! The only code that writes to stdout and stderr: a reply, as a page for people or as one JSON document.

use std::io::Write as _;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::domain::status::Status;
use crate::error::Error;

pub mod chart;
pub mod colour;
mod envelope;
pub mod layout;
pub mod page;
pub mod product;
pub mod progress;
pub mod screen;
pub mod stream;
pub mod terminal;

pub use colour::ColourChoice;
use envelope::Envelope;
pub use page::{Page, Role, Span};

/// Something worth knowing beside the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Stable word.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// A command to type next; may be empty.
    pub hint: String,
}

/// What a command answers.
#[derive(Debug)]
pub struct Reply {
    /// Names the shape of `data`, as in `nija.killswitch.status`.
    pub format: &'static str,
    /// The state this answer stands for.
    pub status: Status,
    /// The process exit code.
    pub exit: u8,
    /// Whether anything was changed.
    pub changed: bool,
    /// The answer for programs.
    pub data: Value,
    /// The answer for people.
    pub page: Page,
    /// A document that is the answer itself (an export, a script), instead of a page.
    pub raw: Option<Vec<u8>>,
    /// What else is worth knowing.
    pub warnings: Vec<Warning>,
    /// Everything was said while the command ran: nothing is left to write.
    pub told: bool,
}

impl Reply {
    /// A reply that says OK and carries `data`.
    pub fn new(format: &'static str, data: &impl Serialize, page: Page) -> Self {
        let data = serde_json::to_value(data).unwrap_or(Value::Null);
        Self {
            format,
            status: Status::Ok,
            exit: 0,
            changed: false,
            data,
            page,
            raw: None,
            warnings: Vec::new(),
            told: false,
        }
    }

    /// A reply of which nothing is left to write.
    pub fn told(format: &'static str, exit: u8) -> Self {
        Self { exit, told: true, ..Self::new(format, &Value::Null, Page::new()) }
    }
}

/// How to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// One JSON document instead of a page.
    pub json: bool,
    /// Say nothing on stdout when all is well, nothing but errors on stderr.
    pub quiet: bool,
    /// When to colour.
    pub colour: ColourChoice,
}

/// Facts for the envelope.
#[derive(Debug, Clone)]
pub struct Facts {
    /// When the answer was made.
    pub at: DateTime<Utc>,
    /// On which machine.
    pub host: String,
    /// The state directory it is about, if it is about one.
    pub state_dir: Option<PathBuf>,
}

/// Writes a reply. What stdout does not take does not change the exit code, except where the output is the product.
pub fn reply(reply: &Reply, style: Style, facts: &Facts) -> u8 {
    if reply.told {
        return reply.exit;
    }
    for warning in &reply.warnings {
        if !style.quiet {
            notice(style, "warning", Role::Warn, &warning.message, &warning.hint);
        }
    }
    if style.json {
        return written(stdout(&Envelope::of(reply, facts).line()), reply.exit, false);
    }
    if let Some(raw) = &reply.raw {
        return written(stdout(raw), reply.exit, true);
    }
    if style.quiet && reply.status == Status::Ok {
        return reply.exit;
    }
    written(stdout(reply.page.render(style.colour.stdout).as_bytes()), reply.exit, false)
}

/// Writes a failure and returns its exit code.
pub fn failure(error: &Error, format: &'static str, exit: u8, style: Style, facts: &Facts) -> u8 {
    notice(style, "error", Role::Bad, &error.message, &error.hint);
    if style.json {
        let _ = stdout(&Envelope::failed(error, format, exit, facts).line());
    }
    exit
}

/// Writes part of an answer at once, while the rest is still being worked on.
pub fn announce(page: &Page, style: Style) {
    if !style.json {
        let _ = stdout(page.render(style.colour.stdout).as_bytes());
    }
}

/// Writes a text that is the whole answer, such as help, and returns the exit code.
pub fn raw(text: &[u8]) -> u8 {
    written(stdout(text), 0, true)
}

/// Writes text for people to stderr.
pub fn aside(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Writes a page for people to stderr: what a question is about, a step of something slow.
pub fn say(page: &Page, style: Style) {
    let _ = std::io::stderr().write_all(page.render(style.colour.stderr).as_bytes());
}

/// Where a program that is run goes with its output while stdout is kept for an answer.
pub fn to_stderr() -> std::process::Stdio {
    std::io::stderr().into()
}

fn notice(style: Style, word: &str, role: Role, message: &str, hint: &str) {
    let mut page = Page::new();
    page.line([Span::new(role, format!("{word}: ")), Span::plain(message)]);
    if !hint.is_empty() {
        page.line([Span::new(Role::Muted, "  try: "), Span::plain(hint)]);
    }
    say(&page, style);
}

fn stdout(bytes: &[u8]) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

fn written(result: std::io::Result<()>, exit: u8, is_product: bool) -> u8 {
    match result {
        // A reader that has seen enough is no failure.
        Err(error) if is_product && error.kind() != std::io::ErrorKind::BrokenPipe => {
            let _ = writeln!(std::io::stderr(), "error: cannot write to stdout: {error}");
            crate::error::Kind::Io.row().exit
        }
        _ => exit,
    }
}
