//! Making a state directory.

use std::path::Path;

use serde_json::json;

use crate::domain::halt::Source;
use crate::domain::killswitch::KillSwitch;
use crate::error::{Error, Kind, Result};
use crate::store::Durability;
use crate::store::directory::{Presence, make, presence};
use crate::store::document::{self, Stored};
use crate::store::journal::AUDIT;

use super::killswitch::{SUBJECT, key};
use super::{Context, record};

/// Makes the state directory ready: folders, reserve, a kill switch that has never been pulled, and the log's first record.
/// Returns whether anything was missing. What exists is left as it is, a halt included.
pub fn init(context: &Context<'_>, mode: u32) -> Result<bool> {
    let dir = &context.config.state_dir;
    if !dir.is_absolute() || dir == Path::new("/") {
        return Err(Error::new(Kind::Usage, format!("{} cannot be a state directory", dir.display()))
            .hint("nija init /var/lib/nija"));
    }
    let found = presence(dir).map_err(|error| match error.errno() {
        Some(libc::ENOTDIR) => Error { kind: Kind::CannotCreate, ..error }.hint("nija init /var/lib/nija"),
        _ => error,
    })?;
    let had_log = found == Presence::Initialised;
    make(dir, mode)?;
    let state = context.open_waiting(context.config.lock_wait)?;
    let mut opened = document::open::<KillSwitch>(&*state.backend, &key(), state.wait)?;
    match &opened.stored {
        Stored::Present(_) => return Ok(false),
        Stored::Unreadable(why) => return Err(document::unreadable(&*state.backend, &key(), why)),
        Stored::Missing => {}
    }
    let logged = had_log
        && (state.backend.tail(AUDIT)?.complete_len > 0 || !state.backend.segments(AUDIT)?.is_empty());
    if logged {
        // There was a kill switch once: a new one that trades could hide a halt.
        let message =
            format!("{} lost its killswitch.json; a stop replaces it, and a release resumes", dir.display());
        return Err(Error::new(Kind::Corrupt, message).hint("nija kill state lost"));
    }
    let mut killswitch = KillSwitch::new(state.now());
    let event = context.event(Source::Cli, "state.init", SUBJECT, json!({"state_dir": dir}));
    record::commit(&state, &mut opened, &mut killswitch, &[event], Durability::Strict)?.audit?;
    Ok(true)
}
