//! `nija schema diff`: what changed in the models.

use clap::Args;

use super::{Compare, document, here, page};
use crate::cli::App;
use crate::error::Result;
use crate::ops::schema::{self, Asked};
use crate::output::{Page, Reply, Role, Span};

/// Show what changed in the models
///
/// The difference of what the models declare, not of their source. Migrations are not looked at.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 shown; 1 something changed, with --exit-code; 66 no repository or no such revision; 69 git cannot \
                  be run; 78 the configuration cannot be used\n\
                  Example: nija schema diff --from HEAD --to WORKTREE"
)]
pub struct Diff {
    /// What is compared.
    #[command(flatten)]
    pub compare: Compare,
    /// Say by the exit code whether something changed
    #[arg(long)]
    pub exit_code: bool,
}

impl Diff {
    /// Runs the command.
    pub fn run(&self, app: &App, format: &'static str) -> Result<Reply> {
        let asked: Asked = self.compare.asked(app);
        let difference = schema::difference(&here(app)?, &asked)?;
        let mut page = Page::new();
        for change in &difference.changes {
            page::change(&mut page, change);
        }
        if difference.changes.is_empty() {
            let text = format!("  from {} to {}", difference.from, difference.to);
            page.line([Span::new(Role::Good, "NO SCHEMA CHANGE"), Span::plain(text)]);
        }
        page::notes(&mut page, &difference.notes, usize::MAX);
        let mut reply = Reply::new(format, &document::difference(&difference), page);
        reply.exit = u8::from(self.exit_code && !difference.changes.is_empty());
        Ok(reply)
    }
}
