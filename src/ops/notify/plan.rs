//! Decides whom to tell what after each look: stores the messages first, and only then that they were decided.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::alert::Severity;
use crate::domain::notify::decide::Say;
use crate::domain::notify::plan::{Decided, View, Word};
use crate::domain::notify::recall::Recall;
use crate::domain::notify::route::About;
use crate::domain::notify::{Delivery, Policy, Telling, delivery};
use crate::error::{Error, Result};
use crate::store::Durability;
use crate::store::document::{self, Stored};

use super::super::check::Sight;
use super::super::{Notice, State};
use super::compose::{length, message};
use super::outbox::{self, Outbox};
use super::remember::remember;
use super::{audit_head, enqueue, key};

/// After so long what could not be stored is tried again.
const AGAIN: TimeDelta = TimeDelta::seconds(5);

/// A step that is told so much later than planned was overlooked, and that is said.
const GRACE: TimeDelta = TimeDelta::seconds(60);

/// Plans what people are told of the alerts as they are now. The lock of looks is held. Without channels nothing happens.
pub fn plan(state: &State<'_>, policy: &Policy, sight: &mut Sight) -> Vec<Notice> {
    if !policy.is_in_use() {
        sight.told_in(None);
        return Vec::new();
    }
    // Taken out for a moment: what is decided borrows them.
    let alerts = std::mem::take(&mut sight.alerts);
    let silences = sight.silences();
    let view = View { alerts: &alerts, silences: &silences, policy, now: state.now() };
    let mut planned = tell(state, &view);
    sight.alerts = alerts;
    planned.notices.extend(remember(state, sight, planned.tellings));
    let until = |at: DateTime<Utc>| at.signed_duration_since(state.now()).to_std().unwrap_or(Duration::ZERO);
    sight.told_in(planned.due.map(until));
    planned.notices
}

#[derive(Default)]
struct Planned {
    tellings: BTreeMap<String, Telling>,
    due: Option<DateTime<Utc>>,
    notices: Vec<Notice>,
}

/// Stores the messages; what could not be stored was not told, and is decided again.
fn tell(state: &State<'_>, view: &View<'_>) -> Planned {
    let (decided, mut planned) = (view.decide(), Planned::default());
    let is_over = decided.iter().any(|one| one.decision.is_over);
    // What is said alone is stored under its own name: whether it was before, storing it tells.
    let joins = |one: &Decided<'_>| !one.decision.says.is_empty() && !About::of(one.alert).is_immediate();
    let is_asked = is_over || decided.iter().any(joins);
    let found = if is_asked { outbox::load(state) } else { Ok(Outbox::default()) };
    let deliveries: Vec<Delivery> = match found {
        Ok(found) => found.deliveries.into_values().collect(),
        Err(error) => return planned.failed(view.now, "the outbox cannot be read", &error),
    };
    let recall = Recall { view, decided: &decided, deliveries: &deliveries };
    if is_over && let Err(error) = cancel(state, &recall) {
        return planned.failed(view.now, "messages could not be called back", &error);
    }
    let words = view.words(&decided, &recall);
    let head = if words.is_empty() { None } else { audit_head(state) };
    planned.tellings = view.remembered(&decided, &words);
    planned.due = view.next(&decided, &planned.tellings);
    for word in &words {
        planned.notices.extend(overdue(word, view.now));
        let Some(message) = message(state, word, head.clone()) else { continue };
        if let Err(error) = enqueue(state, &message, &word.missing, view.now, durability(word)) {
            for (one, _) in &word.about {
                planned.tellings.remove(one.name);
            }
            planned = planned.failed(view.now, "a message could not be stored", &error);
        }
    }
    planned
}

impl Planned {
    fn failed(mut self, now: DateTime<Utc>, doing: &str, error: &Error) -> Self {
        self.notices.push(Notice::of("NOT_TOLD", doing, error));
        let again = now.checked_add_signed(AGAIN);
        self.due = self.due.into_iter().chain(again).min();
        self
    }
}

/// What is not said again by itself must not be lost by a power cut.
fn durability(word: &Word<'_>) -> Durability {
    let severe = word.about.iter().any(|(one, _)| one.alert.severity >= Severity::Critical);
    if word.say == Say::Repeat && !severe { Durability::Relaxed } else { Durability::Strict }
}

fn overdue(word: &Word<'_>, now: DateTime<Utc>) -> Option<Notice> {
    let Say::Step(due) = &word.say else { return None };
    let late = now.signed_duration_since(due.at);
    let (one, _) = word.about.first().filter(|_| late >= GRACE)?;
    let (late, step) = (length(late), due.step);
    let message = format!("step {step} of the escalation of {} was {late} late; it is told now", one.name);
    Some(Notice::new("ESCALATION_OVERDUE", message, "nija watch"))
}

/// Calls back what was to be sent of alerts that somebody takes care of, or that no longer fire.
fn cancel(state: &State<'_>, recall: &Recall<'_>) -> Result<()> {
    for one in recall.deliveries.iter().filter(|one| recall.is_over(one)) {
        let key = key(&one.name())?;
        let mut opened = document::open::<Delivery>(&*state.backend, &key, state.wait)?;
        if let Stored::Present(stored) = &opened.stored
            && stored.state == delivery::State::Pending
        {
            let mut stored = stored.clone();
            stored.cancel(state.now());
            opened.commit(&mut stored, state.now(), Durability::Strict)?;
        }
    }
    Ok(())
}
