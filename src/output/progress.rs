//! Progress, for a person on a terminal only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Style, terminal};

/// Counts bytes of which nobody knows how many there will be, invisible unless a person is watching stderr.
pub fn count(what: &'static str, style: Style) -> ProgressBar {
    let bar = bar(0, what, style);
    match ProgressStyle::with_template("{msg} {bytes} {elapsed}") {
        Ok(template) => bar.with_style(template),
        Err(_) => bar,
    }
}

/// A bar over `total` units of work, invisible unless a person is watching stderr.
pub fn bar(total: u64, what: &'static str, style: Style) -> ProgressBar {
    let visible = !style.json && !style.quiet && terminal::is_stderr();
    let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(total), target).with_message(what);
    match ProgressStyle::with_template("{msg} [{bar:30}] {percent}% {eta}") {
        Ok(template) => bar.with_style(template),
        Err(_) => bar,
    }
}
