//! Writes down what people were told of an alert, with the alert itself.

use std::collections::BTreeMap;

use crate::domain::alert::{Alert, Severity};
use crate::domain::notify::Telling;
use crate::error::Result;
use crate::store::Durability;
use crate::store::document::{self, Stored};

use super::super::check::advance::latest;
use super::super::check::{Sight, alerts};
use super::super::{Notice, State};

/// Writes down what was told. What cannot be written is known to this process all the same, and told to no one twice.
pub fn remember(state: &State<'_>, sight: &mut Sight, tellings: BTreeMap<String, Telling>) -> Vec<Notice> {
    let mut notices = Vec::new();
    for (name, telling) in tellings {
        let Some(known) = sight.alerts.get(&name) else { continue };
        let known = Alert { telling, ..known.clone() };
        match write(state, &name, &known, sight.unsaved.contains_key(&name)) {
            Ok(written) => {
                sight.unsaved.remove(&name);
                sight.alerts.insert(name, written);
            }
            Err(error) => {
                notices.push(Notice::of("ALERT_NOT_RECORDED", &format!("what was told of {name}"), &error));
                sight.unsaved.insert(name.clone(), known.clone());
                sight.alerts.insert(name, known);
            }
        }
    }
    notices
}

/// Goes on from what is stored, which may have been acknowledged meanwhile, unless that is behind what is known.
fn write(state: &State<'_>, name: &str, known: &Alert, is_unsaved: bool) -> Result<Alert> {
    let mut opened = document::open::<Alert>(&*state.backend, &alerts::key(name)?, state.wait)?;
    let mut alert = known.clone();
    match &opened.stored {
        Stored::Present(stored) => {
            alert = Alert { telling: known.telling.clone(), ..latest(Some(known), stored, is_unsaved) };
            alert.header.revision = stored.header.revision;
            alert.audit_outbox.clone_from(&stored.audit_outbox);
        }
        Stored::Missing => alert.header.revision = 0,
        Stored::Unreadable(_) => {
            opened.set_aside(state.now())?;
            alert.header.revision = 0;
        }
    }
    let matters = alert.severity >= Severity::Critical || !alert.telling.steps.is_empty();
    let durability = if matters { Durability::Strict } else { Durability::Relaxed };
    opened.commit(&mut alert, state.now(), durability)?;
    Ok(alert)
}
