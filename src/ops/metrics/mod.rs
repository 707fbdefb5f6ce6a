//! The state of everything as metrics for Prometheus, written where node_exporter's textfile collector finds them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::domain::alert::Input;
use crate::domain::halt::Scope;
use crate::domain::heartbeat::Confirmation;
use crate::domain::heartbeat::life::State as Life;
use crate::domain::status::Status;
use crate::domain::watch::Ticks;
use crate::error::Result;
use crate::store::export::replace_file;

use super::check::Sight;
use super::killswitch::status::Verdict;
use super::status::{self, Report};
use super::{Notice, State, killswitch, watch};

mod alerts;
pub mod cycles;
mod messages;
mod text;

pub use cycles::Cycles;
use messages::Messages;
use text::{Kind, Text};

/// The file.
pub const FILE: &str = "nija.prom";

/// What is known when metrics are written.
#[derive(Debug, Clone, Copy)]
struct Scene<'a> {
    /// Now.
    now: DateTime<Utc>,
    /// What the look said; UNKNOWN when it failed.
    status: Status,
    /// When a look was completed last, as far as is known.
    succeeded_at: Option<DateTime<Utc>>,
    /// The state of everything, unless it cannot be read.
    report: Option<&'a Report>,
    /// When the kill switch was changed last, as far as is known.
    killswitch_changed_at: Option<DateTime<Utc>>,
    /// The ticks of a watch.
    cycles: Option<&'a Cycles>,
    /// When a watch ticked last, as far as is known.
    ticked_at: Option<DateTime<Utc>>,
    /// Channels and what is to go out, where there are any.
    messages: Option<&'a Messages>,
}

/// Writes `nija.prom` into a directory that exists, as a whole.
fn write(dir: &Path, scene: &Scene<'_>) -> Result<()> {
    replace_file(dir, FILE, &render(scene))
}

/// Writes the metrics after a look, with what is in `sight`. What cannot be written is told, and changes nothing else.
pub fn after_look(state: &State<'_>, dir: &Path, looked: Looked<'_>, sight: &Sight) -> Vec<Notice> {
    let report = status::report(state, looked.env_stop, sight);
    let messages = messages::load(state).transpose();
    let ticked_at = match watch::input(state) {
        Input::Known(Ticks::Seen(seen)) => Some(seen.watch.ticked_at),
        _ => None,
    };
    let scene = Scene {
        now: state.now(),
        status: looked.status,
        succeeded_at: looked.succeeded_at,
        report: report.as_ref().ok(),
        killswitch_changed_at: killswitch::document(state).map(|document| document.header.updated_at),
        cycles: looked.cycles,
        ticked_at,
        messages: messages.as_ref().ok().and_then(Option::as_ref),
    };
    let written = write(dir, &scene);
    let incomplete = |error| Notice::of("METRICS_INCOMPLETE", "metrics of the state are missing", &error);
    let missing = |error| Notice::of("METRICS_NOT_WRITTEN", "Prometheus sees what was so before", &error);
    let incomplete = [report.err(), messages.err()].into_iter().flatten().map(incomplete);
    incomplete.chain(written.err().map(missing)).collect()
}

/// What became of a look.
#[derive(Debug)]
pub struct Looked<'a> {
    /// What it said; UNKNOWN when it failed.
    pub status: Status,
    /// When a look was completed last, as far as is known.
    pub succeeded_at: Option<DateTime<Utc>>,
    /// The ticks of a watch.
    pub cycles: Option<&'a Cycles>,
    /// The stop that the environment asks for.
    pub env_stop: Option<String>,
}

