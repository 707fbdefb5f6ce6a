//! What people say to alerts: acknowledged, given back, resolved; each on the record, and none lost to a look beside it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::domain::alert::lifecycle::{Resolution, State as Life};
use crate::domain::alert::standing::short_id;
use crate::domain::alert::{Alert, Shown};
use crate::domain::halt::Source;
use crate::domain::notify::channel::matches;
use crate::domain::notify::telling::Ack;
use crate::error::{Error, Kind, Result};
use crate::store::Durability;
use crate::store::document::{self, Stored};

use super::super::check::alerts::key;
use super::super::{Notice, State, record, silences};
use super::{attention, find, load, pending, require_words, shortened};

/// Longest an acknowledgement holds: one that is forgotten must not keep an alert quiet for ever.
pub const ACK_MAX: TimeDelta = TimeDelta::hours(24);

/// Which alerts are meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Each by its id, its fingerprint, or the beginning of either.
    pub words: Vec<String>,
    /// And all of this rule, or mask, of which that can be said.
    pub rule: Option<String>,
}

/// What became of it.
#[derive(Debug)]
pub struct Report {
    /// The alerts as they are now.
    pub alerts: Vec<Shown>,
    /// Whether any of them changed.
    pub changed: bool,
    /// What else is worth knowing.
    pub notices: Vec<Notice>,
}

/// What is said, as a pure step: the alert after it, nothing where nothing changes, or why that cannot be said of it.
type Say<'a> = &'a dyn Fn(&Alert) -> std::result::Result<Option<Alert>, &'static str>;

/// Something said to alerts.
struct Said<'a> {
    action: &'static str,
    say: Say<'a>,
    data: Value,
    /// What to type where it cannot be said.
    instead: &'static str,
}

/// Takes care of alerts for `length`, or as long as is configured.
pub fn ack(
    state: &State<'_>,
    selection: &Selection,
    length: Option<TimeDelta>,
    note: &str,
) -> Result<Report> {
    let length = length.unwrap_or(state.context.config.policies.notify.ack_for);
    if length <= TimeDelta::zero() || length > ACK_MAX {
        let hours = ACK_MAX.num_hours();
        let message = format!("an acknowledgement holds for some time, and at most {hours} hours");
        return Err(Error::new(Kind::Usage, message).hint("nija alerts ack ID --for 30m"));
    }
    let (at, by, note) = (state.now(), state.context.identity.actor.clone(), shortened(note));
    let until = at.checked_add_signed(length).unwrap_or(at);
    let say = |alert: &Alert| {
        let ack = Ack { by: by.clone(), at, until, severity: alert.severity, note: note.clone() };
        alert.acknowledged(ack).map(Some)
    };
    let data = json!({"until": until, "note": note});
    tell(state, selection, &Said { action: "alert.ack", say: &say, data, instead: "nija alerts" })
}

/// Gives alerts back: they are nobody's from now on.
pub fn unack(state: &State<'_>, selection: &Selection) -> Result<Report> {
    let say = |alert: &Alert| Ok(alert.given_back());
    let data = json!({});
    tell(state, selection, &Said { action: "alert.unack", say: &say, data, instead: "nija alerts" })
}

/// Ends latched alerts.
pub fn resolve(state: &State<'_>, selection: &Selection, note: &str) -> Result<Report> {
    let note = require_words(note, "resolving a latched alert needs a note: what was found")?;
    let resolution = Resolution { by: state.context.identity.actor.clone(), note: note.clone() };
    let say = |alert: &Alert| alert.settled(resolution.clone(), state.now()).map(Some);
    let data = json!({"note": note});
    let instead = "nija alerts ack ID --for 30m";
    tell(state, selection, &Said { action: "alert.resolve-latched", say: &say, data, instead })
}

