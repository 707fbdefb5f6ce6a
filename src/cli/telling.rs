//! Telling people once the answer is out: bounded in time, and never a reason for another exit code.

use std::collections::BTreeSet;
use std::time::Duration;

use super::app::App;
use crate::config::Config;
use crate::domain::halt::Halt;
use crate::domain::killswitch::Change;
use crate::domain::notify::Message;
use crate::ops::killswitch::activate::Report;
use crate::ops::killswitch::release::Outcome;
use crate::ops::notify::drain::Drained;
use crate::ops::notify::{Delivered, What, deliver, halts};
use crate::ops::{Context, Notice};
use crate::output::{self, Page, Role, Span};

/// Longest that `nija check` takes for what is due, once it has printed.
const CHECK_WAIT: Duration = Duration::from_secs(8);

/// What tries again what did not get out.
const AGAIN: &str = "`nija watch` or `nija notify flush` tries again";

/// Tells of a stop. One that only repeats a halt in force was told before.
pub fn of_stop(app: &App, config: &Config, report: &Report) {
    let activation = &report.activation;
    let halt = match &report.change {
        Some(Change::Added(halt)) => halt.clone(),
        Some(Change::Repeated(_)) => return,
        // Not in the document yet, and whoever writes it there takes it over under this name; or a watch was quicker.
        None | Some(Change::Known) => Halt {
            id: activation.id.clone(),
            scope: activation.scope.clone(),
            mode: activation.mode,
            cause: activation.cause.clone(),
            count: 1,
            last_seen: activation.cause.at,
            revision: 0,
            extra: serde_json::Map::new(),
        },
    };
    let known = report.change == Some(Change::Known);
    of_halts(app, config, move |context| {
        if known && !halts::is_in_force(context, &halt.id) {
            Vec::new()
        } else {
            vec![halts::stopped(context, &halt)]
        }
    });
}

/// Tells of a release, or of the wish for one.
pub fn of_release(app: &App, config: &Config, outcome: &Outcome, reason: &str) {
    if !config.policies.notify.is_in_use() {
        return;
    }
    let (actor, reason) = (app.identity().actor, reason.to_owned());
    match outcome {
        Outcome::Released { released, remaining, .. } => {
            let (released, others) = (released.clone(), remaining.len());
            of_halts(app, config, move |context| {
                released.iter().map(|halt| halts::resumed(context, halt, &actor, &reason, others)).collect()
            });
        }
        Outcome::Requested { request, missing } => {
            let (request, missing) = (request.clone(), *missing);
            of_halts(app, config, move |context| vec![halts::requested(context, &request, missing)]);
        }
    }
}

/// Delivers what is due after a look.
pub fn of_look(app: &App, config: &Config) {
    if !config.policies.notify.is_in_use() {
        return;
    }
    let config = config.clone();
    app.afterwards(move |app| {
        let mut delivered = deliver(&app.means(&config), What::Due, CHECK_WAIT);
        // A watch that is at it does what this look would have done.
        delivered.drained.retain(|drained| !drained.busy);
        let mut page = Page::new();
        say_missing(&mut page, &missing(&delivered));
        say(app, &page);
    });
}

fn of_halts(app: &App, config: &Config, messages: impl FnOnce(&Context<'_>) -> Vec<Message> + 'static) {
    let config = config.clone();
    app.afterwards(move |app| {
        let means = app.means(&config);
        let messages = messages(&means.context());
        let delivered = halts::tell(&means, messages, config.policies.notify.command_wait);
        say(app, &page(&delivered, app.style.quiet));
    });
}

/// Which channels were told and which were not.
fn page(delivered: &Delivered, quiet: bool) -> Page {
    let mut page = Page::new();
    // A channel that also takes what another could not is drained twice; what it did itself says more.
    let mut seen = BTreeSet::new();
    let told = delivered.drained.iter().filter_map(told).filter(|(channel, _)| seen.insert(*channel));
    let told: Vec<String> = told.map(|(_, text)| text).collect();
    if !told.is_empty() && !quiet {
        page.line([Span::new(Role::Good, "told"), Span::plain(format!(" {}", told.join(", ")))]);
    }
    say_missing(&mut page, &missing(delivered));
    page
}

/// A channel that took everything, and how long it took.
fn told(drained: &Drained) -> Option<(&str, String)> {
    let all = drained.attempts.iter().all(|attempt| attempt.result.is_ok());
    let some = !drained.attempts.is_empty() || !drained.elsewhere.is_empty();
    if !all || !some {
        return None;
    }
    let took: Duration = drained.attempts.iter().map(|attempt| attempt.took).sum();
    let text = match drained.attempts.len() {
        0 => format!("{} (by another nija)", drained.channel),
        _ => format!("{} in {} ms", drained.channel, took.as_millis()),
    };
    Some((&drained.channel, text))
}

/// What did not get out and why, and what else went wrong.
pub fn missing(delivered: &Delivered) -> Vec<Notice> {
    let mut why: Vec<String> = Vec::new();
    for drained in &delivered.drained {
        let channel = &drained.channel;
        let failed = drained.attempts.iter().find_map(|attempt| attempt.result.as_ref().err());
        if let Some(trouble) = failed {
            why.push(format!("{channel} ({}: {})", trouble.sort.word(), trouble.message));
        } else if drained.busy && drained.elsewhere.is_empty() {
            why.push(format!("{channel} (another nija is at it)"));
        }
    }
    why.extend(delivered.late.iter().map(|channel| format!("{channel} (no end in time)")));
    let untold = (!why.is_empty()).then(|| {
        let message = format!("not told yet: {}; {AGAIN}", why.join(", "));
        Notice::new("NOT_TOLD_YET", message, "nija notify outbox")
    });
    let beside = delivered.drained.iter().flat_map(|drained| &drained.notices);
    untold.into_iter().chain(beside.cloned()).chain(delivered.notices.iter().cloned()).collect()
}

fn say_missing(page: &mut Page, notices: &[Notice]) {
    for notice in notices {
        if notice.code != "NOT_TOLD_YET" {
            page.line([Span::new(Role::Warn, "warning: "), Span::plain(notice.message.clone())]);
        } else {
            page.line([Span::new(Role::Warn, notice.message.clone())]);
        }
    }
}

fn say(app: &App, page: &Page) {
    if !page.is_empty() {
        output::say(page, app.style);
    }
}
