//! Writes what became of an alert, going on from what stands there: what a person said meanwhile is never lost.

use serde_json::json;

use crate::domain::alert::Alert;
use crate::domain::alert::lifecycle::Transition;
use crate::domain::halt::Source;
use crate::error::Result;
use crate::store::Durability;
use crate::store::document::{self, Stored};

use super::super::{Notice, State, record};
use super::alerts::key;
use super::{Change, Report, Sight};

/// What becomes of an alert; `None` for nothing that has to be written down.
pub type Step = Option<(Alert, Option<Transition>)>;

/// Writes what `decide` says of what is known of an alert; if somebody changed it meanwhile, of that.
pub fn advance(
    state: &State<'_>,
    sight: &mut Sight,
    name: &str,
    decide: &dyn Fn(Option<&Alert>) -> Step,
    report: &mut Report,
) {
    let Some(wanted) = decide(sight.alerts.get(name)) else { return };
    let (alert, transition) = match write(state, sight, name, decide) {
        Ok(written) => {
            sight.unsaved.remove(name);
            written
        }
        Err(error) => {
            sight.unsaved.insert(name.to_owned(), wanted.0.clone());
            report.notices.push(Notice::of("ALERT_NOT_RECORDED", &format!("alert {name}"), &error));
            wanted
        }
    };
    if let Some(transition) = transition {
        report.changes.push(Change {
            fingerprint: name.to_owned(),
            transition,
            severity: alert.severity,
            message: alert.message.clone(),
        });
    }
    sight.alerts.insert(name.to_owned(), alert);
}

fn write(
    state: &State<'_>,
    sight: &Sight,
    name: &str,
    decide: &dyn Fn(Option<&Alert>) -> Step,
) -> Result<(Alert, Option<Transition>)> {
    let mut opened = document::open::<Alert>(&*state.backend, &key(name)?, state.wait)?;
    let known = sight.alerts.get(name);
    let (mut revision, mut outbox) = (0, None);
    let before = match &opened.stored {
        Stored::Present(stored) => {
            (revision, outbox) = (stored.header.revision, Some(stored.audit_outbox.clone()));
            Some(latest(known, stored, sight.unsaved.contains_key(name)))
        }
        Stored::Missing => known.cloned(),
        Stored::Unreadable(_) => {
            opened.set_aside(state.now())?;
            known.cloned()
        }
    };
    let (mut alert, transition) = match (decide(before.as_ref()), before) {
        (Some(step), _) => step,
        // Another came to the same before.
        (None, Some(before)) => return Ok((before, None)),
        (None, None) => {
            return Err(
                crate::error::Error::new(crate::error::Kind::Conflict, "it is gone").hint("nija check")
            );
        }
    };
    alert.header.revision = revision;
    alert.audit_outbox = outbox.unwrap_or_default();
    let data = json!({
        "severity": alert.severity,
        "message": alert.message,
        "first_seen": alert.first_seen,
        "count": alert.count,
        "halt": alert.pulled.as_ref().map(|pulled| &pulled.halt),
    });
    let subject = format!("alert:{name}");
    let event =
        |kind: Transition| state.context.event(Source::AutoMonitoring, kind.action(), &subject, data.clone());
    match transition {
        // Found again by the next look if a power cut takes it.
        Some(kind) => {
            record::commit(state, &mut opened, &mut alert, &[event(kind)], Durability::Relaxed)?.audit?;
        }
        None => opened.commit(&mut alert, state.now(), Durability::Relaxed)?,
    }
    Ok((alert, transition))
}

/// The alert to go on from: as it is known, unless it was changed since; as it should be, with what people said, where it could
/// not be written.
pub fn latest(known: Option<&Alert>, stored: &Alert, unsaved: bool) -> Alert {
    match known {
        Some(known) if known.header.revision == stored.header.revision => known.clone(),
        Some(known) if unsaved && known.acked == stored.acked => known.clone(),
        Some(known) if unsaved => {
            Alert { acked: stored.acked.clone(), unseen: stored.unseen, ..known.clone() }
        }
        _ => stored.clone(),
    }
}