/// The metrics as text.
fn render(scene: &Scene<'_>) -> Vec<u8> {
    let mut text = Text::default();
    text.family("nija_build_info", Kind::Gauge, "The version of nija that wrote this.");
    text.sample("nija_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    of_killswitch(&mut text, scene);
    if let Some(report) = scene.report {
        heartbeats(&mut text, report);
        desk(&mut text, report);
        alerts::write(&mut text, report);
        if let Some(head) = &report.audit_head {
            let help = "Number of the last record of the audit log.";
            text.gauge("nija_audit_head_sequence", help, head.seq);
        }
    }
    of_check(&mut text, scene);
    if let Some(at) = scene.ticked_at {
        let help = "When a watch completed a look last.";
        text.gauge("nija_watch_last_tick_timestamp_seconds", help, seconds_of(at));
    }
    if let Some(messages) = scene.messages {
        messages.write(&mut text);
    }
    if let Some(cycles) = scene.cycles {
        cycles.write(&mut text);
    }
    text.into_bytes()
}

fn of_killswitch(text: &mut Text, scene: &Scene<'_>) {
    let readable = scene.report.is_some_and(|report| report.killswitch.unreadable.is_none());
    text.gauge("nija_state_readable", "Whether the kill switch can be read.", u8::from(readable));
    let Some(report) = scene.report.map(|report| &report.killswitch) else {
        // What cannot be read is halted.
        text.gauge("nija_trading_permitted", PERMITTED, 0);
        return;
    };
    text.gauge("nija_trading_permitted", PERMITTED, u8::from(report.verdict == Verdict::Trading));
    let name = "nija_killswitch_engaged";
    text.family(name, Kind::Gauge, "Whether a halt of this scope is in force.");
    let mut scopes: BTreeMap<String, u8> =
        report.halts.iter().map(|halt| (halt.scope.to_string(), 1)).collect();
    let all = scopes.entry(Scope::All.to_string()).or_default();
    *all = (*all).max(u8::from(report.verdict == Verdict::Halted));
    for (scope, engaged) in &scopes {
        text.sample(name, &[("scope", scope)], engaged);
    }
    if let Some(at) = scene.killswitch_changed_at {
        let help = "When the kill switch was changed last.";
        text.gauge("nija_killswitch_last_change_timestamp_seconds", help, seconds_of(at));
    }
    let name = "nija_listeners";
    text.family(
        name,
        Kind::Gauge,
        "Live components that have seen the present state of the kill switch, or not.",
    );
    let count = |wanted: &[Confirmation]| {
        report.clients.iter().filter(|client| wanted.contains(&client.confirmation)).count()
    };
    text.sample(name, &[("state", "confirmed")], count(&[Confirmation::Confirmed]));
    text.sample(name, &[("state", "unconfirmed")], count(&[Confirmation::Waiting, Confirmation::Unreadable]));
}

const PERMITTED: &str = "Whether every order may go out: no halt is in force, and that is certain.";

fn heartbeats(text: &mut Text, report: &Report) {
    let Some(present) = &report.heartbeats else { return };
    let (seen, deadline, missing, open) = (
        "nija_heartbeat_last_seen_timestamp_seconds",
        "nija_heartbeat_deadline_seconds",
        "nija_heartbeat_missing",
        "nija_open_positions",
    );
    let components = &present.components;
    text.family(seen, Kind::Gauge, "When the component beat last, by its own clock.");
    for component in components {
        if let Some(at) = component.beat_at {
            text.sample(seen, &[("source", &component.name)], seconds_of(at));
        }
    }
    text.family(deadline, Kind::Gauge, "How long the component may be silent before it counts as down.");
    for component in components {
        let limit = component.interval_seconds.saturating_add(component.grace_seconds);
        text.sample(deadline, &[("source", &component.name)], limit);
    }
    text.family(missing, Kind::Gauge, "Whether the component is down.");
    for component in components {
        text.sample(missing, &[("source", &component.name)], u8::from(component.state == Life::Down));
    }
    text.family(open, Kind::Gauge, "Positions the component had open when it last said so.");
    for component in components {
        if let Some(positions) = component.open_positions {
            text.sample(open, &[("source", &component.name)], positions);
        }
    }
}

/// Orders and capital.
fn desk(text: &mut Text, report: &Report) {
    if let Some(orders) = &report.orders {
        let (pending, stuck) = ("nija_pending_orders", "nija_stuck_orders");
        text.family(pending, Kind::Gauge, "Orders that are out.");
        for (platform, count) in &orders.by_platform {
            text.sample(pending, &[("platform", platform)], count.pending);
        }
        text.family(stuck, Kind::Gauge, "Orders that are out for too long.");
        for (platform, count) in &orders.by_platform {
            text.sample(stuck, &[("platform", platform)], count.stuck);
        }
    }
    if let Some(exposure) = &report.exposure {
        let name = "nija_platform_exposure_ratio";
        text.family(name, Kind::Gauge, "Share of the capital that the platform holds.");
        for share in &exposure.shares {
            if let Some(share_pct) = share.share_pct {
                let ratio = share_pct / Decimal::ONE_HUNDRED;
                text.sample(name, &[("platform", &share.platform)], ratio.normalize());
            }
        }
    }
}

fn of_check(text: &mut Text, scene: &Scene<'_>) {
    let help = "When rules were last to be judged.";
    text.gauge("nija_check_last_run_timestamp_seconds", help, seconds_of(scene.now));
    if let Some(at) = scene.succeeded_at {
        let help = "When rules were last judged.";
        text.gauge("nija_check_last_success_timestamp_seconds", help, seconds_of(at));
    }
    let name = "nija_check_state";
    text.family(name, Kind::Gauge, "Whether this is the worst that the rules found.");
    for status in [Status::Ok, Status::Warning, Status::Critical, Status::Unknown] {
        let state = status.word().to_lowercase();
        text.sample(name, &[("state", &state)], u8::from(status == scene.status));
    }
}

fn seconds_of(at: DateTime<Utc>) -> String {
    format!("{}.{:03}", at.timestamp(), at.timestamp_subsec_millis())
}

fn seconds(duration: Duration) -> String {
    format!("{}.{:09}", duration.as_secs(), duration.subsec_nanos())
}
