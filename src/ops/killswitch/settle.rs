//! Completes what an interrupted command left: adopts standing stop files, and puts back one that went missing.

use serde_json::json;

use crate::domain::halt::Source;
use crate::domain::killswitch::KillSwitch;
use crate::error::Result;
use crate::store::Durability;
use crate::store::document::{self, Stored};
use crate::store::sentinel::{Standing, raise};

use super::super::{Notice, State, record};
use super::{SUBJECT, activation_of, adopt, key, present, recorded, standing};

/// Brings document and stop file together. What cannot be done now is told; a later command tries again.
pub fn settle(state: &State<'_>) -> Vec<Notice> {
    let (stops, doubts) = standing(state.context);
    let mut notices: Vec<Notice> = doubts
        .iter()
        .map(|error| Notice::of("STOP_FILE_UNREADABLE", "a stop file may stand", error))
        .collect();
    match is_settled(state, &stops) {
        Ok(true) => return notices,
        Ok(false) => {}
        Err(error) => {
            notices.push(Notice::of(
                "STATE_UNREADABLE",
                "the kill switch cannot be read: trading is halted",
                &error,
            ));
            return notices;
        }
    }
    match complete(state, &mut notices) {
        Ok(()) => {}
        Err(error) => notices.push(Notice::of("STOP_INCOMPLETE", "the stop is not completed yet", &error)),
    }
    notices
}

fn is_settled(state: &State<'_>, stops: &[Standing]) -> Result<bool> {
    Ok(match document::read::<KillSwitch>(&*state.backend, &key())? {
        Stored::Present(document) => {
            let adopted = stops.iter().all(|stop| document.has_adopted(&stop.content, &stop.file));
            let stands = stops.iter().any(|stop| stop.dir == state.context.config.state_dir);
            // A log that cannot be read cannot be completed either.
            let recorded =
                state.journal().missing(&document.audit_outbox).map_or(true, |missing| missing.is_empty());
            adopted && recorded && (stands || !document.needs_stop_file())
        }
        // Reading commands leave a missing or corrupt document to the next command that changes it.
        Stored::Missing | Stored::Unreadable(_) => true,
    })
}

fn complete(state: &State<'_>, notices: &mut Vec<Notice>) -> Result<()> {
    let context = state.context;
    let mut opened = document::open::<KillSwitch>(&*state.backend, &key(), state.wait)?;
    let (mut killswitch, recovered) = present(state, &mut opened)?;
    // Looked at again under the lock: another command may have completed it, or a release may be through by now.
    let (stops, _) = standing(context);
    let stood = killswitch.needs_stop_file();
    let mut changes: Vec<_> = recovered.into_iter().collect();
    changes.extend(adopt(context, &mut killswitch, &stops));
    let mut events = recorded(context, &changes);
    let stands = stops.iter().any(|stop| stop.dir == context.config.state_dir);
    if killswitch.needs_stop_file() && !stands {
        put_back(state, &killswitch)?;
        // A stop that was just taken over from a second place never stood here.
        if stood {
            notices.push(removed(state));
            let data = json!({"why": "missing while a halt of everything is in force"});
            events.push(context.event(Source::Cli, "killswitch.stop_file_restored", SUBJECT, data));
        }
    }
    if events.is_empty() {
        return record::heal(state, &killswitch.audit_outbox, Durability::Strict);
    }
    let committed = record::commit(state, &mut opened, &mut killswitch, &events, Durability::Strict)?;
    committed.audit.map(|_| ())
}

/// Raises the stop file again for a halt that says everything is stopped.
fn put_back(state: &State<'_>, killswitch: &KillSwitch) -> Result<()> {
    match killswitch.halts.iter().find(|halt| halt.is_total()) {
        Some(total) => raise(&state.context.config.state_dir, &activation_of(total))?.durable,
        None => Ok(()),
    }
}

fn removed(state: &State<'_>) -> Notice {
    let message = format!(
        "EMERGENCY_STOP was missing from {} while a halt is in force: removed by hand, or a release was \
         interrupted. It stands again; only a release resumes",
        state.context.config.state_dir.display()
    );
    Notice::new("STOP_FILE_REMOVED", message, "nija killswitch history")
}
