//! `nija schema init`: write down what checks go by.

use clap::Args;
use serde_json::{Value, json};

use super::here;
use crate::cli::App;
use crate::config::settings::schema::dialect;
use crate::error::Result;
use crate::ops::schema::init::{self, Outcome};
use crate::output::{Page, Reply, Role, Span};
use crate::schema::settings::Dialect;

/// Write down what checks go by, for nija and for pre-commit
///
/// A table [schema] in nija.toml with what was found, and an entry in .pre-commit-config.yaml. What is there already stays as it
/// is.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 written, or there already; 66 no repository; 73 cannot be written; 78 nija.toml cannot be used\n\
                        Example: nija schema init --dialect sqlite"
)]
pub struct Init {
    /// The database: postgresql, sqlite or mysql [default: what alembic.ini says, or postgresql]
    #[arg(long, value_parser = dialect)]
    pub dialect: Option<Dialect>,
}

impl Init {
    /// Runs the command.
    pub fn run(&self, app: &App, format: &'static str) -> Result<Reply> {
        let done = init::init(&here(app)?, self.dialect)?;
        let mut page = Page::new();
        let mut files: Vec<Value> = Vec::new();
        for (path, outcome) in &done.files {
            let (role, word, code) = match outcome {
                Outcome::Written => (Role::Good, "WRITTEN", "written"),
                Outcome::Added => (Role::Good, "ADDED TO", "added"),
                Outcome::Kept => (Role::Plain, "KEPT", "kept"),
                Outcome::Left(_) => (Role::Warn, "LEFT", "left"),
            };
            page.line([Span::new(role, format!("{word:<8}  ")), Span::plain(path.display().to_string())]);
            let text = if let Outcome::Left(text) = outcome { Some(text) } else { None };
            if let Some(text) = text {
                page.text("  add this to the list below repos:");
                for line in text.lines() {
                    page.text(format!("  {line}"));
                }
            }
            files.push(json!({"path": path, "outcome": code, "to_add": text}));
        }
        page.field("next", "nija schema check --all");
        let mut reply = Reply::new(format, &json!({"files": files}), page);
        let wrote = |outcome: &Outcome| matches!(outcome, Outcome::Written | Outcome::Added);
        reply.changed = done.files.iter().any(|(_, outcome)| wrote(outcome));
        Ok(reply)
    }
}
