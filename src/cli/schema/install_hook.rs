//! `nija schema install-hook`: check before every commit, without another tool.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::here;
use crate::cli::App;
use crate::error::Result;
use crate::ops::schema::hook::{self, Hooked};
use crate::output::{Page, Reply, Role, Span, Warning};

/// Check before every commit, as a plain hook of git
///
/// Wherever git looks for hooks. A hook that is there already is kept, and run first.
#[derive(Args, Debug, PartialEq)]
#[command(
    after_help = "Exit codes: 0 installed, or there already; 66 no repository; 73 cannot be written; 75 another hook is in the way\n\
                        Example: nija schema install-hook"
)]
pub struct InstallHook {
    /// Replace a hook that was kept from before
    #[arg(long, conflicts_with = "uninstall")]
    pub force: bool,
    /// Take the hook away, and put back what was there before
    #[arg(long)]
    pub uninstall: bool,
}

impl InstallHook {
    /// Runs the command.
    pub fn run(&self, app: &App, format: &'static str) -> Result<Reply> {
        let cwd = here(app)?;
        let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("nija"));
        let done =
            if self.uninstall { hook::uninstall(&cwd)? } else { hook::install(&cwd, &program, self.force)? };
        let mut page = Page::new();
        let word = match (self.uninstall, done.changed) {
            (false, true) => "INSTALLED",
            (false, false) => "INSTALLED BEFORE",
            (true, true) => "TAKEN AWAY",
            (true, false) => "NOT INSTALLED",
        };
        page.line([Span::new(Role::Good, word), Span::plain(format!("  {}", done.path.display()))]);
        if let Some(other) = &done.other {
            let name = if self.uninstall { "put back" } else { "runs first" };
            page.field(name, other.display().to_string());
        }
        let data = json!({"path": done.path, "other": done.other, "installed": !self.uninstall});
        let mut reply = Reply::new(format, &data, page);
        reply.changed = done.changed;
        reply.warnings = shared(&done).into_iter().collect();
        Ok(reply)
    }
}

fn shared(done: &Hooked) -> Option<Warning> {
    done.shared.then(|| Warning {
        code: "HOOKS_SHARED",
        message: format!(
            "{} is outside of this repository: others may have the same hooks",
            done.path.display()
        ),
        hint: "git config --show-origin core.hooksPath".to_owned(),
    })
}
