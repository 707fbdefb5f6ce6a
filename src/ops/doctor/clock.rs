//! The wall clock, against what was written last.

use chrono::{DateTime, Datelike as _, SecondsFormat, TimeDelta, Utc};

use super::{Check, Finding, Patient, kept};
use crate::domain::audit::Record;
use crate::domain::document::Header;
use crate::ops::State;
use crate::store::journal::AUDIT;

/// The wall clock.
pub const CLOCK: Check = Check { name: "clock", about: "the clock was not stepped back", run: clock };

/// The first year in which this program can have been installed.
const YEAR_MIN: i32 = 2024;

/// Furthest step back that is only worth a warning.
const STEP_MAX: TimeDelta = TimeDelta::seconds(60);

fn clock(patient: &Patient<'_>) -> Vec<Finding> {
    let newest = patient.state().ok().and_then(newest);
    // Read after what it is compared with: somebody may be writing just now.
    let now = patient.context.now();
    let (shown, mend) = (time(now), format!("{}timedatectl set-ntp true", patient.sudo(None)));
    if now.year() < YEAR_MIN {
        return vec![Finding::critical(
            format!("the clock stands at {shown}, before this program was made"),
            mend,
        )];
    }
    let Some((at, what)) = newest else {
        return vec![Finding::ok(format!("the clock stands at {shown}; nothing to compare it with"))];
    };
    let back = at - now;
    if back <= TimeDelta::zero() {
        return vec![Finding::ok(format!("the clock stands at {shown}, after everything stored"))];
    }
    let message = format!(
        "the clock stands at {shown}, {} before {what} in {} was written: it was stepped back, or that was written \
         with a wrong clock",
        humantime::format_duration(std::time::Duration::from_secs(back.num_seconds().unsigned_abs().max(1))),
        patient.dir().display()
    );
    vec![if back > STEP_MAX { Finding::critical(message, mend) } else { Finding::warning(message, mend) }]
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The latest time that is stored, and where. What cannot be read is left to other checks.
fn newest(state: &State<'_>) -> Option<(DateTime<Utc>, String)> {
    let tail = state.backend.tail(AUDIT).ok();
    let record = tail.and_then(|tail| serde_json::from_slice::<Record>(&tail.last_line).ok());
    let record = record.map(|record| (record.event.at, AUDIT.file()));
    let documents = kept::documents(state).unwrap_or_default();
    let written = documents.iter().filter_map(|(key, _)| {
        let loaded = state.backend.load(key).ok()??;
        let header: Header = serde_json::from_slice(&loaded.bytes).ok()?;
        Some((header.updated_at, key.file()))
    });
    written.chain(record).max()
}
