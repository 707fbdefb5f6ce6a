//! One tick: look at everything, write down that it was done, and only then tell anybody.

use std::time::Duration;

use crate::domain::alert::RULES;
use crate::domain::killswitch::KillSwitch;
use crate::error::Result;
use crate::ops::check::{Report, Request, Runner, Sight, look};
use crate::ops::killswitch;
use crate::ops::watch::{self, Claim};
use crate::ops::{Context, Notice, State};

use super::folders::Shared;

/// What the ticks of one watch carry over.
pub struct Eyes {
    /// What was seen.
    pub sight: Sight,
    /// Who lets rules judge.
    pub runner: Runner,
    /// What is followed.
    pub folders: Shared,
    /// The right to watch.
    pub claim: Claim,
}

/// What a completed tick found.
#[derive(Debug)]
pub struct Found {
    /// What the rules said.
    pub report: Report,
    /// The kill switch after it, as far as it can be read.
    pub killswitch: Option<KillSwitch>,
    /// How long until time alone changes what a rule says, as far as that is known.
    pub next_change: Option<Duration>,
}

impl Eyes {
    /// Makes one tick. An error means that it was not completed: nothing may be told as if it had been.
    pub fn tick(&mut self, context: &Context<'_>, interval: Duration) -> Result<Found> {
        // Opened anew each time: the directory may be another by now.
        let state = context.open()?;
        let mut notices = self.same_directory(&state)?;
        let request = Request { rules: &RULES, policies: &context.config.policies };
        let mut report = look(&state, &request, &mut self.sight, &mut self.runner)?;
        if let Err(error) = watch::ticked(&state, interval) {
            notices.push(Notice::of("TICK_NOT_RECORDED", "whoever asks takes this watch for dead", &error));
        }
        notices.extend(self.folders.with(|folders| folders.deaf().map(deaf)));
        report.notices.extend(notices);
        let next_change = self.sight.next_change(&context.config.policies, context.now());
        Ok(Found { report, killswitch: killswitch::document(&state), next_change })
    }

    /// Claims the state directory anew where another took its place.
    fn same_directory(&mut self, state: &State<'_>) -> Result<Vec<Notice>> {
        let dir = &state.context.config.state_dir;
        if self.claim.is_of(dir) {
            return Ok(Vec::new());
        }
        self.claim = Claim::take(state)?;
        self.folders.with(|folders| {
            folders.follow();
            folders.forget();
        });
        let message = format!("the state directory {} was replaced by another", dir.display());
        Ok(vec![Notice::new("STATE_DIR_REPLACED", message, "nija doctor")])
    }
}

fn deaf(why: &str) -> Notice {
    let message = format!("changes are noticed at the next tick only: {why}");
    Notice::new(
        "CHANGES_NOT_FOLLOWED",
        message,
        "sysctl fs.inotify.max_user_watches fs.inotify.max_user_instances",
    )
}
