//! `nija slippage verify`: everything recomputed from the logs.

use clap::Args;

use super::super::app::{self, App};
use crate::error::{Kind, Result};
use crate::ops::slippage::summary::rebuild;
use crate::ops::slippage::verify::{Verified, total_bytes, verify};
use crate::ops::{Notice, State};
use crate::output::{Page, Reply, Role, Span, progress};

/// The shape of this command's answer.
pub(super) const FORMAT: &str = "nija.slippage.verify";

/// Recompute everything from the logs
///
/// Checks every line and its checksum, that no id stands twice in a month, and that the summary is what the lines come to.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 sound; 65 damaged, naming the first bad line\nExample: nija slippage verify"
)]
pub struct Verify {
    /// Set the summary aside and make a new one, if it is not what the logs come to
    #[arg(long)]
    pub rebuild: bool,
}

impl Verify {
    pub(super) fn run(&self, app: &App) -> Result<Reply> {
        app.on_state(|state| {
            let (verified, rebuilt) = self.verified(app, state)?;
            let mut page = Page::new();
            page.line([
                Span::new(Role::Good, "SOUND"),
                Span::plain(format!("  {} fills in {} months", verified.fills, verified.months.len())),
            ]);
            page.field("summary", format!("counts {} of them", verified.summarised));
            let mut reply = Reply::new(FORMAT, &verified, page);
            reply.changed = !rebuilt.is_empty();
            if reply.changed {
                app::state_line(&mut reply.page, state.context.config);
            }
            reply.warnings = app::warnings(&[rebuilt, verified.notices].concat());
            Ok(reply)
        })
    }

    fn verified(&self, app: &App, state: &State<'_>) -> Result<(Verified, Vec<Notice>)> {
        let once = || {
            let bar = progress::bar(total_bytes(state)?, "verifying", app.style);
            let verified = verify(state, &mut |bytes| bar.set_position(bytes));
            bar.finish_and_clear();
            verified
        };
        match once() {
            Err(error) if self.rebuild && error.kind == Kind::Corrupt => {
                // Where the logs themselves are damaged, the second look says so.
                let rebuilt = rebuild(state.ledger(), &error.message)?;
                Ok((once()?, rebuilt))
            }
            verified => Ok((verified?, Vec::new())),
        }
    }
}
