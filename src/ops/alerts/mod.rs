//! Alerts and the people who take care of them: finding one by what somebody types, listing, and what is said to one.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use crate::domain::alert::standing::{Word, short_id};
use crate::domain::alert::{Alert, Shown};
use crate::domain::status::Status;
use crate::error::{Error, Kind, Result};
use crate::store::document::{self, Stored};

use super::check::alerts::COLLECTION;
use super::{Notice, State, silences};

pub mod answer;
pub mod attention;
mod choice;
pub mod history;

pub use choice::{Nothing, choose};

/// Longest text of a person that is kept, in characters; a longer one is shortened, never refused.
const WORDS_LEN_MAX: usize = 1000;

/// Alerts as they were written down last, and where they stand.
#[derive(Debug, Serialize)]
pub struct Listed {
    /// Those that were asked for; those that somebody has to look at come first, and of those the worst.
    pub alerts: Vec<Shown>,
    /// How many somebody has to look at while nobody said that they do.
    pub unacknowledged: usize,
    /// How many silences are in force.
    pub silences: usize,
    /// The worst of what holds; what is over and waits for somebody is a warning.
    #[serde(skip)]
    pub status: Status,
    /// What else is worth knowing.
    #[serde(skip)]
    pub notices: Vec<Notice>,
}

/// Lists the alerts that are not over and seen; with `every` those as well.
pub fn list(state: &State<'_>, every: bool) -> Result<Listed> {
    let (alerts, mut notices) = load(state)?;
    let (silences, more) = silences::all(state)?;
    notices.extend(more);
    let now = state.now();
    let shown = alerts.into_iter().map(|alert| Shown::of(alert, &silences, now));
    let mut alerts: Vec<Shown> =
        shown.filter(|shown| every || shown.standing.word != Word::Resolved).collect();
    alerts.sort_by_cached_key(|shown| {
        let severity = std::cmp::Reverse(shown.severity);
        (shown.standing.word, severity, shown.first_seen, shown.fingerprint())
    });
    let status = alerts.iter().map(|shown| match shown.standing.word {
        Word::Firing | Word::Acked | Word::Shelved => shown.severity.status(),
        Word::Latched | Word::ResolvedUnseen => Status::Warning,
        Word::Resolved => Status::Ok,
    });
    Ok(Listed {
        status: status.fold(Status::Ok, Status::max),
        unacknowledged: alerts.iter().filter(|shown| shown.standing.is_unacknowledged()).count(),
        silences: silences.iter().filter(|silence| silence.is_active(now)).count(),
        alerts,
        notices,
    })
}

/// Shows one alert.
pub fn show(state: &State<'_>, word: &str) -> Result<Shown> {
    let alert = find(&load(state)?.0, word)?.clone();
    Ok(Shown::of(alert, &silences::all(state)?.0, state.now()))
}

/// Every alert that can be read, and what is wrong with the others.
fn load(state: &State<'_>) -> Result<(Vec<Alert>, Vec<Notice>)> {
    let (mut alerts, mut notices) = (Vec::new(), Vec::new());
    for (name, stored) in document::gather::<Alert>(&*state.backend, COLLECTION)? {
        match stored {
            Ok(Stored::Present(alert)) => alerts.push(alert),
            Ok(Stored::Missing) => {}
            Ok(Stored::Unreadable(why)) => {
                let message = format!("alert {name} cannot be shown: {why}");
                notices.push(Notice::new("ALERT_UNREADABLE", message, "nija doctor"));
            }
            Err(error) => notices.push(Notice::of("ALERT_UNREADABLE", &format!("alert {name}"), &error)),
        }
    }
    Ok((alerts, notices))
}

/// The alert that a word names: its id, its fingerprint, or the beginning of either.
fn find<'a>(alerts: &'a [Alert], word: &str) -> Result<&'a Alert> {
    let names = |alert: &Alert| {
        let fingerprint = alert.fingerprint();
        vec![short_id(&fingerprint), fingerprint]
    };
    choose(alerts, word, &names).map_err(|why| why.error("alert", word, "nija alerts --all"))
}

/// What somebody wrote, in one piece; nothing is an error that says why it is needed.
pub fn require_words(text: &str, needed: &str) -> Result<String> {
    let text = shortened(text);
    if text.is_empty() {
        return Err(Error::new(Kind::Usage, needed).hint("nija alerts --help"));
    }
    Ok(text)
}

fn shortened(text: &str) -> String {
    text.trim().chars().take(WORDS_LEN_MAX).collect()
}

/// That a decision is done and not on the record yet.
pub fn pending(audit: Result<()>) -> Option<Notice> {
    let error = audit.err()?;
    Some(Notice::of("AUDIT_PENDING", "done, but not on the record yet; the next change completes it", &error))
}

/// A time as messages say it, to the second.
pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