fn tell(state: &State<'_>, selection: &Selection, said: &Said<'_>) -> Result<Report> {
    let (known, mut notices) = load(state)?;
    let meant = select(&known, selection, said)?;
    // Nothing is said to any of them where it cannot be said to one.
    for alert in &meant {
        (said.say)(alert).map_err(|why| cannot(alert, why, said))?;
    }
    let (mut alerts, mut changed) = (Vec::new(), false);
    for alert in &meant {
        match one(state, alert, said, &mut notices) {
            Ok((alert, did)) => {
                changed |= did;
                alerts.push(alert);
            }
            Err(error) => return Err(partly(&alerts, error)),
        }
    }
    if changed {
        notices.extend(attention::mark(state));
    }
    let silences = silences::all(state)?.0;
    let alerts = alerts.into_iter().map(|alert| Shown::of(alert, &silences, state.now())).collect();
    Ok(Report { alerts, changed, notices })
}

fn select<'a>(known: &'a [Alert], selection: &Selection, said: &Said<'_>) -> Result<Vec<&'a Alert>> {
    let mut meant: Vec<&Alert> = Vec::new();
    for word in &selection.words {
        let alert = find(known, word)?;
        if !meant.contains(&alert) {
            meant.push(alert);
        }
    }
    if let Some(rule) = &selection.rule {
        let can = |alert: &Alert| matches!((said.say)(alert), Ok(Some(_)));
        for alert in known.iter().filter(|alert| matches(rule, &alert.rule) && can(alert)) {
            if !meant.contains(&alert) {
                meant.push(alert);
            }
        }
        if meant.is_empty() {
            let message = format!("there is no alert of {rule} of which that can be said");
            return Err(Error::new(Kind::NotFound, message).hint("nija alerts"));
        }
    }
    Ok(meant)
}

/// Says it to one alert, going on from what stands there.
fn one(
    state: &State<'_>,
    known: &Alert,
    said: &Said<'_>,
    notices: &mut Vec<Notice>,
) -> Result<(Alert, bool)> {
    let name = known.fingerprint();
    let mut opened = document::open::<Alert>(&*state.backend, &key(&name)?, state.wait)?;
    let stored = match &opened.stored {
        Stored::Present(stored) => stored.clone(),
        Stored::Missing => {
            let message = format!("alert {name} is gone: it was over");
            return Err(Error::new(Kind::NotFound, message).hint("nija alerts history"));
        }
        Stored::Unreadable(why) => return Err(document::unreadable(&*state.backend, &key(&name)?, why)),
    };
    let Some(mut alert) = (said.say)(&stored).map_err(|why| cannot(&stored, why, said))? else {
        return Ok((stored, false));
    };
    let mut data = said.data.clone();
    if let Some(fields) = data.as_object_mut() {
        fields.insert("severity".to_owned(), json!(alert.severity));
        fields.insert("count".to_owned(), json!(alert.count));
        fields.insert("message".to_owned(), json!(alert.message));
    }
    let event = state.context.event(Source::Cli, said.action, &format!("alert:{name}"), data);
    let done = record::commit(state, &mut opened, &mut alert, &[event], Durability::Strict)?;
    notices.extend(pending(done.audit.map(drop)));
    Ok((alert, true))
}

fn cannot(alert: &Alert, why: &str, said: &Said<'_>) -> Error {
    let name = alert.fingerprint();
    let id = short_id(&name);
    let hint = match alert.state {
        Life::Latched | Life::Firing => said.instead.replace("ID", &id),
        Life::Resolved => format!("nija alerts history {id}"),
    };
    Error::new(Kind::Usage, format!("alert {id} ({name}): {why}")).hint(hint)
}

/// What went wrong, after it was said to some of them.
fn partly(done: &[Alert], error: Error) -> Error {
    if done.is_empty() {
        return error;
    }
    let names: Vec<String> = done.iter().map(|alert| short_id(&alert.fingerprint())).collect();
    Error { message: format!("done for {}, and then: {}", names.join(", "), error.message), ..error }
}
