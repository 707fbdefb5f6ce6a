//! The kill switch: stopping, completing a stop, resuming, and telling how things stand.

use serde_json::{Value, json};

use crate::domain::audit::Event;
use crate::domain::halt::{Halt, Source};
use crate::domain::key::Key;
use crate::domain::killswitch::{Change, KillSwitch};
use crate::domain::sentinel::Activation;
use crate::error::{Error, Result};
use crate::store;
use crate::store::document::{Opened, Stored};
use crate::store::sentinel::{Standing, find};

use super::{Context, State};

pub mod activate;
pub mod history;
pub mod release;
pub mod request;
pub mod settle;
pub mod status;

/// `subject` of every audit record about the kill switch.
pub const SUBJECT: &str = "killswitch";

/// The document's key.
pub fn key() -> Key {
    Key::singleton("killswitch")
}

/// The document, if it can be read.
pub fn document(state: &State<'_>) -> Option<KillSwitch> {
    match store::document::read(&*state.backend, &key()) {
        Ok(Stored::Present(document)) => Some(document),
        _ => None,
    }
}

/// Every place where a stop file may stand, the state directory first.
pub fn places(context: &Context<'_>) -> Vec<std::path::PathBuf> {
    std::iter::once(&context.config.state_dir).chain(&context.config.fallback_dirs).cloned().collect()
}

/// Every stop file that stands, and every place that cannot be looked at.
pub fn standing(context: &Context<'_>) -> (Vec<Standing>, Vec<Error>) {
    let (mut found, mut doubts) = (Vec::new(), Vec::new());
    for place in places(context) {
        match find(&place) {
            Ok(standing) => found.extend(standing),
            Err(error) => doubts.push(error),
        }
    }
    (found, doubts)
}

/// The document as it stands under its lock. What is missing or corrupt is replaced by one that halts everything: doubt
/// means stopped. The corrupt bytes are kept; returns what happened, for the record.
fn present(
    state: &State<'_>,
    opened: &mut Opened<'_, KillSwitch>,
) -> Result<(KillSwitch, Option<(Activation, Change)>)> {
    let reason = match std::mem::replace(&mut opened.stored, Stored::Missing) {
        Stored::Present(document) => return Ok((document, None)),
        Stored::Missing => "killswitch.json was missing".to_owned(),
        Stored::Unreadable(why) => {
            opened.stored = Stored::Unreadable(why.clone());
            let kept = opened.set_aside(state.now())?;
            format!("killswitch.json could not be used ({why}); its bytes are kept as {kept}")
        }
    };
    let context = state.context;
    let id = (context.new_id)("h");
    let actor = context.identity.actor.clone();
    let document = KillSwitch::recovered(state.now(), &id, reason, actor, &context.identity.host);
    let recovered = document.halts.first().map(|halt| (activation_of(halt), Change::Added(halt.clone())));
    Ok((document, recovered))
}

fn activation_of(halt: &Halt) -> Activation {
    Activation::new(halt.id.clone(), halt.scope.clone(), halt.mode, halt.cause.clone())
}

/// Takes over every standing stop file that the document does not know yet.
fn adopt(
    context: &Context<'_>,
    document: &mut KillSwitch,
    standing: &[Standing],
) -> Vec<(Activation, Change)> {
    let mut changes = Vec::new();
    for stop in standing {
        let user = super::identity::user_name(stop.file.uid);
        let mut new_id = || (context.new_id)("h");
        changes.extend(document.adopt(
            &stop.content,
            &stop.file,
            user.as_deref(),
            &context.identity.host,
            &mut new_id,
        ));
    }
    changes
}

/// The audit records of activations; none for those that changed nothing.
fn recorded(context: &Context<'_>, changes: &[(Activation, Change)]) -> Vec<Event> {
    changes.iter().filter_map(|(activation, change)| event(context, activation, change)).collect()
}

fn event(context: &Context<'_>, activation: &Activation, change: &Change) -> Option<Event> {
    let (action, halt) = match change {
        Change::Added(halt) if activation.cause.source == Source::FileSystem => ("killswitch.adopt", halt),
        Change::Added(halt) => ("killswitch.activate", halt),
        Change::Repeated(halt) => ("killswitch.repeat", halt),
        Change::Known => return None,
    };
    let cause = &activation.cause;
    let data = json!({
        "activation": activation.id,
        "halt": halt_json(halt),
        "reason": cause.reason,
        "rule": cause.rule,
        "activated_at": cause.at,
    });
    Some(context.event_by(cause.actor.clone(), cause.source, action, SUBJECT, data))
}

/// A halt as it appears in audit records.
fn halt_json(halt: &Halt) -> Value {
    json!({"id": halt.id, "scope": halt.scope, "mode": halt.mode, "count": halt.count, "reason": halt.cause.reason})
}
