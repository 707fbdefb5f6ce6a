//! Resuming with a second person: requests, approvals and what becomes of them.

use serde_json::json;

use crate::domain::halt::{Actor, Source};
use crate::domain::killswitch::KillSwitch;
use crate::domain::release::{Approval, Outcome as Approved, Request, Seen};
use crate::error::{Error, Kind, Result};
use crate::store::Durability;
use crate::store::document::{self, Opened, Stored};

use super::super::confirm::{self, Confirmed};
use super::super::operator::Authenticated;
use super::super::{State, record};
use super::release::{Outcome, carry_out};
use super::{SUBJECT, key};

/// Records the first person's wish to release.
pub(super) fn record(
    state: &State<'_>,
    opened: &mut Opened<'_, KillSwitch>,
    mut killswitch: KillSwitch,
    confirmed: &Confirmed,
    reason: &str,
) -> Result<Outcome> {
    let (context, now) = (state.context, state.now());
    let Some(operator) = confirmed.operator() else {
        return Err(Error::new(
            Kind::NotPermitted,
            "a release with approvals needs operators with passphrases",
        )
        .hint("nija operator add NAME"));
    };
    // With the stop files as they were seen, so that one touched before the approval is noticed.
    let kept = |seen: &&Seen| {
        confirmed.ids().contains(&seen.id) || !killswitch.halts.iter().any(|h| h.id == seen.id)
    };
    let request = Request {
        id: (context.new_id)("r"),
        reason: reason.to_owned(),
        halts: confirmed.seen().iter().filter(kept).cloned().collect(),
        at: now,
        expires_at: now + context.config.approval_expiry,
        approvals: vec![Approval { operator: operator.to_owned(), at: now }],
        extra: serde_json::Map::new(),
    };
    killswitch.requests.retain(|request| request.is_open(now));
    killswitch.requests.push(request.clone());
    let actor = Actor { operator: Some(operator.to_owned()), ..context.identity.actor.clone() };
    let data = json!({"request": request.id, "reason": reason, "halts": request.halts, "expires_at": request.expires_at});
    let event = context.event_by(actor, Source::Cli, "killswitch.request", SUBJECT, data);
    record::commit(state, opened, &mut killswitch, &[event], Durability::Strict)?.audit?;
    Ok(Outcome::Requested { request, missing: context.config.approvals.saturating_sub(1) })
}

/// Requests that are still open.
pub fn open(state: &State<'_>) -> Result<Vec<Request>> {
    match document::read::<KillSwitch>(&*state.backend, &key())? {
        Stored::Present(document) => {
            Ok(document.requests.into_iter().filter(|request| request.is_open(state.now())).collect())
        }
        Stored::Missing => Err(Error::new(Kind::NotFound, "killswitch.json is missing").hint("nija doctor")),
        Stored::Unreadable(why) => Err(document::unreadable(&*state.backend, &key(), &why)),
    }
}

/// One more person agrees; the last one needed releases.
pub fn approve(state: &State<'_>, id: &str, operator: Authenticated) -> Result<Outcome> {
    let (context, now) = (state.context, state.now());
    let mut opened = document::open::<KillSwitch>(&*state.backend, &key(), state.wait)?;
    let Stored::Present(mut killswitch) = std::mem::replace(&mut opened.stored, Stored::Missing) else {
        return Err(Error::new(Kind::Corrupt, "the kill switch cannot be read").hint("nija doctor"));
    };
    let missing_request =
        || Error::new(Kind::NotFound, format!("no open request '{id}'")).hint("nija killswitch requests");
    let request =
        killswitch.requests.iter_mut().find(|request| request.id == id).ok_or_else(missing_request)?;
    let outcome = request.approve(operator.name(), context.config.approvals, now);
    let request = request.clone();
    match outcome {
        Approved::Expired => {
            Err(Error::new(Kind::NotFound, format!("request '{id}' expired at {}", request.expires_at))
                .hint("nija killswitch deactivate REASON"))
        }
        Approved::SamePerson => Err(Error::new(
            Kind::NotPermitted,
            format!("{} already agreed to '{id}'; a different operator has to approve", operator.name()),
        )
        .hint(format!("nija killswitch approve {id} --operator SOMEBODY-ELSE"))),
        Approved::Waiting(missing) => {
            let actor = Actor { operator: Some(operator.into_name()), ..context.identity.actor.clone() };
            let data = json!({"request": id, "missing": missing});
            let event = context.event_by(actor, Source::Cli, "killswitch.approve", SUBJECT, data);
            record::commit(state, &mut opened, &mut killswitch, &[event], Durability::Strict)?.audit?;
            Ok(Outcome::Requested { request, missing })
        }
        Approved::Granted => {
            let approvals: Vec<String> = request.approvals.iter().map(|a| a.operator.clone()).collect();
            let confirmed = confirm::by_approval(&request, operator);
            carry_out(state, &mut opened, &mut killswitch, &confirmed, &request.reason, &approvals)
        }
    }
}
