//! Whether people would be told.

use chrono::{SecondsFormat, TimeDelta};

use super::{Check, Finding, Patient, access};
use crate::domain::notify::channel::Spec;
use crate::domain::notify::record::Record;
use crate::error::Error;
use crate::ops::State;
use crate::ops::notify::{OUTBOX, open, outbox};

/// A drill older than this proves nothing any more.
const DRILLED_WITHIN: TimeDelta = TimeDelta::days(30);

/// Every channel can be made ready to send.
pub const CHANNELS: Check =
    Check { name: "channels", about: "every channel can be used as it is configured", run: channels };

/// Every channel reaches somebody, and that was proved lately.
pub const REACH: Check =
    Check { name: "reach", about: "people were reached lately through every channel", run: reach };

fn channels(patient: &Patient<'_>) -> Vec<Finding> {
    let policy = &patient.context.config.policies.notify;
    if !policy.is_in_use() {
        return vec![Finding::ok("no channel is configured: nobody is told of anything")];
    }
    let ready =
        |spec: &Spec| match open(spec, patient.environment.uid, &|name| patient.environment.text(name)) {
            Ok(_) => Finding::ok(format!("channel {} ({}) is ready", spec.name, spec.kind)),
            Err(Error { message, .. }) => Finding::critical(message, patient.nija("notify channels --kinds")),
        };
    let mut findings: Vec<Finding> = policy.channels.iter().map(ready).collect();
    if let Some(name) = policy.fallback.as_ref().filter(|name| policy.channel(name).is_none()) {
        let message =
            format!("notify.fallback names '{name}', which is no channel: what is given up is lost");
        findings.push(Finding::warning(message, patient.nija("notify channels")));
    }
    findings
}

fn reach(patient: &Patient<'_>) -> Vec<Finding> {
    let policy = &patient.context.config.policies.notify;
    if !policy.is_in_use() {
        return vec![Finding::ok("no channel is configured")];
    }
    let state = match patient.state() {
        Ok(state) => state,
        Err(unknown) => return unknown,
    };
    let mut findings: Vec<Finding> =
        policy.channels.iter().flat_map(|spec| reached(patient, state, spec)).collect();
    match outbox::load(state) {
        Ok(found) => {
            let strays = found.deliveries.values().filter(|delivery| {
                delivery.ended_at.is_none() && policy.channel(&delivery.channel).is_none()
            });
            findings.extend(strays.map(|delivery| {
                let (name, channel) = (delivery.name(), &delivery.channel);
                let message = format!("{OUTBOX}/{name} waits for channel {channel}, which is not configured");
                Finding::warning(message, patient.nija("notify outbox"))
            }));
        }
        Err(error) => {
            let mend = access::to_read(patient, &patient.dir().join(OUTBOX));
            findings.push(Finding::unknown(error.message, mend));
        }
    }
    findings
}

fn reached(patient: &Patient<'_>, state: &State<'_>, spec: &Spec) -> Vec<Finding> {
    let (name, now) = (&spec.name, state.now());
    let record: Record = outbox::record(state, name);
    let why = record.trouble.as_ref().map_or_else(String::new, |trouble| format!(": {}", trouble.message));
    let test = patient.nija(&format!("notify test {name}"));
    if let Some(at) = record.abandoned_at {
        let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        return vec![Finding::critical(
            format!("channel {name} could not take a message, given up at {at}{why}"),
            test,
        )];
    }
    if let Some(since) = record.failing_since {
        let since = since.to_rfc3339_opts(SecondsFormat::Secs, true);
        return vec![Finding::warning(format!("channel {name} has taken nothing since {since}{why}"), test)];
    }
    let drill = patient.nija("drill --channels");
    vec![match record.last_drill_at {
        None => {
            Finding::warning(format!("channel {name} was never tried: nobody knows whether it works"), drill)
        }
        Some(at) if now.signed_duration_since(at) > DRILLED_WITHIN => {
            let days = now.signed_duration_since(at).num_days();
            Finding::warning(format!("channel {name} was last tried {days} days ago"), drill)
        }
        Some(at) => {
            let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
            Finding::ok(format!("channel {name} was tried at {at}"))
        }
    }]
}
